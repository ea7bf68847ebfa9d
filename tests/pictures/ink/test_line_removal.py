import cv2
import numpy as np
import pytest

from inkdigits.pictures.ink.line_removal import remove_lines


def test_lines_are_removed_and_crossing_strokes_are_whole(two: np.ndarray) -> None:
    ruled = two.copy()
    for y in (50, 110, 175):
        ruled[y : y + 3] = 255
    ruled[:, 20:23] = 255
    found = remove_lines(ruled, 60, 60)
    assert found is not None
    missed = (found.ink >= 128) ^ (two >= 128)
    assert missed.sum() < 0.1 * (two >= 128).sum()
    assert found.lines[111, 5] == 255
    assert found.lines[5, 21] == 255
    assert found.n_lines == 4
    assert found.is_form


@pytest.mark.parametrize("tilt", [-0.2, 0.02, 0.1, 0.2])
def test_tilted_line_is_removed(two: np.ndarray, tilt: float) -> None:
    ruled = np.vstack([two, np.zeros((60, 160), np.uint8)])
    for x in range(160):
        y = 225 + round((x - 80) * tilt)
        ruled[y : y + 3, x] = 255
    found = remove_lines(ruled, 60, 60)
    assert found is not None
    assert found.ink[190:].sum() < 0.02 * ruled[190:].sum()


def test_digit_that_touches_no_frame_is_unchanged(two: np.ndarray) -> None:
    boxed = np.pad(two, 40)
    corners = cv2.boxPoints(((120.0, 140.0), (150.0, 220.0), 8.0))
    cv2.polylines(boxed, [corners.astype(np.int32)], True, 255, 3)
    found = remove_lines(boxed, 60, 60)
    assert found is not None
    assert found.n_lines == 4
    np.testing.assert_array_equal(found.ink_without_frames[100:240, 80:160], np.pad(two, 40)[100:240, 80:160])
    assert found.ink_without_frames.sum() == two.sum()


def test_comb_is_removed_with_its_short_sides() -> None:
    comb = np.zeros((120, 200), np.uint8)
    cv2.polylines(comb, [np.array([[40, 70], [42, 100], [160, 101], [162, 71]])], False, 255, 3)
    found = remove_lines(comb, 60, 60)
    assert found is not None
    assert found.n_lines == 3
    assert cv2.countNonZero(found.ink) < 0.1 * cv2.countNonZero(comb)


def test_line_interrupted_by_a_stroke_is_one_line(two: np.ndarray) -> None:
    alone = np.pad(two, ((10, 30), (40, 40)))
    ruled = alone.copy()
    for y in (35, 171, 225):  # the first passes behind the top of the 2, the second behind its base
        ruled[y : y + 2] = np.maximum(ruled[y : y + 2], 90)
    found = remove_lines(ruled, 140, 110)
    assert found is not None
    assert found.n_lines == 3
    assert ((found.ink >= 64) ^ (alone >= 64)).sum() < 0.05 * (alone >= 64).sum()


def test_strokes_are_not_lines(two: np.ndarray) -> None:
    assert remove_lines(two, 112, 140) is None
    assert remove_lines(np.zeros((40, 40), np.uint8), 22, 22) is None


def test_thin_four_is_not_a_form() -> None:
    four = np.zeros((160, 120), np.uint8)
    for start, end in (((30, 20), (28, 85)), ((28, 85), (90, 84)), ((75, 30), (74, 145))):
        cv2.line(four, start, end, 255, 3, cv2.LINE_AA)
    found = remove_lines(four, 36, 36)
    assert found is None or not found.is_form
