"""Detection of tables from the alignment of numbers."""

import numpy as np
import pytest

from inkdigits.recognition.layout.tables import assign_table_cells
from inkdigits.recognition.reading import Digit, Number, Reading


def make_number(x: int, y: int, width: int = 40) -> Number:
    digit = Digit(4, 0.9, (x, y, width, 30))
    return Number("4", (digit,), 0.9, digit.box)


def make_table(rows: int, columns: int, seed: int = 0) -> list[Number]:
    """Make numbers of different widths, slightly off their rows and columns."""
    rng = np.random.default_rng(seed)
    return [
        make_number(
            100 * column + int(rng.integers(-8, 8)),
            60 * row + int(rng.integers(-5, 5)),
            int(rng.integers(20, 60)),
        )
        for row in range(rows)
        for column in range(columns)
    ]


def positions(numbers: list[Number]) -> list[tuple[int | None, int | None]]:
    return [(each.row, each.column) for each in numbers]


@pytest.mark.parametrize(("rows", "columns"), [(3, 3), (12, 4), (5, 9)])
def test_aligned_numbers_form_a_table(rows: int, columns: int) -> None:
    found = assign_table_cells(make_table(rows, columns))
    assert positions(found) == [(row, column) for row in range(rows) for column in range(columns)]


def test_a_blank_cell_does_not_shift_other_cells() -> None:
    whole = make_table(6, 4)
    found = assign_table_cells([each for i, each in enumerate(whole) if i != 9])
    assert (2, 1) not in positions(found)
    assert positions(found)[9] == (2, 2)


def test_ragged_lines_and_small_tables_are_not_tables() -> None:
    rng = np.random.default_rng(1)
    ragged = [
        make_number(x, 60 * row) for row in range(5) for x in (np.arange(4) * 90 + rng.integers(80)).tolist()
    ]
    for numbers in (ragged, make_table(2, 5), make_table(8, 2), make_table(1, 9), []):
        assert assign_table_cells(numbers) == numbers


def test_the_text_of_a_table_has_a_line_for_each_row() -> None:
    reading = Reading(tuple(assign_table_cells(make_table(3, 3))), (400, 300))
    assert reading.text == "4\t4\t4\n4\t4\t4\n4\t4\t4"
    assert [len(line) for line in reading.lines] == [3, 3, 3]
    assert reading.numbers[5].to_json()["row"] == 1
    assert reading.numbers[5].to_json()["column"] == 2
