"""The service as a process: ``inkdigits serve``, or, as a control, the same with uvicorn's own end.

python -m benchmarks.service.stopping.service --port 8000          the control
"""

import contextlib
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from benchmarks.paths import ROOT


class Service:
    """A running service.

    Parameters
    ----------
    arguments
        Options of ``inkdigits serve``.
    is_control
        Whether it ends as uvicorn does.
    log
        File for its log; by default errors go to stderr.

    Attributes
    ----------
    port
        Its port.
    process
        Its process.
    seconds_to_ready
        Time from the start of the process until it was ready, in seconds.
    """

    def __init__(self, arguments: list[str], is_control: bool = False, log: Path | None = None) -> None:
        program = ["benchmarks.service.stopping.service"] if is_control else ["inkdigits", "serve"]
        level = "error" if log is None else "info"
        with contextlib.nullcontext() if log is None else log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *program, "--port", "0", "--log-level", level, *arguments],
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                cwd=ROOT,
            )
        begun = time.perf_counter()
        assert self.process.stdout is not None
        greeting = self.process.stdout.readline()  # printed when it is ready
        self.seconds_to_ready = time.perf_counter() - begun
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", greeting)
        if found is None:
            raise RuntimeError(f"the service did not start: {greeting!r}")
        self.port = int(found[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def main() -> None:
    """Run the command with uvicorn's own end."""
    import uvicorn

    from inkdigits.commands import main as run
    from inkdigits.service.server import Server

    Server.shutdown = uvicorn.Server.shutdown  # type: ignore[method-assign]
    run(["serve", *sys.argv[1:]])


if __name__ == "__main__":
    main()
