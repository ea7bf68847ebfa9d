"""The rows of the benchmark: the pictures of each row and how the reader is called."""

from benchmarks.reading.rows.forms import FORM_ROWS
from benchmarks.reading.rows.numbers import NUMBER_ROWS
from benchmarks.reading.rows.refusals import REFUSAL_ROWS
from benchmarks.reading.rows.rosters import ROSTER_ROWS
from benchmarks.reading.rows.row import Row, example_of
from benchmarks.reading.rows.single import SINGLE_ROWS

ROWS: dict[str, Row] = {
    row.name: row for row in (*SINGLE_ROWS, *NUMBER_ROWS, *FORM_ROWS, *ROSTER_ROWS, *REFUSAL_ROWS)
}
"""Every row that is measured on pictures, by name, in the order of the report."""

__all__ = ["ROWS", "Row", "example_of"]
