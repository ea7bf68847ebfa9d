"""The execution of one input, with checks of its errors and its memory."""

import ctypes
import functools
import gc
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from fuzz.finding import Finding, describe_exception, save_finding
from fuzz.record import Record
from fuzz.targets.target import Target
from inkdigits.files.limits import HOSTILE_PICTURE

MAX_MEGABYTES = HOSTILE_PICTURE.megabytes
"""Memory that one input may take besides that of the idle process. A picture of 150 million pixels, the largest that is
decoded, takes 600 MB; a damaged TIFF file of 134 million, decoded as a picture and by its pages, takes 1,150 MB under
the checks of the heap, which fill it, and 60 MB without them."""

MAX_GROWTH_MEGABYTES = 128
"""Growth of the heap at which the input of the greatest growth is executed again, to see whether it leaks."""

_REPETITIONS, _LEAKED_KILOBYTES = 20, 100
"""How often it is executed again, and the mean growth above which it leaks. Caches, and the memory that ONNX Runtime
keeps for its largest picture so far, do not grow again."""

_MAX_UNEXPLAINED = 4
"""How often the heap may grow without such an input. Then memory is lost in small parts."""

_PAGE = resource.getpagesize()


class MemoryExceededError(BaseException):
    """A worker cannot go on, because its memory has grown; its supervisor starts another one."""


class Executor:
    """Executes inputs of a target one by one, and saves findings.

    Parameters
    ----------
    target
        The target.
    record
        Where the present input is recorded.
    findings
        The folder for findings.
    """

    def __init__(self, target: Target, record: Record, findings: Path) -> None:
        self._target, self._record, self._findings = target, record, findings
        self._idle = self._last = _measure_heap_bytes()
        self._resident = _measure_resident_bytes()
        self._greatest_growth, self._suspect, self._n_unexplained = 0, b"", 0

    def start_measuring(self) -> None:
        """Take the present memory as that of the idle process, after the first inputs have filled the caches."""
        gc.collect()
        self._idle = self._last = _measure_heap_bytes()
        self._resident = _measure_resident_bytes()
        self._greatest_growth = 0

    def execute(self, data: bytes) -> None:
        """Execute an input.

        Raises
        ------
        MemoryExceededError
            If the process has taken too much memory.
        """
        peak, start = _measure_peak_bytes(), time.process_time()
        self._record.begin(data)
        finding = self._run(data)
        self._record.end(time.process_time() - start)
        if finding is not None:
            save_finding(self._findings, finding, data)
        self._check_memory(data, peak)

    def _run(self, data: bytes) -> Finding | None:
        """Run the target; return what it should not have done."""
        try:
            self._target.run(data)
        except self._target.refusals as error:
            if _has_cause(error, MemoryError):
                return Finding("memory", "an allocation failed", str(error)[:300])
            return _check_message(error)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return describe_exception(error)
        return None

    def _check_memory(self, data: bytes, peak: int) -> None:
        """Compare the peak and the heap with their limits.

        Parameters
        ----------
        data
            The input that has been executed.
        peak
            The peak before it: the engine, too, takes memory between two inputs.

        Raises
        ------
        MemoryExceededError
            If one exceeds its limit.
        """
        new_peak = _measure_peak_bytes()
        grown = new_peak - self._resident if new_peak > peak else 0
        self._resident = _measure_resident_bytes()
        idle = _measure_heap_bytes()
        if idle - self._last > self._greatest_growth:
            self._greatest_growth, self._suspect = idle - self._last, data
        self._last = idle
        if grown > MAX_MEGABYTES * 2**20:
            save_finding(
                self._findings, Finding("memory", "the peak", f"{grown >> 20} MB for one input"), data
            )
            raise MemoryExceededError
        if idle - self._idle > MAX_GROWTH_MEGABYTES * 2**20:
            self._check_leak()

    def _check_leak(self) -> None:
        """Execute the input of the greatest growth again.

        Raises
        ------
        MemoryExceededError
            If the process grows each time, or has grown too often without such an input.
        """
        # A fragmented heap grows at times; a leak grows each time.
        grown = min(self._measure_growth() for _ in range(3))
        self._n_unexplained += 1
        if grown > _LEAKED_KILOBYTES:
            detail = f"{grown:.0f} kB for each execution of this input"
            save_finding(self._findings, Finding("leak", "one input", detail), self._suspect)
            raise MemoryExceededError
        if self._n_unexplained > _MAX_UNEXPLAINED:
            detail = f"{self._n_unexplained * MAX_GROWTH_MEGABYTES} MB, but not by this input"
            save_finding(self._findings, Finding("leak", "many inputs", detail), self._suspect)
            raise MemoryExceededError
        self._idle = self._last = _measure_heap_bytes()
        self._greatest_growth = 0

    def _measure_growth(self) -> float:
        """Return the mean growth of the heap by the suspected input, in kB."""
        gc.collect()
        before = _measure_heap_bytes()
        for _ in range(_REPETITIONS):
            self._record.begin(self._suspect)
            self._run(self._suspect)
            self._record.end(0.0)
        gc.collect()
        return (_measure_heap_bytes() - before) / _REPETITIONS / 1024


def _check_message(error: Exception) -> Finding | None:
    message = str(error)
    if message and message.isprintable():
        return None
    return Finding(
        "exception", "an error message is not one line", f"{type(error).__name__}: {message!r:.300}"
    )


def _has_cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


class _MallocInformation(ctypes.Structure):
    """``struct mallinfo2`` of <malloc.h>, since glibc 2.33: ten sizes."""

    _fields_ = (
        ("_before", ctypes.c_size_t * 4),
        ("hblkhd", ctypes.c_size_t),  # bytes in memory maps
        ("_between", ctypes.c_size_t * 2),
        ("uordblks", ctypes.c_size_t),  # bytes in use in the arenas
        ("_after", ctypes.c_size_t * 2),
    )


def _measure_heap_bytes() -> int:
    """Return what the process has allocated and not freed.

    Resident memory follows it only roughly: what is freed is kept for later, so that a leak is not seen until that is
    used up. It is taken where glibc does not count (other libraries, and under glibc's own checks of the heap).
    """
    function = _find_malloc_information()
    information = function() if function is not None else None
    in_use = information.hblkhd + information.uordblks if information else 0
    return in_use or _measure_resident_bytes()


@functools.cache
def _find_malloc_information() -> Callable[[], Any] | None:
    try:
        function = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError):
        return None
    function.restype = _MallocInformation
    return cast(Callable[[], Any], function)


def _measure_resident_bytes() -> int:
    """Return the resident memory of this process."""
    file = _open_statm()
    return int(os.pread(file, 100, 0).split()[1]) * _PAGE if file is not None else 0


@functools.cache
def _open_statm() -> int | None:
    """Open the file of the memory of this process, once: opening takes longer than many inputs.

    Returns
    -------
    int or None
        None where it is missing, outside Linux; there only the peak is known.
    """
    try:
        return os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return None


def _measure_peak_bytes() -> int:
    """Return the greatest resident memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
