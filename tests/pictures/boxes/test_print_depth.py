"""Contrast of writing relative to the paper: the same at full and at reduced resolution, and in shadow."""

import cv2
import numpy as np
import pytest

from inkdigits.pictures.boxes import print_depth
from inkdigits.pictures.boxes.print_depth import _compute_relative_contrast


def shaded_page(height: int = 600, width: int = 800) -> tuple[np.ndarray, np.ndarray]:
    """Draw strokes that absorb half of the light on paper that darkens to the right; return it and the strokes."""
    strokes = np.zeros((height, width), np.uint8)
    for x in range(100, width - 50, 120):
        cv2.line(strokes, (x, 200), (x + 30, 400), 1, 9)
    light = np.linspace(240, 120, width)[np.newaxis] * np.ones((height, 1))
    noise = np.random.default_rng(0).normal(0, 1.5, light.shape)
    return np.clip(light * (1 - 0.5 * strokes) + noise, 0, 255).astype(np.uint8), strokes


@pytest.mark.parametrize("side", [51, 101, 175])
def test_the_contrast_at_reduced_resolution_is_that_at_full_resolution(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, strokes = shaded_page()
    reduced = _compute_relative_contrast(page, side, 0.0)
    monkeypatch.setattr(print_depth, "_REDUCED_SIDE", 1000)
    full = _compute_relative_contrast(page, side, 0.0)
    assert reduced.shape == full.shape == page.shape
    inner = cv2.erode(strokes, np.ones((5, 5), np.uint8)) > 0
    paper = cv2.dilate(strokes, np.ones((5, 5), np.uint8)) == 0
    assert np.abs(reduced - full)[inner].max() < 0.06
    assert np.median(np.abs(reduced - full)) < 0.01
    assert np.median(reduced[inner]) == pytest.approx(0.5, abs=0.05)
    assert reduced[inner].min() > 0.35
    assert np.quantile(reduced[paper], 0.99) < 0.1


@pytest.mark.parametrize("shape", [(3, 400), (400, 3), (1, 1)])
def test_narrow_pictures_have_a_contrast_too(shape: tuple[int, int]) -> None:
    contrast = _compute_relative_contrast(np.full(shape, 200, np.uint8), 101, 0.0)
    assert contrast.shape == shape
    assert np.abs(contrast).max() == 0
