"""Real SIGKILLs of a small training, inside its saves and anywhere else; the run is resumed after each.

A server process imports TensorFlow once, which takes seconds, and forks a process for each training.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.paths import ROOT
from inkdigits.files import locks, storage
from inkdigits.files.storage import sha256_of_file
from inkdigits.runs.run_directory import CONFIG, MANIFEST, read_json

TIME_LIMIT_SECONDS = 200.0
"""Time limit of one training, which takes seconds."""

LARGEST_CALL = 130
"""The calls of storage that an uninterrupted training makes, about."""


@dataclass(frozen=True)
class Order:
    """One training in a process of its own.

    Attributes
    ----------
    run
        The run directory; a run in it is resumed.
    result
        The file for the digest of the trained weights.
    call
        The number of the call of storage at which the process kills itself, or None.
    moment
        Whether it does so before the call, after it, or, if the call synchronises a file, when half of the content is
        there.
    seconds
        The time after which the server kills the process, or None.
    """

    run: str
    result: str
    call: int | None = None
    moment: str = "before"
    seconds: float | None = None


@dataclass(frozen=True)
class Survived:
    """What was survived.

    Attributes
    ----------
    kills
        Number of processes that died by SIGKILL.
    inside_saves
        Number of those that died within a call of storage, between two, or within the content of a file.
    runs
        Number of trainings that were finished with the weights of an uninterrupted one.
    """

    kills: int
    inside_saves: int
    runs: int


class _KillingLayer:
    """Stands in for ``os`` in storage; the process kills itself at a call."""

    CALLS = frozenset({"mkdir", "open", "write", "fsync", "replace", "unlink"})

    def __init__(self, order: Order) -> None:
        self._order = order
        self._n = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._count(name, real) if name in self.CALLS else real

    def _count(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._n += 1
            if self._n != self._order.call:
                return real(*arguments)
            if self._order.moment == "after":
                real(*arguments)
            elif self._order.moment == "half" and name == "fsync":
                path = Path(f"/proc/self/fd/{arguments[0]}").resolve()
                if path.is_file():
                    os.truncate(path, path.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError("not killed")

        return call


def survive_kills(
    n_kills: int, folder: Path, seed: int = 0, progress: Callable[[int], object] = lambda _: None
) -> Survived:
    """Kill trainings and resume them; each must end with the weights of an uninterrupted one.

    Parameters
    ----------
    n_kills
        Number of kills.
    folder
        An empty folder for the runs.
    seed
        Random seed of the moments.
    progress
        Called with the number of kills so far.

    Raises
    ------
    AssertionError
        If a run cannot be resumed, or ends otherwise than an uninterrupted one.
    """
    rng = random.Random(seed)
    result = folder / "result.json"
    kills = inside_saves = runs = 0
    with _serve(folder / "log.txt") as train:
        assert train(Order(str(folder / "reference"), str(result))) == 0, (folder / "log.txt").read_text()
        expected = result.read_text()
        while kills < n_kills:
            run = folder / f"run-{runs}"
            while not (run / MANIFEST).exists():
                order = Order(str(run), str(result))
                if kills < n_kills:
                    order = _draw_order(rng, order)
                result.unlink(missing_ok=True)
                status = train(order)
                if status == -signal.SIGKILL:
                    kills += 1
                    inside_saves += order.call is not None
                    progress(kills)
                else:
                    assert status == 0, (folder / "log.txt").read_text()[-2000:]
            if result.exists():  # not if it was killed after its last write
                assert result.read_text() == expected, f"{run} ended with other weights or another history"
            for name, entry in read_json(run, MANIFEST).items():
                assert sha256_of_file(run / name) == entry["sha256"], (
                    f"{run / name} is not as in the manifest"
                )
            runs += 1
    return Survived(kills, inside_saves, runs)


def _draw_order(rng: random.Random, order: Order) -> Order:
    """Draw a moment: mostly in the saves of the training, also in those at its end, also at any time."""
    if rng.random() < 0.25:
        return Order(order.run, order.result, seconds=rng.uniform(0.2, 4.0))
    call = rng.randint(1, 30 if rng.random() < 0.7 else LARGEST_CALL)
    return Order(order.run, order.result, call, rng.choice(["before", "after", "half"]))


@contextmanager
def _serve(log: Path) -> Iterator[Callable[[Order], int]]:
    """Start the server, and yield a function that trains and returns the exit status, negative for a signal."""
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.durability.crashes.kills"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as server,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        requests, answers = server.stdin, server.stdout

        def train(order: Order) -> int:
            requests.write(json.dumps(asdict(order)) + "\n")
            requests.flush()
            answer = answers.readline()
            assert answer, f"the server ended: {log.read_text()[-2000:]}"
            return int(answer)

        try:
            yield train
        finally:
            requests.close()
            if server.wait(TIME_LIMIT_SECONDS):
                raise AssertionError(f"the server ended with {server.returncode}")


def _train(order: Order) -> None:
    from benchmarks.durability.crashes.small_training import checkpoints_at_every_step, train_small
    from inkdigits.runs.run_history import read_history

    layer = _KillingLayer(order)
    run = Path(order.run)
    with (
        mock.patch.object(storage, "os", layer),
        mock.patch.object(locks, "os", layer),
        checkpoints_at_every_step(),
    ):
        trained = train_small(run, resume=(run / CONFIG).exists())
    digest = hashlib.sha256(b"".join(weights.tobytes() for weights in trained.network.get_weights()))
    rows = [{**row, "seconds": ""} for row in read_history(run)]
    Path(order.result).write_text(json.dumps({"weights": digest.hexdigest(), "history": rows}))


def _answer(order: Order) -> int:
    """Train in a child process; return its exit status, negative for a signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            _train(order)
            status = 0
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    ends = time.monotonic() + (order.seconds or TIME_LIMIT_SECONDS)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > ends:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)


def main() -> int:
    """Answer the orders of the standard input until it ends."""
    import benchmarks.durability.crashes.small_training  # noqa: F401  (once for all children)

    for line in sys.stdin:
        print(_answer(Order(**json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
