"""Printed forms: boxes, combs, and sudoku grids, with digits and blanks in their cells."""

from dataclasses import dataclass

import numpy as np

from benchmarks.reading.pictures.contents.digit_masks import digit_mask, turned
from benchmarks.reading.pictures.random_fields import Field
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.sheets import Sheet, paste
from benchmarks.reading.pictures.sources import Sources

BLANK = "_"


@dataclass(frozen=True)
class Grid:
    """The geometry of a form, in pixels."""

    rows: int
    columns: int
    cell_width: float
    cell_height: float
    left: float
    top: float
    gap: float = 0.0
    """Space between neighbouring boxes; 0 where they share a side."""

    def corner(self, row: int, column: int) -> tuple[float, float]:
        """Return x and y of a cell's top left corner."""
        return self.left + column * (self.cell_width + self.gap), self.top + row * (
            self.cell_height + self.gap
        )


def single_cell(rng: np.random.Generator, mask: Field, digit_px: float, form: str) -> Sheet:
    """Print one box or one comb's cell around a digit's mask."""
    height, width = mask.shape
    margin = rng.uniform(*S.box_margin, 2) * digit_px
    cell_width, cell_height = max(width, 0.6 * digit_px) + 2 * margin[0], height + 2 * margin[1]
    outside = rng.uniform(0.25, 0.8, 4) * digit_px
    grid = Grid(1, 1, cell_width, cell_height, outside[0], outside[1])
    shape = (round(cell_height + outside[1] + outside[3]), round(cell_width + outside[0] + outside[2]))
    ink = np.zeros(shape, np.float32)
    _put(rng, ink, mask, grid, 0, 0, digit_px)
    return Sheet(ink, digit_px, (outside[1] + cell_height,), _print_form(rng, grid, shape, form, digit_px))


def form_row(
    rng: np.random.Generator, sources: Sources, digit_px: float, n_cells: int, form: str, blank_share: float
) -> tuple[Sheet, str]:
    """Draw a row of boxes or a comb; returns the sheet, and its cells as text with ``_`` for a blank.

    Parameters
    ----------
    form
        ``joined boxes``, ``spaced boxes`` or ``comb``.
    """
    margin = rng.uniform(*S.box_margin)
    cell_width, cell_height = (rng.uniform(0.8, 1.0) + margin) * digit_px, (1.12 + 1.2 * margin) * digit_px
    gap = rng.uniform(0.12, 0.4) * digit_px if form == "spaced boxes" else 0.0
    outside = rng.uniform(0.3, 1.0, 4) * digit_px
    grid = Grid(1, n_cells, cell_width, cell_height, outside[0], outside[1], gap)
    shape = (
        round(cell_height + outside[1] + outside[3]),
        round(n_cells * (cell_width + gap) - gap + outside[0] + outside[2]),
    )
    ink, text = _fill(rng, sources, grid, shape, digit_px, blank_share)
    return Sheet(
        ink, digit_px, (outside[1] + cell_height,), _print_form(rng, grid, shape, form, digit_px)
    ), text


def sudoku(
    rng: np.random.Generator, sources: Sources, digit_px: float, blank_share: float
) -> tuple[Sheet, str]:
    """Draw a grid of 9 by 9 cells, each third rule thick; returns the sheet and its 81 cells as text."""
    cell = rng.uniform(1.35, 1.8) * digit_px
    outside = rng.uniform(0.4, 1.2) * digit_px
    grid = Grid(9, 9, cell, cell, outside, outside)
    side = round(9 * cell + 2 * outside)
    ink, text = _fill(rng, sources, grid, (side, side), digit_px, blank_share, lowest=1)
    printed = np.zeros((side, side), np.float32)
    thin = max(1.0, rng.uniform(0.02, 0.035) * digit_px)
    for step in range(10):
        place = outside + step * cell
        thickness = thin * (2.4 if step % 3 == 0 else 1.0)
        for start, end in (
            ((outside, place), (outside + 9 * cell, place)),
            ((place, outside), (place, outside + 9 * cell)),
        ):
            _line(printed, start, end, thickness)
    return Sheet(ink, digit_px, (), printed), text


def _fill(
    rng: np.random.Generator,
    sources: Sources,
    grid: Grid,
    shape: tuple[int, int],
    digit_px: float,
    blank_share: float,
    lowest: int = 0,
) -> tuple[Field, str]:
    """Write digits from ``lowest`` to 9 into the cells of a grid, at least one blank and one digit among them."""
    ink = np.zeros(shape, np.float32)
    n = grid.rows * grid.columns
    blank = rng.random(n) < blank_share
    blank[rng.choice(n, 2, replace=False)] = (True, False)
    stroke = rng.uniform(*S.stroke_width) * digit_px
    slant = rng.uniform(-S.slant_degrees, S.slant_degrees) / 2
    text = ""
    for cell in range(n):
        if blank[cell]:
            text += BLANK
            continue
        image, label = sources.digit(rng, int(rng.integers(lowest, 10)))
        size = digit_px * (1 + rng.uniform(-S.size_jitter, S.size_jitter))
        mask = turned(digit_mask(image, size, stroke), slant_degrees=slant)
        _put(rng, ink, mask, grid, cell // grid.columns, cell % grid.columns, digit_px)
        text += str(label)
    return ink, text


def _put(
    rng: np.random.Generator, ink: Field, mask: Field, grid: Grid, row: int, column: int, digit_px: float
) -> None:
    """Write a digit into its cell, somewhere about the middle; it may reach over a side by a little."""
    x, y = grid.corner(row, column)
    height, width = mask.shape
    room_x, room_y = grid.cell_width - width, grid.cell_height - height
    over = S.box_overshoot * digit_px
    shift_x = (
        np.clip(rng.normal(0, 0.22) * max(room_x, 0), -room_x / 2 - over, room_x / 2 + over)
        if room_x > 0
        else 0
    )
    shift_y = (
        np.clip(rng.normal(0, 0.22) * max(room_y, 0), -room_y / 2 - over, room_y / 2 + over)
        if room_y > 0
        else 0
    )
    paste(ink, mask, x + room_x / 2 + shift_x, y + room_y / 2 + shift_y)


def _print_form(
    rng: np.random.Generator, grid: Grid, shape: tuple[int, int], form: str, digit_px: float
) -> Field:
    """Return the mask of the printed cells."""
    printed = np.zeros(shape, np.float32)
    thickness = max(1.0, rng.uniform(0.018, 0.045) * digit_px)
    right = grid.left + grid.columns * (grid.cell_width + grid.gap) - grid.gap
    bottom = grid.top + grid.cell_height
    if form == "comb":
        _line(printed, (grid.left, bottom), (right, bottom), thickness)
        tooth = rng.uniform(0.25, 0.6) * grid.cell_height
        for column in range(grid.columns + 1):
            x = grid.left + column * grid.cell_width
            _line(printed, (x, bottom), (x, bottom - tooth), thickness)
        return printed
    for column in range(grid.columns):
        x, y = grid.corner(0, column)
        corners = [(x, y), (x + grid.cell_width, y), (x + grid.cell_width, bottom), (x, bottom)]
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            _line(printed, start, end, thickness)
    return printed


def _line(mask: Field, start: tuple[float, float], end: tuple[float, float], thickness: float) -> None:
    """Draw an upright or level line in place, anti-aliased at its sides."""
    half = thickness / 2
    x0, x1 = min(start[0], end[0]) - half, max(start[0], end[0]) + half
    y0, y1 = min(start[1], end[1]) - half, max(start[1], end[1]) + half
    rows, columns = np.arange(mask.shape[0]), np.arange(mask.shape[1])
    cover_y = np.clip(np.minimum(rows + 1, y1) - np.maximum(rows, y0), 0, 1)
    cover_x = np.clip(np.minimum(columns + 1, x1) - np.maximum(columns, x0), 0, 1)
    top, bottom = max(int(y0), 0), int(np.ceil(y1)) + 1
    left, right = max(int(x0), 0), int(np.ceil(x1)) + 1
    part = mask[top:bottom, left:right]
    cover = cover_y[top:bottom, None] * cover_x[None, left:right]
    np.maximum(part, cover.astype(np.float32), out=part)
