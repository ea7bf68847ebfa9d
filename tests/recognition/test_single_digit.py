"""One digit: the detector's opinion of the middle of a picture, and two opinions put together."""

import numpy as np
import pytest

import inkdigits
from inkdigits.data import Mnist
from inkdigits.recognition.detection.detector import load_shipped_detector
from inkdigits.recognition.single_digit import Prediction, combine_predictions, predict_central_digit


def one_sure_of(digit: int, share: float, is_digit: float = 1.0) -> Prediction:
    shares = np.full(10, (1 - share) / 9)
    shares[digit] = share
    return Prediction(shares, is_digit)


def test_two_alike_are_what_each_is() -> None:
    opinion = one_sure_of(3, 0.8, 0.5)
    both = combine_predictions(opinion, opinion)
    np.testing.assert_allclose(both.probabilities, opinion.probabilities, atol=1e-9)
    assert both.is_digit == pytest.approx(0.5)


def test_the_surer_one_wins_and_doubt_of_either_counts() -> None:
    both = combine_predictions(one_sure_of(5, 0.6), one_sure_of(3, 0.99, 0.01), detector_weight_is_digit=0.5)
    assert both.probabilities.argmax() == 3
    assert both.probabilities[3] < 0.99
    assert both.is_digit == pytest.approx(0.1)


def test_the_digit_in_the_middle_is_meant_and_not_its_neighbours(mnist: Mnist) -> None:
    of = {digit: mnist.train.images[np.flatnonzero(mnist.train.labels == digit)[1]] for digit in (2, 5, 7)}
    row = np.concatenate([of[2][:, 14:25], np.zeros((28, 2), np.uint8), of[5], of[7][:, 3:12]], axis=1)
    picture = (235 - 0.8 * row).astype(np.uint8)
    whole = (0, 0, picture.shape[1], picture.shape[0])
    assert predict_central_digit(picture, whole, load_shipped_detector(1)).probabilities.argmax() == 5
    assert predict_central_digit(255 - picture, whole, load_shipped_detector(1)).probabilities.argmax() == 5


def test_nothing_to_see_is_hardly_a_digit() -> None:
    opinion = predict_central_digit(
        np.full((60, 40), 200, np.uint8), (5, 5, 20, 40), load_shipped_detector(1)
    )
    assert opinion.is_digit < 0.1
    assert opinion.probabilities.sum() == pytest.approx(1)


def test_a_chosen_model_reads_alone(mnist: Mnist) -> None:
    """A user who names a model wants to see that model's answer."""
    image = np.pad(mnist.train.images[7], 20)
    alone = inkdigits.Reader("accurate").read(255 - image, layout="digit").digits[0]
    together = inkdigits.Reader().read(255 - image, layout="digit").digits[0]
    assert alone.label == together.label == int(mnist.train.labels[7])
    assert alone.confidence != together.confidence
