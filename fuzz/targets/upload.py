"""Uploads to ``/v1/read``: the form, or the body, in which a picture arrives."""

from collections.abc import Coroutine
from typing import Any

from starlette.requests import Request
from starlette.types import Message

from fuzz.targets.target import Target
from inkdigits.service.refusals import Refusal
from inkdigits.service.v1.upload import receive_picture

_FORM = b"multipart/form-data; boundary=b"
_FILE = b'--b\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'


def run(data: bytes) -> None:
    """Receive a picture.

    The first byte is the length of the pieces in which the body arrives; the media type ends at a line feed.
    """
    each = 1 + data[0] if data else 1
    media_type, _, body = data[1:].partition(b"\n")
    parts = [body[start : start + each] for start in range(0, len(body), each)] or [b""]
    messages = iter(
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    )

    async def receive() -> Message:
        return next(messages)

    scope = {"type": "http", "method": "POST", "path": "/v1/read", "headers": [(b"content-type", media_type)]}
    content = _finish(receive_picture(Request(scope, receive)))
    assert content in body, "the picture has bytes that the body does not have"
    if not media_type.decode("latin-1").strip().lower().startswith("multipart/"):
        assert content == body


def _finish(coroutine: Coroutine[Any, Any, bytes]) -> bytes:
    """Return the result of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        content: bytes = stop.value
        return content
    raise AssertionError("it waits for something")


def make_seeds() -> list[bytes]:
    """Make forms in pieces of several lengths, and bodies that are pictures."""
    end = b"\r\n--b--\r\n"
    quoted = b'multipart/form-data; charset=utf-8; boundary="a b"'
    return [
        b"\xff" + _FORM + b"\n" + _FILE + b"\x89PNG\r\n\x1a\n" + end,
        b"\x00" + _FORM + b"\n" + _FILE + b"\r\n--bb\r\n-" + end + b"epilogue",
        b"\x07" + _FORM + b"\n" + _FILE + end,
        b"\xff"
        + _FORM
        + b"\n"
        + _FILE.replace(b'"a.png"', b'"\\""; filename*=utf-8\'\'%e2%82%ac')
        + b"x"
        + end,
        b"\xff" + quoted + b"\n" + _FILE.replace(b"--b", b"--a b") + b"x" + end.replace(b"--b", b"--a b"),
        b"\xffimage/png\n\x89PNG",
        b"\xffapplication/pdf; a=b\n%PDF-1.7",
    ]


TARGET = Target(
    run,
    make_seeds,
    refusals=(Refusal,),
    tokens=(
        *(
            b"multipart/form-data",
            b"; boundary=",
            b"; charset=",
            b"--b",
            b"--b--",
            b"\r\n",
            b"\r\n\r\n",
            b"\r",
            b"\n",
        ),
        *(
            b"Content-Disposition: form-data",
            b'; name="picture"',
            b'; filename="',
            b"; filename*=utf-8''",
            b'\\"',
            b"%00",
        ),
        *(
            b"Content-Transfer-Encoding: base64",
            b"image/png",
            b"application/octet-stream",
            b";",
            b'"',
            b"\xff",
        ),
    ),
    max_bytes=2048,
)
