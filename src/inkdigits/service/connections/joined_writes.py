"""A transport that sends the header and the body of an answer together."""

import asyncio
from typing import Any

MAX_JOINED_BYTES = 2**16
"""Length of the longest data that are copied to be joined. Longer ones are files of the page, which all connections
share: copies of them for 300 clients that read nothing took 220 MB."""


class JoinedWrites:
    """A transport whose first write waits for the second one, at most until the event loop's next turn.

    uvicorn writes the header and the body of an answer one after the other, and uvloop sends each at once: two packets,
    and two system calls at either end. Joined, a request for one digit takes 20 microseconds less of 220, client and
    server together (two busy cores, three runs of 8,000 requests each).

    Parameters
    ----------
    transport
        The transport of the connection.
    loop
        Its event loop.
    """

    __slots__ = (
        "_held",
        "_loop",
        "_transport",
        "get_extra_info",
        "is_closing",
        "pause_reading",
        "resume_reading",
    )

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held: bytes | None = None
        self.get_extra_info = transport.get_extra_info
        self.is_closing = transport.is_closing
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading

    def write(self, data: bytes) -> None:
        """Send bytes, at the latest in the next turn of the event loop."""
        if self._held is not None:
            held, self._held = self._held, None
            if len(data) <= MAX_JOINED_BYTES:
                self._transport.write(held + data)
            else:
                self._transport.write(held)
                self._transport.write(data)
        elif data:
            self._held = data
            self._loop.call_soon(self._send_held)

    def close(self) -> None:
        """Send what is held, and close the connection."""
        self._send_held()
        self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        self._held = None
        self._transport.abort()

    def write_eof(self) -> None:
        """Send what is held, and close the connection in this direction."""
        self._send_held()
        self._transport.write_eof()

    def get_write_buffer_size(self) -> int:
        """Return the number of bytes that are not sent yet."""
        return self._transport.get_write_buffer_size() + len(self._held or b"")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _send_held(self) -> None:
        if self._held is not None:
            data, self._held = self._held, None
            if not self._transport.is_closing():
                self._transport.write(data)
