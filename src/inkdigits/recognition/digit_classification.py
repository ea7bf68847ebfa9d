"""From class probabilities to a digit: exclusion of digits that cannot occur, ranking of the labels, rejection."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.geometry.transform import Box
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.reading import Digit
from inkdigits.recognition.rejection import find_rejection_reason

_NON_DIGIT_RATE = 0.1
"""Frequency of non-digits, such as letters or drawings, that resemble an excluded digit, relative to the frequency of
digits that can occur. A crop that resembles an excluded digit is thus mostly rejected, not given the next label."""


def exclude_digits(probabilities: NDArray[Any], allowed: tuple[int, ...]) -> NDArray[Any]:
    """Set the probabilities of digits that cannot occur to 0, and renormalise.

    Parameters
    ----------
    probabilities
        Float, (..., n), n at least 10: the probabilities of the ten digits, then those of any other classes.
    allowed
        The digits that can occur.

    Returns
    -------
    ndarray
        Of the same shape. The sum of a row is below 1; the rest is the probability of a non-digit.
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
    """Build a digit from the class probabilities of a crop, with the reason to reject it if there is one.

    Parameters
    ----------
    probabilities
        ``float32`` (10,).
    is_digit
        Probability that the crop is a digit, in [0, 1].
    box
        x, y, width and height in pixels of the page.
    image
        The crop, ``uint8`` (28, 28).
    card
        The model card, with the thresholds.
    size
        Width and height of the crop, in pixels of the picture.
    """
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
