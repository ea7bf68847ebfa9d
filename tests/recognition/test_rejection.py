"""Reasons for rejection."""

import pytest

from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.rejection import find_rejection_reason

CARD = ModelCard(threshold=0.6, is_digit_threshold=0.3)


@pytest.mark.parametrize(
    ("confidence", "is_digit", "size", "reason"),
    [
        (0.99, 1.0, (20, 30), None),
        (0.60, 0.3, (20, 30), None),
        (0.59, 1.0, (20, 30), "unsure"),
        (0.99, 0.2, (20, 30), "not_a_digit"),
        (0.10, 0.2, (20, 30), "not_a_digit"),
        (0.99, 1.0, (3, 3), "not_a_digit"),
        (0.99, 1.0, (90, 30), "not_a_digit"),
        (0.99, 1.0, (5, 60), None),
    ],
)
def test_the_reason_follows_from_confidence_is_digit_and_size(
    confidence: float, is_digit: float, size: tuple[int, int], reason: str | None
) -> None:
    assert find_rejection_reason(CARD, confidence, is_digit, size) == reason
