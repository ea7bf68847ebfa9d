"""Several digits in one picture: lines, pages and boxes."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser
from inkdigits.pictures.normalise import normalise
from inkdigits.pictures.parts import INK
from inkdigits.pictures.sheet import Sheet
from inkdigits.pictures.view import View
from inkdigits.recognition import rejection
from inkdigits.recognition.card import ModelCard
from inkdigits.recognition.reading import Box, Digit, Number

# Most pictures hold one digit, and loading what reads more would take longer than reading it.
if TYPE_CHECKING:
    from inkdigits.pictures.cells import Cell
    from inkdigits.pictures.lines import Strip
    from inkdigits.recognition.lattice import Lattice
    from inkdigits.recognition.roster import Roster

_TALL = 48
"""Height, in pixels, from which a digit is read as well as if it were taller."""

_SPECK = 8
"""Height, in pixels, of what is no digit, or too small to be read at twice the size."""

_FEW = 0.2
"""Share of low parts among tall ones at which the low ones are dirt, points and loose strokes."""


@dataclass(frozen=True)
class Task:
    """How a picture is to be read.

    Attributes
    ----------
    recogniser, card
        The model.
    length
        How many digits a number has, or None.
    roster
        The valid numbers, or None.
    scale
        Pixels of the given picture to one of those that are read, across and down.
    sheet
        The sheet of paper that was found in the picture and is read in its stead, or None.
    """

    recogniser: Recogniser
    card: ModelCard
    length: int | None = None
    roster: "Roster | None" = None
    scale: tuple[float, float] = (1.0, 1.0)
    sheet: Sheet | None = None

    def on_given(self, box: Box) -> Box:
        """Return a box in pixels of the picture as it was given."""
        return scaled(box if self.sheet is None else self.sheet.on_picture(box), self.scale)


def read_lines(view: View, task: Task, layout: str = "page") -> list[Number]:
    """Read the numbers of a page or of one line, in reading order.

    Parameters
    ----------
    view
        The picture.
    task
        How to read it.
    layout
        ``page`` or ``line``.
    """
    view, task = closest(view, task)
    return surest([read_ink(ink, task, layout) for ink in view.clean_inks])


def closest(view: View, task: Task) -> tuple[View, Task]:
    """Read the sheet of paper alone, where there is one in the picture, and as small as its digits allow.

    A large picture is mostly of a few large digits, and those are read from a copy in a fraction of the time.
    """
    if view.reduced is not view:
        across, down = view.reduced.scale
        smaller = replace(task, scale=(task.scale[0] * across, task.scale[1] * down))
        near, near_task = _on_sheet(view.reduced, smaller)
        if all(_is_tall(ink) for ink in near.clean_inks):
            return near, near_task
    return _on_sheet(view, task)


def _on_sheet(view: View, task: Task) -> tuple[View, Task]:
    on_sheet = view.on_sheet
    return (view, task) if on_sheet is None else (on_sheet, replace(task, sheet=on_sheet.sheet))


def _is_tall(ink: NDArray[np.uint8]) -> bool:
    """Tell whether hardly anything in an ink map is lower than a digit that is read well."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((ink >= INK).astype(np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    n_tall = int((heights >= _TALL).sum())
    return int(((heights >= _SPECK) & (heights < _TALL)).sum()) <= _FEW * n_tall


def read_ink(ink: NDArray[np.uint8], task: Task, layout: str) -> list[Number]:
    """Read the numbers of an ink map, ``uint8`` of shape (h, w), as `read_lines` does those of a picture."""
    from inkdigits.pictures.lines import find_strips
    from inkdigits.recognition.lattice import read_strips

    in_line = layout == "line"
    strips = find_strips(ink, one_line=in_line, one_number=in_line and task.length is not None)
    lengths = () if task.roster is None or task.length is not None else task.roster.lengths
    lattices = read_strips(
        [(strip.ink, strip.height) for strip in strips], task.recogniser, task.length, lengths
    )
    numbers = [number_of(strip, lattice, task) for strip, lattice in zip(strips, lattices, strict=True)]
    return [number for number in numbers if number is not None]


def read_boxes(view: View, task: Task, is_form: bool = True) -> list[Number]:
    """Read one digit a cell; each row of cells is a number. Empty where there are no cells.

    Parameters
    ----------
    view
        The picture, as `closest` gives it.
    task
        How to read it.
    is_form
        Whether the picture is known to be a form; see `inkdigits.pictures.cells.find_cells`.
    """
    from inkdigits.pictures.cells import find_cells

    # Print is dark almost always; light print is looked for where the ink may be light.
    for light_on_dark in (False, True) if view.may_be_light else (False,):
        cells = find_cells(255 - view.pixels if light_on_dark else view.pixels, is_form)
        if cells:
            return _read_cells(cells, task)
    return []


def _read_cells(cells: "list[Cell]", task: Task) -> list[Number]:
    images = [normalise(cell.ink) for cell in cells if cell.ink is not None]
    scores = task.recogniser.score(np.stack(images) if images else np.zeros((0, 28, 28), np.uint8))
    rows: dict[int, list[Digit]] = {}
    spelled: dict[int, list[NDArray[np.float32]]] = {}
    place = 0
    for cell in cells:
        box = task.on_given(cell.box)
        digits = rows.setdefault(cell.row, [])
        if cell.ink is None:
            digits.append(Digit(None, 1.0, box, (), rejection.BLANK))
            continue
        values = scores.probabilities[place]
        spelled.setdefault(cell.row, []).append(values)
        digits.append(
            rejection.judged_digit(
                values, float(scores.is_digit[place]), box, images[place], task.card, cell.box[2:]
            )
        )
        place += 1
    return [_number_of_cells(tuple(rows[row]), spelled.get(row, []), task) for row in sorted(rows)]


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
    if task.roster is not None and spelled:
        match = task.roster.match([(0.0, np.stack(spelled).astype(np.float64))])
    return Number(text, digits, confidence, around([digit.box for digit in digits]), best, match)


def surest(readings: list[list[Number]]) -> list[Number]:
    """Return the reading with the most digits to be sure of, less those that are refused."""

    def sureness(numbers: list[Number]) -> float:
        digits = [digit for number in numbers for digit in number.digits if digit.label is not None]
        return sum(digit.confidence if digit.rejected is None else -0.5 for digit in digits)

    return max(readings, key=sureness)


def number_of(strip: "Strip", lattice: "Lattice", task: Task) -> Number | None:
    """Make a number of the best path of a lattice; None where there is none."""
    if not lattice.paths:
        return None
    best = lattice.paths[0]
    digits = tuple(
        rejection.judged_digit(
            lattice.scores.probabilities[index],
            float(lattice.scores.is_digit[index]),
            task.on_given(strip.on_map(lattice.boxes[index])),
            lattice.images[index],
            task.card,
            lattice.boxes[index][2:],
        )
        for index in best.candidates
    )
    texts = lattice.texts()
    guess = best.text(str(digit.label) for digit in digits)
    others = [each for each in texts if each[0] != guess]
    return Number(
        best.text(digit.character for digit in digits),
        digits,
        min(1.0, dict(texts).get(guess, 0.0)),
        around([digit.box for digit in digits]),
        others[0] if others else None,
        None if task.roster is None else task.roster.match(lattice.spellings()),
    )


def scaled(box: Box, scale: tuple[float, float]) -> Box:
    """Return a box in pixels of the picture as it was given."""
    x, y, width, height = box
    return (
        round(x * scale[0]),
        round(y * scale[1]),
        max(1, round(width * scale[0])),
        max(1, round(height * scale[1])),
    )


def around(boxes: list[Box]) -> Box:
    """Return the box around several boxes."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top
