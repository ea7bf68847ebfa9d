import asyncio

import pytest
from starlette.requests import Request
from tests.service.v1.conftest import Service

from inkdigits.service.refusals import Refusal
from inkdigits.service.v1.upload import receive_picture

pytestmark = pytest.mark.xdist_group("service-v1")

FORM = "multipart/form-data; boundary=b"


def make_part(name: str, content: bytes, filename: str | None = "a.png", headers: str = "") -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n{headers}\r\n'
    return head.encode() + content + b"\r\n"


def receive(body: bytes, media_type: str | None, chunk: int = 1000) -> bytes:
    parts = [body[start : start + chunk] for start in range(0, len(body), chunk)] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": n < len(parts)} for n, part in enumerate(parts, 1)
    ]

    async def take() -> dict[str, object]:
        return messages.pop(0)

    headers = [] if media_type is None else [(b"content-type", media_type.encode())]
    return asyncio.run(receive_picture(Request({"type": "http", "headers": headers}, take)))


@pytest.mark.parametrize(
    "media_type",
    [
        "image/png",
        "image/anything",
        "IMAGE/PNG",
        "application/pdf",
        "application/octet-stream",
        "image/png; a=b",
        None,
    ],
)
def test_a_body_is_the_picture(media_type: str | None) -> None:
    assert receive(b"abc" * 1000, media_type) == b"abc" * 1000
    assert receive(b"", media_type) == b""


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_a_form_has_the_picture(chunk: int) -> None:
    content = bytes(range(256)) * 20 + b"\r\n--"
    body = make_part("picture", content, "../../seven.png", "Content-Type: image/png\r\n") + b"--b--\r\n"
    assert receive(body, FORM, chunk) == content
    assert receive(body, "Multipart/Form-Data; charset=utf-8; boundary=b", chunk) == content


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/mixed; boundary=b",
        "",
        "image",
    ],
)
def test_another_type_is_refused(media_type: str) -> None:
    with pytest.raises(Refusal, match=f"but got the type '{media_type}'") as error:
        receive(b"abc", media_type)
    assert error.value.status == 415
    assert "curl -F picture=@FILE" in error.value.message


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (b"", "but got nothing"),
        (make_part("photo", b"x"), "but got the file 'photo'"),
        (make_part("picture", b"x", None), "but got the text 'picture'"),
        (make_part("layout", b"line", None), "but got the text 'layout'"),
        (make_part("picture", b"x") + make_part("layout", b"line", None), "but got several parts"),
        (2 * make_part("picture", b"x"), "but got several parts"),
        (100_000 * make_part("a", b"", None), "but got the text 'a'"),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n", "but got the text ''"),
        (b"--b\r\n\r\nx\r\n", "but got the text ''"),
        (make_part("p" * 2000, b"x"), "but got the file 'ppp"),
    ],
)
def test_a_form_without_exactly_the_picture_is_refused(parts: bytes, message: str) -> None:
    with pytest.raises(Refusal, match=f"expected a form with one file, 'picture', .*{message}") as error:
        receive(parts + b"--b--\r\n", FORM)
    assert error.value.status == 422


@pytest.mark.parametrize(
    ("body", "media_type", "fault"),
    [
        (b"no form", FORM, "is malformed"),
        (make_part("picture", b"x"), FORM, "is cut off"),
        (b"", FORM, "is cut off"),
        (make_part("picture", b"x") + b"--b--\r\n", "multipart/form-data", "has no boundary"),
        (make_part("picture", b"x") + b"--b--\r\n", "multipart/form-data; boundary=", "has no boundary"),
        (b"", "multipart/form-data; boundary=" + 300 * "b", "s boundary is too long"),
        (make_part("picture", b"x").replace(b"\r\n", b"\n") + b"--b--", FORM, "is malformed"),
        (make_part("picture", b"x", headers=9 * "A: b\r\n") + b"--b--\r\n", FORM, "is malformed"),
        (make_part("picture", b"x", headers=f"A: {5000 * 'b'}\r\n") + b"--b--\r\n", FORM, "is malformed"),
    ],
)
def test_a_malformed_form_is_refused(body: bytes, media_type: str, fault: str) -> None:
    with pytest.raises(
        Refusal, match=f"^expected a form with one file, 'picture', but it ?{fault}$"
    ) as error:
        receive(body, media_type)
    assert error.value.status == 400


@pytest.mark.parametrize("charset", ["utf-8", "idna", "undefined", "zlib", "unknown", "utf-16"])
def test_the_encoding_of_names_does_no_harm(charset: str) -> None:
    body = make_part("picture", b"x", "\xff\u0663") + b"--b--\r\n"
    assert receive(body, f"{FORM}; charset={charset}") == b"x"


def test_a_form_is_refused_at_the_beginning_of_a_wrong_part(service: Service) -> None:
    def send():
        for n in range(50):
            yield make_part("layout" if n == 0 else "more", bytes(2**20), None)

    answer = service.client.post("/v1/read", content=send(), headers={"Content-Type": FORM})
    assert answer.status_code == 422
    assert "but got the text 'layout'" in answer.json()["error"]


def test_a_refused_form_is_answered(service: Service) -> None:
    answer = service.client.post("/v1/read", files={"photo": b"x"})
    assert answer.status_code == 422
    assert "but got the file 'photo'" in answer.json()["error"]
    assert service.read(b"{}", media_type="application/json").status_code == 415
