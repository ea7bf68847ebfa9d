"""Predictions for single digits: the detector's, and its combination with the classifier's."""

import numpy as np
import pytest

import inkdigits
from inkdigits.data import Mnist
from inkdigits.recognition.detection.detector import load_shipped_detector
from inkdigits.recognition.single_digit import Prediction, combine_predictions, predict_central_digit


def make_prediction(digit: int, share: float, is_digit: float = 1.0) -> Prediction:
    probabilities = np.full(10, (1 - share) / 9)
    probabilities[digit] = share
    return Prediction(probabilities, is_digit)


def test_the_combination_of_equal_predictions_is_the_same() -> None:
    prediction = make_prediction(3, 0.8, 0.5)
    combined = combine_predictions(prediction, prediction)
    np.testing.assert_allclose(combined.probabilities, prediction.probabilities, atol=1e-9)
    assert combined.is_digit == pytest.approx(0.5)


def test_the_more_confident_label_wins_and_a_low_is_digit_lowers_the_result() -> None:
    combined = combine_predictions(
        make_prediction(5, 0.6), make_prediction(3, 0.99, 0.01), detector_weight_is_digit=0.5
    )
    assert combined.probabilities.argmax() == 3
    assert combined.probabilities[3] < 0.99
    assert combined.is_digit == pytest.approx(0.1)


def test_the_central_digit_is_classified_and_its_neighbours_ignored(mnist: Mnist) -> None:
    of = {digit: mnist.train.images[np.flatnonzero(mnist.train.labels == digit)[1]] for digit in (2, 5, 7)}
    row = np.concatenate([of[2][:, 14:25], np.zeros((28, 2), np.uint8), of[5], of[7][:, 3:12]], axis=1)
    picture = (235 - 0.8 * row).astype(np.uint8)
    whole = (0, 0, picture.shape[1], picture.shape[0])
    assert predict_central_digit(picture, whole, load_shipped_detector(1)).probabilities.argmax() == 5
    assert predict_central_digit(255 - picture, whole, load_shipped_detector(1)).probabilities.argmax() == 5


def test_an_empty_picture_has_a_low_is_digit() -> None:
    prediction = predict_central_digit(
        np.full((60, 40), 200, np.uint8), (5, 5, 20, 40), load_shipped_detector(1)
    )
    assert prediction.is_digit < 0.1
    assert prediction.probabilities.sum() == pytest.approx(1)


def test_a_named_model_is_not_combined_with_the_detector(mnist: Mnist) -> None:
    """Users who name a model expect the output of that model alone."""
    image = np.pad(mnist.train.images[7], 20)
    alone = inkdigits.Reader("accurate").read(255 - image, layout="digit").digits[0]
    together = inkdigits.Reader().read(255 - image, layout="digit").digits[0]
    assert alone.label == together.label == int(mnist.train.labels[7])
    assert alone.confidence != together.confidence
