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
from inkdigits.recognition.layout.arrangement import Arrangement, Task, image_in, whole_box
from inkdigits.recognition.reading import Digit, Expectation, Number, around
from inkdigits.recognition.single_digit import Opinion, agreed, is_of_ink

# Frames are looked for in few pictures, and loading what finds them takes longer than reading a digit.
if TYPE_CHECKING:
    from inkdigits.pictures.boxes.cells import Cell

_SEEN, _SURE, _NONE = 0.5, 0.9, 0.1
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
    written = {i: normalise(cell.ink) for i, cell in enumerate(cells) if cell.ink is not None}
    scores = task.recogniser.score(
        np.stack(list(written.values())) if written else np.zeros((0, 28, 28), np.uint8)
    )
    opinions = {
        i: Opinion(shares.astype(np.float64), float(is_digit))
        for i, shares, is_digit in zip(written, scores.probabilities, scores.is_digit, strict=True)
    }
    rows: dict[int, list[Digit]] = {}
    spelled: dict[int, list[NDArray[np.float32]]] = {}
    for i, cell in enumerate(cells):
        digits, shares = rows.setdefault(cell.row, []), spelled.setdefault(cell.row, [])
        symbol = _seen_in(cell, found)
        opinion = _opinion_of(opinions.get(i), found, symbol)
        if opinion is None or not is_of_ink(opinion.printed, task.knowledge.ink):
            digits.append(Digit(None, 1.0, cell.frame, (), rejection.BLANK))
            continue
        box = cell.box if symbol is None else whole_box(found.boxes[symbol], grey.shape)
        image = written.get(i)
        values = opinion.probabilities.astype(np.float32)
        if task.knowledge.allowed is not None:
            values = rejection.restricted(values, task.knowledge.allowed)
        digit = rejection.judged_digit(
            values,
            opinion.is_digit,
            box,
            image_in(grey, box) if image is None else image,
            task.card,
            box[2:],
        )
        digits.append(replace(digit, printed=opinion.printed))
        if digit.rejected != rejection.NOT_A_DIGIT:
            shares.append(values)
    return [replace(number_of_cells(tuple(rows[row]), spelled[row], task), row=row) for row in sorted(rows)]


def _opinion_of(classifier: Opinion | None, found: Detections, symbol: int | None) -> Opinion | None:
    """Return what is known of a cell: both opinions in one, that of either alone, or None where it is blank."""
    if symbol is None:
        return classifier
    digits, is_digit = found.classes[symbol, :N_CLASSES].astype(np.float64), float(found.digits[symbol])
    detector = Opinion(digits / max(digits.sum(), 1e-9), is_digit, float(found.printed[symbol]))
    if classifier is None:
        return detector if is_digit >= _SURE else None
    # A cross or a dash is known by the detector; the classifier has learnt few of them.
    return detector if digits.sum() < _NONE else agreed(classifier, detector)


def _seen_in(cell: "Cell", found: Detections) -> int | None:
    """Return the likeliest of the symbols whose middle lies in a cell; None where the detector sees none."""
    x, y, width, height = cell.frame
    middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    is_inside = ((middles >= (x, y)) & (middles < (x + width, y + height))).all(axis=1) & (
        found.presence >= _SEEN
    )
    return int(np.where(is_inside, found.presence, -1).argmax()) if is_inside.any() else None


def number_of_cells(digits: tuple[Digit, ...], spelled: list[NDArray[np.float32]], task: Task) -> Number:
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
    if task.knowledge.roster is not None and spelled:
        match = task.knowledge.roster.match([(0.0, np.stack(spelled).astype(np.float64))])
    expected = None
    if task.knowledge.expected is not None:
        wanted = task.knowledge.expected
        shares = [values[int(digit)] for values, digit in zip(spelled, wanted, strict=False)]
        expected = Expectation(wanted, float(np.prod(shares)) if len(spelled) == len(wanted) else 0.0)
    return Number(text, digits, confidence, around([digit.box for digit in digits]), best, match, expected)
