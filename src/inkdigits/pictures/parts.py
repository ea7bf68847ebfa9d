"""The connected parts of an ink map, without specks, and how tall a digit is among them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

INK = 64
"""Value of the map from which a pixel belongs to a stroke."""

_SPECK = 0.055
"""Longest side of a speck, in digit heights: less than the point of any pen that could write the digits."""

_MAIN_HEIGHT = 0.45
"""Height, in digit heights, from which a part may be a digit by itself."""

_BREAK = 0.1
"""Height, in heights of what is connected, of the gaps at which strokes may have broken."""

_BROKEN = 1.3
"""How much taller writing gets without these gaps if most of it is broken."""

_PIXELS = 4000
"""Pixels of a group that are looked at to find its slope."""


@dataclass(frozen=True)
class Parts:
    """The connected parts of an ink map.

    Attributes
    ----------
    labels
        ``int32`` of the map's shape: which part a pixel belongs to; 0 is paper, and specks have numbers too.
    numbers
        ``int64`` (n,): the numbers of the parts that are no specks.
    boxes
        ``float64`` (n, 4): left, top, width and height of each.
    areas
        ``float64`` (n,): pixels of each.
    main
        ``bool`` (n,): whether it may be a digit by itself.
    height
        Typical height of a digit, in pixels.
    n_labels
        How many numbers ``labels`` knows, paper among them.
    """

    labels: NDArray[np.int32]
    numbers: NDArray[np.int64]
    boxes: NDArray[np.float64]
    areas: NDArray[np.float64]
    main: NDArray[np.bool_]
    height: float
    n_labels: int

    @property
    def sides(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Left, top, right and bottom of each part, ``float64`` (n,)."""
        left, top, width, height = self.boxes.T
        return left, top, left + width, top + height

    def around(self, group: NDArray[np.int64]) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of several parts together."""
        left, top, right, bottom = self.sides
        return (
            float(left[group].min()),
            float(top[group].min()),
            float(right[group].max()),
            float(bottom[group].max()),
        )

    def pixels(self, group: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of pixels of several parts, evenly thinned out where there are many."""
        left, top, right, bottom = (int(edge) for edge in self.around(group))
        member = np.zeros(self.n_labels, bool)
        member[self.numbers[group]] = True
        step = max(1, int(np.sqrt(self.areas[group].sum() / _PIXELS)))
        y, x = np.nonzero(member[self.labels[top:bottom:step, left:right:step]])
        return np.asarray(x * step + left, np.float64), np.asarray(y * step + top, np.float64)


def find_parts(ink: NDArray[np.uint8]) -> Parts | None:
    """Find the connected parts of an ink map.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.

    Returns
    -------
    Parts or None
        None where there is nothing but specks.
    """
    mask = (ink >= INK).astype(np.uint8)
    n_labels, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if n_labels == 1:
        return None
    boxes = stats[1:, :4].astype(np.float64)
    areas = stats[1:, cv2.CC_STAT_AREA].astype(np.float64)
    height = digit_height(boxes, areas)
    # Where strokes broke across, as under a scanner's threshold, the pieces stand close above each other.
    mended = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((round(_BREAK * height) + 1, 1), np.uint8))
    found = cv2.connectedComponentsWithStats(mended, connectivity=8)
    whole = found[2][1:, :4].astype(np.float64)
    filled = found[2][1:, cv2.CC_STAT_AREA].astype(np.float64)
    if digit_height(whole, filled) >= _BROKEN * height:
        n_labels, labels, boxes, areas = found[0], found[1], whole, filled
        height = digit_height(boxes, areas)
    longest = np.maximum(boxes[:, 2], boxes[:, 3])
    kept = np.flatnonzero((longest > _SPECK * height) & (areas >= max(4.0, 0.0025 * height**2)))
    if len(kept) == 0:
        return None
    boxes, areas = boxes[kept], areas[kept]
    main = boxes[:, 3] >= _MAIN_HEIGHT * height
    return Parts(np.asarray(labels, np.int32), kept + 1, boxes, areas, main, height, n_labels)


def digit_height(boxes: NDArray[np.float64], areas: NDArray[np.float64]) -> float:
    """Return the height that most of the ink has: specks and dashes weigh little, touching digits stand as tall.

    Parameters
    ----------
    boxes
        ``float64`` (n, 4): left, top, width and height of each part.
    areas
        ``float64`` (n,): pixels of each part.
    """
    order = np.argsort(boxes[:, 3])
    share = np.cumsum(areas[order]) / areas.sum()
    return float(boxes[order[int(np.searchsorted(share, 0.5))], 3])
