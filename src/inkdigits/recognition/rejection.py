"""When a reading is refused, and for which reason."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.geometry.transform import Box
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.reading import Digit

BLANK = "blank"
"""There is no ink."""

NOT_A_DIGIT = "not_a_digit"
"""There is ink, but it is no digit: a letter, a scribble, a drawing, noise, a dot, a dash."""

UNSURE = "unsure"
"""It may be a digit, but which one is doubtful."""

_MIN_HEIGHT = 4
"""Height, in pixels, under which nothing can be told from a speck."""

_MAX_ASPECT_RATIO = 2.5
"""Width over height above which ink is a dash, and no digit."""


def find_rejection_reason(
    card: ModelCard, confidence: float, is_digit: float, size: tuple[int, int]
) -> str | None:
    """Return the reason to refuse a reading, or None.

    Parameters
    ----------
    card
        The model's card, which holds its thresholds.
    confidence
        Probability of the most probable digit.
    is_digit
        How far the crop is a digit at all.
    size
        Width and height of the ink, in pixels of the picture as it was given. The normal form
        discards them, and a dot or a dash looks like a digit once it is enlarged.
    """
    width, height = size
    if height < _MIN_HEIGHT or width > _MAX_ASPECT_RATIO * height:
        return NOT_A_DIGIT
    if is_digit < card.is_digit_threshold:
        return NOT_A_DIGIT
    if confidence < card.threshold:
        return UNSURE
    return None


_NON_DIGIT_RATE = 0.1
"""How often the shape of a digit that cannot occur stands there all the same, as a letter or a drawing, relative to a
digit that can: what looks like an excluded digit is mostly a stranger, rather than the next likeliest digit."""


def exclude_digits(probabilities: NDArray[Any], allowed: tuple[int, ...]) -> NDArray[Any]:
    """Leave the digits that cannot occur out of probabilities.

    Parameters
    ----------
    probabilities
        (..., 10) or more: those of the ten digits first, and of anything else behind them.
    allowed
        The digits that can occur.

    Returns
    -------
    ndarray
        Of the same shape. Its rows sum to less than before: the rest is the probability of a stranger.
    """
    excluded = [digit for digit in range(N_CLASSES) if digit not in allowed]
    values = np.array(probabilities)
    non_digits = _NON_DIGIT_RATE * values[..., excluded].sum(axis=-1, keepdims=True)
    values[..., excluded] = 0
    return np.asarray(values / np.maximum(values.sum(axis=-1, keepdims=True) + non_digits, 1e-12))


def build_classified_digit(
    probabilities: NDArray[np.float32],
    is_digit: float,
    box: Box,
    image: NDArray[np.uint8],
    card: ModelCard,
    size: tuple[int, int],
) -> Digit:
    """Make a digit of what the recogniser says of a crop; ``size`` is its width and height where it was cut."""
    values: list[float] = probabilities.tolist()
    ranked = sorted(range(len(values)), key=values.__getitem__, reverse=True)
    label = ranked[0]
    return Digit(
        label,
        values[label],
        box,
        tuple((other, values[other]) for other in ranked[1:]),
        find_rejection_reason(card, values[label], is_digit, size),
        image,
    )
