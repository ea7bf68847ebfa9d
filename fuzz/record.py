"""The input that a worker executes at present, in memory that it shares with its supervisor.

Native code can end a process before any Python code reports the input, and can run for ever. The supervisor therefore
reads the input, and the time at which it was begun, from a file that is mapped into the memory of both.
"""

import mmap
import struct
import time
from pathlib import Path

_HEADER = struct.Struct("<QdQd")
"""Number of inputs that were begun; when the present one was begun, 0 between inputs; its length in bytes; the greatest
processor time of an input, in seconds."""

MAX_BYTES = 2**20
"""Longest input that can be recorded."""


class Record:
    """The record of one worker.

    Parameters
    ----------
    path
        The file; it is created if it is missing.
    """

    def __init__(self, path: Path) -> None:
        size = _HEADER.size + MAX_BYTES
        if not path.exists():
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), size)

    def begin(self, data: bytes) -> None:
        """Record that an input is being executed from now on."""
        self._memory[_HEADER.size : _HEADER.size + len(data)] = data
        n, slowest = self.n_inputs + 1, self.slowest_seconds
        _HEADER.pack_into(self._memory, 0, n, time.monotonic(), len(data), slowest)

    def end(self, seconds: float) -> None:
        """Record that the input has been executed, in so many seconds of the processor."""
        n, _, length, slowest = _HEADER.unpack_from(self._memory)
        _HEADER.pack_into(self._memory, 0, n, 0.0, length, max(slowest, seconds))

    @property
    def n_inputs(self) -> int:
        """Number of inputs that were begun."""
        n: int = _HEADER.unpack_from(self._memory)[0]
        return n

    @property
    def seconds(self) -> float:
        """Seconds for which the present input has been executed; 0 between inputs."""
        began: float = _HEADER.unpack_from(self._memory)[1]
        return time.monotonic() - began if began else 0.0

    @property
    def slowest_seconds(self) -> float:
        """The greatest processor time of an input."""
        slowest: float = _HEADER.unpack_from(self._memory)[3]
        return slowest

    @property
    def data(self) -> bytes:
        """The present input, or the last one."""
        length = _HEADER.unpack_from(self._memory)[2]
        return self._memory[_HEADER.size : _HEADER.size + length]
