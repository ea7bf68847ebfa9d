"""Servers as processes of their own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.paths import ROOT

LOGS = ROOT / "build" / "service-benchmark"


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes
    ----------
    name
        Its name.
    port
        Its port on 127.0.0.1.
    process
        Number of its process.
    """

    name: str
    port: int
    process: int

    def processor_seconds(self) -> float:
        """Return the processor time that it has used, without its workers; 0 where the system does not say."""
        try:
            fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def find_free_port() -> int:
    """Return a port that no program listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def run_server(
    name: str, command: Sequence[str | Path], port: int, folder: Path = ROOT, seconds: float = 60.0
) -> Iterator[Server]:
    """Run a server, and end it.

    Parameters
    ----------
    name
        Its name.
    command
        Program and arguments.
    port
        The port that the arguments give.
    folder
        Folder in which it runs.
    seconds
        Time in which it must listen.

    Raises
    ------
    RuntimeError
        If it does not listen in time, or ends.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    path = LOGS / f"{name}-{port}.log"  # several may run at a time
    with path.open("wb") as log:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            _await_port(process, name, port, seconds)
            yield Server(name, port, process.pid)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()
    path.unlink()  # it has a line for each request, some hundred megabytes in all


def run_inkdigits(*options: str) -> contextlib.AbstractContextManager[Server]:
    """Run the service, as a user does, with its log in a file."""
    port = find_free_port()
    command = [sys.executable, "-m", "inkdigits", "serve", "--port", str(port), "--stop-delay", "0", *options]
    return run_server("inkdigits", command, port)


def run_bare_server() -> contextlib.AbstractContextManager[Server]:
    """Run uvicorn with a constant answer."""
    port = find_free_port()
    return run_server("bare", [sys.executable, "-m", "benchmarks.service.load.bare", str(port)], port)


def _await_port(process: "subprocess.Popen[bytes]", name: str, port: int, seconds: float) -> None:
    """Wait until a request for readiness is answered with 200; a bare server answers any request so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET /v2/health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            if connection.recv(100).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(0.1)
    log = (LOGS / f"{name}-{port}.log").read_text(errors="replace")
    raise RuntimeError(f"the server {name} is not ready after {seconds:g} s:\n{log[-2000:]}")
