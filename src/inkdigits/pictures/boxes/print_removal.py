"""The printed sides of cells, measured one by one and taken out of the ink without eating the writing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.boxes.frames import Row
from inkdigits.pictures.ink.crossings import crossings
from inkdigits.pictures.ink.polarity import INK

_FAINT = 40
"""Value of the map from which a pixel may belong to a printed line; lines are often fainter than ink."""

_REACH = 0.07
"""How far from where a side should be it is looked for, in cell heights."""

_SEEN = 0.3
"""Share of its length on which a side must be seen to be taken out; below it, there is hardly any."""

_UNBROKEN = 0.85
"""The same where print is paler than ink."""

_THICKEST = 0.1
"""Thickness of the thickest side, in cell heights: what is thicker is writing."""

_THICKEST_CROSSED = 12
"""Thickness of a line, in pixels, beyond which no stroke is followed across it."""

_DRAWN = 0.5
"""Share of the upright sides, and of the level ones, that is seen straight and thin where there is print.

Of print it is more than 0.57 even in grids of small cells; of strokes in a row hardly more than 0.3."""

_UNLIKE = 2.6
"""How much thicker than others a side may be; every third rule of a number puzzle is thick."""


@dataclass(frozen=True)
class Unprinted:
    """Writing without printed lines.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w): the writing; where a stroke goes on at both sides of a line, it is whole.
    printed
        ``uint8`` of shape (h, w), 1 on the lines and close beside them.
    thickness
        Usual thickness of the lines, in pixels.
    """

    ink: NDArray[np.uint8]
    printed: NDArray[np.uint8]
    thickness: int


def without_print(level: NDArray[np.uint8], rows: list[Row]) -> Unprinted:
    """Take the printed lines of rows of cells out of a levelled map.

    Parameters
    ----------
    level
        ``uint8`` of shape (h, w), writing and print 255 on paper 0.
    rows
        The cells.
    """
    mask = (level >= _FAINT).astype(np.uint8)
    across, down = np.zeros_like(mask), np.zeros_like(mask)
    flipped, down_flipped = np.ascontiguousarray(mask.T), np.ascontiguousarray(down.T)
    ways = _sides(rows)
    measured = [_side(flipped if side.is_upright else mask, side) for side in ways]
    seen = [last - first for first, last, _ in measured if last > first]
    thickness = int(np.median(seen)) if seen else 1
    # Where few sides are seen, print is paler than ink, and what is seen where a side should be may be a stroke.
    least = _SEEN if len(seen) > 0.5 * len(ways) else 2.0 if rows[0].is_comb else _UNBROKEN
    for side, (first, last, share) in zip(ways, measured, strict=True):
        if last > first and share >= least:
            marks = down_flipped if side.is_upright else across
            _mark(marks, side, first, last, round(_UNLIKE * thickness) + 1)
    down = np.ascontiguousarray(down_flipped.T)
    strong = (level >= INK).astype(np.uint8)
    strokes = strong & (1 - np.maximum(across, down))
    crossed = crossings(strokes, across, min(thickness, _THICKEST_CROSSED))
    turned = np.ascontiguousarray(strokes.T), np.ascontiguousarray(down.T)
    crossed |= crossings(*turned, min(thickness, _THICKEST_CROSSED)).T
    lines = np.maximum(across, down) & (1 - crossed)
    kept = cv2.dilate(strokes | (crossed & strong), np.ones((3, 3), np.uint8))
    clean = np.where((kept > 0) & (lines == 0), level, 0).astype(np.uint8)
    printed = cv2.dilate(np.maximum(across, down), np.ones((3, 3), np.uint8))
    return Unprinted(clean, np.asarray(printed, np.uint8), thickness)


def are_printed(mask: NDArray[np.uint8], rows: list[Row]) -> bool:
    """Tell whether cells have sides that are straight and thin, as print has, and strokes in a row have not.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink, in which the cells were found.
    rows
        The cells.
    """
    flipped = np.ascontiguousarray(mask.T)
    seen: tuple[list[float], list[float]] = [], []
    for side in _sides(rows):
        seen[side.is_upright].append(_side(flipped if side.is_upright else mask, side)[2])
    return min(float(np.mean(shares)) for shares in seen) >= _DRAWN


@dataclass(frozen=True)
class _Side:
    """Where the side of a cell should be: x of an upright one, y of a level one, and its two ends."""

    is_upright: bool
    place: float
    start: float
    end: float
    tall: float


def _sides(rows: list[Row]) -> list[_Side]:
    sides = []
    for row in rows:
        for (left, right), top, bottom in zip(row.sides, row.top, row.bottom, strict=True):
            tall = float(bottom - top)
            tooth = float(bottom - row.teeth) if row.is_comb else float(top)
            for y in (bottom,) if row.is_comb else (top, bottom):
                sides.append(_Side(False, float(y), float(left), float(right), tall))
            for x in (left, right):
                sides.append(_Side(True, float(x), tooth, float(bottom), tall))
    return sides


def _side(mask: NDArray[np.uint8], side: _Side) -> tuple[int, int, float]:
    """Return where a side that runs across the mask begins and ends, from above, and how much of it is seen."""
    reach = max(2, round(_REACH * side.tall))
    middle = round(side.place)
    first, last = max(0, middle - reach), min(len(mask), middle + reach + 1)
    low, high = max(0, round(side.start)), min(mask.shape[1], round(side.end) + 1)
    if last <= first or high - low < 3:
        return 0, 0, 0.0
    profile = mask[first:last, low:high].mean(axis=1)
    away = np.abs(np.arange(first, last) - side.place) / reach
    peak = int((profile - 0.15 * away).argmax())
    inked = profile >= max(0.5 * profile[peak], _SEEN)
    if not inked[peak]:
        return 0, 0, 0.0
    above, below = peak, peak + 1
    while above > 0 and inked[above - 1]:
        above -= 1
    while below < len(inked) and inked[below]:
        below += 1
    if below - above > max(3, _THICKEST * side.tall):
        return 0, 0, 0.0
    return first + above, first + below, float(profile[peak])


def _mark(marks: NDArray[np.uint8], side: _Side, first: int, last: int, most: int) -> None:
    """Mark a side with a little around it; where writing lies along it, only as thick as sides are."""
    if last - first > most:
        first = min(max(first, round(side.place - most / 2)), last - most)
        last = first + most
    slack = max(1, round(0.012 * side.tall))
    beyond = last - first + slack
    low, high = max(0, round(side.start) - beyond), max(0, round(side.end) + beyond)
    marks[max(0, first - slack) : last + slack, low:high] = 1
