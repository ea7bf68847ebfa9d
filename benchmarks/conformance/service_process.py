"""A service in a process of its own."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")
_STOP_SECONDS = 30.0


@dataclass(frozen=True)
class ServiceProcess:
    """A running service.

    Attributes
    ----------
    url
        Its address, without a final slash.
    log
        The file with its log, a JSON object a line.
    """

    url: str
    log: Path


@contextlib.contextmanager
def run_service(log: Path, *arguments: str) -> Iterator[ServiceProcess]:
    """Run ``inkdigits serve`` on a free port until the context ends.

    Parameters
    ----------
    log
        The file for its log.
    arguments
        Further arguments of the command.

    Raises
    ------
    RuntimeError
        If it does not start.
    """
    command = [sys.executable, "-m", "inkdigits", "serve", "--port", "0", "--stop-delay", "0", *arguments]
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            yield ServiceProcess(_find_url(process.stdout, log), log)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            finally:
                process.kill()


def _find_url(output: IO[bytes] | None, log: Path) -> str:
    """Return the address that the service prints when it is ready."""
    assert output is not None
    line = output.readline().decode()
    match = _ADDRESS.search(line)
    if match is None:
        raise RuntimeError(
            f"expected the address of the service, but got {line!r}; its log: {log.read_text()}"
        )
    return match[0].rstrip("/")
