"""Limits on the time and memory of a worker process."""

import os
from dataclasses import dataclass

from inkdigits.errors import UsageError

_MIN_MEMORY_BYTES = 2**29
"""Smallest address space of a worker in bytes: with the shipped models it needs 0.36 GB before the first picture."""


@dataclass(frozen=True)
class Limits:
    """Limits on the time and memory of a worker process.

    Attributes
    ----------
    seconds
        Time for one picture, in seconds, from the moment a worker begins to read it. The slowest of 150 megapixels in
        each format, of noise, and of dense pages needed 3 s of processor time; a busy machine needs several times that.
    memory_bytes
        Address space of a worker in bytes, with Python and the models. A TIFF of 150 million floating-point numbers
        needs 1.5 GB, the largest pictures of other formats at most 1.1 GB. The limit is set on Linux only: macOS
        ignores it, and Windows has none.
    start_seconds
        Time for the start of a worker, in seconds. On an idle machine it takes half a second.
    niceness
        By how much a worker gives way to other processes, from 0 to 19; POSIX only.

    Raises
    ------
    UsageError
        If a limit is not positive, the niceness is not from 0 to 19, or the memory is less than a worker needs before
        the first picture.
    """

    seconds: float = 60.0
    memory_bytes: int = 4 * 2**30
    start_seconds: float = 60.0
    niceness: int = 0

    def __post_init__(self) -> None:
        if not (self.seconds > 0 and self.start_seconds > 0):
            raise UsageError(
                f"expected limits above 0 seconds, but got {self.seconds:g} and {self.start_seconds:g}"
            )
        if not 0 <= self.niceness <= 19:
            raise UsageError(f"expected a niceness from 0 to 19, but got {self.niceness}")
        if self.memory_bytes < _MIN_MEMORY_BYTES:
            raise UsageError(
                f"expected at least {_MIN_MEMORY_BYTES // 2**20} MB of memory for a worker, but got "
                f"{self.memory_bytes // 2**20} MB"
            )


def count_cores() -> int:
    """Return the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
