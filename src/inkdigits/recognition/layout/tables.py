"""Tables without a grid of even rules: rows and columns of numbers, by how they are aligned."""

from dataclasses import replace

import numpy as np

from inkdigits.recognition.reading import Number, group_numbers

_MIN_SIZE = 3
"""Rows and columns of a table, at least."""

_MIN_FILLED_SHARE = 0.7
"""Share of its cells that hold a number, at least."""

_MIN_COLUMN_GAP = 0.3
"""Gap between two columns, as a share of the height of digits, at least."""


def assign_table_cells(numbers: list[Number]) -> list[Number]:
    """Give numbers their row and column, if they stand in a table.

    Columns are parted by upright gaps that no number crosses. Headings and numbers beside the table leave none.

    Parameters
    ----------
    numbers
        All numbers of a page in reading order.

    Returns
    -------
    list of Number
        The same, each with its row and column; unchanged where they stand in no table.
    """
    lines = group_numbers(numbers)
    if len(lines) < _MIN_SIZE:
        return numbers
    spans = sorted((number.box[0], number.box[0] + number.box[2]) for number in numbers)
    narrow = _MIN_COLUMN_GAP * float(np.median([number.box[3] for number in numbers]))
    starts, end = [spans[0][0]], spans[0][1]
    for left, right in spans[1:]:
        if left - end > narrow:
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
        for row, (line, places) in enumerate(zip(lines, columns, strict=True))
        for number, column in zip(line, places, strict=True)
    ]
