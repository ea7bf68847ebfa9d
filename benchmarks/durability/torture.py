"""Stress test of the storage: power cuts at every point, a failure of every call, 200 kills, cost of checkpoints.

Written to ``benchmarks/results/torture.json``. It stops with an error at the first state that is damaged. The tests
do the same with 20 kills and without the cost, see ``tests/benchmarks/durability/``.

    python -m benchmarks.durability.torture
    python -m benchmarks.durability.torture --kills 20 --only kills      printed only
"""

import contextlib
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.command_line import make_parser
from benchmarks.durability.crashes.faults import ACTIONS, FAULTS, inject_faults
from benchmarks.durability.crashes.kills import survive_kills
from benchmarks.durability.crashes.replay import count_prefixes, replay
from benchmarks.durability.crashes.scenarios import SCENARIOS
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.data import Mnist, load_mnist
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.training.detector.train import train_detector
from inkdigits.training.loop import checkpoint, history
from inkdigits.training.recipes import get_recipe
from inkdigits.training.train import train

RESULTS = RESULTS_FOLDER / "torture.json"
PARTS = ("power_cuts", "faults", "kills", "checkpoints")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts, print, and write the result."""
    parser = make_parser(__doc__)
    parser.add_argument("--kills", type=int, default=200, help="number of kills")
    parser.add_argument("--only", action="append", choices=PARTS, help="run only this part; printed only")
    parser.add_argument("--out", type=Path, default=RESULTS, help="result file")
    options = parser.parse_args(arguments)
    logging.getLogger("inkdigits").setLevel(logging.ERROR)  # damaged files are expected
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in options.only or PARTS:
            started = time.perf_counter()
            found[part] = {
                "power_cuts": lambda: replay_power_cuts(folder / "power_cuts"),
                "faults": lambda: inject_all_faults(folder / "faults"),
                "kills": lambda: kill(options.kills, folder / "kills"),
                "checkpoints": lambda: measure_checkpoints(folder / "checkpoints"),
            }[part]()
            found[part]["duration_seconds"] = round(time.perf_counter() - started, 1)
            print(f"{part}: {found[part]}", flush=True)
    if options.only is None:
        write_json(options.out, {**describe_environment(), **found})
    return 0


def replay_power_cuts(folder: Path) -> dict[str, Any]:
    """Replay all scenarios; return the number of prefixes and states of each."""
    counts = {}
    for scenario in SCENARIOS:
        name = scenario.__name__.lower()
        (folder / name / "root").mkdir(parents=True)
        recorded = scenario(folder / name / "root")
        n = replay(recorded.recorder, folder / name / "state", recorded.check)
        counts[name] = {"prefixes": count_prefixes(recorded.recorder), "states": n}
        print(f"  power cuts of {name}: {counts[name]}", flush=True)
    totals = {key: sum(count[key] for count in counts.values()) for key in ("prefixes", "states")}
    return {**totals, "scenarios": counts}


def inject_all_faults(folder: Path) -> dict[str, Any]:
    """Let every call fail in every way; return the number of faults."""
    n = inject_faults(ACTIONS, folder)
    return {"injected": n, "actions": len(ACTIONS), "kinds": len(FAULTS)}


def kill(n_kills: int, folder: Path) -> dict[str, Any]:
    """Kill and resume trainings; return what was survived."""
    folder.mkdir()

    def progress(n: int) -> None:
        if n % 10 == 0:
            print(f"  {n} of {n_kills} kills survived", flush=True)

    survived = survive_kills(n_kills, folder, progress=progress)
    return {"survived": survived.kills, "inside_saves": survived.inside_saves, "runs": survived.runs}


def measure_checkpoints(folder: Path) -> dict[str, Any]:
    """Measure the share of the time that checkpoints take in real trainings.

    `fast` as it is, whose epochs take seconds; one epoch of `accurate` and one of the detector, which take minutes.
    """
    mnist = load_mnist()
    measured = {}
    for name in ("fast", "accurate", "detector"):
        with record_saves() as timers:
            _train(name, mnist, folder / name)
        measured[name] = timers[0].to_json()
        print(f"  checkpoints of {name}: {measured[name]}", flush=True)
    return {
        "share": max(each["share"] for each in measured.values()),
        "allowed_share": checkpoint.LARGEST_SHARE,
        "interval_seconds": checkpoint.INTERVAL_SECONDS,
        "trainings": measured,
    }


def _train(name: str, mnist: Mnist, run: Path) -> None:
    if name == "detector":
        train_detector(mnist.train, mnist.test, run, epochs=1)
    else:
        recipe = get_recipe(name)
        train(recipe if name == "fast" else recipe.override({"epochs": 1}), mnist.train, mnist.test, run=run)


class _Saves(checkpoint.SaveTimer):
    """A timer that records the duration of each checkpoint, from the start of the training on."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.perf_counter()
        self.durations: list[float] = []
        self._training = 0.0

    @contextlib.contextmanager
    def measure(self) -> Iterator[None]:
        """Measure a checkpoint."""
        began = time.perf_counter()
        with super().measure():
            yield
        self.durations.append(time.perf_counter() - began)
        self._training = time.perf_counter() - self._began

    def to_json(self) -> dict[str, Any]:
        """Return the number of checkpoints, their duration, and their share of the training."""
        seconds = sum(self.durations)
        return {
            "checkpoints": len(self.durations),
            "seconds_each": round(seconds / len(self.durations), 4),
            "training_seconds": round(self._training, 1),
            "share": round(seconds / self._training, 5),
        }


@contextlib.contextmanager
def record_saves() -> Iterator[list[_Saves]]:
    """Yield a list to which the timers of the trainings in the context are added."""
    timers: list[_Saves] = []

    def make_timer() -> _Saves:
        timers.append(_Saves())
        return timers[-1]

    with mock.patch.object(history, "SaveTimer", make_timer):
        yield timers


if __name__ == "__main__":
    sys.exit(main())
