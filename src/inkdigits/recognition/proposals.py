"""Candidate digits of one strip: neighbouring pieces that may be one digit.

The network of numbers has read the strip before: between the middles of two digits the writing is cut whatever ink
that crosses, and what it does not take for one digit at all is no candidate. A recogniser looks at the rest.
"""

import itertools
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.cuts import Pieces, cut_apart
from inkdigits.pictures.normalise import normalise
from inkdigits.pictures.parts import INK
from inkdigits.recognition.columns import BLANK, FIRST_DIGIT, Columns, read_columns
from inkdigits.recognition.separators import separator_of, stands_apart

Box = tuple[int, int, int, int]

_MOST_PIECES = 14
"""Pieces of the most broken digit."""

_WIDEST = 1.35
"""Width of the widest digit, in digit heights."""

_LOWEST = 0.42
"""Height of the lowest digit, in digit heights."""

_LEAST_INK = 0.4
"""Least ink of a digit, as a share of that of a plain upright stroke."""

_WIDEST_GAP = 0.45
"""Widest gap inside a digit, in digit heights."""

_LEAST_SAID = -9.0
"""Log-probability, by the columns, of being one digit, below which there is no candidate."""

_LEAST_SAID_TOLD = -16.0
"""The same where something is known of the number of digits."""


class Proposal:
    """The candidate digits of one strip.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), level, ink 255 on paper 0.
    height
        Typical height of its digits, in pixels.
    is_told
        Whether something is known of how many digits there are, so that an unlikely candidate may be the right one.

    Attributes
    ----------
    top, base
        y of the top and the base of its digits, in pixels.
    pieces
        What the strip may be cut into, or None where there is no ink.
    nothing
        ``float64`` (n pieces,): log-probability, by the columns, that a piece is no digit at all.
    spans
        First and last piece of each candidate.
    said
        ``float64`` (n, N_SYMBOLS): log-probability, by the columns, that a candidate is that symbol and nothing else.
    boxes
        Left, top, width and height of each, in pixels of the strip.
    is_cut
        ``bool`` (n,): whether a candidate parts with a piece that it hangs together with.
    joins
        ``float64`` (n, 2): how far the pieces of a candidate that do not hang together lie beside and not above
        each other, and the gaps between them, in digit heights.
    """

    def __init__(self, ink: NDArray[np.uint8], height: float, is_told: bool = False) -> None:
        self.height = height
        self.top, self.base = band_of(ink, height)
        columns = read_columns(ink, height, self.top, self.base)
        between = list(itertools.pairwise(columns.middles()))
        self.pieces: Pieces | None = cut_apart(ink, height, between)
        self.spans: list[tuple[int, int]] = []
        self.boxes: list[Box] = []
        self.is_cut = np.zeros(0, bool)
        self.joins = np.zeros((0, 2))
        self._ink = ink
        self._images: dict[int, NDArray[np.uint8]] = {}
        self.nothing = np.zeros(0)
        self.said = np.zeros((0, columns.probabilities.shape[1]))
        if self.pieces is None:
            return
        bounds = _bounds(self.pieces, columns)
        self.nothing = columns.evidence(np.stack([bounds[:-1], bounds[1:]], axis=1))[:, BLANK]
        possible = _plausible(self.pieces, height)
        spans = np.array(list(possible), np.int64).reshape(-1, 2)
        said = columns.evidence(np.stack([bounds[spans[:, 0]], bounds[spans[:, 1] + 1]], axis=1))
        least = _LEAST_SAID_TOLD if is_told else _LEAST_SAID
        kept = np.logaddexp.reduce(said[:, FIRST_DIGIT:], axis=1) >= least
        kept |= _are_whole(spans, self.pieces)  # what stands alone is a digit if its crop says so
        self.said = said[kept]
        self.spans = [(int(first), int(last)) for first, last in spans[kept]]
        self.boxes = [possible[span] for span in self.spans]
        self.is_cut = _are_cut(self.pieces, spans[kept])
        self.joins = _joins(self.pieces, self.spans, height)

    def image(self, index: int) -> NDArray[np.uint8]:
        """Return the digit image of a candidate, ``uint8`` (28, 28), made when it is first asked for."""
        if index not in self._images:
            assert self.pieces is not None
            self._images[index] = _crop(self._ink, self.pieces, self.spans[index], self.boxes[index])
        return self._images[index]

    @cached_property
    def separators(self) -> dict[int, tuple[str, float]]:
        """The separators that pieces may be, with their log-scores: no number begins with a point or ends in a dash."""
        if self.pieces is None:
            return {}
        pieces, found = self.pieces, {}
        hanging = {piece for one, other, _ in pieces.cuts for piece in (one, other)}
        for i in range(len(pieces.boxes) - 1):
            if i in hanging or not stands_apart(pieces.boxes, i, self.height):
                continue
            mark = separator_of(pieces.boxes[i], float(pieces.areas[i]), self.top, self.base, pieces.stroke)
            if mark is not None and (i > 0 or mark[0] == "-"):
                found[i] = mark
        return found


def _crop(ink: NDArray[np.uint8], pieces: Pieces, span: tuple[int, int], box: Box) -> NDArray[np.uint8]:
    """Return the digit image of a candidate, without what else is in its box."""
    left, top, width, tall = box
    window = (slice(top, top + tall), slice(left, left + width))
    own = cv2.inRange(pieces.labels[window].astype(np.float32), float(span[0] + 1), float(span[1] + 1))
    return normalise(np.asarray(cv2.bitwise_and(ink[window], own), np.uint8))


def _are_whole(spans: NDArray[np.int64], pieces: Pieces) -> NDArray[np.bool_]:
    """Tell which spans are all of the pieces that hang together, and no others."""
    bound = np.zeros(len(pieces.boxes) + 1, bool)
    for i, j, _ in pieces.cuts:
        bound[i + 1 : j + 1] = True
    joined = np.cumsum(bound)
    first, last = spans[:, 0], spans[:, 1]
    hang_together = joined[last] - joined[first] == last - first
    return np.asarray(hang_together & ~bound[first] & ~bound[last + 1])


def _bounds(pieces: Pieces, columns: Columns) -> NDArray[np.int64]:
    """Return the column with which every piece begins, and the end of the last."""
    left, right = pieces.boxes[:, 0], pieces.boxes[:, 0] + pieces.boxes[:, 2]
    ends = np.maximum.accumulate(right)[:-1]
    starts = np.minimum.accumulate(left[::-1])[::-1][1:]
    between = [columns.column_at(x) for x in ((ends + starts) / 2).tolist()]
    return np.maximum.accumulate(np.array([0, *between, len(columns.probabilities)], np.int64))


def band_of(ink: NDArray[np.uint8], height: float) -> tuple[float, float]:
    """Return y of the top and the base of the digits of a strip, as its tall parts have them."""
    stats = cv2.connectedComponentsWithStats((ink >= INK).astype(np.uint8), connectivity=8)[2][1:]
    tall = stats[stats[:, 3] >= 0.6 * height]
    tall = tall if len(tall) else stats
    if len(tall) == 0:
        return 0.0, float(ink.shape[0])
    return float(np.median(tall[:, 1])), float(np.median(tall[:, 1] + tall[:, 3]))


def _plausible(pieces: Pieces, height: float) -> dict[tuple[int, int], Box]:
    """Return the spans of pieces, with their boxes, that may be one digit by their size and ink."""
    hanging = {(i, j) for i, j, _ in pieces.cuts}
    areas = np.concatenate([[0.0], np.cumsum(pieces.areas)])
    least = _LEAST_INK * height * pieces.stroke
    n = len(pieces.boxes)
    possible: dict[tuple[int, int], Box] = {}
    for first in range(n):
        left, top, width, tall = (int(value) for value in pieces.boxes[first])
        right, bottom = left + width, top + tall
        for last in range(first, min(first + _MOST_PIECES, n)):
            x, y, w, h = (int(value) for value in pieces.boxes[last])
            if last > first and x - right > _WIDEST_GAP * height and (last - 1, last) not in hanging:
                break
            left, top, right, bottom = min(left, x), min(top, y), max(right, x + w), max(bottom, y + h)
            if last > first and right - left > _WIDEST * height:
                break
            if bottom - top >= _LOWEST * height and areas[last + 1] - areas[first] >= least:
                possible[first, last] = (left, top, right - left, bottom - top)
    return possible


def _are_cut(pieces: Pieces, spans: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which spans part with a piece that they hang together with."""
    first, last = spans[:, :1], spans[:, 1:]
    one, other = np.array([cut[:2] for cut in pieces.cuts], np.int64).reshape(-1, 2).T
    within = (first <= one) & (one <= last), (first <= other) & (other <= last)
    return np.asarray((within[0] != within[1]).any(axis=1))


def _joins(pieces: Pieces, spans: list[tuple[int, int]], height: float) -> NDArray[np.float64]:
    """Return the joins of every candidate; see `Proposal`."""
    hangs_on = np.full(len(pieces.boxes), -1)
    for i, j, _ in pieces.cuts:
        hangs_on[j] = max(int(hangs_on[j]), i)
    hanging, widths = hangs_on.tolist(), pieces.boxes[:, 2].tolist()
    lefts, rights = pieces.boxes[:, 0].tolist(), (pieces.boxes[:, 0] + pieces.boxes[:, 2]).tolist()
    longest: dict[int, int] = {}
    for first, last in spans:
        longest[first] = max(last, longest.get(first, first))
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for first, end in longest.items():
        right, beside, gaps = rights[first], 0.0, 0.0
        found[first, first] = (beside, gaps)
        for i in range(first + 1, end + 1):
            if hanging[i] < first:
                overlap = max(0.0, (right - lefts[i]) / max(1, min(widths[i], widths[i - 1])))
                beside += 1.0 - min(1.0, overlap)
                gaps += max(0.0, lefts[i] - right) / height
            right = max(right, rights[i])
            found[first, i] = (beside, gaps)
    return np.array([found[span] for span in spans]).reshape(-1, 2)
