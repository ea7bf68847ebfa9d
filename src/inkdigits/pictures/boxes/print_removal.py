"""Removal of the printed sides of cells, each measured on its own; the writing stays whole."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.boxes.frames import Row
from inkdigits.pictures.ink.components import threshold_ink
from inkdigits.pictures.ink.crossings import find_stroke_crossings

_PRINT_THRESHOLD = 40
"""Value of the ink map from which a pixel may belong to a printed line; lines are often fainter than ink."""

_REACH = 0.07
"""Largest distance of a side from its expected place, in cell heights."""

_MIN_VISIBLE = 0.3
"""Smallest visible share of the length of a side that is removed; with less there is hardly any print."""

_MIN_VISIBLE_PALE = 0.85
"""The same if print is paler than ink."""

_MAX_THICKNESS = 0.1
"""Thickness of the thickest side, in cell heights; a thicker line is writing."""

_MAX_CROSSED_PIXELS = 12
"""Largest thickness of a line, in pixels, across which strokes are completed."""

_MIN_PRINTED_SHARE = 0.5
"""Smallest visible share of straight, thin sides, both of vertical and of horizontal ones, of printed cells.

For print it is more than 0.57 even in grids of small cells; for strokes in a row hardly more than 0.3."""

_MAX_THICKNESS_RATIO = 2.6
"""Largest ratio of a side's thickness to the median; every third rule of a number puzzle is thick."""


@dataclass(frozen=True)
class PrintRemoval:
    """Writing without printed lines.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w): the writing; strokes that cross a line are whole.
    printed
        ``uint8`` of shape (h, w), 1 on the lines and on the pixels next to them.
    thickness
        Median thickness of the lines, in pixels.
    """

    ink: NDArray[np.uint8]
    printed: NDArray[np.uint8]
    thickness: int


def remove_print(ink: NDArray[np.uint8], rows: list[Row]) -> PrintRemoval:
    """Remove the printed lines of rows of cells from a rectified ink map.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), writing and print 255 on paper 0.
    rows
        The cells; at least one row.

    Returns
    -------
    PrintRemoval
        The writing, and the mask of the lines.
    """
    mask = (ink >= _PRINT_THRESHOLD).astype(np.uint8)
    across, down = np.zeros_like(mask), np.zeros_like(mask)
    transposed, down_transposed = np.ascontiguousarray(mask.T), np.ascontiguousarray(down.T)
    sides = _list_sides(rows)
    measured = [_measure_side(transposed if side.is_vertical else mask, side) for side in sides]
    thicknesses = [last - first for first, last, _ in measured if last > first]
    thickness = int(np.median(thicknesses)) if thicknesses else 1
    # If few sides are visible, print is paler than ink, and a line at the place of a side may be a stroke.
    min_visible_pale = 2.0 if rows[0].is_comb else _MIN_VISIBLE_PALE  # nothing is removed from a pale comb
    min_visible = _MIN_VISIBLE if len(thicknesses) > 0.5 * len(sides) else min_visible_pale
    for side, (first, last, visible) in zip(sides, measured, strict=True):
        if last > first and visible >= min_visible:
            marks = down_transposed if side.is_vertical else across
            _mark_side(marks, side, first, last, round(_MAX_THICKNESS_RATIO * thickness) + 1)
    down = np.ascontiguousarray(down_transposed.T)
    strong = threshold_ink(ink)
    strokes = strong & (1 - np.maximum(across, down))
    crossed_thickness = min(thickness, _MAX_CROSSED_PIXELS)
    crossings = find_stroke_crossings(strokes, across, crossed_thickness)
    crossings |= find_stroke_crossings(
        np.ascontiguousarray(strokes.T), np.ascontiguousarray(down.T), crossed_thickness
    ).T
    lines = np.maximum(across, down) & (1 - crossings)
    kept = cv2.dilate(strokes | (crossings & strong), np.ones((3, 3), np.uint8))
    clean = np.where((kept > 0) & (lines == 0), ink, 0).astype(np.uint8)
    printed = cv2.dilate(np.maximum(across, down), np.ones((3, 3), np.uint8))
    return PrintRemoval(clean, np.asarray(printed, np.uint8), thickness)


def have_printed_sides(mask: NDArray[np.uint8], rows: list[Row]) -> bool:
    """Return whether the sides of cells are straight and thin, as print is, unlike strokes in a row.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 on ink, in which the cells were found.
    rows
        The cells; at least one row.

    Returns
    -------
    bool
        True if at least half of the length of the sides is visible, of vertical and of horizontal ones.
    """
    transposed = np.ascontiguousarray(mask.T)
    visible: tuple[list[float], list[float]] = [], []
    for side in _list_sides(rows):
        visible[side.is_vertical].append(_measure_side(transposed if side.is_vertical else mask, side)[2])
    return min(float(np.mean(shares)) for shares in visible) >= _MIN_PRINTED_SHARE


@dataclass(frozen=True)
class _Side:
    """Expected place of the side of a cell, in pixels.

    Attributes
    ----------
    is_vertical
        Its direction.
    place
        x of a vertical side, y of a horizontal one.
    start, end
        Its ends along the other axis.
    cell_height
        Of its cell.
    """

    is_vertical: bool
    place: float
    start: float
    end: float
    cell_height: float


def _list_sides(rows: list[Row]) -> list[_Side]:
    """Return the sides of all cells; of a comb, the base line and the teeth."""
    sides = []
    for row in rows:
        for (left, right), top, bottom in zip(row.sides, row.top, row.bottom, strict=True):
            height = float(bottom - top)
            upper_end = float(bottom - row.side_height) if row.is_comb else float(top)
            for y in (bottom,) if row.is_comb else (top, bottom):
                sides.append(_Side(False, float(y), float(left), float(right), height))
            for x in (left, right):
                sides.append(_Side(True, float(x), upper_end, float(bottom), height))
    return sides


def _measure_side(mask: NDArray[np.uint8], side: _Side) -> tuple[int, int, float]:
    """Return the first row of a horizontal side, the row after its last one, and its visible share; zeros if none."""
    reach = max(2, round(_REACH * side.cell_height))
    expected = round(side.place)
    first, last = max(0, expected - reach), min(len(mask), expected + reach + 1)
    low, high = max(0, round(side.start)), min(mask.shape[1], round(side.end) + 1)
    if last <= first or high - low < 3:
        return 0, 0, 0.0
    profile = mask[first:last, low:high].mean(axis=1)
    distance = np.abs(np.arange(first, last) - side.place) / reach
    peak = int((profile - 0.15 * distance).argmax())
    is_inked = profile >= max(0.5 * profile[peak], _MIN_VISIBLE)
    if not is_inked[peak]:
        return 0, 0, 0.0
    above, below = peak, peak + 1
    while above > 0 and is_inked[above - 1]:
        above -= 1
    while below < len(is_inked) and is_inked[below]:
        below += 1
    if below - above > max(3, _MAX_THICKNESS * side.cell_height):
        return 0, 0, 0.0
    return first + above, first + below, float(profile[peak])


def _mark_side(marks: NDArray[np.uint8], side: _Side, first: int, last: int, max_thickness: int) -> None:
    """Mark a side and the pixels next to it; if writing lies along it, at most ``max_thickness`` rows."""
    if last - first > max_thickness:
        first = min(max(first, round(side.place - max_thickness / 2)), last - max_thickness)
        last = first + max_thickness
    slack = max(1, round(0.012 * side.cell_height))
    beyond = last - first + slack
    low, high = max(0, round(side.start) - beyond), max(0, round(side.end) + beyond)
    marks[max(0, first - slack) : last + slack, low:high] = 1
