"""A worker process, seen from the pool: start it, send and receive without waiting, kill it."""

import os
import selectors
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from inkdigits.workers.messages import HEADER, FrameReader

_CHUNK_BYTES = 2**20
"""Number of bytes that are received at a time."""


class Worker:
    """A worker process and the socket to it.

    Parameters
    ----------
    setup
        The pickle of its `inkdigits.workers.process.Setup`.
    folder
        Its working directory.
    environment
        Its environment variables; see `make_environment`.

    Attributes
    ----------
    is_ready
        Whether it has loaded the models.
    n_done
        Number of tasks that it has done.
    deadline
        Time of `time.monotonic` at which it is killed; infinite while it waits for a task.

    Raises
    ------
    OSError
        If the process cannot be started.
    """

    def __init__(self, setup: bytes, folder: Path, environment: dict[str, str]) -> None:
        self.is_ready = False
        self.n_done = 0
        self.deadline = float("inf")
        self.socket, other_end = socket.socketpair()
        self._frames = FrameReader()
        self._unsent: deque[memoryview] = deque()
        with other_end:
            try:
                self._process = subprocess.Popen(
                    # -P: no module is imported from the working directory, which may hold a stranger's files.
                    [sys.executable, "-P", "-m", "inkdigits.workers.process"],
                    stdin=other_end.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=environment,
                    cwd=folder,
                )
            except OSError:
                self.socket.close()
                raise
        self.socket.setblocking(False)
        self.send(setup)

    @property
    def pid(self) -> int:
        """The process identifier."""
        return self._process.pid

    @property
    def events(self) -> int:
        """The events of the socket to wait for, of `selectors`."""
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)

    def send(self, content: bytes) -> None:
        """Send a message, now or in later calls of `flush`."""
        self._unsent.append(memoryview(HEADER.pack(0, len(content))))
        self._unsent.append(memoryview(content))
        self.flush()

    def flush(self) -> None:
        """Send what the socket takes at once. If the worker has ended, `receive` raises the error."""
        while self._unsent:
            try:
                n_sent = self.socket.send(self._unsent[0])
            except BlockingIOError:
                return
            except OSError:
                self._unsent.clear()
                return
            if n_sent < len(self._unsent[0]):
                self._unsent[0] = self._unsent[0][n_sent:]
            else:
                self._unsent.popleft()

    def receive(self) -> Iterator[tuple[int, bytes]]:
        """Yield the kind and the content of each message that has arrived.

        Raises
        ------
        EOFError
            If the worker has ended.
        InvalidMessageError
            If a message is too long.
        """
        try:
            received = self.socket.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            raise EOFError
        yield from self._frames.feed(received)

    def end(self) -> int:
        """Kill the process if it still runs, wait for its end, and close the socket.

        Returns
        -------
        int
            Its exit status; the negative number of the signal that ended it.
        """
        self._process.kill()
        self.socket.close()
        return self._process.wait()


def make_environment() -> dict[str, str]:
    """Return the environment variables of a worker: the same modules as here, and one thread in NumPy's libraries.

    Folders of packages are left out: OpenCV adds its own while it is imported, where `typing` would hide Python's.
    """
    folders = [folder for folder in sys.path if folder and not Path(folder, "__init__.py").exists()]
    folders.append(str(Path(__file__).parents[2]))
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(folders)),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
