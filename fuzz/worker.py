"""A worker process: executes inputs of one target within limits, until its time is over or an input ends it.

``python -m fuzz.worker TARGET --work FOLDER ...``; it is started by `fuzz.supervisor`.
"""

import argparse
import contextlib
import ctypes
import faulthandler
import json
import os
import resource
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import cv2

from fuzz import engines
from fuzz.execution import Executor, MemoryExceededError
from fuzz.lines import LineCoverage
from fuzz.record import Record
from fuzz.targets import load_target
from inkdigits.errors import InkdigitsError

MEMORY_STATUS = 70
"""Exit status of a worker that has taken too much memory; a finding is saved."""

_ADDRESS_SPACE_GIGABYTES = 4
"""Address space that a worker may take besides that of the idle process. A larger allocation fails: a finding."""

_PR_SET_PDEATHSIG = 1
"""From <sys/prctl.h>."""

_REPETITIONS = 300
"""How often a replayed input is executed when a leak is to be shown again."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker."""
    options = _parse(arguments)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(
            _PR_SET_PDEATHSIG, signal.SIGKILL
        )  # end with the supervisor, however that ends
    faulthandler.enable()
    # The supervisor asks for the place of an input that does not end.
    faulthandler.register(signal.SIGUSR1, all_threads=False)
    warnings.simplefilter("ignore")
    cv2.setNumThreads(1)
    with engines.instrument(options.engine):
        target = load_target(options.target)
        target.prepare()
        for data in target.make_seeds():  # import what is imported late
            with contextlib.suppress(InkdigitsError):
                target.run(data)
        if options.plant:
            from fuzz import planted  # imported here, so that its edges are counted

            planted.plant(options.plant)
    _limit_address_space()
    executor = Executor(target, Record(options.work / "record"), options.work / "findings")
    executor.start_measuring()

    def execute(data: bytes) -> None:
        try:
            executor.execute(data)
        except MemoryExceededError:
            os._exit(MEMORY_STATUS)

    inputs = sorted((options.work / "corpus").iterdir(), key=lambda path: (path.stat().st_size, path.name))
    match options.mode:
        case "fuzz":
            engines.fuzz(
                options.engine, target, execute, options.work / "corpus", options.seconds, options.seed
            )
        case "replay":
            for path in inputs:
                execute(path.read_bytes())
        case "repeat":
            for _ in range(_REPETITIONS):
                for path in inputs:
                    execute(path.read_bytes())
        case "lines":
            (options.work / "lines.json").write_text(json.dumps(_measure_lines(inputs, execute)))
    return 0


def _measure_lines(inputs: list[Path], execute: engines.Execute) -> dict[str, object]:
    """Return the number of lines of inkdigits that are reached, and the inputs that reach new ones, small first."""
    import inkdigits

    lines = LineCoverage(str(Path(inkdigits.__file__).parent))
    kept = []
    for path in inputs:
        before = len(lines.lines)
        with lines.collect():
            execute(path.read_bytes())
        if len(lines.lines) > before:
            kept.append(path.name)
    return {"n_lines": len(lines.lines), "kept": kept}


def _limit_address_space() -> None:
    statm = Path("/proc/self/statm")
    if statm.exists():  # on Linux; elsewhere the peak alone is limited, after the fact
        idle = int(statm.read_bytes().split()[0]) * resource.getpagesize()
        limit = idle + _ADDRESS_SPACE_GIGABYTES * 2**30
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument(
        "--work", type=Path, required=True, help="folder with the corpus; findings are put there"
    )
    parser.add_argument("--mode", choices=("fuzz", "replay", "repeat", "lines"), default="fuzz")
    parser.add_argument("--engine", choices=engines.ENGINES, default="hypothesis")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", help="name of a bug of fuzz.planted")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
