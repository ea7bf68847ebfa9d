"""The writing in the cells of boxes, combs and grids, one digit a cell, without the printed lines."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.boxes.frames import Row, find_rows
from inkdigits.pictures.boxes.line_tracing import Floats
from inkdigits.pictures.boxes.print_depth import dark_in_cells, thin_dark
from inkdigits.pictures.boxes.print_removal import are_printed, without_print
from inkdigits.pictures.geometry.form_rectification import placed, seen_from_above
from inkdigits.pictures.geometry.transform import Box
from inkdigits.pictures.ink.ink_map import most_telling_grey
from inkdigits.pictures.ink.polarity import INK

_LEAST_HEIGHT = 0.26
"""Height or width, in cell heights, below which ink in a cell is dirt and no digit."""


_LONGEST = 1.25
"""Length, in cell heights, above which something thin is a piece of a line."""

_ASTRAY = 0.25
"""Share of the writing that lies in other cells than most of the stroke that it belongs to, at most."""

_SMALL = 110
"""Shorter side, in pixels, of a picture that is looked at enlarged, so that lines and strokes are some pixels thick."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w), the writing that belongs to it; None where it is blank.
    box
        x, y, width and height of the writing, or of the blank cell, in pixels of the ink map.
    row
        The row it stands in, from 0.
    frame
        The cell itself, in the same pixels.
    """

    ink: NDArray[np.uint8] | None
    box: Box
    row: int
    frame: Box


def find_cells(pixels: NDArray[np.uint8], is_form: bool = True) -> list[Cell]:
    """Find the cells of a printed form, row by row.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB; writing and print darker than the paper.
    is_form
        Whether the picture is known to be a form; if not, cells must have sides that are surely print, and the
        writing must keep to the cells.

    Returns
    -------
    list of Cell
        In reading order; empty where no boxes, no comb and no grid are found.
    """
    thin = thin_dark(pixels)
    zoom = 2.0 if min(thin.shape) < _SMALL else 1.0
    view, size = placed(seen_from_above(thin), (thin.shape[0], thin.shape[1]), zoom)
    mask = (_viewed(thin * 255, view, size, cv2.BORDER_CONSTANT) >= 100).astype(np.uint8)
    rows = find_rows(mask)
    if not rows or not (is_form or are_printed(mask, rows)):
        return []
    grey = pixels.astype(np.float32) if pixels.ndim == 2 else most_telling_grey(pixels)
    level = _viewed(np.rint(grey).astype(np.uint8), view, size, cv2.BORDER_REPLICATE)
    writing = without_print(dark_in_cells(level, rows), rows)
    return _sorted_out(writing.ink, rows, writing.thickness, writing.printed, view, is_form)


def _viewed(plane: NDArray[np.uint8], view: Floats, size: tuple[int, int], border: int) -> NDArray[np.uint8]:
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(plane, view, size, flags=flags, borderMode=border), np.uint8)


def _sorted_out(
    clean: NDArray[np.uint8],
    rows: list[Row],
    thickness: int,
    printed: NDArray[np.uint8],
    view: Floats,
    is_form: bool,
) -> list[Cell]:
    """Give every part of the writing to the cell that holds most of it."""
    frames: list[tuple[int, float, float, float, float]] = []
    ids = np.zeros(clean.shape, np.int32)
    for number, row in enumerate(rows):
        for (left, right), top, bottom in zip(row.sides, row.top, row.bottom, strict=True):
            frames.append((number, float(left), float(top), float(right), float(bottom)))
            below = 0.0 if not row.is_comb else 0.1 * (bottom - top)
            window = (
                slice(max(0, round(top)), max(0, round(bottom + below))),
                slice(max(0, round(left)), max(0, round(right))),
            )
            ids[window] = len(frames)
    mask = (clean >= INK).astype(np.uint8)
    n, found, found_stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels, stats = np.asarray(found, np.int32), np.asarray(found_stats, np.int32)
    members: list[list[tuple[int, int]]] = [[] for _ in range(len(frames) + 1)]
    y, x = np.nonzero(mask)
    table = np.zeros((n, len(frames) + 1), np.int64)
    np.add.at(table, (labels[y, x], ids[y, x]), 1)
    in_print = np.bincount(labels[y, x], printed[y, x], n)
    if not is_form and _strays(table[1:][in_print[1:] < 0.6 * table[1:].sum(axis=1)]):
        return []
    for part in range(1, n):
        inside = table[part, 1:]
        if in_print[part] >= 0.6 * table[part].sum():  # what is left of the print
            continue
        if not inside.any() or inside.sum() < 0.4 * table[part].sum():
            continue
        best = int(inside.argmax())
        _, left, top, right, bottom = frames[best]
        tall = bottom - top
        wide, high = int(stats[part, cv2.CC_STAT_WIDTH]), int(stats[part, cv2.CC_STAT_HEIGHT])
        if max(wide, high) < 0.1 * tall or (min(wide, high) <= 1 and max(wide, high) < 0.3 * tall):
            continue
        if max(wide, high) > _LONGEST * tall and min(wide, high) < 0.15 * tall:
            continue
        for other in np.flatnonzero(inside >= max(0.3 * inside.sum(), 1)):
            members[int(other) + 1].append((part, int((inside >= 0.3 * inside.sum()).sum() > 1)))
    return [
        _cell(clean, labels, stats, ids, members[i + 1], i + 1, frame, thickness, view)
        for i, frame in enumerate(frames)
    ]


def _strays(table: NDArray[np.int64]) -> bool:
    """Tell whether writing lies across the cells, as on squared paper.

    Parameters
    ----------
    table
        Shape (n_parts, 1 + n_cells): pixels of each part of the writing outside of all cells, and in each.
    """
    home = table.max(axis=1)
    astray = float((table.sum(axis=1) - home).sum())
    return astray > _ASTRAY * float(table.sum())


def _cell(
    clean: NDArray[np.uint8],
    labels: NDArray[np.int32],
    stats: NDArray[np.int32],
    ids: NDArray[np.int32],
    members: list[tuple[int, int]],
    own: int,
    frame: tuple[int, float, float, float, float],
    thickness: int,
    view: Floats,
) -> Cell:
    row, left, top, right, bottom = frame
    place = _carried((round(left), round(top), round(right - left), round(bottom - top)), view)
    blank = Cell(None, place, row, place)
    if not members:
        return blank
    x0 = min(int(stats[part, 0]) for part, _ in members)
    y0 = min(int(stats[part, 1]) for part, _ in members)
    x1 = max(int(stats[part, 0] + stats[part, 2]) for part, _ in members) + 1
    y1 = max(int(stats[part, 1] + stats[part, 3]) for part, _ in members) + 1
    window = (slice(max(0, y0 - 1), y1), slice(max(0, x0 - 1), x1))
    kept = np.zeros(labels[window].shape, np.uint8)
    for part, shared in members:
        of_part = labels[window] == part
        kept |= (of_part & (ids[window] == own) if shared else of_part).astype(np.uint8)
    x, y, wide, high = cv2.boundingRect(kept)
    tall = bottom - top
    if (high < _LEAST_HEIGHT * tall and wide < _LEAST_HEIGHT * tall) or int(kept.sum()) < 0.008 * tall**2:
        return blank
    if min(wide, high) <= thickness + 1 and _hugs_a_side(x + window[1].start, wide, left, right, thickness):
        return blank
    soft = cv2.dilate(kept, np.ones((3, 3), np.uint8))
    alone = np.where(soft > 0, clean[window], 0).astype(np.uint8)
    x, y, wide, high = cv2.boundingRect(alone)
    box = x + window[1].start, y + window[0].start, wide, high
    return Cell(np.ascontiguousarray(alone[y : y + high, x : x + wide]), _carried(box, view), row, place)


def _hugs_a_side(x: int, wide: int, left: float, right: float, thickness: int) -> bool:
    """Tell whether something thin stands on the side of its cell: what is left of the print."""
    middle = x + wide / 2
    return min(abs(middle - left), abs(middle - right)) <= 0.5 * thickness + 2


def _carried(box: Box, view: Floats) -> Box:
    """Return the upright box, on the map as it was, around a box of the view."""
    x, y, width, height = box
    corners = np.array([[[x, y], [x + width, y], [x, y + height], [x + width, y + height]]], np.float64)
    seen = cv2.perspectiveTransform(corners, view)[0]
    left, top = np.floor(seen.min(axis=0) + 1e-6).astype(int)
    right, bottom = np.ceil(seen.max(axis=0) - 1e-6).astype(int)
    return int(left), int(top), max(1, int(right - left)), max(1, int(bottom - top))
