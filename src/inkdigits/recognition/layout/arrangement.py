"""Several digits in one picture: lines, pages and boxes."""

from dataclasses import dataclass, field
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE, Recogniser
from inkdigits.pictures.geometry.grid_rectification import Grid
from inkdigits.pictures.geometry.transform import Box
from inkdigits.pictures.ink.polarity import INK
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.locate import grey_levels
from inkdigits.recognition.detection.orientation import upright
from inkdigits.recognition.layout.combs import join_comb_cells
from inkdigits.recognition.layout.tables import assign_table_cells
from inkdigits.recognition.layout.text_lines import (
    find_main_line,
    group_lines,
    split_at_signs,
    split_into_numbers,
)
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.numbers.constraints import Constraints
from inkdigits.recognition.numbers.number import build_number
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.recognition.reading import Number

_MAX_GAP_IN_LINE, _MAX_GAP_ON_PAGE = 3.0, 0.7
"""Widest gap within a number, as a share of the height of its digits, where the picture is known to be one line, and
elsewhere; the second was found by `benchmarks/page_settings.py`."""

_MIN_CONFIDENCE, _MIN_BEST_CONFIDENCE = 0.3, 0.9
"""Least confidence of a number on a page, and of its surest digit, found by the same program: letters that are taken
for digits are less sure. On development pages 85% of the digits are right, 83% with 0.1 and 0.7, 77% with neither."""

_READABLE_HEIGHT = 48
"""Height, in pixels, from which a digit is read as well as if it were taller."""

_SPECK_HEIGHT = 8
"""Height, in pixels, of what is no digit, or too small to be read at twice the size."""

_MAX_LOW_SHARE = 0.2
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
    """

    recogniser: Recogniser
    card: ModelCard
    detector: Detector
    constraints: Constraints = field(default_factory=Constraints)


@dataclass(frozen=True)
class Arrangement:
    """What a picture holds, if it is taken in one way.

    Attributes
    ----------
    numbers
        In reading order, boxes in pixels of ``page``.
    page
        What was read: the picture, a smaller copy, the sheet of paper in it, or a grid that was made flat.
    grid
        The grid, where it is one.
    """

    numbers: list[Number]
    page: Page
    grid: Grid | None = None

    def on_source(self) -> tuple[Number, ...]:
        """Return the numbers with their boxes in pixels of the picture as it was given."""
        return tuple(number.on_source(self.page.to_source) for number in self.numbers)


def read_lines(page: Page, task: Task, layout: str = "page") -> Arrangement:
    """Read the numbers of a page or of one line, in reading order.

    Parameters
    ----------
    page
        The picture.
    task
        How to read it.
    layout
        ``page`` or ``line``.
    """
    is_page = layout == "page"
    page, found = upright(page.on_sheet or page, task.detector, one_size=not is_page)
    found = found.filter_by_ink(task.constraints.ink)
    lines = group_lines(found) if is_page else [find_main_line(found)]
    return Arrangement(read_detections(grey_levels(page.pixels), found, lines, task, is_page), page)


def read_detections(
    grey: NDArray[np.uint8], found: Detections, lines: list[NDArray[np.int64]], task: Task, is_page: bool
) -> list[Number]:
    """Read lines of symbols that were found in a picture.

    What is found on a page may be no number at all; it is left out unless one of its digits is sure.

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
    is_page
        Whether the picture is a page, rather than one line.
    """
    widest = _MAX_GAP_ON_PAGE if is_page else _MAX_GAP_IN_LINE
    numbers = []
    for parts in join_comb_cells([split_into_numbers(line, found, widest) for line in lines], found, grey):
        for part in chain(*(split_at_signs(each, found) for each in parts)) if is_page else parts:
            weighed = TextLine.from_detections(found[part], task.constraints.allowed)
            boxes = [round_box(box, grey.shape) for box in found.boxes[part]]
            images = [crop_image(grey, box) for box in boxes]
            number = build_number(weighed, boxes, images, task.detector.card.threshold, task.constraints)
            if number is not None and (not is_page or _is_accepted(number)):
                numbers.append(number)
    return assign_table_cells(numbers) if is_page else numbers


def _is_accepted(number: Number) -> bool:
    """Tell whether what was found on a page is a number."""
    return (
        number.confidence >= _MIN_CONFIDENCE
        and max(digit.confidence for digit in number.digits) >= _MIN_BEST_CONFIDENCE
    )


def crop_image(grey: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return what stands in a box, ``uint8`` (28, 28), its proportions kept.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    box
        x, y, width and height, within the picture.
    """
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


def round_box(corners: NDArray[np.float32], shape: tuple[int, ...]) -> Box:
    """Return a box within the picture in whole pixels, x, y, width and height, of left, top, right and bottom."""
    height, width = shape[:2]
    left, top = (min(max(0, round(float(corners[k]))), end - 1) for k, end in ((0, width), (1, height)))
    right, bottom = min(round(float(corners[2])), width), min(round(float(corners[3])), height)
    return left, top, max(1, right - left), max(1, bottom - top)


def choose_resolution(page: Page) -> Page:
    """Return the sheet of paper alone, where there is one in the picture, and as small as its digits allow.

    A large picture is mostly of a few large digits, and those are read from a copy in a fraction of the time.
    """
    if page.reduced is not page:
        near = page.reduced.on_sheet or page.reduced
        if all(_has_tall_components(ink) for ink in near.clean_inks):
            return near
    return page.on_sheet or page


def _has_tall_components(ink: NDArray[np.uint8]) -> bool:
    """Tell whether hardly anything in an ink map is lower than a digit that is read well."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((ink >= INK).astype(np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    n_tall = int((heights >= _READABLE_HEIGHT).sum())
    return int(((heights >= _SPECK_HEIGHT) & (heights < _READABLE_HEIGHT)).sum()) <= _MAX_LOW_SHARE * n_tall
