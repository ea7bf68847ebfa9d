"""The header and the body of an inference request, within limits."""

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from inkdigits.contract import SIDE
from inkdigits.service.refusals import Refusal

MAX_IMAGES = 256
"""Number of images in the largest request. As JSON they have up to 0.8 MB, and parsing them takes 5 ms, in which the
event loop answers nobody."""

MAX_BODY_BYTES = MAX_IMAGES * SIDE * SIDE * 16 + 2**16
"""Length of the largest body, in bytes: 16 for a pixel of indented JSON, which has 13, and 64 kB for the rest."""

SMALL_BODY_BYTES = 2**16
"""Length, in bytes, up to which a body is received although its request will be refused: it has probably arrived with
the header, and a connection whose request was received can be used again. One image has 3 kB as JSON."""


def read_header(scope: Scope) -> tuple[int | None, bool]:
    """Read the header of an inference request.

    Returns
    -------
    json_bytes
        Length of the JSON object at the beginning of the body, or None if it is the whole body.
    is_small
        Whether the body has at most `SMALL_BODY_BYTES`.

    Raises
    ------
    Refusal
        413 if the body is too long according to the header, 400 if the length of the JSON object is not a number.
    """
    json_bytes, is_small = None, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            n_bytes = int(value)  # the server refuses all but digits
            if n_bytes > MAX_BODY_BYTES:
                raise _refuse_length()
            is_small = n_bytes <= SMALL_BODY_BYTES
        elif name == b"inference-header-content-length":
            if not value.isdigit() or len(value) > 18:
                raise Refusal(
                    400,
                    "expected a number of bytes as Inference-Header-Content-Length; correct the header",
                    "invalid_request",
                )
            json_bytes = int(value)
    return json_bytes, is_small


async def read_body(receive: Receive) -> bytes:
    """Return the body of a request.

    Raises
    ------
    Refusal
        413 if it is too long.
    ClientDisconnect
        If the client goes away before its end.
    """
    received = bytearray()  # not a list of parts: a part of one byte would need forty
    while (message := await receive())["type"] == "http.request":
        part: bytes = message.get("body", b"")
        if len(received) + len(part) > MAX_BODY_BYTES:
            raise _refuse_length()
        if not message.get("more_body", False):
            return bytes(received + part) if received else part
        received += part
    raise ClientDisconnect


def _refuse_length() -> Refusal:
    return Refusal(
        413,
        f"expected at most {MAX_BODY_BYTES} bytes in a request, but got more; send several",
        "body_length",
    )
