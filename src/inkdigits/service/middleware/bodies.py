"""The length of a request's body."""

from starlette.types import Message, Receive

from inkdigits.service.exchange import Exchange
from inkdigits.service.middleware.timing import Stopwatch
from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings


def check_announced_body(length: bytes | None, encoding: bytes | None, settings: Settings) -> None:
    """Refuse a body by its header, before anything of it is received.

    Parameters
    ----------
    length, encoding
        Values of ``Content-Length`` and ``Content-Encoding``, if there are any.
    settings
        Of the service.

    Raises
    ------
    Refusal
        413 if it is too long, 415 if it is compressed.
    """
    if length is not None and int(length) > settings.max_body_bytes:  # the parser lets only digits pass
        raise make_length_refusal(settings)
    if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
        raise Refusal(
            415,
            f"expected a body without Content-Encoding, but got {encoding[:40].decode('latin-1')!r}",
            "encoding",
        )


def limit_body(receive: Receive, exchange: Exchange, stopwatch: Stopwatch, settings: Settings) -> Receive:
    """Return a function that receives a request, counts its bytes, and raises a `Refusal` when there are too many."""

    async def receive_limited() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            exchange.n_received += len(message.get("body", b""))
            if exchange.n_received > settings.max_body_bytes:
                exchange.refusal = make_length_refusal(settings)
                raise exchange.refusal
            if not message.get("more_body", False) and not exchange.is_received:
                exchange.is_received = True
                stopwatch.note_received()
        return message

    return receive_limited


def make_length_refusal(settings: Settings) -> Refusal:
    """Return the refusal of a body that is too long."""
    return Refusal(
        413,
        f"expected at most {settings.max_body_bytes} bytes in the body; scale the picture down",
        "body_length",
    )
