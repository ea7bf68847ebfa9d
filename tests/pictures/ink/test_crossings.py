"""Crossings of strokes and ruled lines."""

import numpy as np

from inkdigits.pictures.ink.crossings import (
    find_interrupted_lines,
    find_line_crossings,
    find_stroke_crossings,
    measure_vertical_runs,
)


def test_vertical_runs_are_the_lengths_of_the_ink_in_each_column() -> None:
    mask = np.array([[1, 0], [1, 1], [0, 1], [1, 1], [1, 1]], np.uint8)
    np.testing.assert_array_equal(measure_vertical_runs(mask), [[2, 0], [2, 4], [0, 4], [2, 4], [2, 4]])


def test_a_line_behind_a_stroke_is_found_on_its_whole_width() -> None:
    mask = np.zeros((40, 100), np.uint8)
    mask[20:22] = 1
    mask[5:35, 45:51] = 1  # a stroke across it
    visible, lines = find_interrupted_lines(mask, np.array([[0.0, 20, 40, 20]]), 4)
    np.testing.assert_array_equal(lines, [[0, 20, 99, 20]])
    assert visible[20, :44].all()
    assert visible[20, 52:].all()
    assert not visible[20, 45:51].any()


def test_a_segment_that_ends_is_no_line() -> None:
    mask = np.zeros((40, 100), np.uint8)
    mask[20:22, :60] = 1
    visible, lines = find_interrupted_lines(mask, np.array([[0.0, 20, 59, 20]]), 4)
    assert len(lines) == 0
    assert not visible.any()


def test_a_crossing_of_lines_has_a_line_on_all_four_sides() -> None:
    mask = np.zeros((30, 30), np.uint8)
    mask[14:16] = mask[:, 14:16] = 1
    across, down = mask.copy(), mask.copy()
    across[:, 14:16] = 0
    down[14:16] = 0
    across[:14] = across[16:] = 0
    down[:, :14] = down[:, 16:] = 0
    crossings = find_line_crossings(mask, across, down, 3, 3)
    np.testing.assert_array_equal(np.argwhere(crossings), [[14, 14], [14, 15], [15, 14], [15, 15]])
    # A line that ends at another one does not cross it.
    assert not find_line_crossings(mask, across, np.where(np.arange(30)[:, None] < 14, down, 0), 3, 3).any()


def test_a_stroke_continues_behind_a_line() -> None:
    lines, strokes = np.zeros((30, 30), np.uint8), np.zeros((30, 30), np.uint8)
    lines[14:17] = 1
    strokes[2:14, 10:13] = strokes[17:28, 10:13] = 1  # above and below
    strokes[2:14, 22:25] = 1  # above only
    crossings = find_stroke_crossings(strokes, lines, 3)
    assert crossings[14:17, 10:13].all()
    assert not crossings[:, 20:].any()
    assert not (crossings & ~lines.astype(bool)).any()
