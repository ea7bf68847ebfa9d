import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.pictures.digits.normal_form import adjust_strokes, is_normal, normalise, stroke_width


def blot(seed: int, height: int, width: int) -> np.ndarray:
    """A random smooth blot of ink."""
    noise = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), max(height, width) / 8)
    return ((smooth > np.quantile(smooth, 0.6)) * 255).astype(np.uint8)


@given(st.integers(0, 10_000), st.integers(4, 120), st.integers(4, 120))
def test_the_ink_fits_20_pixels_and_its_mass_lies_at_the_centre(seed: int, height: int, width: int) -> None:
    image = normalise(blot(seed, height, width))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    x, y, w, h = cv2.boundingRect(image)
    assert max(w, h) <= 20
    if x and y and x + w < 28 and y + h < 28:  # not held back by the edge of the field
        rows, columns = np.indices(image.shape)
        mass = image.sum(dtype=float)
        assert 14 <= (columns * image).sum() / mass + 0.5 < 15.01
        assert 14 <= (rows * image).sum() / mass + 0.5 < 15.01


@given(st.integers(0, 10_000))
def test_the_normal_form_of_a_normal_form_is_itself(seed: int) -> None:
    once = normalise(blot(seed, 20, 16))
    np.testing.assert_array_equal(normalise(once), once)


def test_no_ink_gives_an_empty_image() -> None:
    assert not normalise(np.zeros((50, 40), np.uint8)).any()
    assert not normalise(np.zeros((0, 0), np.uint8)).any()


def test_the_aspect_is_kept() -> None:
    image = normalise(np.full((100, 25), 255, np.uint8))
    assert cv2.boundingRect(image)[2:] == (5, 20)


def test_a_normal_form_is_known_as_one(two: np.ndarray) -> None:
    image = normalise(two)
    assert is_normal(image)
    assert not is_normal(255 - image)
    assert not is_normal(np.roll(image, 3, axis=1))
    assert not is_normal(np.zeros((28, 28), np.uint8))
    assert not is_normal(two)


@pytest.mark.parametrize("width", [3, 6, 11, 20])
def test_the_width_of_a_bar_is_measured(width: int) -> None:
    bar = np.zeros((200, 60), np.uint8)
    bar[10:190, 20 : 20 + width] = 255
    assert stroke_width(bar) == pytest.approx(width, rel=0.15)


@pytest.mark.parametrize(("width", "least", "most"), [(1, 1.5, 3.5), (9, 1.5, 4.6), (44, 3.0, 6.0)])
def test_hair_lines_and_bars_come_near_a_pens_width(width: int, least: float, most: float) -> None:
    crop = np.zeros((200, 160), np.uint8)
    cv2.circle(crop, (80, 100), 55, 255, width)
    changed = adjust_strokes(crop)
    assert least <= stroke_width(changed) * 20 / max(changed.shape) <= most
