"""Build a number from a line of detected symbols: its text, digits, confidence, runner-up, match and expectation."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.geometry.transform import Box
from inkdigits.recognition import rejection
from inkdigits.recognition.detection.symbols import OTHER, SYMBOLS
from inkdigits.recognition.numbers.constraints import Constraints
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.recognition.reading import Digit, Expectation, Number, enclose_boxes

_MIN_SYMBOL_PROBABILITY = 0.5
"""Least probability at which a separator, or a symbol of the class ``other``, is part of the text."""


def build_number(
    line: TextLine,
    boxes: list[Box],
    images: list[NDArray[np.uint8]],
    threshold: float,
    constraints: Constraints,
) -> Number | None:
    """Build a number from a line of symbols.

    Parameters
    ----------
    line
        The symbols, with their probabilities.
    boxes
        x, y, width and height of each, in pixels of the page.
    images
        The crops of these boxes, ``uint8`` (28, 28) each.
    threshold
        Least probability of an accepted digit; below it the digit is rejected as ``unsure``.
    constraints
        The constraints on the number.

    Returns
    -------
    Number or None
        None if no symbol's most probable outcome is a digit.
    """
    if not line.choose_digits().any():
        return None
    is_digit = line.choose_digits(constraints.length)
    probabilities = line.digit_probabilities
    digits: list[Digit] = []
    text, guess = "", ""
    position_in_text: dict[int, int] = {}
    for i in range(len(is_digit)):
        symbol = int(line.outcomes[i, N_CLASSES:-1].argmax()) + N_CLASSES
        if is_digit[i]:
            digit = build_digit(
                probabilities[i], boxes[i], images[i], threshold, float(line.found.printed[i])
            )
            position_in_text[i] = len(guess)
            digits.append(digit)
            text += digit.character
            guess += str(digit.label)
        elif line.outcomes[i, symbol] >= _MIN_SYMBOL_PROBABILITY and symbol != OTHER:
            position_in_text[i] = len(guess)
            text += SYMBOLS[symbol]
            guess += SYMBOLS[symbol]
        elif line.outcomes[i, symbol] >= _MIN_SYMBOL_PROBABILITY and _is_between_digits(i, is_digit):
            position_in_text[i] = len(guess)
            digit = build_digit(
                probabilities[i], boxes[i], images[i], threshold, float(line.found.printed[i])
            )
            digits.append(replace(digit, rejected=rejection.NOT_A_DIGIT))
            text += "?"
            guess += "?"
    confidence = line.compute_confidence(is_digit)
    match = (
        None
        if constraints.roster is None
        else constraints.roster.match(line.list_segmentations(constraints.length))
    )
    expected = None
    if constraints.expected is not None:
        has_length = constraints.length in (None, len(constraints.expected))
        expected = Expectation(
            constraints.expected, line.compute_probability(constraints.expected) if has_length else 0.0
        )
    return Number(
        text,
        tuple(digits),
        confidence,
        enclose_boxes([digit.box for digit in digits]),
        _build_runner_up(line, is_digit, guess, position_in_text, constraints.length is not None),
        match,
        expected,
    )


def build_digit(
    probabilities: NDArray[np.float64],
    box: Box,
    image: NDArray[np.uint8],
    threshold: float,
    printed: float,
) -> Digit:
    """Build a digit from the detector's probabilities for a symbol.

    Parameters
    ----------
    probabilities
        ``float64`` (11,), sum 1: of the ten digits, and of everything else.
    box
        x, y, width and height in pixels of the page.
    image
        The crop of the box, ``uint8`` (28, 28).
    threshold
        Least probability of an accepted digit; below it the digit is rejected as ``unsure``.
    printed
        Score for print rather than handwriting, in [0, 1].
    """
    digit_probabilities = probabilities[:N_CLASSES]
    order = np.argsort(-digit_probabilities, kind="stable")
    label = int(order[0])
    rejected = rejection.UNSURE if digit_probabilities[label] < threshold else None
    alternatives = tuple((int(other), float(digit_probabilities[other])) for other in order[1:])
    return Digit(label, float(digit_probabilities[label]), box, alternatives, rejected, image, printed)


def _is_between_digits(i: int, is_digit: NDArray[np.bool_]) -> bool:
    """Return whether symbol ``i`` is between the first and the last digit."""
    indices = np.flatnonzero(is_digit)
    return bool(indices[0] < i < indices[-1])


def _build_runner_up(
    line: TextLine,
    is_digit: NDArray[np.bool_],
    guess: str,
    position_in_text: dict[int, int],
    keep_length: bool,
) -> tuple[str, float] | None:
    """Return the text of the second-best reading, which differs in one symbol, and its probability; or None."""
    changed, label, probability = line.find_runner_up(is_digit, keep_length)
    if probability <= 0:
        return None
    replacement = str(label) if label >= 0 else ""
    if changed in position_in_text:
        start, end = position_in_text[changed], position_in_text[changed] + 1
    else:
        start = end = sum(1 for i in position_in_text if i < changed)
    text = guess[:start] + replacement + guess[end:]
    return (text, probability) if text and text != guess else None
