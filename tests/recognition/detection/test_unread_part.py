"""The part of a picture with most ink outside the symbols that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS
from inkdigits.recognition.detection.unread_part import find_unread_part


def know(*boxes: tuple[int, int, int, int]) -> Detections:
    n = len(boxes)
    ones, classes = np.ones(n, np.float32), np.full((n, N_SYMBOLS), 1 / N_SYMBOLS, np.float32)
    return Detections(
        ones, classes, np.array(boxes, np.float32).reshape(-1, 4), ones, np.zeros((n, 4), np.float32)
    )


def draw(*boxes: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Black boxes on a sheet of 2,000 by 1,400 pixels."""
    sheet = np.full((1400, 2000), 230, np.uint8)
    for left, top, right, bottom in boxes:
        sheet[top:bottom, left:right] = 20
    return sheet


LARGE, SMALL = (200, 100, 500, 600), (1700, 1200, 1720, 1225)


def test_a_known_symbol_does_not_count_however_large() -> None:
    sheet = draw(LARGE, SMALL)
    part = find_unread_part(sheet, know(LARGE))
    assert part.shape == (700, 1000)
    assert (part == 20).sum() == 20 * 25
    assert (find_unread_part(sheet, know(SMALL)) == 20).sum() == 300 * 500
    assert (find_unread_part(255 - sheet, know(LARGE)) == 235).sum() == 20 * 25
    above = (0, -30, 2000, -20)
    assert (find_unread_part(sheet, know(LARGE, above)) == 20).sum() == 20 * 25


@given(shape=st.tuples(st.integers(1, 40), st.integers(1, 3000)), is_tall=st.booleans())
def test_a_quarter_of_any_picture_is_returned(shape: tuple[int, int], is_tall: bool) -> None:
    height, width = shape[::-1] if is_tall else shape
    part = find_unread_part(np.full((height, width), 200, np.uint8), know((0, 0, 5, 5)))
    assert part.shape == ((height + 1) // 2, (width + 1) // 2)


@pytest.mark.parametrize("place", [(0, 0), (1960, 0), (0, 1360), (1960, 1360)])
def test_ink_in_a_corner_is_found(place: tuple[int, int]) -> None:
    left, top = place
    part = find_unread_part(draw((left, top, left + 40, top + 40)), know())
    assert (part == 20).sum() > 0.95 * 40 * 40  # the place is known to two pixels
