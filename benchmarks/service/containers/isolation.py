"""Run what an image holds in namespaces of its own, as a container engine would, with fewer rights."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.service.containers.store import ImageConfig

_ENTER = Path(__file__).with_name("enter.py")
READY_SECONDS = 30.0
"""Time until the service must be ready; it takes about a second."""


class Running:
    """A running service.

    Attributes
    ----------
    pid
        Process in this machine's numbering; in its own namespace it is process 1.
    url
        Where it is reached, without a slash at the end.
    log
        File with what it prints.
    """

    def __init__(self, process: subprocess.Popen[bytes], config: ImageConfig, port: int, log: Path) -> None:
        self._process = process
        self._config = config
        self.pid = _find_child(process.pid)
        self.url = f"http://127.0.0.1:{port}"
        self.log = log

    def wait_until_ready(self) -> None:
        """Wait until the service is ready.

        Raises
        ------
        RuntimeError
            If it ends, or is not ready in time; the message has what it printed.
        """
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health/ready", timeout=5):
                return
            time.sleep(0.02)
        raise RuntimeError(f"the service is not ready:\n{self.log.read_text()[-3000:]}")

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Call a program beside the service, as ``docker exec`` does."""
        user, group = self._config.user.split(":")
        enter = [
            shutil.which("nsenter") or "nsenter",
            f"--target={self.pid}",
            "--mount",
            "--pid",
            "--root",
            "--wd=/",
        ]
        return subprocess.run(
            [*enter, f"--setuid={user}", f"--setgid={group}", *command],
            env=read_environment(self.pid),
            capture_output=True,
            text=True,
            timeout=30,
        )

    def send_stop(self) -> None:
        """Send the stop signal of the image."""
        os.kill(self.pid, signal.Signals[self._config.stop_signal])

    def wait(self) -> tuple[int, float]:
        """Wait for the end; return exit status and seconds."""
        start = time.perf_counter()
        return self._process.wait(60), time.perf_counter() - start

    def list_processes(self) -> list[int]:
        """Return the process and its descendants."""
        found = [self.pid]
        for pid in found:
            found += [
                int(child)
                for path in Path(f"/proc/{pid}/task").glob("*/children")
                for child in path.read_text().split()
            ]
        return found


@contextlib.contextmanager
def running(
    root: Path, config: ImageConfig, environment: Mapping[str, str], port: int, log: Path, max_processes: int
) -> Iterator[Running]:
    """Start the command of an image in its root folder, and end it.

    Parameters
    ----------
    root
        Root folder of the image.
    config
        Configuration of the image.
    environment
        Further environment variables.
    port
        Port that the service listens on, with this environment.
    log
        File for what it prints.
    max_processes
        Number of processes and threads that it may have.
    """
    settings = {
        "command": config.command,
        "environment": {**config.environment, **environment},
        "user": config.user,
        "max_processes": max_processes,
    }
    command = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child=SIGKILL"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, sys.executable, _ENTER, root], stdin=subprocess.PIPE, stdout=output, stderr=output
        )
    assert process.stdin is not None
    with process, process.stdin as given:
        given.write(json.dumps(settings).encode())
        given.close()
        try:
            yield Running(process, config, port, log)
        finally:
            process.kill()


def read_environment(pid: int) -> dict[str, str]:
    """Return the environment with which a process was started."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if entry)


def read_peak_memory(pid: int) -> int:
    """Return the largest resident memory of a process so far, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def _find_child(pid: int) -> int:
    """Return the only child of a process; wait until there is one."""
    for _ in range(500):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.01)
    raise RuntimeError(f"process {pid} has started no other")
