"""Strokes become as wide as asked, and outlines have no ink inside."""

import cv2
import numpy as np
import pytest

from inkdigits.training.augmentation.geometric import Fit
from inkdigits.training.augmentation.pipeline import augment
from inkdigits.training.augmentation.stroke_width import Outline, StrokeWidth, change_stroke_width


def test_strokes_widen_and_narrow(digits):
    rings = digits[1::2]
    thin = augment(rings, (Fit(stroke_width=StrokeWidth(1.0, 1.0, 1.01)),), np.random.default_rng(5))
    thick = augment(rings, (Fit(stroke_width=StrokeWidth(1.0, 6.0, 6.01)),), np.random.default_rng(5))
    assert thin.sum() < 0.8 * rings.sum()
    assert thick.sum() > 1.15 * rings.sum()
    assert (thick.max(axis=(1, 2)) > 200).all()
    assert (thin.max(axis=(1, 2)) > 60).all()


@pytest.mark.parametrize("width", [2, 4, 6])
def test_growth_is_the_difference_to_the_drawn_width(width):
    """Bars at eight angles, drawn ``width`` pixels of a digit image wide, are to become 4 wide."""
    canvases = np.zeros((8, 56, 56), np.uint8)
    for canvas, angle in zip(canvases, np.arange(8) * np.pi / 8, strict=True):
        reach = np.round(20 * np.array((np.cos(angle), np.sin(angle)))).astype(int)
        cv2.line(canvas, 28 - reach, 28 + reach, 255, 2 * width, cv2.LINE_AA)
    growth = StrokeWidth(1.0, 4.0, 4.0).draw_growth(canvases, np.random.default_rng(0))
    assert growth.dtype == np.float32
    assert growth.mean() == pytest.approx(np.clip(4 - width, -1.5, 2.0), abs=0.6)


def test_a_share_of_the_strokes_grows(canvases):
    growth = StrokeWidth(0.3).draw_growth(canvases, np.random.default_rng(0))
    assert (growth != 0).mean() == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize("growth", [-1.0, 1.0, 2.0])
def test_a_bar_changes_by_the_growth(growth):
    canvases = np.zeros((1, 56, 56), np.uint8)
    canvases[0, 10:46, 24:32] = 255  # 4 pixels of a digit image wide
    change_stroke_width(canvases, np.array([growth], np.float32))
    assert (canvases[0, 28] > 0).sum() / 2 == 4 + growth


def test_outlines_have_ink_at_the_edge_and_none_inside():
    bars = np.zeros((30, 28, 28), np.uint8)
    bars[:, 4:24, 10:18] = 255
    outlined = augment(bars, (Fit(), Outline(1.0)), np.random.default_rng(5))
    # The fit moves a bar by up to half a pixel.
    assert (outlined[:, 11:17, 13:15] == 0).all()
    assert ((outlined[:, 13] > 100).sum(axis=1) >= 2).all()
    assert outlined.sum() < 0.8 * bars.sum()
