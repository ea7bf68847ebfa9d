"""The writing in the cells of boxes, combs and grids, one digit per cell, without the printed lines."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.boxes.frames import Row, find_rows
from inkdigits.pictures.boxes.print_depth import detect_thin_structures, separate_form_ink
from inkdigits.pictures.boxes.print_removal import PrintRemoval, have_printed_sides, remove_print
from inkdigits.pictures.geometry.form_rectification import estimate_rectification, fit_view
from inkdigits.pictures.geometry.transform import Box, compute_corners
from inkdigits.pictures.ink.array_types import Float64Array
from inkdigits.pictures.ink.components import Components, find_components, threshold_ink
from inkdigits.pictures.ink.ink_map import convert_to_grey

_MIN_DIGIT_SIZE, _MIN_DIGIT_AREA = 0.26, 0.008
"""Smallest height or width of a digit, in cell heights, and its smallest area, in squared cell heights; less ink is
dirt."""

_MIN_COMPONENT_SIZE, _MIN_THIN_COMPONENT_SIZE = 0.1, 0.3
"""Smallest longer side of a component of the writing, in cell heights, and of a component one pixel wide."""

_MAX_LINE_LENGTH, _MAX_LINE_THICKNESS = 1.25, 0.15
"""A longer and thinner component, in cell heights, is a piece of a printed line."""

_MAX_PRINTED_SHARE = 0.6
"""Share of a component on printed lines from which it is a remainder of the print."""

_MIN_INSIDE_SHARE = 0.4
"""Smallest share of a component that lies in cells."""

_MIN_CELL_SHARE = 0.3
"""Share of a component, of what lies in cells, from which a cell contains the component."""

_MAX_OUTSIDE_SHARE = 0.25
"""Largest share of the writing that lies outside of the cell with most of its component."""

_MIN_SIDE = 110
"""Shorter side, in pixels, below which a picture is enlarged, so that lines and strokes are several pixels thick."""

_COMB_DESCENT = 0.1
"""Height below the base line of a comb that belongs to its cells, in cell heights."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0: the writing in the cell; None if the cell is blank.
    box
        x, y, width and height of the writing, or of the blank cell, in pixels of the picture.
    row
        Index of its row, from 0.
    frame
        x, y, width and height of the cell, in pixels of the picture.
    """

    ink: NDArray[np.uint8] | None
    box: Box
    row: int
    frame: Box


class _Frame(NamedTuple):
    """The frame of a cell in pixels of the rectified view, and the index of its row."""

    row: int
    left: float
    top: float
    right: float
    bottom: float


class _Writing(NamedTuple):
    """The writing of a form in the rectified view.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w), without print.
    components
        Of the ink.
    cell_numbers
        ``int32`` of shape (h, w): number of the cell at each pixel, from 1; 0 outside of all cells.
    print_thickness
        Median thickness of the printed lines, in pixels.
    """

    ink: NDArray[np.uint8]
    components: Components
    cell_numbers: NDArray[np.int32]
    print_thickness: int


def find_cells(pixels: NDArray[np.uint8], is_form: bool = True) -> list[Cell]:
    """Find the cells of a printed form, row by row.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB; writing and print darker than the paper.
    is_form
        Whether the picture is known to be a form; if not, the sides of cells must certainly be print, and the writing
        must lie within the cells.

    Returns
    -------
    list of Cell
        In reading order; empty if there are no boxes, no comb and no grid.
    """
    thin = detect_thin_structures(pixels)
    zoom = 2.0 if min(thin.shape) < _MIN_SIDE else 1.0
    view, size = fit_view(estimate_rectification(thin), (thin.shape[0], thin.shape[1]), zoom)
    mask = (_rectify(thin * 255, view, size, cv2.BORDER_CONSTANT) >= 100).astype(np.uint8)
    rows = find_rows(mask)
    if not rows or not (is_form or have_printed_sides(mask, rows)):
        return []
    grey = np.rint(convert_to_grey(pixels)).astype(np.uint8)
    rectified = _rectify(grey, view, size, cv2.BORDER_REPLICATE)
    removal = remove_print(separate_form_ink(rectified, rows), rows)
    return _assign_writing(removal, rows, view, is_form)


def _rectify(
    plane: NDArray[np.uint8], view: Float64Array, size: tuple[int, int], border: int
) -> NDArray[np.uint8]:
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(plane, view, size, flags=flags, borderMode=border), np.uint8)


def _assign_writing(removal: PrintRemoval, rows: list[Row], view: Float64Array, is_form: bool) -> list[Cell]:
    """Assign each component of the writing to the cells that contain much of it."""
    frames, cell_numbers = _draw_cells(rows, removal.ink.shape)
    mask = threshold_ink(removal.ink)
    components = find_components(mask)
    y, x = np.nonzero(mask)
    n_pixels = np.zeros((components.n + 1, len(frames) + 1), np.int64)
    np.add.at(n_pixels, (components.labels[y, x], cell_numbers[y, x]), 1)
    n_printed = np.bincount(components.labels[y, x], removal.printed[y, x], components.n + 1)[1:]
    n_pixels = n_pixels[1:]
    is_print = n_printed >= _MAX_PRINTED_SHARE * n_pixels.sum(axis=1)
    if not is_form and _lies_across_cells(n_pixels[~is_print]):
        return []
    members: list[list[tuple[int, bool]]] = [[] for _ in frames]
    for i in np.flatnonzero(~is_print).tolist():
        inside = n_pixels[i, 1:]
        if not inside.any() or inside.sum() < _MIN_INSIDE_SHARE * n_pixels[i].sum():
            continue
        frame = frames[int(inside.argmax())]
        if not _may_be_writing(int(components.width[i]), int(components.height[i]), frame.bottom - frame.top):
            continue
        is_shared = bool((inside >= _MIN_CELL_SHARE * inside.sum()).sum() > 1)
        for cell in np.flatnonzero(inside >= max(_MIN_CELL_SHARE * inside.sum(), 1)).tolist():
            members[cell].append((i, is_shared))
    writing = _Writing(removal.ink, components, cell_numbers, removal.thickness)
    return [_make_cell(writing, members[i], i + 1, frame, view) for i, frame in enumerate(frames)]


def _draw_cells(rows: list[Row], shape: tuple[int, ...]) -> tuple[list[_Frame], NDArray[np.int32]]:
    """Return the frames of all cells, and the number of the cell at each pixel, from 1."""
    frames: list[_Frame] = []
    cell_numbers = np.zeros(shape, np.int32)
    for number, row in enumerate(rows):
        for (left, right), top, bottom in zip(row.sides, row.top, row.bottom, strict=True):
            frames.append(_Frame(number, float(left), float(top), float(right), float(bottom)))
            below = 0.0 if not row.is_comb else _COMB_DESCENT * (bottom - top)
            window = (
                slice(max(0, round(top)), max(0, round(bottom + below))),
                slice(max(0, round(left)), max(0, round(right))),
            )
            cell_numbers[window] = len(frames)
    return frames, cell_numbers


def _may_be_writing(width: int, height: int, cell_height: float) -> bool:
    """Return whether a component, with sizes in pixels, is neither a speck nor a piece of a printed line."""
    longer, shorter = max(width, height), min(width, height)
    if longer < _MIN_COMPONENT_SIZE * cell_height:
        return False
    if shorter <= 1 and longer < _MIN_THIN_COMPONENT_SIZE * cell_height:
        return False
    return longer <= _MAX_LINE_LENGTH * cell_height or shorter >= _MAX_LINE_THICKNESS * cell_height


def _lies_across_cells(n_pixels: NDArray[np.int64]) -> bool:
    """Return whether much of the writing lies outside of the cell with most of its component, as on squared paper.

    Parameters
    ----------
    n_pixels
        ``int64`` (n_components, 1 + n_cells): pixels of each component outside of all cells, and in each cell.
    """
    n_outside = float((n_pixels.sum(axis=1) - n_pixels.max(axis=1)).sum())
    return n_outside > _MAX_OUTSIDE_SHARE * float(n_pixels.sum())


def _make_cell(
    writing: _Writing, members: list[tuple[int, bool]], number: int, frame: _Frame, view: Float64Array
) -> Cell:
    """Cut the writing of one cell out.

    Parameters
    ----------
    members
        Indices of the components in the cell, and whether each lies in other cells too.
    number
        Of the cell, from 1.
    """
    row, left, top, right, bottom = frame
    place = _map_box((round(left), round(top), round(right - left), round(bottom - top)), view)
    blank = Cell(None, place, row, place)
    if not members:
        return blank
    components, chosen = writing.components, [i for i, _ in members]
    x0, x1 = int(components.left[chosen].min()), int(components.right[chosen].max()) + 1
    y0, y1 = int(components.top[chosen].min()), int(components.bottom[chosen].max()) + 1
    window = (slice(max(0, y0 - 1), y1), slice(max(0, x0 - 1), x1))
    labels, is_own = components.labels[window], writing.cell_numbers[window] == number
    kept = np.zeros(labels.shape, np.uint8)
    for i, is_shared in members:
        of_component = labels == i + 1
        kept |= (of_component & is_own if is_shared else of_component).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(kept)
    cell_height = bottom - top
    if (
        max(width, height) < _MIN_DIGIT_SIZE * cell_height
        or int(kept.sum()) < _MIN_DIGIT_AREA * cell_height**2
    ):
        return blank
    if min(width, height) <= writing.print_thickness + 1 and _lies_on_side(
        x + window[1].start + width / 2, left, right, writing.print_thickness
    ):
        return blank
    soft = cv2.dilate(kept, np.ones((3, 3), np.uint8))
    alone = np.where(soft > 0, writing.ink[window], 0).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(alone)
    box = x + window[1].start, y + window[0].start, width, height
    ink = np.ascontiguousarray(alone[y : y + height, x : x + width])
    return Cell(ink, _map_box(box, view), row, place)


def _lies_on_side(centre: float, left: float, right: float, thickness: int) -> bool:
    """Return whether a thin component lies on a side of its cell, and so is a remainder of the print."""
    return min(abs(centre - left), abs(centre - right)) <= 0.5 * thickness + 2


def _map_box(box: Box, view: Float64Array) -> Box:
    """Return the upright box in the picture around a box of the view."""
    corners = cv2.perspectiveTransform(compute_corners(box)[np.newaxis], view)[0]
    left, top = np.floor(corners.min(axis=0) + 1e-6).astype(int)
    right, bottom = np.ceil(corners.max(axis=0) - 1e-6).astype(int)
    return int(left), int(top), max(1, int(right - left)), max(1, int(bottom - top))
