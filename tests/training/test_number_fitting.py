"""The network of numbers: what it is trained on, its loss against a count by hand, a whole small training."""

import itertools
from pathlib import Path

import keras
import numpy as np
import pytest

from inkdigits.contract import SIDE
from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import RunError
from inkdigits.recognition.columns import BLANK, FIRST_DIGIT, HEIGHT, N_SYMBOLS, STRIDE, NumberNetwork
from inkdigits.training.fitting import Step, read_history
from inkdigits.training.number_fitting import train_numbers
from inkdigits.training.number_network import columns_accuracy, number_network, sequence_loss
from inkdigits.training.synthetic.numbers import MOST, WIDTH, Stock, draw_numbers


def bars() -> LabelledImages:
    """Digits that anybody can tell: one bar, whose length is the digit."""
    images = np.zeros((40, SIDE, SIDE), np.uint8)
    labels = np.arange(40) % 10
    for image, label in zip(images, labels, strict=True):
        image[4:24, 10 : 12 + label] = 255
    return LabelledImages(images, labels, "bars")


def test_a_number_s_columns_name_its_symbols_in_their_order() -> None:
    data = bars()
    stock = Stock(data.images, data.labels, data.images[:1])
    drawn = draw_numbers(60, stock, np.random.default_rng(3))
    again = draw_numbers(60, stock, np.random.default_rng(3))
    np.testing.assert_array_equal(drawn.images, again.images)
    assert drawn.images.shape == (60, HEIGHT, WIDTH)
    for image, symbols, length, columns in zip(
        drawn.images, drawn.symbols, drawn.lengths, drawn.columns, strict=True
    ):
        assert 1 <= length <= MOST
        assert symbols[length:].tolist() == [BLANK] * (MOST - length)
        assert columns[columns > BLANK].tolist() == symbols[:length].tolist()
        first = int(np.flatnonzero(columns > BLANK)[0]) * STRIDE
        assert (
            image[:, max(0, first - 12) : first + 12].max() > 60
        )  # where a middle is, there is ink about it


def test_the_loss_is_minus_the_log_of_all_alignments() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(1, 4, N_SYMBOLS)).astype(np.float32)
    shares = np.exp(logits[0].astype(np.float64))
    shares /= shares.sum(axis=1, keepdims=True)
    symbols = [FIRST_DIGIT, FIRST_DIGIT + 4]
    expected = 0.0
    for way in itertools.product((BLANK, *symbols), repeat=4):
        if [each for each, _ in itertools.groupby(way) if each != BLANK] == symbols:
            expected += float(np.prod([shares[i, each] for i, each in enumerate(way)]))
    unknown_columns = [-1] * 4
    targets = np.array([[*symbols, BLANK, 2, *unknown_columns]], np.int32)
    found = keras.ops.convert_to_numpy(sequence_loss(3)(targets, logits))
    assert found[0] == pytest.approx(-np.log(expected), rel=1e-4)


def test_accuracy_is_the_share_of_middles_read_right() -> None:
    logits = np.zeros((1, 4, N_SYMBOLS), np.float32)
    logits[0, [0, 1, 2, 3], [0, 5, 6, 7]] = 1.0
    targets = np.array([[5, 7, 2, 0, 5, -1, 8]], np.int32)  # two symbols, then their columns: one is right
    found = keras.ops.convert_to_numpy(columns_accuracy(2)(targets, logits))
    assert found.tolist() == [0.5]


def test_the_network_reads_strips_of_any_width() -> None:
    network = number_network()
    for width in (16, 90):
        answer = network.predict(np.zeros((1, HEIGHT, width), np.uint8), verbose=0)
        assert answer.shape == (1, width // STRIDE, N_SYMBOLS)


def test_a_training_leaves_a_model_and_is_not_written_over(tmp_path: Path) -> None:
    run = tmp_path / "run"
    trained = train_numbers(bars(), bars(), run, seed=1, epochs=1, steps=2)
    assert trained.n == 2000
    assert 0.0 <= trained.accuracy <= 1.0
    network = NumberNetwork(run / "model.onnx")
    assert network.card.name == "numbers"
    assert network.card.evaluation["accuracy"] == trained.accuracy
    assert not (run / "checkpoint.npz").exists()
    with pytest.raises(RunError, match="exists already"):
        train_numbers(bars(), bars(), run, seed=1, epochs=1, steps=2)
    with pytest.raises(RunError, match="is finished"):
        train_numbers(bars(), bars(), run, seed=1, epochs=1, steps=2, resume=True)


def test_an_interrupted_training_goes_on(tmp_path: Path) -> None:
    run, epochs = tmp_path / "run", []

    def interrupt(step: Step) -> None:
        if step.epoch_done:
            raise KeyboardInterrupt

    with pytest.raises(RunError, match="no run to go on with"):
        train_numbers(bars(), bars(), run, epochs=2, steps=1, resume=True)
    with pytest.raises(KeyboardInterrupt):
        train_numbers(bars(), bars(), run, epochs=2, steps=1, watch=interrupt)
    with pytest.raises(RunError, match="give the same options"):
        train_numbers(bars(), bars(), run, seed=5, epochs=2, steps=1, resume=True)
    train_numbers(
        bars(), bars(), run, epochs=2, steps=1, resume=True, watch=lambda step: epochs.append(step.epoch)
    )
    assert set(epochs) == {2}
    assert [row["epoch"] for row in read_history(run)] == ["1", "2"]
