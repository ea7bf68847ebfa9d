"""Grids and tables of cells: a digit in each, as in a puzzle, or a number in each, as in a table of marks."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.digits.candidates import candidates
from inkdigits.pictures.geometry.grid_rectification import Grid, find_grid
from inkdigits.pictures.geometry.transform import Box
from inkdigits.pictures.page import Page
from inkdigits.recognition import rejection
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.locate import grey_levels, locate
from inkdigits.recognition.detection.symbols import OTHER, SYMBOLS
from inkdigits.recognition.layout.arrangement import Arrangement, Task, crop_image, round_box
from inkdigits.recognition.layout.boxes import build_row_number
from inkdigits.recognition.numbers.number import build_digit, build_number
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.recognition.reading import Digit, Number
from inkdigits.recognition.single_digit import Prediction, combine_predictions

_MIN_PRESENCE = 0.5
"""Probability from which a symbol stands in a cell."""

_MIN_FILLED_SHARE = 0.08
"""Share of the cells that hold a digit, at least; of a puzzle the hardest ones give 17 digits in 81 cells."""

_MIN_INSIDE_SHARE, _MAX_OUTSIDE_SHARE = 0.6, 0.25
"""Share of a digit that lies in its cell, and share of the digits that may lie in theirs by less: on squared paper
writing does not keep to the squares."""

_MIN_HEIGHT = 0.3
"""Height of a digit, as a share of its cell's shorter side, at least."""

_MARGIN = 0.1
"""Room about a digit that the classifier sees, as a share of its longer side."""

_MIN_MULTI_DIGIT_SHARE = 0.15
"""Share of the written cells with several digits from which each cell holds a number."""


def read_grid(page: Page, task: Task) -> Arrangement | None:
    """Read the largest grid of a picture.

    Parameters
    ----------
    page
        The picture.
    task
        How to read it.

    Returns
    -------
    Arrangement or None
        With the row of each number, and the column too where each cell holds a number; boxes on the grid made flat.
        None where no grid is seen, or nothing is written in it.
    """
    near = page.reduced
    # Beside light rules, dark paper looks darker: so the likelier polarity comes first.
    polarities = (True, False) if near.is_light else (False, True) if near.may_be_light else (False,)
    for light_on_dark in polarities:
        grid = find_grid(255 - near.pixels if light_on_dark else near.pixels)
        if grid is not None:
            pixels = 255 - grid.pixels if light_on_dark else grid.pixels
            flat = Page(pixels, grid.to_picture.then(near.to_source), True)
            numbers = _read_cells(grid, grey_levels(pixels), task)
            return None if numbers is None else Arrangement(numbers, flat, grid)
    return None


def _read_cells(grid: Grid, grey: NDArray[np.uint8], task: Task) -> list[Number] | None:
    """Read what stands in the cells of a flat grid; None where too little does."""
    cell = float(min(np.diff(grid.rows).mean(), np.diff(grid.columns).mean()))
    found = locate(grey, task.detector, heights=(_MIN_HEIGHT * cell, cell)).filter_by_ink(
        task.constraints.ink
    )
    found = found[found.presence >= _MIN_PRESENCE]
    middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    columns, rows = (
        np.searchsorted(edges, middles[:, axis], side="right") - 1
        for axis, edges in enumerate((grid.columns, grid.rows))
    )
    shape = len(grid.rows) - 1, len(grid.columns) - 1
    is_digit = found.digits >= _MIN_PRESENCE
    n_digits = np.zeros(shape, int)
    is_inside = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
    np.add.at(n_digits, (rows[is_inside & is_digit], columns[is_inside & is_digit]), 1)
    n_written = int((n_digits > 0).sum())
    within = _compute_inside_shares(found.boxes, columns, rows, grid)[is_inside & is_digit]
    if (
        n_written < max(2, _MIN_FILLED_SHARE * n_digits.size)
        or (within < _MIN_INSIDE_SHARE).mean() > _MAX_OUTSIDE_SHARE
    ):
        return None
    is_table = (n_digits > 1).sum() > _MIN_MULTI_DIGIT_SHARE * n_written
    numbers = []
    for row in range(shape[0]):
        cells = []
        for column in range(shape[1]):
            left, right = grid.columns[column : column + 2]
            top, bottom = grid.rows[row : row + 2]
            frame = round_box(np.array([left, top, right, bottom], np.float32), grey.shape)
            cells.append((found[(rows == row) & (columns == column)], frame))
        if is_table:
            numbers += [_read_cell(*cell, grey, task, (row, column)) for column, cell in enumerate(cells)]
        else:
            numbers.append(_read_row(cells, grey, task, row))
    return numbers


def _compute_inside_shares(
    boxes: NDArray[np.float32], columns: NDArray[np.int64], rows: NDArray[np.int64], grid: Grid
) -> NDArray[np.float32]:
    """Return the share of each box that lies within its cell."""
    places = [
        np.clip(places, 0, len(edges) - 2) for places, edges in ((columns, grid.columns), (rows, grid.rows))
    ]
    starts = np.stack([grid.columns[places[0]], grid.rows[places[1]]], axis=1)
    ends = np.stack([grid.columns[places[0] + 1], grid.rows[places[1] + 1]], axis=1)
    inside = np.maximum(np.minimum(boxes[:, 2:], ends) - np.maximum(boxes[:, :2], starts), 0).prod(axis=1)
    return np.asarray(inside / np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-6), np.float32)


def _read_cell(
    found: Detections, frame: Box, grey: NDArray[np.uint8], task: Task, place: tuple[int, int]
) -> Number:
    """Read the number in a cell of a table; a blank one is a number too."""
    boxes = [round_box(box, grey.shape) for box in found.boxes]
    images = [crop_image(grey, box) for box in boxes]
    line = TextLine.from_detections(found, task.constraints.allowed)
    number = build_number(line, boxes, images, task.detector.card.threshold, task.constraints)
    if number is None:
        blank = Digit(None, 1.0, frame, (), rejection.BLANK)
        number = Number(blank.character, (blank,), 1.0, frame)
    return replace(number, row=place[0], column=place[1])


def _read_row(cells: list[tuple[Detections, Box]], grey: NDArray[np.uint8], task: Task, row: int) -> Number:
    """Read a row of cells with one digit each, as the detector and the classifier see them."""
    chosen = [int((found.digits + found.presence).argmax()) if len(found) else -1 for found, _ in cells]
    boxes = [
        frame if best < 0 else round_box(found.boxes[best], grey.shape)
        for best, (found, frame) in zip(chosen, cells, strict=True)
    ]
    written = [i for i, best in enumerate(chosen) if best >= 0 and cells[i][0].digits[best] >= _MIN_PRESENCE]
    predictions = _predict_cells(written, chosen, cells, boxes, grey, task)
    digits, shares, text = [], [], ""
    for i, ((found, _), best, box) in enumerate(zip(cells, chosen, boxes, strict=True)):
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
                values = rejection.exclude_digits(values, task.constraints.allowed)
            shares.append(values)
            digit = rejection.build_classified_digit(
                values, prediction.is_digit, box, image, task.card, box[2:]
            )
            digit = replace(digit, printed=printed)
        digits.append(digit)
        symbol = int(found.classes[best].argmax())
        text += SYMBOLS[symbol] if prediction is None and N_CLASSES <= symbol < OTHER else digit.character
    return replace(build_row_number(tuple(digits), shares, task), text=text, row=row)


def _predict_cells(
    written: list[int],
    chosen: list[int],
    cells: list[tuple[Detections, Box]],
    boxes: list[Box],
    grey: NDArray[np.uint8],
    task: Task,
) -> dict[int, Prediction]:
    """Return what detector and classifier come to on the digits in some cells."""
    predictions, images = {}, {}
    for i in written:
        found, best = cells[i][0][np.array([chosen[i]])], boxes[i]
        shares = found.classes[0, :N_CLASSES].astype(np.float64)
        predictions[i] = Prediction(
            shares / max(shares.sum(), 1e-9), float(found.digits[0]), float(found.printed[0])
        )
        margin = round(_MARGIN * max(best[2:]))
        x, y, width, height = best
        near = candidates(
            grey[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
        )
        if near:
            images[i] = near[0].image
    if images:
        scores = task.recogniser.score(np.stack(list(images.values())))
        for i, shares, is_digit in zip(images, scores.probabilities, scores.is_digit, strict=True):
            predictions[i] = combine_predictions(
                Prediction(shares.astype(np.float64), float(is_digit)), predictions[i]
            )
    return predictions
