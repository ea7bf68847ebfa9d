"""How well pages are read: their numbers, wherever they stand, and how these are arranged in lines."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inkdigits.data.images import Lines
from inkdigits.recognition.reading import Number, Reading


@dataclass(frozen=True)
class PageFigures:
    """How well the numbers of pages were read.

    Attributes
    ----------
    n_pages
        Pages, forms and tables.
    n_numbers
        Numbers on them.
    numbers_f1
        Harmonic mean of the share of the labels' numbers that were read and that of the numbers read that are on the
        page, mean over the pages; the order does not matter.
    layout_accuracy
        Share of the pages with as many lines as the label has, and as many numbers in each.
    """

    n_pages: int
    n_numbers: int
    numbers_f1: float
    layout_accuracy: float

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {
            "n_pages": self.n_pages,
            "n_numbers_on_pages": self.n_numbers,
            "numbers_f1": self.numbers_f1,
            "layout_accuracy": self.layout_accuracy,
        }


def page_figures(read: Sequence[tuple[Lines, Reading]]) -> PageFigures:
    """Compare what was read of some pages with the numbers of their labels.

    Parameters
    ----------
    read
        The lines of each label, and the reading; one page at least.
    """
    scores, n_numbers, n_arranged = 0.0, 0, 0
    for lines, reading in read:
        wanted = [number for line in lines for number in line]
        n_numbers += len(wanted)
        scores += f1(wanted, [digits_of(number) for number in reading.numbers])
        found = [sum(bool(digits_of(number)) for number in line) for line in reading.lines]
        n_arranged += [n for n in found if n] == [len(line) for line in lines if line]
    return PageFigures(len(read), n_numbers, scores / len(read), n_arranged / len(read))


def digits_of(number: Number) -> str:
    """Return the digits of a number as they are guessed, without blank cells and what is no digit."""
    return "".join(
        str(digit.label)
        for digit in number.digits
        if digit.label is not None and digit.rejected not in ("blank", "not_a_digit")
    )


def f1(wanted: Sequence[str], found: Sequence[str]) -> float:
    """Return the harmonic mean of recall and precision of some numbers, as bags; what was found empty is left out."""
    expected, read = Counter(wanted), Counter(text for text in found if text)
    return 2 * (expected & read).total() / max(1, expected.total() + read.total())
