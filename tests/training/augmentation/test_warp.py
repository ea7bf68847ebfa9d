"""Warps distort by as much as is asked for, and mix no image with its neighbours in the stack."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inkdigits.training.augmentation.pipeline import augment
from inkdigits.training.augmentation.warp import Warp

STILL = Warp(rotation=0, zoom=0, shear=0, shift=0, elastic=0, shift_only=0)


def moments(image):
    """Centre of mass (x, y) and slope of the main axis, by OpenCV."""
    found = cv2.moments(image)
    centre = found["m10"] / found["m00"], found["m01"] / found["m00"]
    return centre, 0.5 * np.arctan2(2 * found["mu11"], found["mu20"] - found["mu02"])


@pytest.fixture(scope="module")
def digits(mnist):
    return mnist.train.images[:2500]


def test_without_strength_nothing_changes(digits):
    np.testing.assert_array_equal(augment(digits, (STILL,), np.random.default_rng(0)), digits)


def test_an_image_takes_nothing_from_its_neighbours_in_the_stack():
    """Bright images between blank ones, warped far beyond what is used: the blank ones stay blank, and beyond a
    bright one it is blank, too."""
    images = np.zeros((2100, 28, 28), np.uint8)
    images[::2] = 255
    warped = augment(images, (Warp().scale(2.0),), np.random.default_rng(0))
    assert warped[1::2].max() == 0
    assert warped[::2].min() == 0
    assert (warped[::2, 12:16, 12:16] == 255).all()


@pytest.mark.parametrize(
    ("warp", "farthest"),
    [(Warp(shift=2.0, shift_only=1.0), 2), (Warp(shift=1.4, shift_only=1.0), 1)],
    ids=["2 px", "rounded"],
)
def test_shifted_images_move_by_whole_pixels(digits, warp, farthest):
    warped = warp.apply(digits[:200], np.random.default_rng(3))
    moves = range(-farthest, farthest + 1)
    padded = np.pad(digits[:200], ((0, 0), (2, 2), (2, 2)))
    for image, source in zip(warped, padded, strict=True):
        moved = (source[2 + y : 30 + y, 2 + x : 30 + x] for y in moves for x in moves)
        assert any(np.array_equal(image, each) for each in moved)


def test_turns_by_as_much_as_is_asked_for():
    bar = np.zeros((28, 28), np.uint8)
    cv2.line(bar, (14, 4), (14, 23), 255, 3, cv2.LINE_AA)
    warp = replace(STILL, rotation=20.0)
    turned = warp.apply(np.repeat(bar[np.newaxis], 500, axis=0), np.random.default_rng(0))
    slopes = np.rad2deg([moments(image)[1] for image in turned])
    away = 90 - np.abs(slopes)
    assert 17 < away.max() < 21
    assert {1, -1} <= set(np.sign(slopes))
    centres = np.array([moments(image)[0] for image in turned])
    assert np.abs(centres - centres.mean(axis=0)).max() < 0.6


def test_bending_moves_strokes_by_the_displacement_that_is_asked_for():
    columns = np.tile(np.linspace(0, 255, 28).astype(np.uint8), (2000, 28, 1))
    bent = augment(columns, (replace(STILL, elastic=1.0),), np.random.default_rng(0))
    # On a ramp of 255/27 grey values a pixel, grey tells where a pixel was taken from.
    displacement = (bent.astype(float) - columns)[:, 8:20, 8:20] / (255 / 27)
    # Strengths lie evenly between 0 and 1: their mean square is a third.
    assert np.sqrt(np.mean(displacement**2)) == pytest.approx(np.sqrt(1 / 3), rel=0.2)
