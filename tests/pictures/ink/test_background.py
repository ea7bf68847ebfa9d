"""The level of the paper, also under the ink."""

import numpy as np
import pytest

from inkdigits.pictures.ink.background import estimate_background, fit_quadratic_surface


def make_surface(height: int, width: int) -> np.ndarray:
    """Return uneven light that is brightest near one corner, ``float32``."""
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (120 + 30 * across - 20 * down + 12 * across * down - 15 * across**2).astype(np.float32)


def _terms(height: int, width: int) -> list[np.ndarray]:
    y, x = (axis.ravel() for axis in np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j])
    return [x, y, x * y, x**2, y**2]


def test_a_quadratic_surface_is_fitted_despite_ink_and_dirt() -> None:
    light = make_surface(48, 64)
    picture = light.copy()
    picture[20:26, 5:60] += 110  # a stroke
    picture[np.random.default_rng(0).random(picture.shape) < 0.02] = 0  # dirt
    fitted = fit_quadratic_surface(picture)
    assert (fitted.shape, fitted.dtype) == (picture.shape, np.float32)
    assert np.abs(fitted - light).mean() < 2.5
    design = np.stack([np.ones(picture.size), *_terms(*picture.shape)], axis=1)
    plain = design @ np.linalg.lstsq(design, picture.ravel(), rcond=None)[0]
    assert np.abs(fitted - light).mean() < 0.3 * np.abs(plain - light.ravel()).mean()


def test_an_even_picture_is_its_own_surface() -> None:
    np.testing.assert_allclose(fit_quadratic_surface(np.full((20, 30), 77, np.float32)), 77, atol=0.1)


@pytest.mark.parametrize("contrast", [40, 110])
def test_the_background_continues_under_light_ink(two: np.ndarray, contrast: int) -> None:
    light = make_surface(*two.shape)
    found = estimate_background(light + contrast * two.astype(np.float32) / 255)
    assert (found.shape, found.dtype) == (two.shape, np.float32)
    assert np.abs(found - light).max() < 0.2 * contrast
    assert np.abs(found - light).mean() < 3


def test_the_edge_of_a_shadow_stays_in_the_background(two: np.ndarray) -> None:
    light = np.full(two.shape, 80, np.float32)
    light[:, 90:] = 140
    found = estimate_background(light + 100 * two.astype(np.float32) / 255)
    assert abs(float(np.median(found[:, :60])) - 80) < 4
    assert abs(float(np.median(found[:, 120:])) - 140) < 4


def test_pixels_of_a_tiny_picture_have_a_background() -> None:
    assert np.isfinite(estimate_background(np.array([[5.0]], np.float32))).all()
