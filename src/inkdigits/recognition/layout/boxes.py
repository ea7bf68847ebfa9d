"""Boxes, combs and grids: one digit a cell, by the frames that are printed and the symbols that stand in them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.pictures.page import Page
from inkdigits.recognition import rejection
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.locate import grey_levels, locate
from inkdigits.recognition.layout.arrangement import Arrangement, Task, crop_image, round_box
from inkdigits.recognition.reading import Digit, Expectation, Number, enclose_boxes
from inkdigits.recognition.single_digit import Prediction, combine_predictions, is_of_ink

# Frames are looked for in few pictures, and loading what finds them takes longer than reading a digit.
if TYPE_CHECKING:
    from inkdigits.pictures.boxes.cells import Cell

_MIN_PRESENCE, _MIN_DIGIT_WITHOUT_INK, _MIN_DIGIT_SHARE = 0.5, 0.9, 0.1
"""Probability from which a symbol stands in a cell, and from which it is a digit though no ink was found in the cell;
that a symbol is a digit, below which the classifier is not asked."""


def read_boxes(page: Page, task: Task, is_form: bool = True, found: Detections | None = None) -> Arrangement:
    """Read one digit a cell; each row of cells is a number. Empty where there are no cells.

    Parameters
    ----------
    page
        The picture, as `closest` gives it.
    task
        How to read it.
    is_form
        Whether the picture is known to be a form; see `inkdigits.pictures.boxes.cells.find_cells`.
    found
        The symbols in the picture, if they have been looked for.
    """
    from inkdigits.pictures.boxes.cells import find_cells

    # Print is dark almost always; light print is looked for where the ink may be light.
    for light_on_dark in (False, True) if page.may_be_light else (False,):
        cells = find_cells(255 - page.pixels if light_on_dark else page.pixels, is_form)
        if cells:
            grey = grey_levels(page.pixels)
            found = locate(grey, task.detector) if found is None else found
            return Arrangement(_read_cells(cells, grey, found, task), page)
    return Arrangement([], page)


def _read_cells(cells: "list[Cell]", grey: NDArray[np.uint8], found: Detections, task: Task) -> list[Number]:
    """Read what stands in cells, as the classifier sees its ink and the detector the picture."""
    images = {i: normalise(cell.ink) for i, cell in enumerate(cells) if cell.ink is not None}
    scores = task.recogniser.score(
        np.stack(list(images.values())) if images else np.zeros((0, 28, 28), np.uint8)
    )
    predictions = {
        i: Prediction(shares.astype(np.float64), float(is_digit))
        for i, shares, is_digit in zip(images, scores.probabilities, scores.is_digit, strict=True)
    }
    rows: dict[int, list[Digit]] = {}
    probabilities: dict[int, list[NDArray[np.float32]]] = {}
    for i, cell in enumerate(cells):
        digits, shares = rows.setdefault(cell.row, []), probabilities.setdefault(cell.row, [])
        symbol = _find_symbol(cell, found)
        prediction = _predict_cell(predictions.get(i), found, symbol)
        if prediction is None or not is_of_ink(prediction.printed, task.constraints.ink):
            digits.append(Digit(None, 1.0, cell.frame, (), rejection.BLANK))
            continue
        box = cell.box if symbol is None else round_box(found.boxes[symbol], grey.shape)
        image = images.get(i)
        values = prediction.probabilities.astype(np.float32)
        if task.constraints.allowed is not None:
            values = rejection.exclude_digits(values, task.constraints.allowed)
        digit = rejection.build_classified_digit(
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
    """Return what is known of a cell: both opinions in one, that of either alone, or None where it is blank."""
    if symbol is None:
        return classifier
    digits, is_digit = found.classes[symbol, :N_CLASSES].astype(np.float64), float(found.digits[symbol])
    detector = Prediction(digits / max(digits.sum(), 1e-9), is_digit, float(found.printed[symbol]))
    if classifier is None:
        return detector if is_digit >= _MIN_DIGIT_WITHOUT_INK else None
    # A cross or a dash is known by the detector; the classifier has learnt few of them.
    return detector if digits.sum() < _MIN_DIGIT_SHARE else combine_predictions(classifier, detector)


def _find_symbol(cell: "Cell", found: Detections) -> int | None:
    """Return the likeliest of the symbols whose middle lies in a cell; None where the detector sees none."""
    x, y, width, height = cell.frame
    middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    is_inside = ((middles >= (x, y)) & (middles < (x + width, y + height))).all(axis=1) & (
        found.presence >= _MIN_PRESENCE
    )
    return int(np.where(is_inside, found.presence, -1).argmax()) if is_inside.any() else None


def build_row_number(
    digits: tuple[Digit, ...], probabilities: list[NDArray[np.float32]], task: Task
) -> Number:
    """Make a number of the cells of a row, with the likeliest other reading beside it.

    Parameters
    ----------
    digits
        What stands in the cells, blank ones included.
    spelled
        Probabilities of the ten digits, ``float32`` (10,), of each cell that holds one.
    task
        How the picture is to be read.
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
        wanted = task.constraints.expected
        shares = [values[int(digit)] for values, digit in zip(probabilities, wanted, strict=False)]
        expected = Expectation(wanted, float(np.prod(shares)) if len(probabilities) == len(wanted) else 0.0)
    return Number(
        text, digits, confidence, enclose_boxes([digit.box for digit in digits]), best, match, expected
    )
