"""The length of a request's body, and of all bodies together."""

from starlette.types import Message, Receive

from inkdigits.service.exchange import Exchange
from inkdigits.service.middleware.timing import Stopwatch
from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings

FREE_BYTES = 2**18
"""Length of the beginning of each body that is not counted together with others, in bytes: small requests are answered
though large ones take all the room. With 512 connections they take 128 MB."""


class BodyRoom:
    """The room for the bodies of all requests in hand.

    Parameters
    ----------
    settings
        Of the service.

    Attributes
    ----------
    n_used
        Length of what was received of them, without the first `FREE_BYTES` of each, in bytes.
    """

    def __init__(self, settings: Settings) -> None:
        self.n_used = 0
        self._limit = settings.max_bodies_bytes

    def check(self, n_bytes: int) -> None:
        """Check whether there is room for a body of a length.

        Raises
        ------
        Refusal
            429 if there is none.
        """
        if self.n_used and self.n_used + n_bytes - FREE_BYTES > self._limit:
            raise self._make_refusal()

    def take(self, exchange: Exchange, n_bytes: int) -> None:
        """Count bytes that were received for a request.

        Raises
        ------
        Refusal
            429 if there is no room for them.
        """
        before = max(exchange.n_received, FREE_BYTES)
        exchange.n_received += n_bytes
        if exchange.n_received > FREE_BYTES:
            self.n_used += exchange.n_received - before
            # A body that is alone is limited by its own length only.
            if self.n_used > self._limit and self.n_used > exchange.n_received - FREE_BYTES:
                exchange.refusal = self._make_refusal()
                raise exchange.refusal

    def release(self, exchange: Exchange) -> None:
        """Subtract what was received for a request that has ended."""
        self.n_used -= max(0, exchange.n_received - FREE_BYTES)

    def _make_refusal(self) -> Refusal:
        return Refusal(
            429,
            f"the requests in hand have more than {self._limit} bytes; try again later",
            "bodies",
            {"Retry-After": "1"},
        )


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


def limit_body(
    receive: Receive, exchange: Exchange, stopwatch: Stopwatch, settings: Settings, room: BodyRoom
) -> Receive:
    """Return a function that receives a request, counts its bytes, and raises a `Refusal` when there are too many."""

    async def receive_limited() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            room.take(exchange, len(message.get("body", b"")))
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
