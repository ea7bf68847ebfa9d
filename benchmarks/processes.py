"""Timing of processes from start to end, and modules that run as programs and print JSON."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.paths import ROOT


def timed(command: Sequence[str | Path], log: Path) -> tuple[float, str]:
    """Run a command from process start to process end.

    Parameters
    ----------
    command
        Program and arguments.
    log
        File for its output.

    Returns
    -------
    seconds
        Wall-clock time.
    output
        Its output.

    Raises
    ------
    RuntimeError
        If it fails; the message contains the last lines of the output.
    """
    with log.open("w") as file:
        start = time.perf_counter()
        done = subprocess.run([str(word) for word in command], stdout=file, stderr=subprocess.STDOUT)
        seconds = time.perf_counter() - start
    output = log.read_text(errors="replace")
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{output[-2000:]}")
    return seconds, output


def ask(module: str, *arguments: str | Path) -> Any:
    """Run a module of `benchmarks` in a new process, and return the JSON of its last line.

    A new process has no threads and no memory of earlier measurements.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if done.returncode:
        raise RuntimeError(f"benchmarks.{module} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def load_average() -> float | None:
    """Return the load average of the last minute; other processes make measurements unreliable."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
