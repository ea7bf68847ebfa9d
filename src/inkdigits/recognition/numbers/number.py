"""A number of a line of detected symbols: its text, its digits, its confidence, and what else it could be."""

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
"""Probability from which a separator or a letter is reported."""


def build_number(
    line: TextLine,
    boxes: list[Box],
    images: list[NDArray[np.uint8]],
    threshold: float,
    constraints: Constraints,
) -> Number | None:
    """Make a number of a line of symbols.

    Parameters
    ----------
    line
        The candidates.
    boxes
        Their boxes in pixels of the page that is read.
    images
        What stands in these boxes, ``uint8`` (28, 28) each.
    threshold
        Probability of a digit under which it is refused as unsure.
    knowledge
        What is known of the number.

    Returns
    -------
    Number or None
        None where no candidate's likeliest outcome is a digit.
    """
    if not line.choose_digits().any():
        return None
    chosen = line.choose_digits(constraints.length)
    probabilities = line.digit_probabilities
    digits: list[Digit] = []
    text, guess = "", ""
    place_in_text: dict[int, int] = {}
    for i in range(len(chosen)):
        symbol = int(line.outcomes[i, N_CLASSES:-1].argmax()) + N_CLASSES
        if chosen[i]:
            digit = build_digit(
                probabilities[i], boxes[i], images[i], threshold, float(line.found.printed[i])
            )
            place_in_text[i] = len(guess)
            digits.append(digit)
            text += digit.character
            guess += str(digit.label)
        elif line.outcomes[i, symbol] >= _MIN_SYMBOL_PROBABILITY and symbol != OTHER:
            place_in_text[i] = len(guess)
            text += SYMBOLS[symbol]
            guess += SYMBOLS[symbol]
        elif line.outcomes[i, symbol] >= _MIN_SYMBOL_PROBABILITY and _is_between_digits(i, chosen):
            place_in_text[i] = len(guess)
            digit = build_digit(
                probabilities[i], boxes[i], images[i], threshold, float(line.found.printed[i])
            )
            digits.append(replace(digit, rejected=rejection.NOT_A_DIGIT))
            text += "?"
            guess += "?"
    confidence = line.compute_confidence(chosen)
    match = (
        None
        if constraints.roster is None
        else constraints.roster.match(line.list_segmentations(constraints.length))
    )
    expected = None
    if constraints.expected is not None:
        fits = constraints.length in (None, len(constraints.expected))
        expected = Expectation(
            constraints.expected, line.compute_probability(constraints.expected) if fits else 0.0
        )
    return Number(
        text,
        tuple(digits),
        confidence,
        enclose_boxes([digit.box for digit in digits]),
        _build_runner_up(line, chosen, guess, place_in_text, constraints.length is not None),
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
    """Make a digit of what the detector says of a symbol.

    Parameters
    ----------
    probabilities
        ``float64`` (11,): of the ten digits and of none of them, sum 1.
    box
        In pixels of the page that is read.
    image
        What stands in the box, ``uint8`` (28, 28).
    threshold
        Probability of the digit under which it is refused as unsure.
    printed
        How far it is print, from 0 to 1.
    """
    values = probabilities[:N_CLASSES]
    ranked = np.argsort(-values, kind="stable")
    label = int(ranked[0])
    rejected = rejection.UNSURE if values[label] < threshold else None
    others = tuple((int(other), float(values[other])) for other in ranked[1:])
    return Digit(label, float(values[label]), box, others, rejected, image, printed)


def _is_between_digits(i: int, chosen: NDArray[np.bool_]) -> bool:
    """Tell whether a candidate stands between the first and the last digit."""
    places = np.flatnonzero(chosen)
    return bool(places[0] < i < places[-1])


def _build_runner_up(
    line: TextLine, chosen: NDArray[np.bool_], guess: str, place_in_text: dict[int, int], keep_length: bool
) -> tuple[str, float] | None:
    """Return the text of the second-best reading, which differs in one symbol, and its probability."""
    candidate, label, probability = line.find_runner_up(chosen, keep_length)
    if probability <= 0:
        return None
    instead = str(label) if label >= 0 else ""
    if candidate in place_in_text:
        place, end = place_in_text[candidate], place_in_text[candidate] + 1
    else:
        place = end = sum(1 for i in place_in_text if i < candidate)
    text = guess[:place] + instead + guess[end:]
    return (text, probability) if text and text != guess else None
