"""The result of reading a picture: digits, numbers and text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from inkdigits.files.json_records import to_json
from inkdigits.pictures.geometry.transform import Box, Transform
from inkdigits.recognition.reading_json import (
    JsonAlternative,
    JsonDigit,
    JsonExpectation,
    JsonMatch,
    JsonMatchRunnerUp,
    JsonNumber,
    JsonReading,
    JsonRunnerUp,
    encode_image,
)


@dataclass(frozen=True)
class Digit:
    """One digit, or one blank cell.

    Attributes
    ----------
    label
        The most probable digit, 0 to 9, even if it is rejected; None for a blank cell.
    confidence
        Probability of ``label``, in [0, 1].
    box
        x, y, width and height in pixels of the picture as given.
    alternatives
        The other labels with their probabilities, the most probable first.
    rejected
        The reason of the rejection, ``blank``, ``not_a_digit`` or ``unsure``; None if the digit is accepted.
    image
        ``uint8`` of shape (28, 28): the input of the classifier, or a crop of the box in a number. May be None.
    printed
        Score for print rather than handwriting, in [0, 1]; None if the detector was not run.
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
        """The digit in a text: its label, ``?`` if it is rejected, ``_`` for a blank cell."""
        if self.label is None:
            return "_"
        return str(self.label) if self.rejected is None else "?"

    def to_record(self, images: bool = False) -> JsonDigit:
        """Return the record from which the JSON is written.

        Parameters
        ----------
        images
            Whether it contains the image that the network sees, as a PNG in base64.
        """
        return JsonDigit(
            label=self.label,
            confidence=round(self.confidence, 6),
            box=self.box,
            alternatives=tuple(
                JsonAlternative(label=label, probability=round(probability, 6))
                for label, probability in self.alternatives
            ),
            rejected=self.rejected,
            printed=None if self.printed is None else round(self.printed, 6),
            image=(None if self.image is None else encode_image(self.image)) if images else UNSET,
        )

    def to_json(self, images: bool = False) -> dict[str, Any]:
        """Return the digit as a JSON object: numbers, strings and lists; parameter as of `to_record`."""
        return dict(to_json(self.to_record(images)))


@dataclass(frozen=True)
class Expectation:
    """The probability that an expected number is in the picture.

    Attributes
    ----------
    text
        The expected number.
    probability
        Probability that the digits are exactly those of ``text``, in [0, 1].
    """

    text: str
    probability: float

    @property
    def is_there(self) -> bool:
        """Whether the probability is at least 0.5."""
        return self.probability >= 0.5

    def to_record(self) -> JsonExpectation:
        """Return the record from which the JSON is written."""
        return JsonExpectation(text=self.text, probability=round(self.probability, 6), is_there=self.is_there)


@dataclass(frozen=True)
class Match:
    """The entry of a roster that a reading matches best.

    Attributes
    ----------
    text
        The best entry, as written in the roster; None if no entry has the length of the number.
    posterior
        Its posterior probability, in [0, 1], among all entries and the numbers that are not in the roster.
    runner_up
        The second-best entry and its posterior, or None.
    margin
        Difference of the log-probabilities of the best entry and the runner-up, in nats; infinite without a runner-up.
    in_list
        Whether the number is more probably in the roster than not.
    """

    text: str | None
    posterior: float
    runner_up: tuple[str, float] | None
    margin: float
    in_list: bool

    def to_record(self) -> JsonMatch:
        """Return the record from which the JSON is written."""
        return JsonMatch(
            text=self.text,
            posterior=round(self.posterior, 6),
            runner_up=None
            if self.runner_up is None
            else JsonMatchRunnerUp(text=self.runner_up[0], posterior=round(self.runner_up[1], 6)),
            margin=round(self.margin, 4) if math.isfinite(self.margin) else None,
            in_list=self.in_list,
        )


@dataclass(frozen=True)
class Number:
    """The digits of one number, or of one row of cells.

    Attributes
    ----------
    text
        The number with its separators; ``?`` for a rejected digit, ``_`` for a blank cell.
    digits
        Its digits and blank cells, from left to right.
    confidence
        Probability that the whole number is correct, in [0, 1].
    box
        x, y, width and height in pixels of the picture as given.
    runner_up
        The second-best text and its probability, or None.
    match
        The entry of the roster that the number matches best; None without a roster.
    expected
        The probability of the expected number; None if no number was expected.
    row, column
        Position in a form, a grid or a table, from 0. ``column`` is None if the number is a row of cells with one digit
        each; both are None outside forms, grids and tables.
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
        """Return the number with its boxes mapped to another picture.

        Parameters
        ----------
        transform
            From pixels of the image that was read to pixels of the picture as given.
        """
        if not transform.steps:
            return self
        digits = tuple(replace(digit, box=transform.map_box(digit.box)) for digit in self.digits)
        return replace(self, digits=digits, box=enclose_boxes([digit.box for digit in digits]))

    def to_record(self, images: bool = False) -> JsonNumber:
        """Return the record from which the JSON is written; parameter as of `Digit.to_record`."""
        return JsonNumber(
            text=self.text,
            confidence=round(self.confidence, 6),
            box=self.box,
            runner_up=None
            if self.runner_up is None
            else JsonRunnerUp(text=self.runner_up[0], confidence=round(self.runner_up[1], 6)),
            digits=tuple(digit.to_record(images) for digit in self.digits),
            match=UNSET if self.match is None else self.match.to_record(),
            expected=UNSET if self.expected is None else self.expected.to_record(),
            row=UNSET if self.row is None else self.row,
            column=UNSET if self.column is None else self.column,
        )

    def to_json(self, images: bool = False) -> dict[str, Any]:
        """Return the number as a JSON object: numbers, strings and lists; parameter as of `Digit.to_record`."""
        return dict(to_json(self.to_record(images)))


def enclose_boxes(boxes: list[Box]) -> Box:
    """Return the smallest box, x, y, width and height, that contains all ``boxes``."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def group_numbers(numbers: Sequence[Number]) -> list[list[Number]]:
    """Group numbers in reading order into lines: successive numbers at about the same height."""
    lines: list[list[Number]] = []
    for number in numbers:
        if lines and _is_same_line(lines[-1][-1], number):
            lines[-1].append(number)
        else:
            lines.append([number])
    return lines


def _is_same_line(previous: Number, number: Number) -> bool:
    """Return whether a number is on the same line as the one before it."""
    if number.row is not None:
        return previous.row == number.row
    (_, top, _, tall), (_, y, _, height) = previous.box, number.box
    return min(top + tall, y + height) - max(top, y) >= 0.5 * min(tall, height)


@dataclass(frozen=True)
class Reading:
    """The numbers of one picture.

    Attributes
    ----------
    numbers
        The numbers in reading order.
    size
        Width and height, in pixels, of the picture as given.
    """

    numbers: tuple[Number, ...]
    size: tuple[int, int]

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits and blank cells in reading order, without separators."""
        return tuple(digit for number in self.numbers for digit in number.digits)

    @property
    def text(self) -> str:
        """The numbers, one per line; the numbers of a table row are on one line, separated by tabs."""
        texts: list[str] = []
        for previous, number in zip((None, *self.numbers), self.numbers, strict=False):
            if previous is not None and number.column is not None and previous.row == number.row:
                texts[-1] += "\t" + number.text
            else:
                texts.append(number.text)
        return "\n".join(texts)

    @property
    def lines(self) -> tuple[tuple[Number, ...], ...]:
        """The numbers of each text line, or of each row of a table."""
        return tuple(map(tuple, group_numbers(self.numbers)))

    def to_record(self, images: bool = False) -> JsonReading:
        """Return the record from which the JSON is written; parameter as of `Digit.to_record`."""
        numbers = tuple(number.to_record(images) for number in self.numbers)
        return JsonReading(
            text=self.text,
            width=self.size[0],
            height=self.size[1],
            digits=tuple(digit for number in numbers for digit in number.digits),
            numbers=numbers,
        )

    def to_json(self, images: bool = False) -> dict[str, Any]:
        """Return the reading as a JSON object: numbers, strings and lists; parameter as of `Digit.to_record`."""
        return dict(to_json(self.to_record(images)))
