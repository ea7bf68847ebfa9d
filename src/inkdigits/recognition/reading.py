"""What is read of a picture: digits, numbers, text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.geometry.transform import Box, Transform


@dataclass(frozen=True)
class Digit:
    """One digit, or one blank cell.

    Attributes
    ----------
    label
        0 to 9, the best guess even when it is refused; None for a blank cell.
    confidence
        The probability of ``label``, from 0 to 1.
    box
        Where it is: x, y, width and height in pixels of the picture as it was given.
    alternatives
        The other digits with their probabilities, the most probable first.
    rejected
        None, or why the digit is refused: ``blank``, ``not_a_digit`` or ``unsure``.
    image
        ``uint8`` of shape (28, 28): what the classifier saw; of a number, what stands in the box.
    printed
        How far it is print rather than handwriting, from 0 to 1; None where the detector was not asked.
    """

    label: int | None
    confidence: float
    box: Box
    alternatives: tuple[tuple[int, float], ...] = ()
    rejected: str | None = None
    image: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    printed: float | None = None

    @property
    def character(self) -> str:
        """The digit as it stands in a text: ``?`` where it is refused, ``_`` for a blank cell."""
        if self.label is None:
            return "_"
        return str(self.label) if self.rejected is None else "?"

    def to_json(self) -> dict[str, Any]:
        """Return the digit as numbers, strings and lists."""
        return {
            "label": self.label,
            "confidence": round(self.confidence, 6),
            "box": list(self.box),
            "alternatives": [
                {"label": label, "probability": round(probability, 6)}
                for label, probability in self.alternatives
            ],
            "rejected": self.rejected,
            "printed": None if self.printed is None else round(self.printed, 6),
        }


@dataclass(frozen=True)
class Expectation:
    """How probable it is that an expected number stands in the picture.

    Attributes
    ----------
    text
        The number that was expected.
    probability
        That exactly its digits stand there, from 0 to 1.
    """

    text: str
    probability: float

    @property
    def is_there(self) -> bool:
        """Whether it is likelier there than not."""
        return self.probability >= 0.5

    def to_json(self) -> dict[str, Any]:
        """Return the expectation as numbers and strings."""
        return {"text": self.text, "probability": round(self.probability, 6), "is_there": self.is_there}


@dataclass(frozen=True)
class Match:
    """The entry of a roster that a reading matches best.

    Attributes
    ----------
    text
        The best entry, as it stands in the list; None where no entry has a length that was read.
    posterior
        Its probability, the other entries and all numbers beyond the list considered.
    runner_up
        The second-best entry and its posterior, or None.
    margin
        Log-probability of the best entry over the runner-up, in nats.
    in_list
        Whether the number written is likelier to be in the list than not.
    """

    text: str | None
    posterior: float
    runner_up: tuple[str, float] | None
    margin: float
    in_list: bool

    def to_json(self) -> dict[str, Any]:
        """Return the match as numbers, strings and lists."""
        return {
            "text": self.text,
            "posterior": round(self.posterior, 6),
            "runner_up": None
            if self.runner_up is None
            else {"text": self.runner_up[0], "posterior": round(self.runner_up[1], 6)},
            "margin": round(self.margin, 4) if math.isfinite(self.margin) else None,
            "in_list": self.in_list,
        }


@dataclass(frozen=True)
class Number:
    """Digits that belong together.

    Attributes
    ----------
    text
        As written, with separators; ``?`` for a refused digit, ``_`` for a blank cell.
    digits
        Its digits and blank cells, from left to right.
    confidence
        The probability that all of it is right, from 0 to 1.
    box
        Where it is, as for `Digit`.
    runner_up
        The second-best text and its probability, or None.
    match
        The entry of the roster that it matches best; None where there was no roster.
    expected
        Whether the number that was expected stands there; None where none was.
    row, column
        Where it stands in a form, a grid or a table, from 0; ``column`` is None where a number is a whole row of cells
        with one digit each, and both are None elsewhere.
    """

    text: str
    digits: tuple[Digit, ...]
    confidence: float
    box: Box
    runner_up: tuple[str, float] | None = None
    match: Match | None = None
    expected: Expectation | None = None
    row: int | None = None
    column: int | None = None

    def on_source(self, transform: Transform) -> "Number":
        """Return the number with its boxes in pixels of the picture that it was read from a copy of."""
        if not transform.steps:
            return self
        digits = tuple(replace(digit, box=transform.box(digit.box)) for digit in self.digits)
        return replace(self, digits=digits, box=enclose_boxes([digit.box for digit in digits]))

    def to_json(self) -> dict[str, Any]:
        """Return the number as numbers, strings and lists."""
        return {
            "text": self.text,
            "confidence": round(self.confidence, 6),
            "box": list(self.box),
            "runner_up": None
            if self.runner_up is None
            else {"text": self.runner_up[0], "confidence": round(self.runner_up[1], 6)},
            "digits": [digit.to_json() for digit in self.digits],
            **({} if self.match is None else {"match": self.match.to_json()}),
            **({} if self.expected is None else {"expected": self.expected.to_json()}),
            **({} if self.row is None else {"row": self.row}),
            **({} if self.column is None else {"column": self.column}),
        }


def enclose_boxes(boxes: list[Box]) -> Box:
    """Return the box around several boxes."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def group_numbers(numbers: Sequence[Number]) -> list[list[Number]]:
    """Part numbers in reading order into lines: those that follow one another at one height."""
    lines: list[list[Number]] = []
    for number in numbers:
        if lines and _is_same_line(lines[-1][-1], number):
            lines[-1].append(number)
        else:
            lines.append([number])
    return lines


def _is_same_line(before: Number, number: Number) -> bool:
    """Tell whether a number stands in one line with the one before it."""
    if number.row is not None:
        return before.row == number.row
    (_, top, _, tall), (_, y, _, height) = before.box, number.box
    return min(top + tall, y + height) - max(top, y) >= 0.5 * min(tall, height)


@dataclass(frozen=True)
class Reading:
    """What is read of one picture.

    Attributes
    ----------
    numbers
        The numbers in reading order.
    size
        Width and height, in pixels, of the picture as it was given.
    """

    numbers: tuple[Number, ...]
    size: tuple[int, int]

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits and blank cells in reading order, without separators."""
        return tuple(digit for number in self.numbers for digit in number.digits)

    @property
    def text(self) -> str:
        """The numbers, one a line; of a table those of a row in one line, parted by tabs."""
        texts: list[str] = []
        for before, number in zip((None, *self.numbers), self.numbers, strict=False):
            if before is not None and number.column is not None and before.row == number.row:
                texts[-1] += "\t" + number.text
            else:
                texts.append(number.text)
        return "\n".join(texts)

    @property
    def lines(self) -> tuple[tuple[Number, ...], ...]:
        """The numbers of each line of writing, or row of a table: those that follow one another at one height."""
        return tuple(map(tuple, group_numbers(self.numbers)))

    def to_json(self) -> dict[str, Any]:
        """Return the reading as numbers, strings and lists, ready for ``json.dumps``."""
        return {
            "text": self.text,
            "width": self.size[0],
            "height": self.size[1],
            "digits": [digit.to_json() for digit in self.digits],
            "numbers": [number.to_json() for number in self.numbers],
        }
