"""Alignment of a reading with its label."""

from collections.abc import Sequence


def align(true: Sequence[str], read: Sequence[str]) -> list[int | None]:
    """Align two texts with the fewest insertions, deletions and substitutions.

    Parameters
    ----------
    true
        The true text.
    read
        The text that was read.

    Returns
    -------
    list of int or None
        For each character of ``true`` the index of the aligned character in ``read``, correct or wrong; None if it is
        missing there.

    Notes
    -----
    V. I. Levenshtein, *Binary codes capable of correcting deletions, insertions, and reversals*, Soviet
    Physics Doklady 10 (1966), p. 707-710; the table is that of R. A. Wagner and M. J. Fischer, *The
    string-to-string correction problem*, Journal of the ACM 21 (1974), p. 168-173.
    """
    rows, columns = len(true), len(read)
    costs = [[column if row == 0 else row for column in range(columns + 1)] for row in range(rows + 1)]
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            costs[row][column] = min(
                costs[row - 1][column - 1] + (true[row - 1] != read[column - 1]),
                costs[row - 1][column] + 1,
                costs[row][column - 1] + 1,
            )
    positions: list[int | None] = [None] * rows
    row, column = rows, columns
    while row and column:
        if costs[row][column] == costs[row - 1][column - 1] + (true[row - 1] != read[column - 1]):
            row, column = row - 1, column - 1
            positions[row] = column
        elif costs[row][column] == costs[row - 1][column] + 1:
            row -= 1
        else:
            column -= 1
    return positions
