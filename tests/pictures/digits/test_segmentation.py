import cv2
import numpy as np

from inkdigits.pictures.digits.segmentation import find_digit


def test_digit_is_cropped_tightly(two: np.ndarray) -> None:
    crop = find_digit(two)
    assert crop is not None
    assert crop.box == cv2.boundingRect(two)
    x, y, width, height = crop.box
    np.testing.assert_array_equal(crop.ink, two[y : y + height, x : x + width])


def test_picture_without_ink_has_no_crop() -> None:
    assert find_digit(np.zeros((30, 30), np.uint8)) is None


def test_specks_and_strokes_at_the_edge_are_excluded(two: np.ndarray) -> None:
    dirty = two.copy()
    dirty[5:8, 5:8] = 255
    dirty[190:, :40] = 255
    dirty[:60, 150:] = 255
    crop = find_digit(dirty)
    assert crop is not None
    assert crop.box == cv2.boundingRect(two)


def test_component_near_the_digit_is_kept(two: np.ndarray) -> None:
    broken = two.copy()
    broken[120:128] = 0
    crop = find_digit(broken)
    assert crop is not None
    assert crop.box == cv2.boundingRect(two)
