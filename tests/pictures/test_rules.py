import numpy as np

from inkdigits.pictures.rules import without_rules


def test_lines_are_taken_out_and_crossing_strokes_stay_whole(two: np.ndarray) -> None:
    ruled = two.copy()
    for y in (50, 110, 175):
        ruled[y : y + 3] = 255
    ruled[:, 20:23] = 255
    found = without_rules(ruled, 112, 140)
    assert found is not None
    clean, lines = found
    missed = (clean >= 128) ^ (two >= 128)
    assert missed.sum() < 0.05 * (two >= 128).sum()
    assert lines[111, 5] == 255
    assert lines[5, 21] == 255


def test_a_slightly_tilted_line_is_found(two: np.ndarray) -> None:
    ruled = two.copy()
    for x in range(160):
        y = 185 + round(x * 0.02)
        ruled[y : y + 3, x] = 255
    found = without_rules(ruled, 112, 140)
    assert found is not None
    assert found[0][183:].sum() < 0.02 * ruled[183:].sum()


def test_strokes_are_no_lines(two: np.ndarray) -> None:
    assert without_rules(two, 112, 140) is None
    assert without_rules(np.zeros((40, 40), np.uint8), 22, 22) is None
