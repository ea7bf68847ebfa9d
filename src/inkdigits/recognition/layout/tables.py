"""Detect tables without a regular grid of rules, from the alignment of their numbers."""

from dataclasses import replace

import numpy as np

from inkdigits.recognition.reading import Number, group_numbers

_MIN_SIZE = 3
"""Least number of rows, and of columns, of a table."""

_MIN_FILLED_SHARE = 0.7
"""Least share of the cells that contain a number."""

_MIN_COLUMN_GAP = 0.3
"""Least gap between two columns, in median heights of the numbers."""


def assign_table_cells(numbers: list[Number]) -> list[Number]:
    """Assign a row and a column to each number of a page, if the numbers form a table.

    Columns are separated by vertical gaps that no number crosses. Headings and numbers beside a table may close these
    gaps; the table is then not detected.

    Parameters
    ----------
    numbers
        All numbers of a page in reading order.

    Returns
    -------
    list of Number
        The same numbers with ``row`` and ``column``, from 0; unchanged if they do not form a table.
    """
    lines = group_numbers(numbers)
    if len(lines) < _MIN_SIZE:
        return numbers
    intervals = sorted((number.box[0], number.box[0] + number.box[2]) for number in numbers)
    min_gap = _MIN_COLUMN_GAP * float(np.median([number.box[3] for number in numbers]))
    starts, end = [intervals[0][0]], intervals[0][1]
    for left, right in intervals[1:]:
        if left - end > min_gap:
            starts.append(left)
        end = max(end, right)
    columns = [
        [int(np.searchsorted(starts, number.box[0], side="right")) - 1 for number in line] for line in lines
    ]
    is_one_a_cell = all(len(set(line)) == len(line) for line in columns)
    if (
        len(starts) < _MIN_SIZE
        or not is_one_a_cell
        or len(numbers) < _MIN_FILLED_SHARE * len(lines) * len(starts)
    ):
        return numbers
    return [
        replace(number, row=row, column=column)
        for row, (line, indices) in enumerate(zip(lines, columns, strict=True))
        for number, column in zip(line, indices, strict=True)
    ]
