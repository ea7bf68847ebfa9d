"""Supervision of workers: starts them, watches the time of each input, and keeps what ended them as findings."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fuzz.finding import Finding, load_findings, save_finding
from fuzz.record import Record
from fuzz.targets import load_target
from fuzz.worker import MEMORY_STATUS

ROOT = Path(__file__).resolve().parents[1]

_POLL_SECONDS = 0.2
_MAX_RESTARTS = 20
"""Number of workers of one target that may end early; then the findings so far are reported."""

_SHARED_MEMORY = Path("/dev/shm")
"""Folder in memory, where it exists, for the files that targets write: a disk would limit the number of inputs."""

_HEAP_CHECKER = "libc_malloc_debug.so.0"
"""glibc's checks of the heap (since 2.34), which end a process that has written after the end of an allocation."""


class HarnessError(Exception):
    """A worker has failed, but not by an input."""


@dataclass
class Campaign:
    """The fuzzing of one target.

    Attributes
    ----------
    target, engine
        Names of the target and of the engine.
    work
        Folder with the corpus and the findings.
    n_inputs
        Number of inputs that have been executed.
    seconds
        Time since the start.
    growth
        Coverage after the seconds at which it grew.
    slowest_seconds
        Greatest processor time of an input.
    n_restarts
        Number of workers that ended early.
    """

    target: str
    engine: str
    work: Path
    n_inputs: int = 0
    seconds: float = 0.0
    growth: list[tuple[float, int]] = field(default_factory=list)
    slowest_seconds: float = 0.0
    n_restarts: int = 0

    @property
    def findings(self) -> dict[Path, Finding]:
        """The findings by the path of their input."""
        return load_findings(self.work / "findings")

    def run(
        self,
        seconds: float,
        *,
        mode: str = "fuzz",
        seed: int = 1,
        bug: str | None = None,
        stop: threading.Event | None = None,
        is_enough: Callable[["Campaign"], bool] = lambda campaign: False,
        seconds_per_input: float | None = None,
        checks_heap: bool = True,
    ) -> None:
        """Run workers until the time is over.

        Parameters
        ----------
        seconds
            The time; a replay ends earlier.
        mode
            See `fuzz.worker`.
        seed
            Random seed.
        bug
            Name of a planted bug.
        stop
            Ends the campaign when it is set.
        is_enough
            Ends the campaign when it returns true.
        seconds_per_input
            Limit for one input; by default that of the target.
        checks_heap
            Whether glibc checks the heap, where it can. It then also returns less of it to the system.

        Raises
        ------
        HarnessError
            If a worker fails, but not by an input.
        """
        start, n_before = time.monotonic(), self.n_inputs
        limit = seconds_per_input or load_target(self.target).seconds_per_input
        while self.n_restarts <= _MAX_RESTARTS:
            left = seconds - (time.monotonic() - start)
            if left <= 0 or (stop and stop.is_set()) or is_enough(self):
                return
            with _Worker(self, mode, left, seed, bug, checks_heap) as worker:
                while worker.process.poll() is None:
                    time.sleep(_POLL_SECONDS)
                    self.n_inputs = n_before + worker.record.n_inputs
                    self.seconds = time.monotonic() - start
                    self.slowest_seconds = max(self.slowest_seconds, worker.record.slowest_seconds)
                    self._note_growth(worker.read_coverage())
                    if worker.record.seconds > limit:
                        worker.end_hang(limit)
                    elif (stop and stop.is_set()) or is_enough(self) or self.seconds > seconds + limit:
                        return
                self._note_growth(worker.read_coverage())
                self.n_inputs = n_before = n_before + worker.record.n_inputs
                self.slowest_seconds = max(self.slowest_seconds, worker.record.slowest_seconds)
                self.seconds = time.monotonic() - start
                if worker.process.returncode == 0 and not worker.record.seconds:
                    return
                worker.keep_reason()
            self.n_restarts += 1
            seed += 1

    def _note_growth(self, coverage: int) -> None:
        if coverage > (self.growth[-1][1] if self.growth else 0):
            self.growth.append((round(self.seconds, 1), coverage))


class _Worker:
    """One worker process."""

    def __init__(
        self, campaign: Campaign, mode: str, seconds: float, seed: int, bug: str | None, checks_heap: bool
    ) -> None:
        self._work, self._was_hanging = campaign.work, False
        path = self._work / "record"
        path.unlink(missing_ok=True)
        self.record = Record(path)
        self._log = self._work / "log.txt"
        self._scratch = tempfile.mkdtemp(
            prefix="fuzz-", dir=_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None
        )
        command = [
            sys.executable,
            "-m",
            "fuzz.worker",
            campaign.target,
            "--work",
            str(self._work),
            "--mode",
            mode,
        ]
        command += ["--engine", campaign.engine, "--seconds", str(seconds), "--seed", str(seed)]
        command += ["--plant", bug] if bug else []
        with self._log.open("wb") as log:
            # Its own session: Ctrl-C reaches the supervisor alone, which ends its workers.
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_make_environment(self._scratch, checks_heap),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> "_Worker":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def read_coverage(self) -> int:
        """Return the coverage that the engine printed last."""
        found = re.findall(rb"cov: (\d+)", self._log.read_bytes())
        return max(map(int, found), default=0)

    def end_hang(self, limit: float) -> None:
        """Keep the input that does not end, and kill the process."""
        before = len(self._log.read_bytes())
        os.kill(self.process.pid, signal.SIGUSR1)  # it prints where it is
        time.sleep(_POLL_SECONDS)
        printed = self._log.read_bytes()[before:].decode("utf-8", "replace")
        finding = Finding("hang", _find_place(printed), f"no end after {limit:g} s")
        save_finding(self._work / "findings", finding, self.record.data)
        self._was_hanging = True
        self.process.kill()
        self.process.wait()

    def keep_reason(self) -> None:
        """Keep what ended the process.

        Raises
        ------
        HarnessError
            If it was no input.
        """
        status = self.process.returncode
        if self._was_hanging or status == MEMORY_STATUS:
            return
        printed = self._log.read_bytes().decode("utf-8", "replace")
        if not self.record.seconds:
            raise HarnessError(
                f"a worker ended with status {status}, but between two inputs:\n{printed[-2000:]}"
            )
        ended = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        finding = Finding("crash", f"{ended}, {_find_place(printed)}", printed[-600:])
        save_finding(self._work / "findings", finding, self.record.data)


def _make_environment(scratch: str, checks_heap: bool) -> dict[str, str]:
    """Return the environment of a worker."""
    changes = {"TMPDIR": scratch, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
    if checks_heap and find_heap_checker():
        changes |= {"LD_PRELOAD": _HEAP_CHECKER, "MALLOC_CHECK_": "3", "MALLOC_PERTURB_": "165"}
    else:
        changes["PYTHONMALLOC"] = "malloc"  # so that glibc counts Python's objects, too
    return {**os.environ, **changes}


def find_heap_checker() -> bool:
    """Return whether glibc's checks of the heap can be loaded."""
    tried = subprocess.run(["/bin/true"], env={"LD_PRELOAD": _HEAP_CHECKER}, capture_output=True, check=False)
    return not tried.stderr and tried.returncode == 0


def _find_place(printed: str) -> str:
    """Return the innermost line of inkdigits in a traceback of `faulthandler`, which begins with the innermost call."""
    frames = re.findall(r'File "([^"]+)", line (\d+) in (\S+)', printed)
    own = [frame for frame in frames if "inkdigits/" in frame[0] or "fuzz/planted" in frame[0]] or frames
    if not own:
        return "at an unknown place"
    path, line, function = own[0]
    return f"{Path(path).name}:{function}, line {line}"
