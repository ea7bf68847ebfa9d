"""Checkpoints: the last two are kept, a damaged one is noticed, and they take a small share of the time."""

from pathlib import Path

import keras
import numpy as np
import pytest

from inkdigits.errors import RunError
from inkdigits.runs.run_directory import CHECKPOINTS, has_checkpoint
from inkdigits.training.loop.checkpoint import (
    INTERVAL_SECONDS,
    LARGEST_SHARE,
    Position,
    SaveTimer,
    load_checkpoint,
    remove_checkpoints,
    save_checkpoint,
    take_checkpoint,
)


def compiled(width: int = 3) -> keras.Model:
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5), keras.layers.Dense(width)])
    network.compile(keras.optimizers.Adam(use_ema=True), "mse")
    return network


def save(run: Path, network: keras.Model, epochs_done: int, steps_done: int = 0) -> Position:
    position = Position(epochs_done, steps_done, 7, 1.5, {"state": 2**100}, [{"epoch": "1"}])
    network.layers[-1].bias.assign(np.full(network.layers[-1].bias.shape, epochs_done + steps_done / 10))
    save_checkpoint(run, take_checkpoint(network, position))
    return position


def bias(network: keras.Model) -> float:
    return float(keras.ops.convert_to_numpy(network.layers[-1].bias)[0])


def test_the_state_is_restored_with_its_position(tmp_path: Path) -> None:
    network = compiled()
    network.fit(np.ones((4, 2)), np.ones((4, 3)), verbose=0)
    position = save(tmp_path, network, 1, 4)
    other = compiled()
    found = load_checkpoint(tmp_path, other)
    assert found is not None
    assert found.position == position
    for ours, theirs in (
        (network.variables, other.variables),
        (network.optimizer.variables, other.optimizer.variables),
    ):
        for one, two in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(two))


def test_the_last_two_are_kept_and_the_later_one_is_loaded(tmp_path: Path) -> None:
    network = compiled()
    assert not has_checkpoint(tmp_path)
    assert load_checkpoint(tmp_path, network) is None
    for epochs_done, steps_done in ((0, 5), (1, 0), (1, 3), (10, 0), (11, 0)):
        save(tmp_path, network, epochs_done, steps_done)
    assert sorted(path.name for path in tmp_path.iterdir()) == list(CHECKPOINTS)
    found = load_checkpoint(tmp_path, compiled())
    assert found is not None
    assert found.position.epochs_done == 11
    remove_checkpoints(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["cut", "empty", "zeros", "one bit", "other"])
def test_a_damaged_one_falls_back_to_the_one_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    network = compiled()
    for epochs_done in (1, 2, 3):
        save(tmp_path, network, epochs_done)
    last = tmp_path / CHECKPOINTS[0]
    content = bytearray(last.read_bytes())
    if damage == "one bit":
        content[len(content) // 2] ^= 4
    new = {"cut": content[: len(content) // 2], "empty": b"", "zeros": bytes(len(content))}.get(
        damage, content
    )
    last.write_bytes(new)
    if damage == "other":
        (tmp_path / "other").mkdir()
        save(tmp_path / "other", compiled(5), 9)
        last.write_bytes((tmp_path / "other" / CHECKPOINTS[0]).read_bytes())
    found = load_checkpoint(tmp_path, network)
    assert found is not None
    assert found.position.epochs_done == 2
    assert bias(network) == 2
    (record,) = caplog.records
    assert f"{last} is damaged or belongs to another network" in record.message
    assert record.message.endswith("resuming from the other one.")
    assert "\n" not in record.message

    # The next one replaces the damaged one, or the older one if that still says where it is.
    save(tmp_path, network, 4)
    found = load_checkpoint(tmp_path, network)
    assert found is not None
    assert found.position.epochs_done == 4


def test_any_damaged_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    network = compiled()
    for epochs_done in (1, 2, 3):
        save(tmp_path, network, epochs_done)
    last = tmp_path / CHECKPOINTS[0]
    content, rng, n_noticed = last.read_bytes(), np.random.default_rng(0), 0
    for place in rng.choice(len(content), 400, replace=False).tolist():
        damaged = bytearray(content)
        damaged[place] ^= int(rng.integers(1, 256))
        last.write_bytes(damaged)
        found = load_checkpoint(tmp_path, network)
        assert found is not None
        assert bias(network) == found.position.epochs_done
        n_noticed += found.position.epochs_done == 2
    assert n_noticed > 300


def test_two_damaged_ones_are_an_error(tmp_path: Path) -> None:
    for name in CHECKPOINTS:
        (tmp_path / name).write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(RunError, match="is damaged or belongs to another network"):
        load_checkpoint(tmp_path, compiled())


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def save(self, timer: SaveTimer, seconds: float) -> None:
        with timer.measure():
            self.now += seconds


def test_the_first_one_between_two_epochs_is_due_at_once() -> None:
    clock = Clock()
    timer = SaveTimer(clock)
    assert timer.is_due(within_epoch=False)
    assert not timer.is_due(within_epoch=True)
    clock.now = INTERVAL_SECONDS
    assert timer.is_due(within_epoch=True)


@pytest.mark.parametrize("cost", [0.01, 0.5, 3.0])
@pytest.mark.parametrize("step", [0.1, 7.0, 200.0])
def test_they_take_a_small_share_of_the_time(cost: float, step: float) -> None:
    clock = Clock()
    timer = SaveTimer(clock)
    spent = longest = last = 0.0
    clock.now = 60.0
    clock.save(timer, cost)
    last, began = clock.now, clock.now
    while clock.now < 4000.0:
        clock.now += step
        if timer.is_due(within_epoch=True):
            longest = max(longest, clock.now - last)
            clock.save(timer, cost)
            spent, last = spent + cost, clock.now
    assert 0 < spent / (clock.now - began) <= LARGEST_SHARE
    assert longest <= max(INTERVAL_SECONDS, cost / LARGEST_SHARE) + step
