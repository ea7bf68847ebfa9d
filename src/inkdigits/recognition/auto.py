"""Which layout a picture has, where nobody says: one digit, boxes, or lines of numbers.

Most pictures are crops of one digit, so that is what a picture is taken for unless more stands in it beyond doubt.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink import THIN_STROKES
from inkdigits.pictures.parts import INK
from inkdigits.pictures.view import View
from inkdigits.recognition.layouts import Task, closest, read_boxes, read_ink, surest
from inkdigits.recognition.reading import Box, Digit, Number
from inkdigits.recognition.texture import is_filled, is_lost, is_piece

_ALONE = 0.72
"""Share of a picture's ink from which a digit has the picture to itself."""

_ACCEPTED = 0.6
"""Share of the digits of a line that must be accepted for it to be taken for a line."""

_FILLED = 0.25
"""Share of the cells of a form that must be written in."""

_SURE = 0.9
"""Probability of a number from which what might as well be a scrawl is taken for it."""

_MOST_ONES = 3
"""So many 1s in a row may be a number; more, and hardly another digit among them, are a pattern."""


def read_several(view: View, single: Digit, task: Task) -> list[Number] | None:
    """Read a picture as boxes or lines, if that is what it holds, rather than one digit.

    Parameters
    ----------
    view
        The picture.
    single
        What it is when it is taken for one digit.
    task
        How to read it.

    Returns
    -------
    list of Number or None
        None where the picture holds one digit, or nothing.
    """
    view, task = closest(view, task)
    inks = [_off_the_edge(ink) for ink in view.clean_inks]
    alone = [_has_it_alone(ink, single, task) for ink in inks]
    if single.rejected is None and any(alone):
        return None
    if all(alone):
        return _sure_number(inks, task)
    framed = read_form(view, task)
    if framed is not None:
        return framed
    if any(is_filled(ink) for ink in view.clean_inks):
        return None
    numbers = surest([read_ink(ink, task, "page") for ink in inks])
    if not _convincing(numbers, least=2) or _is_pattern(numbers):
        return None
    if single.rejected is None and _rest_is_print(numbers, single, view, task):
        return None
    return numbers


def read_form(view: View, task: Task) -> list[Number] | None:
    """Read a picture as boxes, one digit each, if that is beyond doubt what it holds.

    Parameters
    ----------
    view
        The picture, a large one on its smaller copy (see `inkdigits.recognition.layouts.closest`).
    task
        How to read it.
    """
    framed = read_boxes(view, task, is_form=False)
    return framed if _convincing(framed, least=2) and _is_written_in(framed) else None


def _sure_number(inks: list[NDArray[np.uint8]], task: Task) -> list[Number] | None:
    """Read what is no single digit, but has the picture to itself, as one number if hardly a doubt is left."""
    numbers = surest([read_ink(ink, task, "line") for ink in inks])
    if len(numbers) != 1 or numbers[0].confidence < _SURE or len(numbers[0].digits) < 2:
        return None
    return numbers if all(digit.rejected is None for digit in numbers[0].digits) else None


def is_in_pattern(view: View, single: Digit, task: Task) -> bool:
    """Tell whether what was read as one digit is a piece of a pattern, as of wood or noise, or of a drawing.

    Parameters
    ----------
    view, single, task
        As in `read_several`.
    """
    view, task = closest(view, task)
    inks = view.clean_inks
    if any(is_filled(ink) for ink in inks):
        return True
    if task.sheet is not None:
        return False
    window = _on_view(single.box, task)
    return all(is_lost(ink, window) or is_piece(ink, window) for ink in inks)


def _is_written_in(framed: list[Number]) -> bool:
    """Tell whether enough cells are written in for them to be cells at all."""
    digits = [digit for number in framed for digit in number.digits]
    written = sum(digit.label is not None for digit in digits)
    return len(digits) >= 3 and written >= _FILLED * len(digits)


def _is_pattern(numbers: list[Number]) -> bool:
    """Tell whether nearly all that was read are upright strokes: hatching, bricks, wood, the teeth of a comb."""
    accepted = [digit.label for number in numbers for digit in number.digits if digit.rejected is None]
    return len(accepted) > _MOST_ONES and sum(label != 1 for label in accepted) < 0.25 * len(accepted)


def _rest_is_print(numbers: list[Number], single: Digit, view: View, task: Task) -> bool:
    """Tell whether nothing beside an accepted digit is a digit of about its height: what is left is print or dirt.

    The sides of a box are upright lines that pass for 1, but they are taller than the digit in the box, or they
    hang together with the rest of the box.
    """
    others = [
        digit
        for number in numbers
        for digit in number.digits
        if digit.rejected is None
        and not _overlap(digit.box, single.box)
        and 0.55 <= digit.box[3] / single.box[3] <= (1.15 if digit.label == 1 else 1.8)
    ]
    if not others or any(digit.label != 1 for digit in others):
        return not others
    ink = view.ink(None, THIN_STROKES).map
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ink >= INK).astype(np.uint8), connectivity=8)
    parts, boxes = np.asarray(labels, np.int32), np.asarray(stats[:, :4], np.int32)
    return all(_is_side(digit.box, single.box, parts, boxes, task) for digit in others)


def _is_side(box: Box, single: Box, parts: NDArray[np.int32], boxes: NDArray[np.int32], task: Task) -> bool:
    """Tell whether an upright stroke belongs to something that goes on past a digit, but is no part of it."""
    if task.sheet is not None:
        return False
    left, _, right, _ = own = _on_view(single, task)
    part = _main_part(parts, _on_view(box, task))
    if part in (0, _main_part(parts, own)):
        return False
    x, _, wide, _ = (int(value) for value in boxes[part])
    return min(x + wide, right) - max(x, left) >= 0.8 * (right - left)


def _main_part(parts: NDArray[np.int32], window: tuple[int, int, int, int]) -> int:
    """Return the number of the part that has most of the ink in a window, 0 where there is none."""
    left, top, right, bottom = window
    within = parts[top:bottom, left:right].ravel()
    return int(np.bincount(within[within > 0], minlength=1).argmax())


def _on_view(box: Box, task: Task) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a box in pixels of the picture as it is read."""
    x, y, width, height = box
    left, top = round(x / task.scale[0]), round(y / task.scale[1])
    right, bottom = round((x + width) / task.scale[0]), round((y + height) / task.scale[1])
    return max(left, 0), max(top, 0), right, bottom


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
    if task.sheet is not None:
        return False
    left, top, right, bottom = _on_view(single.box, task)
    own = int((ink[top:bottom, left:right] >= INK).sum())
    is_wide = single.box[2] > 1.35 * single.box[3]
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
