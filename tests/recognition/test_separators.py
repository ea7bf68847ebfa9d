"""Separators: a mark between digits is one, the same mark under a digit is a loose end of it."""

import numpy as np
import pytest

from inkdigits.recognition.separators import separator_of, stands_apart

DIGITS = [[0, 0, 40, 60], [70, 0, 40, 60]]


@pytest.mark.parametrize(("left", "apart"), [(52, True), (44, True), (30, False), (72, False)])
def test_a_mark_over_or_under_a_digit_is_none(left: int, apart: bool) -> None:
    boxes = np.array([*DIGITS, [left, 52, 10, 10]], np.int64)
    assert stands_apart(boxes, 2, 60.0) is apart


def test_two_marks_do_not_hide_each_other() -> None:
    boxes = np.array([*DIGITS, [50, 52, 8, 8], [50, 10, 8, 8]], np.int64)
    assert stands_apart(boxes, 2, 60.0)


@pytest.mark.parametrize(
    ("box", "mark"),
    [([52, 52, 9, 9], "."), ([52, 52, 8, 20], ","), ([44, 26, 22, 8], "-"), ([52, 5, 9, 9], None)],
)
def test_shape_and_place_tell_the_mark(box: list[int], mark: str | None) -> None:
    found = separator_of(np.array(box, np.int64), 0.8 * box[2] * box[3], 0.0, 60.0, 8.0)
    assert (found and found[0]) == mark
