"""What is read of a picture: digits, numbers, text."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from inkdigits.recognition.roster import Match

Box = tuple[int, int, int, int]
"""x, y, width and height, in pixels of the picture as it was given."""


def scaled(box: Box, scale: tuple[float, float]) -> Box:
    """Return a box in pixels of the picture as it was given."""
    x, y, width, height = box
    return (
        round(x * scale[0]),
        round(y * scale[1]),
        max(1, round(width * scale[0])),
        max(1, round(height * scale[1])),
    )


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
    """

    text: str
    digits: tuple[Digit, ...]
    confidence: float
    box: Box
    runner_up: tuple[str, float] | None = None
    match: "Match | None" = None
    expected: Expectation | None = None

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
        }


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
        """The numbers, one a line."""
        return "\n".join(number.text for number in self.numbers)

    def to_json(self) -> dict[str, Any]:
        """Return the reading as numbers, strings and lists, ready for ``json.dumps``."""
        return {
            "text": self.text,
            "width": self.size[0],
            "height": self.size[1],
            "digits": [digit.to_json() for digit in self.digits],
            "numbers": [number.to_json() for number in self.numbers],
        }
