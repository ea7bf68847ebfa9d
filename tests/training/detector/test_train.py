"""The training of the detector: its batches, its loss against a count by hand, a whole small training."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.durability.crashes.small_training import checkpoints_at_every_step
from inkdigits.commands.train_numbers import command
from inkdigits.contract import SIDE
from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import RunError
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.symbols import N_OUTPUTS, N_SYMBOLS
from inkdigits.runs.run_history import read_history
from inkdigits.training.detector import batches, train
from inkdigits.training.detector.loss import detector_loss, symbol_accuracy
from inkdigits.training.detector.train import train_detector
from inkdigits.training.export.onnx_export import load_network
from inkdigits.training.loop.history import Step
from inkdigits.training.networks.detector import detector
from inkdigits.training.scenes.windows import N_TARGETS, ROTATED, SHAPES


def bars() -> LabelledImages:
    """Digits that anybody can tell: one bar, whose length is the digit."""
    images = np.zeros((40, SIDE, SIDE), np.uint8)
    labels = np.arange(40) % 10
    for image, label in zip(images, labels, strict=True):
        image[4:24, 10 : 12 + label] = 255
    return LabelledImages(images, labels, "bars")


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a training draw little: few windows to test on, and few batches ahead."""
    monkeypatch.setattr(train, "_N_TEST", 20)
    monkeypatch.setattr(batches, "_AHEAD", 2)


def test_the_command_s_default_is_the_training_s() -> None:
    (epochs,) = [each.default for each in command.params if each.name == "epochs"]
    assert epochs == train.EPOCHS


def test_the_network_answers_for_pictures_of_any_size() -> None:
    network = detector((4, 4, 4, 8, 8, 4, 4))
    for height, width in ((48, 160), (96, 40)):
        answer = network.predict(np.zeros((1, height, width), np.uint8), verbose=0)
        assert answer.shape == (1, height // 8, width // 4, N_OUTPUTS)


def test_light_and_shadow_do_not_change_what_the_network_sees() -> None:
    network = detector((4, 4, 4, 8, 8, 4, 4))
    rng = np.random.default_rng(0)
    picture = rng.integers(60, 120, (1, 48, 80)).astype(np.uint8)
    lighter = picture + np.uint8(100)
    answers = [network.predict(each, verbose=0) for each in (picture, lighter)]
    np.testing.assert_allclose(*answers, atol=1e-3)


@pytest.mark.parametrize(("quarters", "share"), [(0, 1 - ROTATED), (2, ROTATED / 3)])
def test_the_loss_is_that_of_a_count_by_hand(quarters: int, share: float) -> None:
    rng = np.random.default_rng(0)
    targets = np.zeros((1, 1, 3, N_TARGETS), np.float32)
    targets[..., 7] = 1.0
    targets[0, 0, 1, :8] = [1.0, 4, 1, 2, 3, 4, 1.0, 1.0]
    targets[..., 8] = [4, quarters, 4]
    targets[0, 0, 2, 0], targets[0, 0, 2, 7] = 0.5, 1.0
    answers = rng.standard_normal((1, 1, 3, N_OUTPUTS)).astype(np.float32)
    cell = answers[0, 0, 1].astype(np.float64)
    expected = np.log1p(np.exp(answers[0, 0, 0, 0])) + np.log1p(np.exp(-cell[0]))
    expected += 0.5**4 * np.log1p(np.exp(answers[0, 0, 2, 0]))
    classes = cell[1 : 1 + N_SYMBOLS]
    expected += np.log(np.exp(classes).sum()) - classes[4]
    expected += 0.15 * np.abs(cell[1 + N_SYMBOLS : 5 + N_SYMBOLS] - [1, 2, 3, 4]).sum()
    # Printed symbols have the same weight in total as the others, of which there are four times as many.
    expected += 0.1 * 0.5 / 0.2 * np.log1p(np.exp(-cell[5 + N_SYMBOLS]))
    turns = cell[6 + N_SYMBOLS :]
    expected += (np.log(np.exp(turns).sum()) - turns[quarters]) / (4 * share)
    found = keras.ops.convert_to_numpy(detector_loss(targets, answers))
    assert found[0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("outputs", "layers"),
    [(slice(5 + N_SYMBOLS, 6 + N_SYMBOLS), "printed"), (slice(6 + N_SYMBOLS, None), "orientations")],
)
def test_print_and_orientations_do_not_change_the_features(outputs: slice, layers: str) -> None:
    network = detector((4, 4, 4, 8, 8, 4, 16))
    pictures = np.random.default_rng(0).integers(0, 255, (2, 48, 80)).astype(np.uint8)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(network(pictures)[..., outputs] ** 2)
    gradients = tape.gradient(total, network.trainable_variables)
    changed = {
        variable.path
        for variable, gradient in zip(network.trainable_variables, gradients, strict=True)
        if gradient is not None and bool(tf.reduce_any(gradient != 0))
    }
    # The kernels and offsets of the three layers before the output's own.
    own = network.get_layer(layers)
    assert len(changed) == 8
    assert {variable.path for variable in own.trainable_variables} <= changed


def test_what_is_left_open_costs_nothing() -> None:
    targets = np.zeros((1, 2, 3, N_TARGETS), np.float32)
    targets[..., 8] = 4
    answers = np.full((1, 2, 3, N_OUTPUTS), 5.0, np.float32)
    assert keras.ops.convert_to_numpy(detector_loss(targets, answers))[0] == 0


def test_accuracy_is_the_share_of_symbols_of_the_right_class() -> None:
    targets = np.zeros((1, 1, 4, N_TARGETS), np.float32)
    targets[..., 7] = 1.0
    targets[0, 0, [0, 2], 0], targets[0, 0, [0, 2], 1] = 1.0, [3, 5]
    answers = np.zeros((1, 1, 4, N_OUTPUTS), np.float32)
    answers[0, 0, [0, 2], [1 + 3, 1 + 6]] = 1.0
    found = keras.ops.convert_to_numpy(symbol_accuracy(targets, answers))
    assert found.tolist() == pytest.approx([0.5], abs=1e-5)


def test_every_step_has_its_drawing_and_most_come_twice() -> None:
    plan = [batches._drawing_of(step) for step in range(1000)]
    assert len({drawn for drawn, is_again in plan if not is_again}) == sum(
        not is_again for _, is_again in plan
    )
    seen = set()
    for drawn, is_again in plan:
        assert (drawn in seen) == is_again
        seen.add(drawn)
    shapes = [drawn % 3 for drawn, _ in plan]
    assert all(one != other for one, other in itertools.pairwise(shapes))


@pytest.mark.slow
def test_batches_depend_on_the_seed_and_the_step_alone() -> None:
    first = list(batches.training_batches(bars(), 3, 0, 3))
    again = list(batches.training_batches(bars(), 3, 2, 3))
    np.testing.assert_array_equal(first[2][0], again[0][0])
    np.testing.assert_array_equal(first[2][1], again[0][1])
    assert first[0][0].shape == (batches.BATCH, 48, 160)
    assert first[0][0].dtype == np.uint8


@pytest.mark.slow
def test_a_training_leaves_a_model_and_is_not_written_over(tmp_path: Path, little: None) -> None:
    run = tmp_path / "run"
    trained = train_detector(bars(), bars(), run, seed=1, epochs=1, steps=2)
    assert trained.n == 20
    assert 0.0 <= trained.accuracy <= 1.0
    network = Detector(run / "model.onnx")
    assert network.card.name == "detector"
    assert network.card.evaluation["accuracy"] == trained.accuracy
    assert not list(run.glob("checkpoint*"))
    with pytest.raises(RunError, match="exists already"):
        train_detector(bars(), bars(), run, seed=1, epochs=1, steps=2)
    with pytest.raises(RunError, match="is finished"):
        train_detector(bars(), bars(), run, seed=1, epochs=1, steps=2, resume=True)


@pytest.mark.slow
def test_an_interrupted_training_goes_on(tmp_path: Path, little: None) -> None:
    run, epochs = tmp_path / "run", []

    def interrupt(step: Step) -> None:
        if step.epoch_done:
            raise KeyboardInterrupt

    with pytest.raises(RunError, match="no run to resume"):
        train_detector(bars(), bars(), run, epochs=2, steps=2, resume=True)
    # Without it, a machine that takes a minute for the first step would checkpoint there, and not at the epoch's end.
    with checkpoints_at_every_step(), pytest.raises(KeyboardInterrupt):
        train_detector(bars(), bars(), run, epochs=2, steps=2, watch=interrupt)
    with pytest.raises(RunError, match="give the same options"):
        train_detector(bars(), bars(), run, seed=5, epochs=2, steps=2, resume=True)
    train_detector(
        bars(), bars(), run, epochs=2, steps=2, resume=True, watch=lambda step: epochs.append(step.epoch)
    )
    assert set(epochs) == {2}
    assert [row["epoch"] for row in read_history(run)] == ["1", "2"]


def noise_batches(
    digits: object, seed: int, first: int, last: int, own: object, degradation: object
) -> Iterator[batches.Batch]:
    """Yield batches that depend on seed and step, as the drawn ones do, in a fraction of their time."""
    for step in range(first, last):
        rng = np.random.default_rng((seed, step))
        height, width = SHAPES[step % len(SHAPES)]
        targets = rng.random((8, height // 8, width // 4, N_TARGETS)).astype(np.float32)
        targets[..., 1] = rng.integers(0, 10, targets.shape[:-1])
        yield rng.integers(0, 256, (8, height, width)).astype(np.uint8), targets


@pytest.mark.slow
def test_a_training_goes_on_from_within_an_epoch(
    tmp_path: Path, little: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "training_batches", noise_batches)

    def stop(step: Step) -> None:
        if (step.epoch, step.batch) == (1, 2):
            raise KeyboardInterrupt

    train_detector(bars(), bars(), tmp_path / "whole", epochs=2, steps=3)
    steps: list[tuple[int, int]] = []
    with checkpoints_at_every_step(), pytest.raises(KeyboardInterrupt):
        train_detector(bars(), bars(), tmp_path / "stopped", epochs=2, steps=3, watch=stop)
    train_detector(
        bars(),
        bars(),
        tmp_path / "stopped",
        epochs=2,
        steps=3,
        resume=True,
        watch=lambda step: steps.append((step.epoch, step.batch)),
    )
    assert steps[0] == (1, 3)
    whole, resumed = (load_network(tmp_path / name).get_weights() for name in ("whole", "stopped"))
    for ours, theirs in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    rows = [
        [{**row, "seconds": ""} for row in read_history(tmp_path / name)] for name in ("whole", "stopped")
    ]
    assert rows[0] == rows[1]
