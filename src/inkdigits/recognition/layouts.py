"""Several digits in one picture: lines, pages and boxes, and which of them a picture is."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser
from inkdigits.pictures.cells import Cell, find_cells, thin_dark
from inkdigits.pictures.ink import find_ink
from inkdigits.pictures.lines import Strip, find_strips
from inkdigits.pictures.normalise import normalise
from inkdigits.pictures.parts import INK
from inkdigits.pictures.rules import without_rules
from inkdigits.pictures.sheet import Sheet, find_sheet
from inkdigits.recognition import rejection
from inkdigits.recognition.card import ModelCard
from inkdigits.recognition.lattice import Lattice, read_strips
from inkdigits.recognition.reading import Box, Digit, Number
from inkdigits.recognition.roster import Roster

_ALONE = 0.72
"""Share of a picture's ink from which a digit has the picture to itself."""

_ACCEPTED = 0.6
"""Share of the digits of a line that must be accepted for it to be taken for a line."""

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
    roster: Roster | None = None
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
    pixels, task = _on_sheet(pixels, task)
    return _read_ink(clean_ink(pixels), task, layout)


def _on_sheet(pixels: NDArray[np.uint8], task: Task) -> tuple[NDArray[np.uint8], Task]:
    """Read the sheet of paper alone, where there is one in the picture."""
    sheet = None if task.sheet is not None else find_sheet(pixels)
    return (pixels, task) if sheet is None else (sheet.pixels, replace(task, sheet=sheet))


def _read_ink(ink: NDArray[np.uint8], task: Task, layout: str) -> list[Number]:
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
    pixels, task = _on_sheet(pixels, task)
    for either in (pixels, 255 - pixels):  # print is dark almost always
        thin = thin_dark(either)
        cells = find_cells(find_ink(either, False, _WIDEST_STROKE).map, thin)
        if cells:
            return _read_cells(cells, task)
    return []


def _read_cells(cells: list[Cell], task: Task) -> list[Number]:
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
            digit_of(values, float(scores.is_digit[place]), box, images[place], task.card, cell.box[2:])
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


_MOST_ONES = 3
"""So many 1s in a row may be a number; more, and hardly another digit among them, are a pattern."""


def read_several(pixels: NDArray[np.uint8], single: Digit, task: Task) -> list[Number] | None:
    """Read a picture as boxes or lines, if that is what it holds, rather than one digit.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.
    single
        What it is when it is taken for one digit.
    task
        How to read it.

    Returns
    -------
    list of Number or None
        None where the picture holds one digit, or nothing.
    """
    pixels, task = _on_sheet(pixels, task)
    ink = _off_the_edge(clean_ink(pixels))
    if _has_it_alone(ink, single, task):
        return None
    framed = read_boxes(pixels, task)
    if _convincing(framed, least=2) and sum(len(number.digits) for number in framed) >= 3:
        return framed
    numbers = _read_ink(ink, task, "page")
    if not _convincing(numbers, least=2) or _is_pattern(numbers):
        return None
    return None if single.rejected is None and _rest_is_print(numbers, single) else numbers


def _is_pattern(numbers: list[Number]) -> bool:
    """Tell whether nearly all that was read are upright strokes: hatching, bricks, wood, the teeth of a comb."""
    accepted = [digit.label for number in numbers for digit in number.digits if digit.rejected is None]
    return len(accepted) > _MOST_ONES and sum(label != 1 for label in accepted) < 0.25 * len(accepted)


def _rest_is_print(numbers: list[Number], single: Digit) -> bool:
    """Tell whether nothing beside an accepted digit is a digit of about its height: what is left is print or dirt.

    The sides of a box are upright lines that pass for 1, but they are taller than the digit in the box.
    """
    return not any(
        0.55 <= digit.box[3] / single.box[3] <= (1.15 if digit.label == 1 else 1.8)
        for number in numbers
        for digit in number.digits
        if digit.rejected is None and not _overlap(digit.box, single.box)
    )


def _overlap(one: Box, other: Box) -> bool:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return across > 0.5 * one[2] and down > 0.5 * one[3]


def _convincing(numbers: list[Number], least: int) -> bool:
    written = [digit for number in numbers for digit in number.digits if digit.label is not None]
    accepted = sum(digit.rejected is None for digit in written)
    return accepted >= least and accepted >= _ACCEPTED * len(written)


def _has_it_alone(ink: NDArray[np.uint8], single: Digit, task: Task) -> bool:
    """Tell whether an accepted digit has most of a picture's ink."""
    total = int((ink >= INK).sum())
    if total == 0:
        return True
    x, y, width, height = single.box
    left, top = round(x / task.scale[0]), round(y / task.scale[1])
    right, bottom = round((x + width) / task.scale[0]), round((y + height) / task.scale[1])
    if task.sheet is not None:
        return False
    own = int((ink[max(top, 0) : bottom, max(left, 0) : right] >= INK).sum())
    is_wide = width > 1.35 * height
    return own >= (_ALONE if single.rejected is None else 0.97) * total and not is_wide


def _off_the_edge(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Leave out what enters the picture from its edge, where enough stands clear of it."""
    mask = (ink >= INK).astype(np.uint8)
    n, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    height, width = ink.shape
    left, top, wide, tall, areas = stats.T
    touches = (left == 0) | (top == 0) | (left + wide == width) | (top + tall == height)
    touches[0] = False
    areas = areas.copy()
    areas[0] = 0
    if n == 1 or not touches.any() or areas[~touches].sum() < 0.3 * areas.sum():
        return ink
    soft = cv2.dilate((touches[labels]).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(soft > 0, 0, ink).astype(np.uint8)


def clean_ink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink of a picture of writing without ruled lines, ``uint8`` of shape (h, w)."""
    ink = find_ink(pixels, None, _WIDEST_STROKE).map
    height, width = ink.shape
    cleaned = without_rules(ink, 0.5 * width, 0.7 * height)
    return ink if cleaned is None else cleaned.ink


def number_of(strip: Strip, lattice: Lattice, task: Task) -> Number | None:
    """Make a number of the best path of a lattice; None where there is none."""
    if not lattice.paths:
        return None
    best = lattice.paths[0]
    digits = tuple(
        digit_of(
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


def digit_of(
    probabilities: NDArray[np.float32],
    is_digit: float,
    box: Box,
    image: NDArray[np.uint8],
    card: ModelCard,
    size: tuple[int, int],
) -> Digit:
    """Make a digit of what the recogniser says of a crop; ``size`` is its width and height where it was cut."""
    values: list[float] = probabilities.tolist()
    ranked = sorted(range(len(values)), key=values.__getitem__, reverse=True)
    label = ranked[0]
    return Digit(
        label,
        values[label],
        box,
        tuple((other, values[other]) for other in ranked[1:]),
        rejection.reason_to_refuse(card, values[label], is_digit, size),
        image,
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
