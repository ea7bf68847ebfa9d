"""Several digits in one picture: lines, pages and boxes."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser
from inkdigits.pictures.ink import find_ink
from inkdigits.pictures.normalise import normalise
from inkdigits.pictures.rules import without_rules
from inkdigits.pictures.sheet import Sheet, find_sheet
from inkdigits.recognition import rejection
from inkdigits.recognition.card import ModelCard
from inkdigits.recognition.reading import Box, Digit, Number

# Most pictures hold one digit, and loading what reads more would take longer than reading it.
if TYPE_CHECKING:
    from inkdigits.pictures.cells import Cell
    from inkdigits.pictures.lines import Strip
    from inkdigits.recognition.lattice import Lattice
    from inkdigits.recognition.roster import Roster

_WIDEST_STROKE = 0.16
"""The widest stroke, as a share of the picture's shorter side: what is wider is a shadow."""


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


def read_lines(pixels: NDArray[np.uint8], task: Task, layout: str = "page") -> list[Number]:
    """Read the numbers of a page or of one line, in reading order.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.
    task
        How to read it.
    layout
        ``page`` or ``line``.
    """
    pixels, task = on_sheet(pixels, task)
    return surest([read_ink(ink, task, layout) for ink in clean_inks(pixels)])


def on_sheet(pixels: NDArray[np.uint8], task: Task) -> tuple[NDArray[np.uint8], Task]:
    """Read the sheet of paper alone, where there is one in the picture."""
    sheet = None if task.sheet is not None else find_sheet(pixels)
    return (pixels, task) if sheet is None else (sheet.pixels, replace(task, sheet=sheet))


def read_ink(ink: NDArray[np.uint8], task: Task, layout: str) -> list[Number]:
    """Read the numbers of an ink map, ``uint8`` of shape (h, w), as `read_lines` does those of a picture."""
    from inkdigits.pictures.lines import find_strips
    from inkdigits.recognition.lattice import read_strips

    in_line = layout == "line"
    strips = find_strips(ink, one_line=in_line, one_number=in_line and task.length is not None)
    lattices = read_strips([(strip.ink, strip.height) for strip in strips], task.recogniser, task.length)
    numbers = [number_of(strip, lattice, task) for strip, lattice in zip(strips, lattices, strict=True)]
    return [number for number in numbers if number is not None]


def read_boxes(pixels: NDArray[np.uint8], task: Task) -> list[Number]:
    """Read one digit a cell; each row of cells is a number. Empty where there are no cells.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.
    task
        How to read it.
    """
    from inkdigits.pictures.cells import find_cells, thin_dark

    pixels, task = on_sheet(pixels, task)
    for either in (pixels, 255 - pixels):  # print is dark almost always
        thin = thin_dark(either)
        cells = find_cells(find_ink(either, False, _WIDEST_STROKE).map, thin)
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


def clean_inks(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return the ink of a picture of writing without ruled lines, ``uint8`` of shape (h, w).

    Where it is doubtful whether light or dark is the ink, as beside the edge of a shadow, both are returned.
    """
    likelier = find_ink(pixels, None, _WIDEST_STROKE)
    found = [likelier]
    if likelier.doubtful:
        found.append(find_ink(pixels, not likelier.light_on_dark, _WIDEST_STROKE))
    inks = []
    for each in found:
        height, width = each.map.shape
        cleaned = without_rules(each.map, 0.5 * width, 0.7 * height)
        inks.append(each.map if cleaned is None else cleaned.ink)
    return inks


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
