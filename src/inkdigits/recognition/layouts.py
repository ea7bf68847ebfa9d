"""Several digits in one picture: lines, pages and boxes."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE, Recogniser
from inkdigits.pictures.light import INK
from inkdigits.pictures.normalise import normalise
from inkdigits.pictures.sheet import Sheet
from inkdigits.pictures.view import View
from inkdigits.recognition import rejection
from inkdigits.recognition.card import ModelCard
from inkdigits.recognition.combs import joined_in_boxes
from inkdigits.recognition.detections import Detections
from inkdigits.recognition.detector import Detector
from inkdigits.recognition.lines import lines_of, main_line, numbers_of
from inkdigits.recognition.locate import grey_levels, locate
from inkdigits.recognition.numbers import Knowledge, around, number_of
from inkdigits.recognition.reading import Box, Digit, Expectation, Number, scaled
from inkdigits.recognition.sequence import Line

# Most pictures hold one digit, and loading what reads more would take longer than reading it.
if TYPE_CHECKING:
    from inkdigits.pictures.cells import Cell

WIDEST_IN_LINE, WIDEST_ON_PAGE = 3.0, 0.7
"""Widest gap within a number, as a share of the height of its digits, where the picture is known to be one line, and
elsewhere. On development pages 0.6, 0.7, 0.8, 1.0 and 1.2 gave an F1 of numbers of 54, 55, 53, 47 and 41%."""

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
    detector
        The digit detector.
    knowledge
        What is known of the numbers.
    scale
        Pixels of the given picture to one of those that are read, across and down.
    sheet
        The sheet of paper that was found in the picture and is read in its stead, or None.
    """

    recogniser: Recogniser
    card: ModelCard
    detector: Detector
    knowledge: Knowledge = field(default_factory=Knowledge)
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
    view, task = on_sheet(view, task)
    grey = grey_levels(view.pixels)
    if layout == "line":
        found = locate(grey, task.detector, one_size=True)
        lines = [main_line(found)]
    else:
        found = locate(grey, task.detector)
        lines = lines_of(found)
    return read_found(grey, found, lines, task, WIDEST_IN_LINE if layout == "line" else WIDEST_ON_PAGE)


def read_found(
    grey: NDArray[np.uint8], found: Detections, lines: list[NDArray[np.int64]], task: Task, widest: float
) -> list[Number]:
    """Read lines of symbols that were found in a picture.

    Parameters
    ----------
    grey
        ``uint8`` (h, w): the picture that is read.
    found
        All symbols, boxes in pixels of the picture that is read.
    lines
        Indices of the symbols of each line.
    task
        How to read it.
    widest
        Widest gap within a number, as a share of the height of its digits.
    """
    numbers = []
    for line in lines:
        for part in joined_in_boxes(numbers_of(line, found, widest), found, grey):
            weighed = Line.of(found[part], task.knowledge.allowed)
            places = [_whole(box, grey.shape) for box in found.boxes[part]]
            images = [_seen(grey, place) for place in places]
            boxes = [task.on_given(place) for place in places]
            number = number_of(weighed, boxes, images, task.detector.card.threshold, task.knowledge)
            if number is not None:
                numbers.append(number)
    return numbers


def _seen(grey: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return what stands in a box, ``uint8`` (28, 28), its proportions kept."""
    left, top, width, height = box
    crop = grey[top : top + height, left : left + width]
    tall, wide = crop.shape
    scale = SIDE / max(tall, wide)
    size = max(1, round(wide * scale)), max(1, round(tall * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    image = np.full((SIDE, SIDE), np.median(crop), np.uint8)
    across, down = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    image[down : down + size[1], across : across + size[0]] = cv2.resize(crop, size, interpolation=method)
    return image


def _whole(corners: NDArray[np.float32], shape: tuple[int, ...]) -> Box:
    """Return a box within the picture in whole pixels, x, y, width and height, of left, top, right and bottom."""
    height, width = shape[:2]
    left, top = (min(max(0, round(float(corners[k]))), end - 1) for k, end in ((0, width), (1, height)))
    right, bottom = min(round(float(corners[2])), width), min(round(float(corners[3])), height)
    return left, top, max(1, right - left), max(1, bottom - top)


def closest(view: View, task: Task) -> tuple[View, Task]:
    """Read the sheet of paper alone, where there is one in the picture, and as small as its digits allow.

    A large picture is mostly of a few large digits, and those are read from a copy in a fraction of the time.
    """
    if view.reduced is not view:
        across, down = view.reduced.scale
        smaller = replace(task, scale=(task.scale[0] * across, task.scale[1] * down))
        near, near_task = on_sheet(view.reduced, smaller)
        if all(_is_tall(ink) for ink in near.clean_inks):
            return near, near_task
    return on_sheet(view, task)


def on_sheet(view: View, task: Task) -> tuple[View, Task]:
    """Read the sheet of paper alone, where one lies in the picture."""
    sheet = view.on_sheet
    return (view, task) if sheet is None else (sheet, replace(task, sheet=sheet.sheet))


def _is_tall(ink: NDArray[np.uint8]) -> bool:
    """Tell whether hardly anything in an ink map is lower than a digit that is read well."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((ink >= INK).astype(np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    n_tall = int((heights >= _TALL).sum())
    return int(((heights >= _SPECK) & (heights < _TALL)).sum()) <= _FEW * n_tall


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
    opinions = scores.probabilities
    if task.knowledge.allowed is not None:
        opinions = rejection.restricted(opinions, task.knowledge.allowed)
    rows: dict[int, list[Digit]] = {}
    spelled: dict[int, list[NDArray[np.float32]]] = {}
    place = 0
    for cell in cells:
        box = task.on_given(cell.box)
        digits = rows.setdefault(cell.row, [])
        if cell.ink is None:
            digits.append(Digit(None, 1.0, box, (), rejection.BLANK))
            continue
        values = opinions[place]
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
    if task.knowledge.roster is not None and spelled:
        match = task.knowledge.roster.match([(0.0, np.stack(spelled).astype(np.float64))])
    expected = None
    if task.knowledge.expected is not None:
        wanted = task.knowledge.expected
        shares = [values[int(digit)] for values, digit in zip(spelled, wanted, strict=False)]
        expected = Expectation(wanted, float(np.prod(shares)) if len(spelled) == len(wanted) else 0.0)
    return Number(text, digits, confidence, around([digit.box for digit in digits]), best, match, expected)
