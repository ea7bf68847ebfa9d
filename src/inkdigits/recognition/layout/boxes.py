"""Read forms with one digit per cell: boxes, combs and grids, from their printed frames and the symbols in them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.pictures.page import Page
from inkdigits.recognition import rejection
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.detection.search import estimate_digit_height
from inkdigits.recognition.digit_classification import build_classified_digit, exclude_digits
from inkdigits.recognition.layout.arrangement import Arrangement, Task, crop_image, round_box
from inkdigits.recognition.reading import Digit, Expectation, Number, enclose_boxes
from inkdigits.recognition.single_digit import Prediction, are_of_ink, combine_predictions

# Imported when used: few pictures need it, and its import takes longer than reading a digit.
if TYPE_CHECKING:
    from inkdigits.pictures.boxes.cells import Cell

_SUFFICIENT_HEIGHT = 48
"""Height of the digits, in pixels, above which a higher resolution does not improve the reading."""

_MIN_PRESENCE, _MIN_DIGIT_WITHOUT_INK, _MIN_DIGIT_SHARE = 0.5, 0.9, 0.1
"""Least presence of a symbol in a cell; least probability of a digit in a cell without segmented ink; least sum of the
symbol's digit probabilities at which the classifier's prediction is combined with the detector's."""


def read_boxes(page: Page, found: Detections, task: Task, is_form: bool = True) -> Arrangement:
    """Read one digit per cell; each row of cells is a number.

    A picture with larger digits than necessary is reduced first, since it takes time to find the cells.

    Parameters
    ----------
    page
        The picture.
    found
        The symbols in it, boxes in pixels of ``page``.
    task
        The models and the constraints.
    is_form
        Whether the picture is known to be a form; see `inkdigits.pictures.boxes.cells.find_cells`.

    Returns
    -------
    Arrangement
        Without numbers if no cells are found.
    """
    from inkdigits.pictures.boxes.cells import find_cells

    page, found = _reduce(page, found)
    # Printed frames are mostly dark; light ones are searched for only if the ink may be light.
    for light_on_dark in (False, True) if page.may_have_light_ink else (False,):
        cells = find_cells(255 - page.pixels if light_on_dark else page.pixels, is_form)
        if cells:
            return Arrangement(_read_cells(cells, convert_to_grey(page.pixels), found, task), page)
    return Arrangement([], page)


def _reduce(page: Page, found: Detections) -> tuple[Page, Detections]:
    """Return a page and its symbols at the lowest sufficient resolution."""
    height = estimate_digit_height(found)
    smaller = page.reduced if height is None else page.shrink(_SUFFICIENT_HEIGHT / height)
    factor = smaller.pixels.shape[1] / page.pixels.shape[1]
    return smaller, replace(found, boxes=found.boxes * np.float32(factor))


def _read_cells(cells: "list[Cell]", grey: NDArray[np.uint8], found: Detections, task: Task) -> list[Number]:
    """Read cells: combine the classifier's prediction from the ink with the detector's from the picture."""
    images = {i: normalise(cell.ink) for i, cell in enumerate(cells) if cell.ink is not None}
    scores = task.recogniser.score(
        np.stack(list(images.values())) if images else np.zeros((0, 28, 28), np.uint8)
    )
    predictions = {
        i: Prediction(shares.astype(np.float64), float(is_digit))
        for i, shares, is_digit in zip(images, scores.probabilities, scores.is_digit, strict=True)
    }
    symbols = [_find_symbol(cell, found) for cell in cells]
    combined = [_predict_cell(predictions.get(i), found, symbol) for i, symbol in enumerate(symbols)]
    print_scores = [None if each is None else each.printed for each in combined]
    is_of_ink = are_of_ink(print_scores, task.constraints.ink)
    rows: dict[int, list[Digit]] = {}
    probabilities: dict[int, list[NDArray[np.float32]]] = {}
    for i, cell in enumerate(cells):
        digits, shares = rows.setdefault(cell.row, []), probabilities.setdefault(cell.row, [])
        symbol, prediction = symbols[i], combined[i]
        if prediction is None or not is_of_ink[i]:
            digits.append(Digit(None, 1.0, cell.frame, (), rejection.BLANK))
            continue
        box = cell.box if symbol is None else round_box(found.boxes[symbol], grey.shape)
        image = images.get(i)
        values = prediction.probabilities.astype(np.float32)
        if task.constraints.allowed is not None:
            values = exclude_digits(values, task.constraints.allowed)
        digit = build_classified_digit(
            values,
            prediction.is_digit,
            box,
            crop_image(grey, box) if image is None else image,
            task.card,
            box[2:],
        )
        digits.append(replace(digit, printed=prediction.printed))
        if digit.rejected != rejection.NOT_A_DIGIT:
            shares.append(values)
    return [
        replace(build_row_number(tuple(rows[row]), probabilities[row], task), row=row) for row in sorted(rows)
    ]


def _predict_cell(classifier: Prediction | None, found: Detections, symbol: int | None) -> Prediction | None:
    """Return the prediction for a cell, from both models or from one of them; None if the cell is blank."""
    if symbol is None:
        return classifier
    digits, is_digit = found.classes[symbol, :N_CLASSES].astype(np.float64), float(found.digits[symbol])
    detector = Prediction(digits / max(digits.sum(), 1e-9), is_digit, float(found.printed[symbol]))
    if classifier is None:
        return detector if is_digit >= _MIN_DIGIT_WITHOUT_INK else None
    # The detector alone classifies crosses and dashes; few of them were in the training data of the classifier.
    return detector if digits.sum() < _MIN_DIGIT_SHARE else combine_predictions(classifier, detector)


def _find_symbol(cell: "Cell", found: Detections) -> int | None:
    """Return the index of the most probable symbol whose centre is in a cell; None if there is none."""
    x, y, width, height = cell.frame
    centres = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    is_inside = ((centres >= (x, y)) & (centres < (x + width, y + height))).all(axis=1) & (
        found.presence >= _MIN_PRESENCE
    )
    return int(np.where(is_inside, found.presence, -1).argmax()) if is_inside.any() else None


def build_row_number(
    digits: tuple[Digit, ...], probabilities: list[NDArray[np.float32]], task: Task
) -> Number:
    """Build the number of a row of cells, with its runner-up, its match in the roster and its expectation.

    Parameters
    ----------
    digits
        One for each cell, blank cells included.
    probabilities
        ``float32`` (10,) for each cell with a digit: the probabilities of the digits 0 to 9.
    task
        Its constraints are used.
    """
    text = "".join(digit.character for digit in digits)
    confidence = float(np.prod([digit.confidence for digit in digits if digit.label is not None]))
    best: tuple[str, float] | None = None
    for place, digit in enumerate(digits):
        if digit.label is None or not digit.alternatives:
            continue
        label, probability = digit.alternatives[0]
        share = confidence * probability / max(digit.confidence, 1e-9)
        if best is None or share > best[1]:
            best = (text[:place] + str(label) + text[place + 1 :], share)
    match = None
    if task.constraints.roster is not None and probabilities:
        match = task.constraints.roster.match([(0.0, np.stack(probabilities).astype(np.float64))])
    expected = None
    if task.constraints.expected is not None:
        expected_text = task.constraints.expected
        shares = [values[int(digit)] for values, digit in zip(probabilities, expected_text, strict=False)]
        expected = Expectation(
            expected_text, float(np.prod(shares)) if len(probabilities) == len(expected_text) else 0.0
        )
    return Number(
        text, digits, confidence, enclose_boxes([digit.box for digit in digits]), best, match, expected
    )
