"""A small HTTP/1.1 client for load: one request at a time on each connection, and nothing parsed but the length.

A library needs several times the processor time of the server that is measured: httpx sends some hundred requests a
second on one core, this client some ten thousand.
"""

import asyncio
import time
from collections.abc import Callable

_END_OF_HEADER = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """A connection to a server.

    Parameters
    ----------
    on_answer
        Called with the connection, the status and the seconds of each answer; status 0 if the server closed the
        connection before it.
    on_end
        Called with the connection if the server closes it without a request.
    """

    def __init__(
        self,
        on_answer: "Callable[[Connection, int, float], None]",
        on_end: "Callable[[Connection], None]" = lambda connection: None,
    ) -> None:
        self._on_answer, self._on_end = on_answer, on_end
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._is_ending = False
        self.begun = 0.0
        self.is_busy = False

    @property
    def is_open(self) -> bool:
        """Whether requests can be sent: the server has not said that it closes the connection."""
        return self._transport is not None and not self._transport.is_closing() and not self._is_ending

    def send(self, request: bytes) -> None:
        """Send a request."""
        assert self._transport is not None
        self.is_busy = True
        self.begun = time.perf_counter()
        self._transport.write(request)

    def close(self) -> None:
        """Close the connection."""
        self._is_ending = True
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment] # uvloop's transports derive from no common class

    def data_received(self, data: bytes) -> None:
        """Report the answer once it is complete."""
        if self._received:
            data = self._received + data
        head_end = data.find(_END_OF_HEADER)
        head = data[:head_end].lower()
        if head_end < 0 or len(data) < head_end + 4 + _read_length(head):
            self._received = data
            return
        self._received = b""
        self._is_ending = b"\r\nconnection: close" in head
        self.is_busy = False
        self._on_answer(self, int(data[9:12]), time.perf_counter() - self.begun)

    def eof_received(self) -> None:
        """Report the end of an idle connection, before it is used again."""
        self._note_end()

    def connection_lost(self, error: Exception | None) -> None:
        """Report an answer that will not come, or the end of an idle connection."""
        if self.is_busy:
            self.is_busy = False
            self._on_answer(self, 0, time.perf_counter() - self.begun)
        else:
            self._note_end()

    def _note_end(self) -> None:
        if not self.is_busy and not self._is_ending:
            self._is_ending = True
            self._on_end(self)


def _read_length(head: bytes) -> int:
    start = head.find(b"content-length:")
    if start < 0:
        raise ValueError(f"expected an answer with Content-Length, but got {head!r}")
    return int(head[start + 15 :].split(b"\r\n", 1)[0])


async def connect(
    port: int,
    on_answer: Callable[[Connection, int, float], None],
    on_end: Callable[[Connection], None] = lambda connection: None,
) -> Connection:
    """Open a connection to a port of this machine; see `Connection`."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(on_answer, on_end), "127.0.0.1", port)
    return connection


def make_request(method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*", "User-Agent: inkdigits-benchmark"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
