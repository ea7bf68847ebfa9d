"""Candidate digits of one strip, in two stages: whole parts first, their cut pieces only where need be.

A network looks at every candidate, so that what cannot be a digit is left out by its size and ink, and a part
that is one clear digit as it stands is *settled*: it is neither cut nor joined to another such part.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Scores
from inkdigits.pictures.cuts import Pieces, cut_apart
from inkdigits.pictures.normalise import normalise

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

_SETTLED = 0.96
"""Confidence, times being a digit, from which a whole part is one digit and is not cut."""

_SETTLED_WIDTH = 0.95
"""Width, in digit heights, from which a part may be two digits whatever it is read as."""

_SETTLED_HEIGHT = 0.7
"""Height, in digit heights, below which a part may be a piece of a digit whatever it is read as."""


class Proposal:
    """The candidate digits of one strip.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), level, ink 255 on paper 0.
    height
        Typical height of its digits, in pixels.

    Attributes
    ----------
    pieces
        What the strip may be cut into, or None where there is no ink.
    spans
        First and last piece of each candidate that is rendered.
    boxes
        Left, top, width and height of each, in pixels of the strip.
    images
        ``uint8`` (28, 28) each.
    """

    def __init__(self, ink: NDArray[np.uint8], height: float) -> None:
        self.height = height
        self.pieces: Pieces | None = cut_apart(ink, height)
        self.spans: list[tuple[int, int]] = []
        self.boxes: list[Box] = []
        self.images: list[NDArray[np.uint8]] = []
        self._ink = ink
        self._wholes: list[tuple[int, int]] = []
        self._possible: dict[tuple[int, int], Box] = {}
        if self.pieces is not None:
            self._wholes = whole_parts(self.pieces)
            self._possible = _plausible(self.pieces, height)

    def propose_wholes(self) -> None:
        """Render the parts as they stand."""
        self._render([whole for whole in self._wholes if whole in self._possible])

    def propose_rest(self, scores: Scores, length: int | None) -> None:
        """Render what else may be a digit, given what the recogniser says of the whole parts.

        Parameters
        ----------
        scores
            Of the candidates so far.
        length
            How many digits there are, where it is known: with fewer parts than that, any may be several.
        """
        tall = sum(box[3] >= 0.5 * self.height for box in self.boxes)
        settled: list[tuple[int, int]] = []
        if length is None or tall >= length:
            share = scores.confidences * scores.is_digit
            settled = [
                span
                for span, box, one in zip(self.spans, self.boxes, share.tolist(), strict=True)
                if one >= _SETTLED
                and box[2] <= _SETTLED_WIDTH * self.height
                and box[3] >= _SETTLED_HEIGHT * self.height
            ]
        done = set(self.spans)
        self._render([span for span in self._possible if span not in done and _respects(span, settled)])

    def _render(self, spans: list[tuple[int, int]]) -> None:
        if self.pieces is None:
            return
        for span in spans:
            left, top, width, tall = self._possible[span]
            window = (slice(top, top + tall), slice(left, left + width))
            labels = self.pieces.labels[window].astype(np.float32)
            own = cv2.inRange(labels, float(span[0] + 1), float(span[1] + 1))
            self.spans.append(span)
            self.boxes.append((left, top, width, tall))
            self.images.append(normalise(np.asarray(cv2.bitwise_and(self._ink[window], own), np.uint8)))


def whole_parts(pieces: Pieces) -> list[tuple[int, int]]:
    """Return the first and last piece of every run of pieces that hang together."""
    n = len(pieces.boxes)
    bound = np.zeros(n + 1, bool)
    for i, j, _ in pieces.cuts:
        bound[i + 1 : j + 1] = True
    starts = [i for i in range(n) if not bound[i]]
    return [(start, stop - 1) for start, stop in zip(starts, [*starts[1:], n], strict=True)]


def _respects(span: tuple[int, int], settled: list[tuple[int, int]]) -> bool:
    """Tell whether a candidate cuts no settled part and joins no two of them."""
    within = 0
    for first, last in settled:
        if span[0] <= last and first <= span[1]:
            if span[0] > first or span[1] < last:
                return False
            within += 1
    return within <= 1


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
