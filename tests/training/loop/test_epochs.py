"""A training that is interrupted anywhere ends as the uninterrupted one: weights, optimiser, history."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.durability.crashes.small_training import RECIPE, checkpoints_at_every_step, train_small
from inkdigits.runs.run_history import read_history
from inkdigits.training.loop.history import Step
from inkdigits.training.train import TrainedRun

pytestmark = pytest.mark.slow

ALL = RECIPE.override({"validation_share": 0.2})


class StopAt:
    """Interrupts a training at a step, as Ctrl-C would."""

    def __init__(self, epoch: int, batch: int) -> None:
        self.at = epoch, batch

    def __call__(self, step: Step) -> None:
        if (step.epoch, step.batch) == self.at and not step.epoch_done:
            raise KeyboardInterrupt


def rows(run: Path) -> list[dict[str, str]]:
    return [{**row, "seconds": ""} for row in read_history(run)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> TrainedRun:
    """Without a checkpoint within an epoch."""
    return train_small(tmp_path_factory.mktemp("whole") / "run", recipe=ALL)


@pytest.mark.parametrize("stops", [[(1, 2)], [(1, 4), (1, 5), (3, 5)], [(2, 4), (3, 2)]], ids=str)
def test_a_training_goes_on_from_within_an_epoch(
    whole: TrainedRun, tmp_path: Path, stops: list[tuple[int, int]]
) -> None:
    run = tmp_path / "run"
    steps: list[Step] = []
    with checkpoints_at_every_step():
        for i, stop in enumerate(stops):
            with pytest.raises(KeyboardInterrupt):
                train_small(run, resume=i > 0, watch=StopAt(*stop), recipe=ALL)
        resumed = train_small(run, resume=True, watch=steps.append, recipe=ALL)
    assert (steps[0].epoch, steps[0].batch) >= stops[-1]
    for ours, theirs in zip(whole.network.get_weights(), resumed.network.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert rows(run) == rows(whole.path)
    assert all(float(row["seconds"]) > 0 for row in read_history(run))
    assert not list(run.glob("checkpoint*"))
