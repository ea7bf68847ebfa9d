"""Processes that are timed from their start to their end, and small programs that answer in JSON."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def timed(command: Sequence[str | Path], log: Path) -> tuple[float, str]:
    """Run a command from process start to process end.

    Parameters
    ----------
    command
        Program and arguments.
    log
        What it prints is written there.

    Returns
    -------
    seconds
        Wall-clock time.
    output
        What it printed.

    Raises
    ------
    RuntimeError
        If it fails; its last lines are told.
    """
    with log.open("w") as file:
        start = time.perf_counter()
        done = subprocess.run([str(word) for word in command], stdout=file, stderr=subprocess.STDOUT)
        seconds = time.perf_counter() - start
    output = log.read_text(errors="replace")
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{output[-2000:]}")
    return seconds, output


def ask(room: str, *arguments: str | Path) -> Any:
    """Run one of these rooms as a program of its own, and return the JSON of its last line.

    A fresh process has none of the threads and none of the memory of what was measured before.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"speed.{room}", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(HERE.parent), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if done.returncode:
        raise RuntimeError(f"speed.{room} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def load_average() -> float | None:
    """Return how many processes wanted a core in the last minute; beside others nothing is measured well."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
