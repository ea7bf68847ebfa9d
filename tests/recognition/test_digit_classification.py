"""From class probabilities to a digit."""

import numpy as np
import pytest

from inkdigits.recognition.digit_classification import build_classified_digit, exclude_digits
from inkdigits.recognition.model_card import ModelCard

CARD = ModelCard(threshold=0.6, is_digit_threshold=0.3)


def test_excluded_digits_leave_a_tenth_of_their_probability_to_non_digits() -> None:
    values = np.array([[0.5, 0.3, 0.2, *[0] * 7], [0, 0, 1, *[0] * 7]])
    allowed = exclude_digits(values, (0, 1, 5))
    np.testing.assert_allclose(allowed[0, :3], [0.5 / 0.82, 0.3 / 0.82, 0])
    np.testing.assert_array_equal(allowed[1], np.zeros(10))
    assert values[0, 2] == 0.2


def test_other_classes_keep_their_share() -> None:
    values = np.array([0.4, 0.4, *[0] * 8, 0.2])
    np.testing.assert_allclose(exclude_digits(values, (0,))[[0, 1, 10]], [0.4 / 0.64, 0, 0.2 / 0.64])


@pytest.mark.parametrize(
    ("is_digit", "card", "rejected"),
    [(1.0, CARD, None), (0.2, CARD, "not_a_digit"), (1.0, ModelCard(threshold=0.9), "unsure")],
)
def test_the_labels_are_ranked_and_the_digit_may_be_rejected(
    is_digit: float, card: ModelCard, rejected: str | None
) -> None:
    values = np.array([0.05, 0, 0, 0.7, 0, 0, 0, 0.25, 0, 0], np.float32)
    image = np.zeros((28, 28), np.uint8)
    digit = build_classified_digit(values, is_digit, (1, 2, 20, 30), image, card, (20, 30))
    assert (digit.label, digit.confidence, digit.box) == (3, pytest.approx(0.7), (1, 2, 20, 30))
    assert [label for label, _ in digit.alternatives[:2]] == [7, 0]
    assert len(digit.alternatives) == 9
    assert (digit.rejected, digit.image is image) == (rejected, True)
