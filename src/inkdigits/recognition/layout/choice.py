"""Read a picture as the layout that it has: as is said, or as what is found in it shows."""

import numpy as np

from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.locate import grey_levels
from inkdigits.recognition.detection.orientation import upright
from inkdigits.recognition.layout.arrangement import (
    Arrangement,
    Task,
    choose_resolution,
    read_detections,
    read_lines,
)
from inkdigits.recognition.layout.boxes import read_boxes
from inkdigits.recognition.layout.grids import read_grid
from inkdigits.recognition.layout.text_lines import find_main_line, group_lines
from inkdigits.recognition.reading import Number

_MIN_DIGIT_PROBABILITY = 0.5
"""Probability from which a symbol counts as a digit of the picture."""

_MIN_LINE_SHARE = 0.8
"""Share of the digits in one line from which the picture is a line, and the rest stray marks."""

_MIN_DIGITS_WITHOUT_LINE = 4
"""Digits from which a picture holds several though no two of them stand in a line; fewer may be the dots of a division
sign, as in a tenth of the development pictures that show no digit."""

_MIN_PRESENCE, _MIN_SYMBOLS_IN_ROW = 0.5, 3
"""Probability, and number, of the symbols of any kind in a line from which a picture with one digit is read as a line:
boxes with crosses in those that are not used. Of 124 development pictures that show no digit none has such a line, and
of 591 single digits none, but 9 of 136 rows of boxes."""

_MIN_CONFIDENCE = 0.05
"""Confidence of a number under which it is no reason to think that there are several digits: of the development numbers
read rightly none is under 0.17, and pieces of a thick dash come to 0.003."""

_MIN_ACCEPTED_SHARE = 0.6
"""Share of the digits of a form that must be accepted for it to be taken for one."""

_MIN_SHARE_IN_CELLS = 0.8
"""Share of the digits found in the picture that the cells of a form must hold; of bent paper the frames find a part."""

_MIN_RELATIVE_HEIGHT, _MIN_SHARE_IN_GRID = 0.7, 0.6
"""Height of the digits about a grid, as a share of those in it, under which they are the small print beside a puzzle;
share of all others that stand in a grid which is all that is read of the page."""

_MIN_CUT_RATIO = 0.5
"""Digits less than a cell away from a grid, to one of its rows or columns, from which it goes on there."""

_MIN_FILLED_SHARE = 0.25
"""Share of the cells of a form that must be written in."""


def read_layout(page: Page, task: Task, layout: str) -> Arrangement:
    """Read a picture as the layout that it is known to have.

    Parameters
    ----------
    page
        The picture.
    task
        How to read it.
    layout
        ``line``, ``boxes`` or ``page``.
    """
    if layout != "boxes":
        return read_lines(page, task, layout)
    sheet, found = upright(page.on_sheet or page, task.detector)
    near = choose_resolution(sheet)
    return read_grid(sheet, task) or read_boxes(near, task, found=found if near is sheet else None)


def read_multiple(page: Page, task: Task) -> Arrangement | None:
    """Read a picture as boxes or lines, if that is what it holds, rather than one digit.

    Parameters
    ----------
    page
        The picture.
    task
        How to read it.

    Returns
    -------
    Arrangement or None
        None where the picture holds one digit, or nothing.
    """
    sheet, found = upright(page.on_sheet or page, task.detector)
    main = find_main_line(found)
    n_in_line, n_digits = (
        int((each.digits >= _MIN_DIGIT_PROBABILITY).sum()) for each in (found[main], found)
    )
    is_row = n_in_line > 0 and int((found.presence[main] >= _MIN_PRESENCE).sum()) >= _MIN_SYMBOLS_IN_ROW
    if n_in_line < 2 and n_digits < _MIN_DIGITS_WITHOUT_LINE and not is_row:
        return None
    gridded = read_grid(sheet, task)
    if gridded is not None and _has_most_symbols(gridded, found, sheet):
        return gridded
    near = choose_resolution(sheet)
    framed = read_form(near, task, found if near is sheet else None)
    found = found.filter_by_ink(task.constraints.ink)
    if framed is not None and _has_most_digits(
        framed.numbers, int((found.digits >= _MIN_DIGIT_PROBABILITY).sum())
    ):
        return framed
    main = find_main_line(found)
    # By area, since patterns of the paper are taken for small digits rather than for large ones.
    areas = found.digits * found.heights**2
    is_line = float(areas[main].sum()) >= _MIN_LINE_SHARE * float(areas.sum())
    numbers = read_detections(
        grey_levels(sheet.pixels), found, [main] if is_line else group_lines(found), task, is_page=not is_line
    )
    is_confident = task.constraints.length is not None or any(
        each.confidence > _MIN_CONFIDENCE for each in numbers
    )
    if task.constraints.ink != "any":
        return Arrangement(numbers if is_confident else [], sheet)
    return Arrangement(numbers, sheet) if numbers and is_confident else None


def _has_most_symbols(gridded: Arrangement, found: Detections, page: Page) -> bool:
    """Tell whether most of what is written on a page, and no smaller than in its grid, stands in the grid.

    Where digits go on beside it, as on a picture that cuts a table off, the grid is not all of it.
    """
    assert gridded.grid is not None
    columns, rows = gridded.grid.columns, gridded.grid.rows
    middles = ((found.boxes[:, :2] + found.boxes[:, 2:]) / 2).astype(np.float64)
    places = gridded.page.to_source.sources(page.to_source.points(middles))
    starts, ends = np.array([columns[0], rows[0]]), np.array([columns[-1], rows[-1]])
    beyond = np.maximum(starts - places, places - ends) / [np.diff(columns).mean(), np.diff(rows).mean()]
    is_inside, is_digit = (beyond < 0).all(axis=1), found.digits >= _MIN_DIGIT_PROBABILITY
    if not (is_inside & is_digit).any():
        return False
    is_large = is_digit & (
        found.heights >= _MIN_RELATIVE_HEIGHT * np.median(found.heights[is_inside & is_digit])
    )
    n_inside, n_close = (int((is_large & each).sum()) for each in (is_inside, (beyond < 1).all(axis=1)))
    is_cut = n_close - n_inside >= _MIN_CUT_RATIO * min(len(rows), len(columns))
    return n_inside >= _MIN_SHARE_IN_GRID * int(is_large.sum()) and not is_cut


def _has_most_digits(framed: list[Number], n_digits: int) -> bool:
    """Tell whether the cells of a form hold most of the wanted digits that were found in the picture."""
    n_held = sum(digit.rejected is None for number in framed for digit in number.digits)
    return n_held >= _MIN_SHARE_IN_CELLS * n_digits


def read_form(page: Page, task: Task, found: Detections | None = None) -> Arrangement | None:
    """Read a picture as boxes, one digit each, if that is beyond doubt what it holds.

    Parameters
    ----------
    page
        The picture, a large one on its smaller copy (see `inkdigits.recognition.layout.arrangement.closest`).
    task
        How to read it.
    found
        The symbols in it, if they have been looked for.
    """
    framed = read_boxes(page, task, is_form=False, found=found)
    written = [digit for number in framed.numbers for digit in number.digits if digit.label is not None]
    n_cells = sum(len(number.digits) for number in framed.numbers)
    accepted = sum(digit.rejected is None for digit in written)
    is_form = (
        n_cells >= 3
        and accepted >= max(2, _MIN_ACCEPTED_SHARE * len(written))
        and len(written) >= _MIN_FILLED_SHARE * n_cells
    )
    return framed if is_form else None
