"""Several requests on one connection that do not wait for answers (pipelining): bounded, and each by itself."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from inkdigits.service.connections.upgrades import UpgradeIgnoringProtocol

MAX_PIPELINED = 64
"""Number of requests that wait for the answer to the one before them. uvicorn has no limit: 32 connections that sent
35 bytes for each request, and read nothing, took 5 GB. Load generators send 16 to 32."""


class PipelineLimitingProtocol(UpgradeIgnoringProtocol):
    """uvicorn's protocol with a bounded pipeline, and without trailers.

    What follows the last request that is answered is ignored, and the connection is closed after its answer. A client
    then knows that the rest was not answered (RFC 9112, section 9.3.2).

    Attributes
    ----------
    running
        The request that is being answered, or the last one.
    ignores_rest
        Whether what still arrives is ignored.
    n_field_bytes
        Length of the header of the last request so far, in bytes.
    """

    running: RequestResponseCycle | None = None
    ignores_rest = False
    n_field_bytes = 0
    _is_in_header = False

    def on_message_begin(self) -> None:
        """Begin a request, unless too many wait."""
        if len(self.pipeline) >= MAX_PIPELINED:
            self.end_after_complete_requests()
        if not self.ignores_rest:
            self._is_in_header, self.n_field_bytes = True, 0
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Note the address of the request."""
        if not self.ignores_rest:
            self.n_field_bytes += len(url)
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header field; those after the body (trailers) must not be mixed with them (RFC 9110, 6.5.1)."""
        if self._is_in_header and not self.ignores_rest:
            self.n_field_bytes += len(name) + len(value) + 4
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """End the header."""
        self._is_in_header = False
        if not self.ignores_rest:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Note a part of the body."""
        if not self.ignores_rest:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the body."""
        if not self.ignores_rest:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin the next request; read on only when none waits."""
        super().on_response_complete()
        if self.pipeline and not self.transport.is_closing():
            self.flow.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the requests that wait; uvicorn ends the newest one only."""
        self.pipeline.clear()
        if self.running is not None and not self.running.response_complete:
            self.running.disconnected = True
            self.running.message_event.set()
        super().connection_lost(exc)

    def end_after_complete_requests(self) -> None:
        """Answer the requests that have arrived completely, then close the connection; ignore what follows."""
        self.ignores_rest = True
        if self.cycle.more_body and self.pipeline:
            self.pipeline.popleft()
            self.cycle = self.pipeline[0][0] if self.pipeline else self.running  # type: ignore[assignment]
        self.cycle.keep_alive = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, app)
