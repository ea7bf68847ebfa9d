"""Division of a length into cells of equal width whose sides lie on visible lines."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from inkdigits.pictures.ink.array_types import Float64Array

MAX_CELLS = 24
"""Largest number of cells in a row, and of rows in a grid."""

GAPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
"""Gaps between boxes that are tried, in widths of a box."""

_FANS = (0.0, -0.04, 0.04, -0.08, 0.08, -0.12, 0.12, -0.18, 0.18)
"""Relative differences in width, by perspective, between the cells at both ends, that are tried."""

_FAN_PENALTIES = 0.3 * np.abs(_FANS)
"""Loss of the score by that difference."""


@dataclass(frozen=True)
class Visibility:
    """Required visibility of the sides of cells, as shares of their length, 0 to 1.

    Attributes
    ----------
    offset
        Visibility from which a side raises the score of a division.
    min_mean
        Smallest mean visibility of all sides.
    """

    offset: float
    min_mean: float


ROW_VISIBILITY = Visibility(0.55, 0.75)

GRID_VISIBILITY = Visibility(0.4, 0.75)
"""Less for a grid: its lines are many and cross all of it, and those between its thick ones may be pale."""


def divide_evenly(
    profile: Float64Array,
    start: int,
    end: int,
    min_width: float,
    max_width: float,
    gaps: tuple[float, ...],
    min_gap: float,
    visibility: Visibility,
) -> tuple[Float64Array, float] | None:
    """Divide a length into cells of equal width, with or without gaps, so that their sides are most visible.

    By perspective, the cells at one end may be wider.

    Parameters
    ----------
    profile
        ``float64`` (w,): visibility of a side at each column, 0 to 1.
    start, end
        First and last column of the length.
    min_width, max_width
        Smallest and largest width of a cell, in pixels.
    gaps
        Gaps between cells that are tried, in widths of a cell.
    min_gap
        Smallest gap other than 0, in pixels.
    visibility
        Required visibility of the sides.

    Returns
    -------
    tuple or None
        ``float64`` (n, 2): left and right side of each cell; and the mean visibility of the sides. None if they are
        not visible enough.
    """
    length = end - start
    best: tuple[float, Float64Array, float] | None = None
    for n in range(1, MAX_CELLS + 1):
        for gap in gaps if n > 1 else (0.0,):
            unit = 1.0 / (n + (n - 1) * gap)
            if not min_width <= unit * length <= max_width or 0 < gap * unit * length < min_gap:
                continue
            sides = start + length * _divide_unit_length(n, gap)
            visible = profile.take(np.rint(sides).astype(np.intp), mode="clip").reshape(len(_FANS), -1)
            distinct = np.hstack([visible[:, ::2], visible[:, -1:]]) if gap == 0.0 else visible
            scores = (distinct - visibility.offset).sum(axis=1) - _FAN_PENALTIES
            likeliest = int(scores.argmax())
            if best is None or scores[likeliest] > best[0]:
                best = (float(scores[likeliest]), sides[likeliest], float(distinct[likeliest].mean()))
    if best is None or best[2] < visibility.min_mean:
        return None
    return best[1], best[2]


@functools.cache
def _divide_unit_length(n: int, gap: float) -> Float64Array:
    """Divide the length 1 into cells, by each of `_FANS`: ``float64`` (fans, n, 2), as in `divide_evenly`."""
    fans = np.array(_FANS)[:, np.newaxis, np.newaxis]
    left = np.arange(n) * (1 + gap) / (n + (n - 1) * gap)
    even = np.stack([left, left + 1 / (n + (n - 1) * gap)], axis=1)
    return np.asarray(even * (1 + fans) / (1 + fans * even))


def snap_sides(sides: Float64Array, profile: Float64Array) -> Float64Array:
    """Move each side to the visible line within a tenth of a cell's width, if there is one.

    Parameters
    ----------
    sides
        ``float64`` (n, 2): left and right side of each cell, in pixels.
    profile
        ``float64`` (w,): visibility of a side at each column, 0 to 1.

    Returns
    -------
    ndarray
        ``float64`` (n, 2): the moved sides.
    """
    reach = 0.1 * float(np.diff(sides, axis=1).mean())
    snapped = sides.copy()
    for place, x in np.ndenumerate(sides):
        low, high = max(0, round(x - reach)), min(len(profile), round(x + reach) + 1)
        near = profile[low:high] - 0.2 * np.abs(np.arange(low, high) - x) / max(reach, 1.0)
        if len(near) and near.max() >= 0.5:
            at = np.flatnonzero(near >= near.max() - 0.12)
            snapped[place] = low + float(at.mean())
    return snapped


def dilate_profile(profile: Float64Array, reach: int) -> Float64Array:
    """Return the maximum of a profile, ``float64`` (w,), within ``reach`` pixels of each place."""
    return np.asarray(cv2.dilate(profile[np.newaxis], np.ones((1, 2 * reach + 1), np.uint8))[0], np.float64)
