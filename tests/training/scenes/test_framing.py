"""How finished pictures are framed: shear and rotate ink stays in its box, and what is rotate is no digit."""

import cv2
import numpy as np
import pytest

from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.training.scenes.framing import IGNORED, rotate, shear
from inkdigits.training.scenes.lines import PlacedSymbol


def picture_with_a_bar(box: tuple[int, int, int, int], shape: tuple[int, int] = (64, 120)) -> np.ndarray:
    """Return a white picture with a black block."""
    x, y, wide, tall = box
    image = np.full(shape, 255, np.uint8)
    image[y : y + tall, x : x + wide] = 0
    return image


@pytest.mark.parametrize("slant", [-0.25, 0.1, 0.25])
def test_slanted_ink_lies_in_its_box(slant: float) -> None:
    box = (70, 10, 3, 30)
    image, (symbol,) = shear(picture_with_a_bar(box), [PlacedSymbol(1, box, False)], slant)
    found = cv2.boundingRect((image < 128).astype(np.uint8))
    assert image.shape == (64, 120)
    assert symbol.symbol == 1
    np.testing.assert_allclose(symbol.box, found, atol=3)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_ink_lies_in_its_box(quarters: int) -> None:
    box = (70, 10, 8, 30)
    image, (symbol,) = rotate(picture_with_a_bar(box), [PlacedSymbol(7, box, False)], quarters)
    assert symbol.box == cv2.boundingRect((image < 128).astype(np.uint8))
    assert symbol.symbol == OTHER


def test_what_may_be_a_digit_when_turned_is_left_open() -> None:
    symbols = [PlacedSymbol(digit, (0, 0, 5, 5), False) for digit in range(10)]
    _, upside_down = rotate(np.zeros((64, 120), np.uint8), symbols, 2)
    assert [each.symbol for each in upside_down if each.symbol != IGNORED] == [OTHER] * 3
    _, lying = rotate(np.zeros((64, 120), np.uint8), symbols, 1)
    assert [i for i, each in enumerate(lying) if each.symbol == IGNORED] == [0, 1, 8]
