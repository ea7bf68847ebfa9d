"""The process of a worker: ``python -m inkdigits.workers.process``, with a socket to the pool as standard input."""

import ctypes
import os
import pickle
import re
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inkdigits.errors import InkdigitsError
from inkdigits.workers.limits import Limits
from inkdigits.workers.messages import HEADER, Kind, encode_error, encode_result
from inkdigits.workers.readers import Readers

if TYPE_CHECKING:
    from inkdigits.recognition.numbers.lexicon import Roster

_GRACE_SECONDS = 2.0
"""Time after its deadline at which a worker ends that the pool did not kill, in seconds."""

_PR_SET_PDEATHSIG = 1
"""The option of Linux's ``prctl`` that sets the signal a process gets when its parent ends."""

_OUT_OF_MEMORY = re.compile(
    r"out of memory|bad.?alloc|insufficient memory|(cannot|failed to|unable to|could not) allocate",
    re.IGNORECASE,
)
"""What native libraries write when they get no memory: Pillow, OpenCV, ONNX Runtime, libtiff, libheif."""


@dataclass(frozen=True)
class Setup:
    """What a worker needs to begin.

    Attributes
    ----------
    model, engine, detector
        See `inkdigits.recognition.reader.Reader`.
    options
        Options of `Reader.read` for all pictures.
    models, rosters
        See `inkdigits.workers.readers.Readers`.
    limits
        Limits of the worker.
    parent
        Process identifier of the pool's process.
    """

    model: str | None
    engine: str
    detector: str | None
    options: Mapping[str, Any]
    models: Mapping[str, str]
    rosters: "Mapping[str, Roster]"
    limits: Limits
    parent: int


def main() -> None:
    """Load the models, then run tasks one by one until the pool closes its end of the socket."""
    channel = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    setup: Setup = pickle.loads(_receive(channel))
    _end_with_parent(setup.parent)
    _limit_resources(setup.limits)
    try:
        read = _load_readers(setup)
    except Exception as error:
        _send(channel, *_describe_error(error))
        return
    os.dup2(nothing, 2)  # native decoders would write there what they think of a picture
    _send(channel, Kind.READY, b"")
    while content := _receive(channel):
        _send(channel, Kind.STARTED, b"")
        _set_alarm(setup.limits.seconds + _GRACE_SECONDS)
        kind, answer = _run(read, content)
        _set_alarm(0)
        _send(channel, kind, answer)


def _load_readers(setup: Setup) -> Callable[..., Any]:
    """Load the models, and read an empty picture, so that the first task does not wait for modules."""
    import cv2
    import numpy as np

    cv2.setNumThreads(1)  # there is a worker for each core
    readers = Readers(setup.model, setup.engine, setup.detector, setup.options, setup.models, setup.rosters)
    readers.read(np.full((64, 64), 255, np.uint8))
    return readers.read


def _run(read: Callable[..., Any], content: bytes) -> tuple[Kind, bytes]:
    """Run a task; return the kind and the content of the answer."""
    try:
        function, arguments = pickle.loads(content)
        return Kind.RESULT, encode_result(function(read, *arguments))
    except BaseException as error:
        return _describe_error(error)


def _describe_error(error: BaseException) -> tuple[Kind, bytes]:
    if _is_out_of_memory(error):
        return Kind.OUT_OF_MEMORY, encode_error(error)
    if isinstance(error, InkdigitsError):
        return Kind.ERROR, encode_error(error)
    return Kind.UNEXPECTED, encode_error(error, "".join(traceback.format_exception(error)))


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether an exception, or one that it was raised from, is for lack of memory."""
    while error is not None:
        # Python's own messages contain only what its code says; those of inkdigits may contain a file's name.
        is_native = not isinstance(error, InkdigitsError)
        if isinstance(error, MemoryError) or (is_native and _OUT_OF_MEMORY.search(str(error))):
            return True
        error = error.__cause__ or error.__context__
    return False


def _end_with_parent(parent: int) -> None:
    """Let the system kill this process when the pool's process ends, however it ends; on Linux only.

    Elsewhere a worker ends when it finds the socket closed: at once if it waits, else after its task, or by its alarm.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def _limit_resources(limits: Limits) -> None:
    import resource

    os.nice(limits.niceness)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash would write hundreds of megabytes
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def _set_alarm(seconds: float) -> None:
    """Let the system end this process after some time; 0 cancels it. A thread could not, if native code hangs."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _receive(channel: socket.socket) -> bytes:
    """Return the content of the next message; empty if the pool closed its end."""
    header = _receive_bytes(channel, HEADER.size)
    return bytes(_receive_bytes(channel, HEADER.unpack(header)[1])) if header else b""


def _receive_bytes(channel: socket.socket, length: int) -> bytearray:
    """Return as many bytes; none if the pool closed its end."""
    content = bytearray(length)
    view, n_received = memoryview(content), 0
    while n_received < length:
        n = channel.recv_into(view[n_received:])
        if n == 0:
            return bytearray()
        n_received += n
    return content


def _send(channel: socket.socket, kind: Kind, content: bytes) -> None:
    channel.sendall(HEADER.pack(kind, len(content)))
    if content:
        channel.sendall(content)


if __name__ == "__main__":
    main()
