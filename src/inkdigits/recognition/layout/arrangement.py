"""Read the numbers of a page or a line from the detected symbols."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE, Recogniser
from inkdigits.pictures.geometry.transform import Box
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.layout.combs import join_comb_cells
from inkdigits.recognition.layout.ink_selection import group_page, select_ink
from inkdigits.recognition.layout.second_reading import read_again
from inkdigits.recognition.layout.tables import assign_table_cells
from inkdigits.recognition.layout.text_lines import (
    are_single_digits,
    find_main_line,
    find_separating_gap,
    split_into_numbers,
)
from inkdigits.recognition.layout.words import split_at_text
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.numbers.constraints import Constraints
from inkdigits.recognition.numbers.number import build_number
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.recognition.orientation.rotation import rotate_upright
from inkdigits.recognition.reading import Number

_MAX_GAP_IN_LINE = 3.0
"""Greatest gap within a number, in heights of its digits, with the layout ``line``."""

_SEPARATING_GAPS = (0.6, 1.2)
"""Least and greatest gap that separates the numbers of a page, in heights of its digits; see `find_separating_gap`. On
development pages the F1 of the numbers is 91.9% with these, with (0.6, 1.0), (0.7, 1.0) and (0.6, 1.5), but 90.4% with
one gap of 0.8 for all pages (`benchmarks/settings/page_settings.py`)."""

_MIN_CONFIDENCE, _MIN_BEST_CONFIDENCE = 0.3, 0.9
"""Least confidence of a number on a page, and of its most confident digit: letters detected as digits score lower. Both
were found by `benchmarks/settings/page_settings.py`. On development pages 89% of the digits are correct, 83% with 0.1
and 0.7, 79% with neither."""


@dataclass(frozen=True)
class Task:
    """The models and the constraints with which a picture is read.

    Attributes
    ----------
    recogniser, card
        The classifier and its model card.
    detector
        The digit detector.
    constraints
        The constraints on the numbers.
    """

    recogniser: Recogniser
    card: ModelCard
    detector: Detector
    constraints: Constraints = field(default_factory=Constraints)


@dataclass(frozen=True)
class Arrangement:
    """The numbers of a picture, read with one layout.

    Attributes
    ----------
    numbers
        In reading order, boxes in pixels of ``page``.
    page
        The image that was read: the picture, a reduced copy, the sheet of paper in it, or a rectified grid.
    """

    numbers: list[Number]
    page: Page

    def on_source(self) -> tuple[Number, ...]:
        """Return the numbers with boxes in pixels of the picture as given."""
        return tuple(number.on_source(self.page.to_source) for number in self.numbers)


def read_lines(page: Page, task: Task, layout: str = "page") -> Arrangement:
    """Read the numbers of a page or of its main line, in reading order.

    Parameters
    ----------
    page
        The picture.
    task
        The models and the constraints.
    layout
        ``page`` or ``line``.

    Returns
    -------
    Arrangement
    """
    is_page = layout == "page"
    page, found = rotate_upright(page, task.detector, one_size=not is_page)
    of_ink = select_ink(found, task.constraints.ink)
    lines = group_page(found, task.constraints.ink) if is_page else [of_ink[find_main_line(found[of_ink])]]
    return Arrangement(read_detections(convert_to_grey(page.pixels), found, lines, task, is_page), page)


def read_detections(
    grey: NDArray[np.uint8], found: Detections, lines: list[NDArray[np.int64]], task: Task, is_page: bool
) -> list[Number]:
    """Split lines of detected symbols into numbers, and read each of them.

    On a page, numbers of low confidence are dropped: they are often letters or drawings.

    Parameters
    ----------
    grey
        ``uint8`` (h, w): the image in which the symbols were detected.
    found
        All symbols, boxes in pixels of ``grey``.
    lines
        ``int64`` indices of the symbols of each line.
    task
        The models and the constraints.
    is_page
        Whether the layout is a page; if so, splits at signs, filtering and table detection apply too.

    Returns
    -------
    list of Number
        In reading order, boxes in pixels of ``grey``.
    """
    widest = _MAX_GAP_IN_LINE
    if is_page:
        are_single = are_single_digits(lines, found)
        widest = 0.0 if are_single else find_separating_gap(lines, found, _SEPARATING_GAPS)
    split_lines = [split_into_numbers(line, found, widest) for line in lines]
    words: set[tuple[int, ...]] = set()
    if is_page:
        for i, line in enumerate(split_lines):
            each = [split_at_text(part, found) for part in line]
            split_lines[i] = [part for parts, _ in each for part in parts]
            words |= {tuple(word) for _, in_part in each for word in in_part}
    numbers = []
    for parts in join_comb_cells(split_lines, found, grey):
        # Words are dropped after combs are joined: a line with a word is no comb.
        for part in (each for each in parts if tuple(each) not in words):
            text_line = TextLine.from_detections(found[part], task.constraints.allowed)
            number = build_number_in_picture(text_line, grey, task)
            if number is None or (is_page and not _is_accepted(number)):
                continue
            others = found[np.setdiff1d(np.arange(len(found)), part)]
            again = read_again(text_line, grey, task.detector, task.constraints, others)
            numbers.append(
                number if again is text_line else build_number_in_picture(again, grey, task) or number
            )
    return assign_table_cells(numbers) if is_page else numbers


def build_number_in_picture(line: TextLine, grey: NDArray[np.uint8], task: Task) -> Number | None:
    """Build a number from the symbols of a line, with the crops of their boxes.

    Parameters
    ----------
    line
        The symbols, boxes in pixels of ``grey``.
    grey
        ``uint8`` (h, w): the picture.
    task
        The models and the constraints.

    Returns
    -------
    Number or None
        As `build_number`.
    """
    boxes = [round_box(box, grey.shape) for box in line.found.boxes]
    images = [crop_image(grey, box) for box in boxes]
    return build_number(line, boxes, images, task.detector.card.threshold, task.constraints)


def _is_accepted(number: Number) -> bool:
    """Return whether a number on a page is confident enough to be kept."""
    return (
        number.confidence >= _MIN_CONFIDENCE
        and max(digit.confidence for digit in number.digits) >= _MIN_BEST_CONFIDENCE
    )


def crop_image(grey: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Crop a box and scale it to 28 x 28 pixels; the aspect ratio is kept, and the rest filled with the median grey.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    box
        x, y, width and height in pixels, within ``grey``.

    Returns
    -------
    ndarray
        ``uint8`` (28, 28).
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
    """Round a box to whole pixels and clip it to the image.

    Parameters
    ----------
    corners
        ``float32`` (4,): left, top, right and bottom in pixels.
    shape
        Shape of the image: height, width, and possibly channels.

    Returns
    -------
    tuple of int
        x, y, width and height, the last two at least 1.
    """
    height, width = shape[:2]
    left, top = (min(max(0, round(float(corners[k]))), end - 1) for k, end in ((0, width), (1, height)))
    right, bottom = min(round(float(corners[2])), width), min(round(float(corners[3])), height)
    return left, top, max(1, right - left), max(1, bottom - top)
