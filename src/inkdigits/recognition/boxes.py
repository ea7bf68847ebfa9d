"""Boxes, combs and grids: one digit a cell, by the frames that are printed and the symbols that stand in them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.normalise import normalise
from inkdigits.pictures.view import View
from inkdigits.recognition import rejection
from inkdigits.recognition.detections import Detections
from inkdigits.recognition.layouts import Task, image_in, whole_box
from inkdigits.recognition.locate import grey_levels, locate
from inkdigits.recognition.numbers import around, digit_of
from inkdigits.recognition.reading import Digit, Expectation, Number
from inkdigits.recognition.sequence import Line

# Frames are looked for in few pictures, and loading what finds them takes longer than reading a digit.
if TYPE_CHECKING:
    from inkdigits.pictures.cells import Cell

_SEEN = 0.5
"""Probability of a symbol in a cell from which the detector is believed; what it does not see, the classifier reads."""


def read_boxes(view: View, task: Task, is_form: bool = True, found: Detections | None = None) -> list[Number]:
    """Read one digit a cell; each row of cells is a number. Empty where there are no cells.

    Parameters
    ----------
    view
        The picture, as `closest` gives it.
    task
        How to read it.
    is_form
        Whether the picture is known to be a form; see `inkdigits.pictures.cells.find_cells`.
    found
        The symbols in the picture, if they have been looked for.
    """
    from inkdigits.pictures.cells import find_cells

    # Print is dark almost always; light print is looked for where the ink may be light.
    for light_on_dark in (False, True) if view.may_be_light else (False,):
        cells = find_cells(255 - view.pixels if light_on_dark else view.pixels, is_form)
        if cells:
            grey = grey_levels(view.pixels)
            return _read_cells(cells, grey, locate(grey, task.detector) if found is None else found, task)
    return []


def _read_cells(cells: "list[Cell]", grey: NDArray[np.uint8], found: Detections, task: Task) -> list[Number]:
    """Read what stands in cells: as the detector sees it, and where it sees nothing, as the classifier does."""
    seen = [_seen_in(cell, found) for cell in cells]
    unseen = [i for i, cell in enumerate(cells) if seen[i] is None and cell.ink is not None]
    images = [normalise(ink) for i in unseen if (ink := cells[i].ink) is not None]
    scores = task.recogniser.score(np.stack(images) if images else np.zeros((0, 28, 28), np.uint8))
    opinions = scores.probabilities
    if task.knowledge.allowed is not None:
        opinions = rejection.restricted(opinions, task.knowledge.allowed)
    outcomes = Line.of(found, task.knowledge.allowed).digits
    rows: dict[int, list[Digit]] = {}
    spelled: dict[int, list[NDArray[np.float32]]] = {}
    for i, (cell, symbol) in enumerate(zip(cells, seen, strict=True)):
        digits, shares = rows.setdefault(cell.row, []), spelled.setdefault(cell.row, [])
        if symbol is not None:
            if not len(found[[symbol]].of_ink(task.knowledge.ink)):
                digits.append(Digit(None, 1.0, task.on_given(cell.frame), (), rejection.BLANK))
                continue
            digits.append(_digit_of_symbol(found, symbol, outcomes[symbol], grey, task))
            values = outcomes[symbol, :N_CLASSES].astype(np.float32)
            if digits[-1].rejected != rejection.NOT_A_DIGIT:
                shares.append(values / values.sum())
        elif cell.ink is None:
            digits.append(Digit(None, 1.0, task.on_given(cell.box), (), rejection.BLANK))
        else:
            place = unseen.index(i)
            values, is_digit = opinions[place], float(scores.is_digit[place])
            box = task.on_given(cell.box)
            digits.append(
                rejection.judged_digit(values, is_digit, box, images[place], task.card, cell.box[2:])
            )
            shares.append(values)
    return [_number_of_cells(tuple(rows[row]), spelled[row], task) for row in sorted(rows)]


def _digit_of_symbol(
    found: Detections, symbol: int, outcomes: NDArray[np.float64], grey: NDArray[np.uint8], task: Task
) -> Digit:
    """Make a digit of a symbol in a cell: refused as none where it is a cross, a dash or a letter."""
    box, threshold = whole_box(found.boxes[symbol], grey.shape), task.detector.card.threshold
    printed = float(found.printed[symbol])
    digit = digit_of(outcomes, task.on_given(box), image_in(grey, box), threshold, printed)
    is_none = outcomes[N_CLASSES] >= _SEEN
    return replace(digit, rejected=rejection.NOT_A_DIGIT) if is_none else digit


def _seen_in(cell: "Cell", found: Detections) -> int | None:
    """Return the likeliest of the symbols whose middle lies in a cell; None where the detector sees none."""
    x, y, width, height = cell.frame
    middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    is_inside = ((middles >= (x, y)) & (middles < (x + width, y + height))).all(axis=1) & (
        found.presence >= _SEEN
    )
    return int(np.where(is_inside, found.presence, -1).argmax()) if is_inside.any() else None


def _number_of_cells(digits: tuple[Digit, ...], spelled: list[NDArray[np.float32]], task: Task) -> Number:
    """Make a number of the cells of a row, with the likeliest other reading beside it."""
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
