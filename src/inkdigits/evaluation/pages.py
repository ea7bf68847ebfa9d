"""Metrics of pages: F1 score of the numbers, and accuracy of the layout."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from inkdigits.data.images import Lines
from inkdigits.recognition.reading import Number, Reading


class PageMetrics(msgspec.Struct, frozen=True, kw_only=True, rename={"n_numbers": "n_numbers_on_pages"}):
    """Metrics of readings of pages.

    Attributes
    ----------
    n_pages
        Number of pages, forms and tables.
    n_numbers
        Number of numbers in the labels.
    numbers_f1
        F1 score of the numbers, averaged over the pages; the order of the numbers does not matter.
    layout_accuracy
        Share of pages with the correct number of lines, and the correct number of numbers in each line.
    """

    n_pages: int
    n_numbers: int
    numbers_f1: float
    layout_accuracy: float


def compute_page_metrics(read: Sequence[tuple[Lines, Reading]]) -> PageMetrics:
    """Compute the metrics of readings of pages.

    Parameters
    ----------
    read
        The lines of each label, and the reading; at least one page.
    """
    scores, n_numbers, n_arranged = 0.0, 0, 0
    for lines, reading in read:
        wanted = [number for line in lines for number in line]
        n_numbers += len(wanted)
        scores += f1_score(wanted, [join_digits(number) for number in reading.numbers])
        found = [sum(bool(join_digits(number)) for number in line) for line in reading.lines]
        n_arranged += [n for n in found if n] == [len(line) for line in lines if line]
    return PageMetrics(
        n_pages=len(read),
        n_numbers=n_numbers,
        numbers_f1=scores / len(read),
        layout_accuracy=n_arranged / len(read),
    )


def join_digits(number: Number) -> str:
    """Return the predicted digits of a number as text, without blank boxes and rejected non-digits."""
    return "".join(
        str(digit.label)
        for digit in number.digits
        if digit.label is not None and digit.rejected not in ("blank", "not_a_digit")
    )


def f1_score(wanted: Sequence[str], found: Sequence[str]) -> float:
    """Return the F1 score of two multisets of numbers; empty strings in ``found`` are ignored."""
    expected, read = Counter(wanted), Counter(text for text in found if text)
    return 2 * (expected & read).total() / max(1, expected.total() + read.total())
