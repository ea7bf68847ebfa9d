"""Fitted digits are in MNIST's normal form; shifts move whole images within their reach."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.training.augmentation.elastic import ElasticDeformation
from inkdigits.training.augmentation.geometric import Fit, Shift
from inkdigits.training.augmentation.pipeline import augment
from inkdigits.training.augmentation.stroke_width import StrokeWidth


def box_sides(images):
    return np.array([max(cv2.boundingRect((image >= 64).astype(np.uint8))[2:]) for image in images])


def centres_of_mass(images):
    mass = images.sum(axis=(1, 2))
    middles = np.arange(28) + 0.5
    return np.stack([images.sum(axis=1) @ middles / mass, images.sum(axis=2) @ middles / mass], axis=1)


def test_bent_mapped_and_rewritten_digits_are_in_normal_form(digits):
    fit = Fit(rotation=17, stretch=0.25, shear=0.35, stroke_width=StrokeWidth(1.0, thickest=4.0))
    operations = (ElasticDeformation((0.0, 0.8)), fit)
    fitted = augment(np.tile(digits, (8, 1, 1)), operations, np.random.default_rng(4))
    sides = box_sides(fitted)
    assert abs(sides.mean() - 20) < 1
    assert (np.abs(sides - 20) <= 3).mean() > 0.95
    centres = centres_of_mass(fitted)
    # MNIST's own centres lie evenly between 14 and 15.
    assert np.abs(centres.mean(axis=0) - 14.5).max() < 0.15
    assert np.abs(centres - 14.5).max() < 1.5


def test_fitting_a_digit_that_fits_changes_little(digits):
    fitted = augment(digits, (Fit(),), np.random.default_rng(6))
    again = augment(fitted, (Fit(),), np.random.default_rng(7))
    np.testing.assert_allclose(box_sides(again), box_sides(fitted), atol=1)
    np.testing.assert_allclose(again.sum(axis=(1, 2)), fitted.sum(axis=(1, 2)), rtol=0.12)


def test_small_and_misplaced_digits_are_fitted(digits):
    small = np.zeros_like(digits)
    small[:, 1:15, 12:26] = digits[:, ::2, ::2]
    fitted = augment(small, (Fit(),), np.random.default_rng(8))
    assert abs(box_sides(fitted).mean() - 20) < 1
    assert np.abs(centres_of_mass(fitted) - 14.5).max() < 1.5


def test_rotation_goes_as_far_as_asked_each_way():
    bar = np.zeros((500, 28, 28), np.uint8)
    cv2.line(bar[0], (14, 4), (14, 23), 255, 3, cv2.LINE_AA)
    bar[:] = bar[0]
    slopes = []
    for image in augment(bar, (Fit(rotation=20.0),), np.random.default_rng(0)):
        found = cv2.moments(image)
        slopes.append(0.5 * np.arctan2(2 * found["mu11"], found["mu20"] - found["mu02"]))
    away = 90 - np.abs(np.rad2deg(slopes))
    assert 17 < away.max() < 21.5
    assert {1, -1} <= set(np.sign(slopes))


def test_jitter_and_zoom_go_as_far_as_asked(digits):
    many = np.tile(digits, (7, 1, 1))
    moved = centres_of_mass(augment(many, (Fit(jitter=3.0),), np.random.default_rng(1)))
    assert 3.0 < np.abs(moved - 14.5).max() < 3.8  # half a pixel lies in the normal form itself
    sides = box_sides(augment(many, (Fit(zoom=0.3),), np.random.default_rng(2)))
    assert sides.min() == pytest.approx(14, abs=1.5)
    assert sides.max() == pytest.approx(26, abs=1.5)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_shift_moves_whole_images_within_reach(seed, max_shift):
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 10:14, 9:12] = np.arange(1, 13, dtype=np.uint8).reshape(4, 3)
    moved = Shift(max_shift).apply(images, np.random.default_rng(seed))
    for image in moved:
        x, y, width, height = cv2.boundingRect(image)
        assert (width, height) == (3, 4)
        assert max(abs(x - 9), abs(y - 10)) <= max_shift
        np.testing.assert_array_equal(image[y : y + 4, x : x + 3], images[0, 10:14, 9:12])


def test_shift_uses_every_move_and_fills_with_background():
    moved = Shift(2).apply(np.full((2000, 28, 28), 255, np.uint8), np.random.default_rng(8))
    blank_rows = (moved.max(axis=2) == 0).sum(axis=1)
    assert set(blank_rows) == {0, 1, 2}
    assert len(np.unique(moved.reshape(2000, -1), axis=0)) == 25
