import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.pictures.digits.normal_form import (
    adjust_stroke_width,
    is_normal,
    measure_stroke_width,
    normalise,
)


def draw_blob(seed: int, height: int, width: int) -> np.ndarray:
    """Return a random smooth region of ink."""
    noise = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), max(height, width) / 8)
    return ((smooth > np.quantile(smooth, 0.6)) * 255).astype(np.uint8)


@given(st.integers(0, 10_000), st.integers(4, 120), st.integers(4, 120))
def test_ink_fits_20_pixels_and_its_centre_of_mass_is_central(seed: int, height: int, width: int) -> None:
    image = normalise(draw_blob(seed, height, width))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    x, y, w, h = cv2.boundingRect(image)
    assert max(w, h) <= 20
    if x and y and x + w < 28 and y + h < 28:  # the digit touches no edge of the image
        rows, columns = np.indices(image.shape)
        mass = image.sum(dtype=float)
        assert 14 <= (columns * image).sum() / mass + 0.5 < 15.01
        assert 14 <= (rows * image).sum() / mass + 0.5 < 15.01


@given(st.integers(0, 10_000))
def test_normalise_is_idempotent(seed: int) -> None:
    once = normalise(draw_blob(seed, 20, 16))
    np.testing.assert_array_equal(normalise(once), once)


def test_crop_without_ink_gives_an_empty_image() -> None:
    assert not normalise(np.zeros((50, 40), np.uint8)).any()
    assert not normalise(np.zeros((0, 0), np.uint8)).any()


def test_aspect_ratio_is_kept() -> None:
    image = normalise(np.full((100, 25), 255, np.uint8))
    assert cv2.boundingRect(image)[2:] == (5, 20)


def test_is_normal_detects_the_normal_form(two: np.ndarray) -> None:
    image = normalise(two)
    assert is_normal(image)
    assert not is_normal(255 - image)
    assert not is_normal(np.roll(image, 3, axis=1))
    assert not is_normal(np.zeros((28, 28), np.uint8))
    assert not is_normal(two)


@pytest.mark.parametrize("width", [3, 6, 11, 20])
def test_stroke_width_of_a_bar_is_measured(width: int) -> None:
    bar = np.zeros((200, 60), np.uint8)
    bar[10:190, 20 : 20 + width] = 255
    assert measure_stroke_width(bar) == pytest.approx(width, rel=0.15)


@pytest.mark.parametrize(("width", "least", "most"), [(1, 1.5, 3.5), (9, 1.5, 4.6), (44, 3.0, 6.0)])
def test_extreme_stroke_widths_are_adjusted(width: int, least: float, most: float) -> None:
    crop = np.zeros((200, 160), np.uint8)
    cv2.circle(crop, (80, 100), 55, 255, width)
    changed = adjust_stroke_width(crop)
    assert least <= measure_stroke_width(changed) * 20 / max(changed.shape) <= most
