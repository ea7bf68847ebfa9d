"""Detection of printed frames for single digits: rows of boxes, combs and grids, by their straight, even lines."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.boxes.even_division import (
    GAPS,
    GRID_VISIBILITY,
    MAX_CELLS,
    ROW_VISIBILITY,
    dilate_profile,
    divide_evenly,
    snap_sides,
)
from inkdigits.pictures.boxes.line_tracing import TracedLine, trace_lines
from inkdigits.pictures.ink.array_types import Float64Array

_MIN_COMB_COVERAGE = 0.85
"""Smallest share of its length on which the base line of a comb covers ink."""

_MIN_LENGTH_SHARE = 0.8
"""Length of a complete line, as a share of the longest one."""

_MIN_WIDTH, _MAX_WIDTH = 0.45, 1.6
"""Smallest and largest width of a cell, in cell heights."""

_WRITING_HEIGHT = 1.7
"""Assumed height of the writing on a comb, in widths of a cell."""


@dataclass(frozen=True)
class Row:
    """One row of cells, in pixels of the rectified mask.

    Attributes
    ----------
    sides
        ``float64`` (n, 2): left and right of each cell.
    top, bottom
        ``float64`` (n,): y at the centre of each cell.
    is_comb
        Whether the row is a comb, a base line with teeth; its ``top`` is the assumed height of the writing.
    visibility
        Mean visibility of the sides, 0 to 1.
    side_height
        Height of the sides above ``bottom``, in pixels.
    """

    sides: Float64Array
    top: Float64Array
    bottom: Float64Array
    is_comb: bool
    visibility: float
    side_height: float


def find_rows(mask: NDArray[np.uint8]) -> list[Row]:
    """Find the rows of cells in a rectified mask.

    A grid is searched first, then rows of boxes, then combs.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 on ink.

    Returns
    -------
    list of Row
        From top to bottom; empty if there are none.
    """
    lines = trace_lines(mask)
    longest = max((line.end - line.start for line in lines), default=0)
    complete = [line for line in lines if line.end - line.start >= _MIN_LENGTH_SHARE * longest]
    grid = _find_grid_rows(mask, complete)
    if grid:
        return grid
    rows: list[Row] = []
    for some in (complete, lines):  # a shadow may hide much of one of two lines
        boxed = (_find_boxes(mask, upper, lower) for upper, lower in pairwise(some))
        rows = rows or _unify_rows([row for row in boxed if row is not None])
    if rows:
        return rows
    combs = (_find_comb(mask, line) for line in complete if line.coverage >= _MIN_COMB_COVERAGE)
    return [row for row in combs if row is not None]


def _find_grid_rows(mask: NDArray[np.uint8], lines: list[TracedLine]) -> list[Row]:
    """Divide a grid evenly by all of its lines at once, so that lines under shadows or digits may be invisible."""
    if len(lines) < 3:
        return []
    upper, lower = lines[0], lines[-1]
    height = float((lower.y - upper.y).mean())
    start, end = min(upper.start, lower.start), max(upper.end, lower.end)
    if height < 20 or end - start < 0.4 * height:
        return []
    x = np.arange(start, end)
    share = np.linspace(0.0, 1.0, round(height) + 1)
    y = np.rint(upper.y[x] + share[:, np.newaxis] * (lower.y - upper.y)[x]).astype(int)
    band = mask[np.clip(y, 0, mask.shape[0] - 1), x].astype(np.float64)
    heights = np.array([float((line.y - upper.y)[x].mean()) for line in lines])
    best: tuple[float, int] | None = None
    profile = dilate_profile(band.mean(axis=1), 1)
    for n in range(2, MAX_CELLS + 1):
        pitch = height / n
        if pitch < 10:
            break
        deviation = np.abs(heights / pitch - np.rint(heights / pitch))
        at_lines = np.rint(np.arange(n + 1) * pitch).astype(int)
        visible = dilate_profile(profile, round(0.04 * pitch))[at_lines]
        if deviation.max() > 0.1 or visible.min() < 0.2:
            continue
        score = float((visible - GRID_VISIBILITY.offset).sum())
        if best is None or score > best[0]:
            best = score, n
    if best is None:
        return []
    n = best[1]
    pitch = height / n
    # A side must be visible in most of the rows, on most of its length; the lines across are excluded.
    is_inside = np.abs(share * n - np.rint(share * n)) > 0.08
    between = np.rint(np.arange(1, n) * pitch).astype(int)
    parts = zip(np.split(band, between), np.split(is_inside, between), strict=True)
    per_row = np.array([dilate_profile(part[inside].mean(axis=0), 1) for part, inside in parts])
    evidence = np.median(per_row, axis=0) * 0.5 + per_row.mean(axis=0) * 0.5
    divided = divide_evenly(
        dilate_profile(evidence, round(0.04 * pitch)),
        0,
        end - start - 1,
        _MIN_WIDTH * pitch,
        _MAX_WIDTH * pitch,
        (0.0,),
        0,
        GRID_VISIBILITY,
    )
    if divided is None:
        return []
    sides = snap_sides(divided[0], per_row.mean(axis=0)) + start
    centre = _round_centres(sides, mask.shape[1])
    edges = upper.y[centre] + (np.arange(n + 1) / n)[:, np.newaxis] * (lower.y - upper.y)[centre]
    return [Row(sides, edges[i], edges[i + 1], False, divided[1], pitch) for i in range(n)]


def _find_boxes(mask: NDArray[np.uint8], upper: TracedLine, lower: TracedLine) -> Row | None:
    """Find the cells between two lines, with or without gaps."""
    height = float((lower.y - upper.y).mean())
    start, end = min(upper.start, lower.start), max(upper.end, lower.end)
    if height < 10 or end - start < 1.5 * height:
        return None
    share = np.linspace(0.06, 0.94, 40)[:, np.newaxis]
    x = np.arange(mask.shape[1])[np.newaxis]
    y = np.rint(upper.y + share * (lower.y - upper.y)).astype(int)
    thick = cv2.dilate(mask, np.ones((1, 3), np.uint8))
    band = thick[np.clip(y, 0, mask.shape[0] - 1), x].astype(np.float64)
    slack = max(1, round(0.05 * height))
    # A side may be tilted, so its visibility is measured in four parts.
    parts = [dilate_profile(part.mean(axis=0), slack) for part in np.split(band, 4)]
    profile = np.minimum.reduce(parts) * 0.5 + np.mean(parts, axis=0) * 0.5
    min_width, max_width = _MIN_WIDTH * height, _MAX_WIDTH * height
    best: tuple[Float64Array, float] | None = None
    # Dirt beside the form may extend one of its lines.
    for first, last in {(start, end), (upper.start, upper.end), (lower.start, lower.end)}:
        found = divide_evenly(
            profile, first, last - 1, min_width, max_width, GAPS, 2 * slack + 4, ROW_VISIBILITY
        )
        if found is not None and (best is None or found[1] > best[1] + 0.02):
            best = found
    if best is None:
        return None
    sides, visibility = snap_sides(best[0], band.mean(axis=0)), best[1]
    centre = _round_centres(sides, mask.shape[1])
    return Row(sides, upper.y[centre], lower.y[centre], False, visibility, height)


def _find_comb(mask: NDArray[np.uint8], base: TracedLine) -> Row | None:
    """Find the teeth on a base line."""
    length = base.end - base.start
    max_height = min(int(0.5 * length), 400)
    x = np.arange(mask.shape[1])
    thick = cv2.dilate(mask, np.ones((1, 3), np.uint8))
    heights = np.arange(3, max(8, max_height))[:, np.newaxis]
    y = np.rint(base.y[np.newaxis] - heights).astype(int)
    above = thick[np.clip(y, 0, mask.shape[0] - 1), x[np.newaxis]] * (y >= 0)
    best: tuple[float, Float64Array, float] | None = None
    for n in range(2, MAX_CELLS + 1):
        pitch = (length - 1) / n
        if pitch < 8:
            break
        profile = dilate_profile(above[: max(3, round(0.17 * pitch) - 3)].mean(axis=0), round(0.03 * pitch))
        found = divide_evenly(
            profile, base.start, base.end - 1, 0.98 * pitch, 1.02 * pitch, (0.0,), 0, ROW_VISIBILITY
        )
        if found is None or found[1] < 0.8:
            continue
        score = (len(found[0]) + 1) * (found[1] - 0.6)
        if best is None or score > best[0]:
            best = score, *found
    if best is None or len(best[1]) < 3:
        return None
    _, sides, visibility = best
    bottom = base.y[_round_centres(sides, mask.shape[1])]
    run_lengths = np.argmin(np.concatenate([above, np.zeros((1, len(x)), above.dtype)]), axis=0)
    at_sides = np.clip(np.rint(np.append(sides[:, 0], sides[-1, 1])), 0, len(run_lengths) - 1).astype(int)
    tooth_height = 3.0 + float(np.median(dilate_profile(run_lengths.astype(np.float64), 2)[at_sides]))
    top = bottom - _WRITING_HEIGHT * np.diff(sides, axis=1)[:, 0]
    return Row(sides, top, bottom, True, visibility, tooth_height)


def _round_centres(sides: Float64Array, width: int) -> NDArray[np.int64]:
    """Return the central column of each cell, within a picture of ``width`` columns."""
    return np.asarray(np.clip(np.rint(sides.mean(axis=1)), 0, width - 1), np.int64)


def _unify_rows(rows: list[Row]) -> list[Row]:
    """Keep the rows of the same height as the most visible one, and give all of them the usual number of cells."""
    if not rows:
        return []
    clearest = max(rows, key=lambda row: row.visibility * len(row.sides))
    height = float((clearest.bottom - clearest.top).mean())
    rows = [row for row in rows if 0.6 <= float((row.bottom - row.top).mean()) / height <= 1.6]
    if len(rows) < 3:
        return rows
    # The rows of a grid have the same sides, so a row with hidden sides takes those of the nearest usual row.
    counts = np.array([len(row.sides) for row in rows])
    usual = int(np.bincount(counts).argmax())
    with_usual = np.flatnonzero(counts == usual)
    for i in np.flatnonzero(counts != usual):
        row, other = rows[i], rows[with_usual[int(np.abs(with_usual - i).argmin())]]
        top, bottom = (np.full(usual, float(edge.mean())) for edge in (row.top, row.bottom))
        rows[i] = Row(other.sides, top, bottom, row.is_comb, row.visibility, row.side_height)
    return rows
