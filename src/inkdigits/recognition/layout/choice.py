"""Read a picture with a given layout, or with the layout that the detected symbols and frames indicate."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.layout.arrangement import (
    Arrangement,
    Task,
    read_detections,
    read_lines,
)
from inkdigits.recognition.layout.boxes import read_boxes
from inkdigits.recognition.layout.grids import FilledGrid, find_filled_grid, read_grid
from inkdigits.recognition.layout.ink_selection import group_page, select_ink
from inkdigits.recognition.layout.text_lines import find_main_line
from inkdigits.recognition.orientation.rotation import rotate_upright

_MIN_DIGIT_PROBABILITY = 0.5
"""Least probability at which a symbol counts as a digit."""

_MIN_LINE_SHARE = 0.8
"""Least share of the digits in the main line at which the layout is ``line``; the others are then stray marks."""

_MIN_DIGITS_WITHOUT_LINE = 4
"""Least number of digits at which a picture without two digits in a line is read as several digits. Fewer may be the
dots of a division sign, as in a tenth of the development pictures without a digit."""

_MIN_PRESENCE, _MIN_SYMBOLS_IN_ROW = 0.5, 3
"""Least presence, and least number, of symbols of any kind in a line at which a picture with one digit is read as a
line: a row of boxes whose unused ones are crossed out. Of 124 development pictures without a digit none has such a
line, of 591 single digits none, of 136 rows of boxes 9."""

_MIN_CONFIDENCE = 0.05
"""Confidence above which a number indicates several digits: of the development numbers that are read correctly none is
below 0.17, and pieces of a thick dash reach 0.003."""

_MIN_ACCEPTED_SHARE = 0.6
"""Least share of accepted digits at which a picture is read as a form."""

_MIN_SHARE_IN_CELLS = 0.95
"""Least share of the digits in the picture that the cells of a form contain: if they lose a digit, lines are the better
layout. Of development rows of boxes 89.0% are right, with 0.8 87.5%; as many drawn forms are right with both."""

_MIN_SHARE_IN_CELLS_OF_FORM = 0.5
"""The same for a picture that is known to be a form, below which lines are the better layout: its frames may
be too faint to be found. With 0.5 as many drawn forms are right as with 0 (84%), with 0.7 82%; of development rows of
boxes 87% with 0.5 and 0.7, 56% with 0."""

_MIN_RELATIVE_HEIGHT, _MIN_SHARE_IN_GRID = 0.7, 0.6
"""Least height of a digit outside a grid, in median heights of those in it, below which it is small print and ignored;
least share of the other digits in the grid at which only the grid is read."""

_MIN_CUT_RATIO = 0.5
"""Least number of digits within one cell of the grid's edge, per row or column, at which the grid is cut off."""

_MIN_FILLED_SHARE = 0.25
"""Least share of filled cells in a form."""


@dataclass(frozen=True)
class Hypothesis:
    """A layout that a picture may have.

    Attributes
    ----------
    layout
        ``grid``, ``form``, ``line`` or ``page``.
    share
        Share of the digits of the picture that the layout explains.
    min_share
        Least share at which the layout is chosen. A common one, 0.8 for all, loses one of four development sudokus.
    read
        Reads the picture with the layout; returns None if it has no numbers but perhaps one digit.
    """

    layout: str
    share: float
    min_share: float
    read: Callable[[], Arrangement | None]


def choose_layout(hypotheses: Iterable[Hypothesis]) -> Hypothesis:
    """Return the first hypothesis that explains enough of the digits.

    Parameters
    ----------
    hypotheses
        From the most specific layout to the most general one, which explains everything. Each is made only if those
        before it are rejected, since it costs time to find cells.
    """
    return next(each for each in hypotheses if each.share >= each.min_share)


def read_layout(page: Page, task: Task, layout: str) -> Arrangement:
    """Read a picture with a given layout.

    Parameters
    ----------
    page
        The picture.
    task
        The models and the constraints.
    layout
        ``line``, ``boxes`` or ``page``.

    Returns
    -------
    Arrangement
    """
    if layout != "boxes":
        return read_lines(page, task, layout)
    sheet, found = rotate_upright(page, task.detector)
    boxes = choose_layout(_propose_layouts(sheet, found, task, is_form=True)).read()
    return boxes or Arrangement([], sheet)


def read_multiple(page: Page, task: Task) -> Arrangement | None:
    """Detect whether a picture has a grid, boxes, a line or a page of digits, and read it with that layout.

    Parameters
    ----------
    page
        The picture.
    task
        The models and the constraints.

    Returns
    -------
    Arrangement or None
        None if the picture has at most one digit.
    """
    sheet, found = rotate_upright(page, task.detector)
    return choose_layout(_propose_layouts(sheet, found, task)).read() if _has_several_digits(found) else None


def _has_several_digits(found: Detections) -> bool:
    """Return whether the symbols may be several digits, or one in a row of crossed out boxes."""
    main = find_main_line(found)
    n_in_line, n_digits = (
        int((each.digits >= _MIN_DIGIT_PROBABILITY).sum()) for each in (found[main], found)
    )
    is_row = n_in_line > 0 and int((found.presence[main] >= _MIN_PRESENCE).sum()) >= _MIN_SYMBOLS_IN_ROW
    return n_in_line >= 2 or n_digits >= _MIN_DIGITS_WITHOUT_LINE or is_row


def _propose_layouts(
    sheet: Page, found: Detections, task: Task, is_form: bool = False
) -> Iterator[Hypothesis]:
    """Yield the layouts that the picture may have, from the most specific one to the most general one.

    Parameters
    ----------
    sheet
        The picture.
    found
        The symbols in it, boxes in pixels of ``sheet``.
    task
        The models and the constraints.
    is_form
        Whether the picture is known to be a form with one digit per cell.
    """
    filled = find_filled_grid(sheet, found, task)
    if filled is not None:
        share = _compute_share_in_grid(filled, found, sheet)
        min_share = 0.0 if is_form else _MIN_SHARE_IN_GRID
        yield Hypothesis("grid", share, min_share, lambda: read_grid(filled, task))

    # A form is known by how well its cells are read, so it is read before the choice, and only here.
    form = _read_form(sheet, found, task, is_form)
    of_ink = select_ink(found, task.constraints.ink)
    if form is not None:
        share = _compute_share_in_cells(form, int((found.digits[of_ink] >= _MIN_DIGIT_PROBABILITY).sum()))
        min_share = _MIN_SHARE_IN_CELLS_OF_FORM if is_form else _MIN_SHARE_IN_CELLS
        yield Hypothesis("form", share, min_share, lambda: form)

    main = of_ink[find_main_line(found[of_ink])]
    # Weighted by area: false detections in the pattern of the paper are mostly small.
    areas = found.digits * found.heights**2
    share = _divide(float(areas[main].sum()), float(areas[of_ink].sum()))
    yield Hypothesis("line", share, _MIN_LINE_SHARE, lambda: _read_text(sheet, found, [main], task, False))
    ink = task.constraints.ink
    yield Hypothesis("page", 1.0, 0.0, lambda: _read_text(sheet, found, group_page(found, ink), task, True))


def _divide(part: float, whole: float) -> float:
    """Return the share of a part; all of nothing is 1."""
    return part / whole if whole > 0 else 1.0


def _compute_share_in_grid(filled: FilledGrid, found: Detections, page: Page) -> float:
    """Return the share of the digits of a page, small print aside, that are in the grid.

    It is 0 if digits continue beyond the grid's edge, as in a picture that cuts a table off.
    """
    columns, rows = filled.grid.columns, filled.grid.rows
    centres = ((found.boxes[:, :2] + found.boxes[:, 2:]) / 2).astype(np.float64)
    centres_in_grid = filled.page.to_source.map_points_back(page.to_source.map_points(centres))
    starts, ends = np.array([columns[0], rows[0]]), np.array([columns[-1], rows[-1]])
    cell = [np.diff(columns).mean(), np.diff(rows).mean()]
    distances = np.maximum(starts - centres_in_grid, centres_in_grid - ends) / cell
    is_inside, is_digit = (distances < 0).all(axis=1), found.digits >= _MIN_DIGIT_PROBABILITY
    if not (is_inside & is_digit).any():
        return 0.0
    is_large = is_digit & (
        found.heights >= _MIN_RELATIVE_HEIGHT * np.median(found.heights[is_inside & is_digit])
    )
    n_inside, n_near = (int((is_large & each).sum()) for each in (is_inside, (distances < 1).all(axis=1)))
    is_cut = n_near - n_inside >= _MIN_CUT_RATIO * min(len(rows), len(columns))
    return 0.0 if is_cut else _divide(n_inside, int(is_large.sum()))


def _compute_share_in_cells(form: Arrangement, n_digits: int) -> float:
    """Return the accepted digits of a form, as a share of the ``n_digits`` that are detected in the picture."""
    n_held = sum(digit.rejected is None for number in form.numbers for digit in number.digits)
    return _divide(n_held, n_digits)


def _read_form(page: Page, found: Detections, task: Task, is_form: bool) -> Arrangement | None:
    """Read a picture as boxes, one digit each; None if it has no cells.

    If it is not known to be a form, it must also have enough cells, filled cells and accepted digits.
    """
    form = read_boxes(page, found, task, is_form)
    if is_form:
        return form if form.numbers else None
    filled = [digit for number in form.numbers for digit in number.digits if digit.label is not None]
    n_cells = sum(len(number.digits) for number in form.numbers)
    accepted = sum(digit.rejected is None for digit in filled)
    looks_like_form = (
        n_cells >= 3
        and accepted >= max(2, _MIN_ACCEPTED_SHARE * len(filled))
        and len(filled) >= _MIN_FILLED_SHARE * n_cells
    )
    return form if looks_like_form else None


def _read_text(
    sheet: Page, found: Detections, lines: list[NDArray[np.int64]], task: Task, is_page: bool
) -> Arrangement | None:
    """Read lines of digits; None if no number is confident, so that the picture may show one digit or none."""
    numbers = read_detections(convert_to_grey(sheet.pixels), found, lines, task, is_page=is_page)
    is_confident = task.constraints.length is not None or any(
        each.confidence > _MIN_CONFIDENCE for each in numbers
    )
    if task.constraints.ink in ("handwritten", "printed"):
        return Arrangement(numbers if is_confident else [], sheet)
    return Arrangement(numbers, sheet) if numbers and is_confident else None
