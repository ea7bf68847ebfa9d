"""Read grids of cells: one digit per cell, as in a sudoku, or one number per cell, as in a table of marks."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.digits.candidates import find_candidates
from inkdigits.pictures.geometry.grid_rectification import Grid, find_grid
from inkdigits.pictures.geometry.transform import Box
from inkdigits.pictures.page import Page
from inkdigits.recognition import rejection
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.detection.symbols import OTHER, SYMBOLS
from inkdigits.recognition.digit_classification import build_classified_digit, exclude_digits
from inkdigits.recognition.layout.arrangement import (
    Arrangement,
    Task,
    build_number_in_picture,
    crop_image,
    round_box,
)
from inkdigits.recognition.layout.boxes import build_row_number
from inkdigits.recognition.layout.ink_selection import select_ink
from inkdigits.recognition.numbers.number import build_digit
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.recognition.reading import Digit, Number
from inkdigits.recognition.single_digit import Prediction, combine_predictions

_MIN_PRESENCE = 0.5
"""Least presence of a symbol, and least probability of a digit, in a cell."""

_MIN_FILLED_SHARE = 0.08
"""Least share of cells with a digit; the hardest sudokus have 17 digits in 81 cells, a share of 0.21."""

_MIN_INSIDE_SHARE, _MAX_OUTSIDE_SHARE = 0.6, 0.25
"""Least share of a digit's area inside its cell, and greatest share of digits with less: writing on squared paper
crosses the rules, so its squares are not cells."""

_MAX_SPREAD, _MAX_STACKED_SHARE = 0.9, 0.2
"""Vertical distance of the digits of one cell, in median heights of the digits, above which they are on different
lines, and the greatest share of filled cells with such digits: every second rule may be missed. With 0.5 to 1.1 the
share is 0 in all grids of the development pictures, and 1 in the one, of a table at twice its size, with half its
rows."""

_MARGIN = 0.1
"""Margin around a digit in the crop for the classifier, as a share of the digit's longer side."""

_MIN_MULTI_DIGIT_SHARE = 0.15
"""Share of filled cells with several digits above which each cell is read as a number."""


@dataclass(frozen=True)
class FilledGrid:
    """A grid with symbols in its cells.

    Attributes
    ----------
    grid
        The grid, rectified.
    page
        Its pixels.
    found
        The symbols in it, boxes in pixels of ``page``.
    rows, columns
        ``int64`` (n,): the cell of each symbol, -1 or the number of rows or columns if it is outside.
    """

    grid: Grid
    page: Page
    found: Detections
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


def find_filled_grid(page: Page, found: Detections, task: Task) -> FilledGrid | None:
    """Find the largest grid of a picture, and the symbols in its cells.

    Parameters
    ----------
    page
        The picture.
    found
        The symbols in it, boxes in pixels of ``page``.
    task
        The models and the constraints.

    Returns
    -------
    FilledGrid or None
        None if no grid is found, if too few of its cells have a digit, or if too many digits cross its rules.
    """
    reduced = page.reduced
    # Light rules also produce dark edges beside them, so the more probable polarity is tried first.
    polarities = (
        (True, False) if reduced.has_light_ink else (False, True) if reduced.may_have_light_ink else (False,)
    )
    for light_on_dark in polarities:
        grid = find_grid(255 - reduced.pixels if light_on_dark else reduced.pixels)
        if grid is not None:
            pixels = 255 - grid.pixels if light_on_dark else grid.pixels
            rectified = Page(pixels, grid.to_picture.then(reduced.to_source), True)
            on_grid = _map_to_grid(page, found[select_ink(found, task.constraints.ink)], rectified)
            filled = _assign_to_cells(grid, rectified, on_grid)
            return filled if _is_filled(filled) else None
    return None


def _map_to_grid(page: Page, found: Detections, rectified: Page) -> Detections:
    """Return the symbols of a page with boxes in pixels of the rectified grid."""
    left, top, right, bottom = found.boxes.astype(np.float64).T
    x, y = (left + right) / 2, (top + bottom) / 2
    sides = np.stack([left, y, x, top, right, y, x, bottom], axis=1).reshape(-1, 2)
    mapped = rectified.to_source.map_points_back(page.to_source.map_points(sides)).reshape(-1, 4, 2)
    boxes = np.stack([mapped[:, 0, 0], mapped[:, 1, 1], mapped[:, 2, 0], mapped[:, 3, 1]], axis=1)
    moved = replace(found, boxes=boxes.astype(np.float32))
    return moved[np.argsort(boxes[:, 0], kind="stable")]


def _assign_to_cells(grid: Grid, page: Page, found: Detections) -> FilledGrid:
    """Assign the symbols of a rectified grid to its cells."""
    found = found[found.presence >= _MIN_PRESENCE]
    centres = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    columns, rows = (
        np.searchsorted(edges, centres[:, axis], side="right") - 1
        for axis, edges in enumerate((grid.columns, grid.rows))
    )
    return FilledGrid(grid, page, found, rows, columns)


def _is_filled(filled: FilledGrid) -> bool:
    """Return whether enough cells have a digit, few digits cross the rules, and few cells have several lines."""
    n_digits = _count_digits(filled)
    if (n_digits > 0).sum() < max(2, _MIN_FILLED_SHARE * n_digits.size):
        return False
    shares = _compute_inside_shares(filled.found.boxes, filled.columns, filled.rows, filled.grid)
    crossing = shares[_digits_in_cells(filled)] < _MIN_INSIDE_SHARE
    stacked = _compute_spreads(filled)[n_digits > 0] > _MAX_SPREAD
    return bool(crossing.mean() <= _MAX_OUTSIDE_SHARE and stacked.mean() <= _MAX_STACKED_SHARE)


def _digits_in_cells(filled: FilledGrid) -> NDArray[np.bool_]:
    """Return which symbols are digits in a cell, ``bool`` (n,)."""
    rows, columns = filled.rows, filled.columns
    n_rows, n_columns = len(filled.grid.rows) - 1, len(filled.grid.columns) - 1
    is_inside = (rows >= 0) & (rows < n_rows) & (columns >= 0) & (columns < n_columns)
    return np.asarray(is_inside & (filled.found.digits >= _MIN_PRESENCE))


def _count_digits(filled: FilledGrid) -> NDArray[np.int64]:
    """Return the number of digits in each cell, ``int64`` (n_rows, n_columns)."""
    n_digits = np.zeros((len(filled.grid.rows) - 1, len(filled.grid.columns) - 1), np.int64)
    chosen = _digits_in_cells(filled)
    np.add.at(n_digits, (filled.rows[chosen], filled.columns[chosen]), 1)
    return n_digits


def _compute_spreads(filled: FilledGrid) -> NDArray[np.float32]:
    """Return the vertical distance of the highest and the lowest digit of each cell, ``float32`` (n_rows, n_columns).

    It is in median heights of the digits, and 0 or less where a cell has less than two.
    """
    chosen = _digits_in_cells(filled)
    boxes, cells = filled.found.boxes[chosen], (filled.rows[chosen], filled.columns[chosen])
    shape = len(filled.grid.rows) - 1, len(filled.grid.columns) - 1
    lowest, highest = np.full(shape, -np.inf, np.float32), np.full(shape, np.inf, np.float32)
    np.maximum.at(lowest, cells, boxes[:, 1::2].mean(axis=1))
    np.minimum.at(highest, cells, boxes[:, 1::2].mean(axis=1))
    return (lowest - highest) / np.float32(np.median(boxes[:, 3] - boxes[:, 1]))


def read_grid(filled: FilledGrid, task: Task) -> Arrangement:
    """Read the cells of a grid.

    Parameters
    ----------
    filled
        The grid with the symbols in it.
    task
        The models and the constraints.

    Returns
    -------
    Arrangement
        Numbers with their row, and with their column too if each cell is a number; boxes in pixels of the rectified
        grid.
    """
    grid, found, rows, columns = filled.grid, filled.found, filled.rows, filled.columns
    grey = convert_to_grey(filled.page.pixels)
    n_digits = _count_digits(filled)
    is_table = (n_digits > 1).sum() > _MIN_MULTI_DIGIT_SHARE * (n_digits > 0).sum()
    numbers = []
    for row in range(n_digits.shape[0]):
        cells = []
        for column in range(n_digits.shape[1]):
            left, right = grid.columns[column : column + 2]
            top, bottom = grid.rows[row : row + 2]
            frame = round_box(np.array([left, top, right, bottom], np.float32), grey.shape)
            cells.append((found[(rows == row) & (columns == column)], frame))
        if is_table:
            numbers += [_read_cell(*cell, grey, task, (row, column)) for column, cell in enumerate(cells)]
        else:
            numbers.append(_read_row(cells, grey, task, row))
    return Arrangement(numbers, filled.page)


def _compute_inside_shares(
    boxes: NDArray[np.float32], columns: NDArray[np.int64], rows: NDArray[np.int64], grid: Grid
) -> NDArray[np.float32]:
    """Return the share of the area of each box that is inside its cell, ``float32`` (n,)."""
    cell_indices = [
        np.clip(cell_indices, 0, len(edges) - 2)
        for cell_indices, edges in ((columns, grid.columns), (rows, grid.rows))
    ]
    starts = np.stack([grid.columns[cell_indices[0]], grid.rows[cell_indices[1]]], axis=1)
    ends = np.stack([grid.columns[cell_indices[0] + 1], grid.rows[cell_indices[1] + 1]], axis=1)
    inside = np.maximum(np.minimum(boxes[:, 2:], ends) - np.maximum(boxes[:, :2], starts), 0).prod(axis=1)
    return np.asarray(inside / np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-6), np.float32)


def _read_cell(
    found: Detections, frame: Box, grey: NDArray[np.uint8], task: Task, position: tuple[int, int]
) -> Number:
    """Read a cell of a table as a number; a blank cell becomes a number with one blank digit."""
    number = build_number_in_picture(TextLine.from_detections(found, task.constraints.allowed), grey, task)
    if number is None:
        blank = Digit(None, 1.0, frame, (), rejection.BLANK)
        number = Number(blank.character, (blank,), 1.0, frame)
    return replace(number, row=position[0], column=position[1])


def _read_row(cells: list[tuple[Detections, Box]], grey: NDArray[np.uint8], task: Task, row: int) -> Number:
    """Read a row of cells with one digit each, from the combined predictions of detector and classifier."""
    best_symbols = [int((found.digits + found.presence).argmax()) if len(found) else -1 for found, _ in cells]
    boxes = [
        frame if best < 0 else round_box(found.boxes[best], grey.shape)
        for best, (found, frame) in zip(best_symbols, cells, strict=True)
    ]
    filled = [
        i for i, best in enumerate(best_symbols) if best >= 0 and cells[i][0].digits[best] >= _MIN_PRESENCE
    ]
    predictions = _predict_cells(filled, best_symbols, cells, boxes, grey, task)
    digits, shares, text = [], [], ""
    for i, ((found, _), best, box) in enumerate(zip(cells, best_symbols, boxes, strict=True)):
        if best < 0:
            digits.append(Digit(None, 1.0, box, (), rejection.BLANK))
            text += digits[-1].character
            continue
        image, printed = crop_image(grey, box), float(found.printed[best])
        if (prediction := predictions.get(i)) is None:
            values = TextLine.from_detections(found, task.constraints.allowed).digit_probabilities[best]
            digit = build_digit(values, box, image, task.detector.card.threshold, printed)
            digit = replace(digit, rejected=rejection.NOT_A_DIGIT)
        else:
            values = prediction.probabilities.astype(np.float32)
            if task.constraints.allowed is not None:
                values = exclude_digits(values, task.constraints.allowed)
            shares.append(values)
            digit = build_classified_digit(values, prediction.is_digit, box, image, task.card, box[2:])
            digit = replace(digit, printed=printed)
        digits.append(digit)
        symbol = int(found.classes[best].argmax())
        text += SYMBOLS[symbol] if prediction is None and N_CLASSES <= symbol < OTHER else digit.character
    return replace(build_row_number(tuple(digits), shares, task), text=text, row=row)


def _predict_cells(
    filled: list[int],
    best_symbols: list[int],
    cells: list[tuple[Detections, Box]],
    boxes: list[Box],
    grey: NDArray[np.uint8],
    task: Task,
) -> dict[int, Prediction]:
    """Return the predictions, by cell, for the cells ``filled``; the classifier's is included if the crop has ink."""
    predictions, images = {}, {}
    for i in filled:
        found, box = cells[i][0][np.array([best_symbols[i]])], boxes[i]
        shares = found.classes[0, :N_CLASSES].astype(np.float64)
        predictions[i] = Prediction(
            shares / max(shares.sum(), 1e-9), float(found.digits[0]), float(found.printed[0])
        )
        margin = round(_MARGIN * max(box[2:]))
        x, y, width, height = box
        in_crop = find_candidates(
            grey[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
        )
        if in_crop:
            images[i] = in_crop[0].image
    if images:
        scores = task.recogniser.score(np.stack(list(images.values())))
        for i, shares, is_digit in zip(images, scores.probabilities, scores.is_digit, strict=True):
            predictions[i] = combine_predictions(
                Prediction(shares.astype(np.float64), float(is_digit)), predictions[i]
            )
    return predictions
