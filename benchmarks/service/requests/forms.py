"""Requests to ``/v1/read`` with hostile forms, options, bodies and media types."""

from collections.abc import Iterator
from itertools import chain

from benchmarks.paths import ROOT
from benchmarks.service.requests.request import (
    MAX_BODY_BYTES,
    HostileRequest,
    Part,
    head,
    in_chunks,
    make,
    make_harmless,
    post,
)

SEVEN = ROOT / "samples" / "seven.png"
_FORM = "Content-Type: multipart/form-data; boundary=b"
_PNG = "Content-Type: image/png"
_FILE = b'Content-Disposition: form-data; name="picture"; filename="a.png"\r\n'


def make_requests() -> Iterator[HostileRequest]:
    """Yield the requests."""
    yield from _forms()
    yield from _options()
    yield from _bodies()


def _part(content: bytes, header: bytes = _FILE) -> bytes:
    return b"--b\r\n" + header + b"\r\n" + content + b"\r\n"


def _forms() -> Iterator[HostileRequest]:
    field = b'Content-Disposition: form-data; name="f"\r\n'
    file, end = _part(b"x"), b"--b--\r\n"
    wrong = {
        "a hundred thousand headers of a part": (400, _part(b"x", _FILE + b"A: b\r\n" * 100_000) + end),
        "a header of a part of a megabyte": (400, _part(b"x", _FILE + b"A: " + b"b" * 2**20 + b"\r\n") + end),
        "1,001 fields in a form": (422, _part(b"x", field) * 1001 + end),
        "1,001 files": (422, file * 1001 + end),
        "a hundred thousand parts": (422, b"--b\r\n\r\n\r\n" * 100_000 + end),
        "a field of a megabyte": (422, _part(b"x" * 2**20, field) + end),
        "a form without end": (400, file),
        "a part without name": (422, _part(b"x", b"Content-Disposition: form-data\r\n") + end),
        "a part without disposition": (422, _part(b"x", b"A: b\r\n") + end),
        "a form of nothing but boundaries": (400, b"--b\r\n" * 100_000 + end),
        "a form that does not begin with its boundary": (400, b"x" * 1000 + file + end),
    }
    for name, (status, body) in wrong.items():
        yield make(name, status, post("/v1/read", body, _FORM))
    for kind in ("", "; boundary=", "; boundary=" + "b" * 10_000, "; boundary=\xff"):
        yield make(
            f"multipart/form-data{kind:.32}",
            400,
            post("/v1/read", file + end, f"Content-Type: multipart/form-data{kind}"),
        )
    yield make("a form of nothing", 400, post("/v1/read", b"", _FORM))
    yield make("an empty form", 422, post("/v1/read", end, _FORM))
    yield make("text instead of a file", 422, post("/v1/read", _part(b"x", field) + end, _FORM))
    yield make(
        "a file in another field",
        422,
        post("/v1/read", _part(b"x", field[:-2] + b'; filename="a"\r\n') + end, _FORM),
    )
    yield make("an empty file", 422, post("/v1/read", _part(b"") + end, _FORM))
    named = _FILE.replace(b"a.png", b"../../../../etc/passwd")
    yield make_harmless(
        "the name of a file of this machine", post("/v1/read", _part(SEVEN.read_bytes(), named) + end, _FORM)
    )


def _options() -> Iterator[HostileRequest]:
    options = (
        "model=/etc/passwd",
        "model=../../etc/passwd",
        "model=http://169.254.169.254/latest",
        "roster=/etc/passwd",
        "roster=file:///etc/passwd",
        "layout=" + "a" * 3000,
        "length=" + "9" * 3000,
        "length=1e9",
        "length=-1",
        "length=%D9%A3",  # an Arabic digit
        "page=99999999999999999999",
        "page=0",
        "digits=0-99999999",
        "digits=" + "1," * 1500,
        "expect=" + "1" * 3000,
        "expect=%00",
        "ink=any&ink=any",
        "url=http://evil.example/a.png",
        "__proto__=1",
        "images=maybe",
        "&".join(f"o{i}=1" for i in range(500)),
    )
    picture = SEVEN.read_bytes()
    for option in options:
        yield make(f"/v1/read?{option:.40}", 422, post(f"/v1/read?{option}", picture, _PNG))


def _bodies() -> Iterator[HostileRequest]:
    for kind in (
        "application/json",
        "text/html",
        "application/x-www-form-urlencoded",
        "text/plain",
        "",
        "image",
        "\xff",
    ):
        yield make(f"media type {kind!r}", 415, post("/v1/read", b'{"a": 1}', f"Content-Type: {kind}"))
    yield make("an empty body", 422, post("/v1/read", b"", _PNG))
    yield make("the name of a file as a picture", 422, post("/v1/read", b"/etc/passwd", _PNG))
    yield make(
        "the address of a picture as a picture", 422, post("/v1/read", b"http://evil.example/a.png", _PNG)
    )
    yield make("zeros", 422, post("/v1/read", bytes(MAX_BODY_BYTES), _PNG))
    yield make("a body one byte too long", 413, post("/v1/read", bytes(MAX_BODY_BYTES + 1), _PNG))
    longer = in_chunks(*[bytes(2**16)] * (MAX_BODY_BYTES // 2**16 + 1))
    yield make(
        "a chunked body that gets too long",
        413,
        head("POST /v1/read", _PNG, "Transfer-Encoding: chunked"),
        longer,
    )

    def send_bytes() -> Iterator[Part]:
        chunks = (in_chunks(b"x")[:6] * 10_000 for _ in range(100))
        return chain([head("POST /v1/read", _PNG, "Transfer-Encoding: chunked")], chunks, [b"0\r\n\r\n"])

    yield HostileRequest("a million chunks of one byte", 422, send_bytes)
