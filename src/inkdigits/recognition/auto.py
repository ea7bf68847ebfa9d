"""Which layout a picture has, where nobody says: one digit, boxes, or lines of numbers."""

from inkdigits.pictures.view import View
from inkdigits.recognition.boxes import read_boxes
from inkdigits.recognition.detections import Detections
from inkdigits.recognition.layouts import (
    Task,
    closest,
    on_sheet,
    read_found,
)
from inkdigits.recognition.lines import lines_of, main_line
from inkdigits.recognition.locate import grey_levels, locate
from inkdigits.recognition.reading import Number

_LIKELY = 0.5
"""Probability from which a symbol counts as a digit of the picture."""

_IN_ONE_LINE = 0.8
"""Share of the digits in one line from which the picture is a line, and the rest stray marks."""

_IN_COLUMN = 4
"""Digits from which a picture holds several though no two of them stand in a line; fewer may be the dots of a division
sign, as in a tenth of the development pictures that show no digit."""

_CLEAR, _IN_ROW = 0.5, 3
"""Probability, and number, of the symbols of any kind in a line from which a picture with one digit is read as a line:
boxes with crosses in those that are not used. Of 124 development pictures that show no digit none has such a line, and
of 591 single digits none, but 9 of 136 rows of boxes."""

_BELIEVED = 0.05
"""Confidence of a number under which it is no reason to think that there are several digits: of the development numbers
read rightly none is under 0.17, and pieces of a thick dash come to 0.003."""

_ACCEPTED = 0.6
"""Share of the digits of a form that must be accepted for it to be taken for one."""

_HELD = 0.8
"""Share of the digits found in the picture that the cells of a form must hold; of bent paper the frames find a part."""

_FILLED = 0.25
"""Share of the cells of a form that must be written in."""


def read_several(view: View, task: Task) -> list[Number] | None:
    """Read a picture as boxes or lines, if that is what it holds, rather than one digit.

    Parameters
    ----------
    view
        The picture.
    task
        How to read it.

    Returns
    -------
    list of Number or None
        None where the picture holds one digit, or nothing.
    """
    sheet, sheet_task = on_sheet(view, task)
    grey = grey_levels(sheet.pixels)
    found = locate(grey, task.detector)
    main = main_line(found)
    n_in_line, n_digits = (int((each.digits >= _LIKELY).sum()) for each in (found[main], found))
    is_row = n_in_line > 0 and int((found.presence[main] >= _CLEAR).sum()) >= _IN_ROW
    if n_in_line < 2 and n_digits < _IN_COLUMN and not is_row:
        return None
    near, near_task = closest(view, task)
    framed = read_form(near, near_task, found if near is sheet else None)
    found = found.of_ink(task.knowledge.ink)
    if framed is not None and _holds_most(framed, int((found.digits >= _LIKELY).sum())):
        return framed
    main = main_line(found)
    # By area, since patterns of the paper are taken for small digits rather than for large ones.
    areas = found.digits * found.heights**2
    is_line = float(areas[main].sum()) >= _IN_ONE_LINE * float(areas.sum())
    numbers = read_found(grey, found, [main] if is_line else lines_of(found), sheet_task, is_page=not is_line)
    are_believed = task.knowledge.length is not None or any(each.confidence > _BELIEVED for each in numbers)
    if task.knowledge.ink != "any":
        return numbers if are_believed else []
    return numbers if numbers and are_believed else None


def _holds_most(framed: list[Number], n_digits: int) -> bool:
    """Tell whether the cells of a form hold most of the wanted digits that were found in the picture."""
    n_held = sum(digit.rejected is None for number in framed for digit in number.digits)
    return n_held >= _HELD * n_digits


def read_form(view: View, task: Task, found: Detections | None = None) -> list[Number] | None:
    """Read a picture as boxes, one digit each, if that is beyond doubt what it holds.

    Parameters
    ----------
    view
        The picture, a large one on its smaller copy (see `inkdigits.recognition.layouts.closest`).
    task
        How to read it.
    found
        The symbols in it, if they have been looked for.
    """
    framed = read_boxes(view, task, is_form=False, found=found)
    written = [digit for number in framed for digit in number.digits if digit.label is not None]
    n_cells = sum(len(number.digits) for number in framed)
    accepted = sum(digit.rejected is None for digit in written)
    is_form = (
        n_cells >= 3 and accepted >= max(2, _ACCEPTED * len(written)) and len(written) >= _FILLED * n_cells
    )
    return framed if is_form else None
