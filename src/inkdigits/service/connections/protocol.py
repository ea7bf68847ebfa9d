"""The connections: uvicorn's HTTP protocol with the limits that it lacks."""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE
from uvicorn.server import ServerState

from inkdigits.service.connections.addresses import take_host_of_address
from inkdigits.service.connections.joined_writes import JoinedWrites
from inkdigits.service.connections.pipelines import PipelineLimitingProtocol
from inkdigits.service.exchange import EXCHANGE_KEY, Exchange
from inkdigits.service.middleware.gate import CLIENT_GONE
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.middleware.security_headers import add_security_headers
from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings

_CLOSING_SECONDS = 2.0
"""Time in seconds in which a client reads the answer on a refused connection, before it is closed."""

_MAX_REFUSED_CONNECTIONS = 64
"""Number of connections above the limit that get an answer at a time; further ones are closed without."""

_STALLED_SECONDS = 20.0
"""Time in seconds after which a connection is closed whose client reads nothing of an answer. The longest answers have
some hundred kilobytes."""


class HttpProtocol(PipelineLimitingProtocol):
    """One connection.

    uvicorn limits neither the length of a header, nor the time in which it arrives, nor the time in which an answer is
    read; and it answers too many connections with 503, which is reserved for the start and the end of the service.

    Parameters
    ----------
    config, server_state, app_state, _loop
        See uvicorn.
    settings
        Of the service.
    journal
        Where connections are recorded that are refused before they have a request.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        settings: Settings,
        journal: Journal,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._settings, self._journal = settings, journal
        self._header_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._n_header_bytes = 0
        self.url = b""
        self._is_refused = False
        self._last_use = time.monotonic()

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection, or refuse it if there are too many."""
        super().connection_made(JoinedWrites(transport, self.loop))  # type: ignore[arg-type]
        n_extra = len(self.connections) - self._settings.max_connections
        if n_extra > _MAX_REFUSED_CONNECTIONS:
            self._is_refused = True
            self.transport.abort()
        elif n_extra > 0:
            self._refuse(
                Refusal(
                    429,
                    f"expected at most {self._settings.max_connections} connections; close one, or try again later",
                    "connections",
                    {"Retry-After": "1"},
                )
            )
        else:
            self._await_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection, and the work on its request."""
        self._cancel_header_timer()
        self._cancel_stall_timer()
        exchange = self._exchange
        if exchange is not None:
            exchange.interrupt(Refusal(CLIENT_GONE, "the client closed the connection", "client_gone"))
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived."""
        if self._is_refused or self.ignores_rest:
            return
        self._n_header_bytes += len(data)
        super().data_received(data)
        if self._is_refused or self.ignores_rest or self.transport.is_closing():
            return
        # It is none of a body: a header without end, also one that follows a request in hand, or trailers, or the
        # extensions of a chunk.
        if self._n_header_bytes > self._settings.max_header_bytes:
            self._refuse_rest(self._check_address() or _make_header_refusal(self._settings))
        elif self._is_idle and self._header_timer is None:
            self._await_header()

    def begin_request(self) -> None:
        """Begin to answer the request whose header is complete."""
        self._cancel_header_timer()
        previous = self.cycle
        refusal = self._check_header()
        self.url = self.url[
            : self._settings.max_url_bytes
        ]  # a longer one may be more than the parser of addresses takes
        take_host_of_address(self.url, self.headers)
        super().begin_request()
        if self.cycle is not previous:
            exchange = Exchange()
            exchange.refusal, exchange.followers = refusal, self.pipeline
            self.cycle.scope[EXCHANGE_KEY] = exchange  # type: ignore[literal-required]
        self._n_header_bytes = 0

    def on_message_begin(self) -> None:
        """Begin the header of a request."""
        super().on_message_begin()
        self._n_header_bytes = max(1, self._n_header_bytes)

    def on_body(self, body: bytes) -> None:
        """Note a part of the body."""
        self._n_header_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note the end of a request: what came since the last part of its body belongs to it, too."""
        self._n_header_bytes = 0
        self.cycle.scope[EXCHANGE_KEY].received = time.perf_counter()  # type: ignore[literal-required]
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP."""
        self._refuse_rest(Refusal(400, "expected a valid HTTP/1.1 request", "invalid_http"))

    def on_response_complete(self) -> None:
        """End a request; the client has some time to read the answer, and to send the next one."""
        self._last_use = time.monotonic()
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._await_reader()

    def pause_writing(self) -> None:
        """Note that the client reads more slowly than is written."""
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        """Note that the client has read."""
        super().resume_writing()
        self._cancel_stall_timer()

    # The end of the service

    def close_if_silent(self, seconds: float) -> None:
        """Close the connection if no request is in hand, nothing has arrived, and none came for some time.

        Parameters
        ----------
        seconds
            That time.
        """
        is_silent = self._is_idle and self._n_header_bytes == 0
        if not is_silent or time.monotonic() - self._last_use < seconds or self.transport.is_closing():
            return
        if not _has_unread_bytes(self.transport):
            self.transport.close()

    def interrupt(self, refusal: Refusal) -> None:
        """Refuse the request in hand."""
        exchange = self._exchange
        if exchange is not None:
            exchange.interrupt(refusal)

    # Inner parts

    @property
    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def _exchange(self) -> Exchange | None:
        """The request in hand."""
        if self._is_idle:
            return None
        assert self.running is not None
        exchange: Exchange | None = self.running.scope.get(EXCHANGE_KEY)  # type: ignore[assignment]
        return exchange

    def _check_address(self) -> Refusal | None:
        n_bytes, most = len(self.url), self._settings.max_url_bytes
        message = f"expected an address of at most {most} bytes, but got {n_bytes}"
        return Refusal(414, message, "url_length") if n_bytes > most else None

    def _check_header(self) -> Refusal | None:
        settings = self._settings
        is_long = len(self.headers) > settings.max_headers or self.n_field_bytes > settings.max_header_bytes
        return self._check_address() or (_make_header_refusal(settings) if is_long else None)

    def _refuse_rest(self, refusal: Refusal) -> None:
        """Refuse what cannot be parsed. Complete requests before it are answered, then the connection is closed."""
        exchange = self._exchange
        if exchange is None:
            self._refuse(refusal)
        elif self.cycle is not self.running or not self.cycle.more_body:
            self.end_after_complete_requests()
        else:  # the body of the request in hand is damaged
            self.ignores_rest = True
            if exchange.status == 0:
                exchange.interrupt(refusal)
            else:
                self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer without a request, and close the connection once the client has read the answer."""
        self._is_refused = True
        self._cancel_header_timer()
        self._journal.record_unparsed(refusal)
        body = msgspec.json.encode({"error": refusal.message})
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *((name.lower().encode(), value.encode()) for name, value in refusal.headers.items()),
        ]
        lines = [b"%s: %s\r\n" % header for header in add_security_headers(headers)]
        self.transport.write(b"".join([STATUS_LINE[refusal.status], *lines, b"\r\n", body]))
        # Closed at once, the system would send a reset for what the client still sends, and it may lose the answer.
        self.transport.write_eof()
        self._header_timer = self.loop.call_later(_CLOSING_SECONDS, self.transport.abort)

    def _await_header(self) -> None:
        self._header_timer = self.loop.call_later(self._settings.header_seconds, self._end_wait_for_header)

    def _end_wait_for_header(self) -> None:
        self._header_timer = None
        if self.transport.is_closing():
            return
        if self._n_header_bytes == 0:
            self.transport.close()
            return
        self._refuse(
            Refusal(
                408,
                f"expected the header of a request within {self._settings.header_seconds:g} s; send it faster",
                "slow_header",
            )
        )

    def _cancel_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _await_reader(self) -> None:
        if self._stall_timer is None:
            self._stall_timer = self.loop.call_later(_STALLED_SECONDS, self._end_wait_for_reader)

    def _end_wait_for_reader(self) -> None:
        self._stall_timer = None
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _cancel_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


def _make_header_refusal(settings: Settings) -> Refusal:
    return Refusal(
        431,
        f"expected at most {settings.max_headers} header fields of {settings.max_header_bytes} bytes in all",
        "header_length",
    )


def _has_unread_bytes(transport: asyncio.Transport) -> bool:
    """Return whether a request has arrived that was not read yet: closing the connection would lose it."""
    handle: Callable[[], int] = transport.get_extra_info("socket").fileno
    with socket.socket(fileno=socket.dup(handle())) as probe:
        try:
            return bool(probe.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except (BlockingIOError, ConnectionError):
            return False
