"""Degradations change grey values as asked, and leave the shape where it is."""

import cv2
import numpy as np
import pytest

from inkdigits.training.augmentation.degradation import Blur, Contrast, Fading, Noise, Scan
from inkdigits.training.augmentation.random_filters import RandomConvolution


def apply(operation, images):
    return operation.apply(images, np.random.default_rng(5))


def centres_of_mass(images):
    mass = images.sum(axis=(1, 2))
    middles = np.arange(28) + 0.5
    return np.stack([images.sum(axis=1) @ middles / mass, images.sum(axis=2) @ middles / mass], axis=1)


def test_scans_stay_in_their_place_and_lose_detail(digits):
    moved = np.roll(digits, (3, -3), axis=(1, 2))  # off the middle: nothing may be cut off there
    scanned = apply(Scan(low_resolution=1.0), moved)
    assert np.abs(centres_of_mass(scanned) - centres_of_mass(moved)).max() < 0.7
    assert (scanned != moved).any(axis=(1, 2)).all()
    assert (scanned.max(axis=(1, 2)) == 255).all()


def test_binarised_scans_are_black_and_white(digits):
    assert set(np.unique(apply(Scan(binarised=1.0), digits))) == {0, 255}


def test_scans_at_low_resolution_are_binarised_before_they_are_enlarged(mnist):
    images = mnist.train.images[:200]
    grey = apply(Scan(low_resolution=1.0), images)
    binary = apply(Scan(low_resolution=1.0, binarised=1.0), images)

    def share_of_extremes(scanned):
        return np.isin(scanned, (0, 255)).mean()

    assert share_of_extremes(grey) < share_of_extremes(binary) < 1.0


def test_blur_flattens_and_keeps_full_ink(digits):
    blurred = apply(Blur(1.0, sigma=(1.0, 1.0)), digits)
    assert (blurred.max(axis=(1, 2)) == 255).all()
    expected = cv2.GaussianBlur(digits[0].astype(np.float64), (0, 0), 1.0)
    np.testing.assert_allclose(blurred[0], expected * 255 / expected.max(), atol=4)


def test_contrast_is_a_rising_map_of_grey_values_that_dims_a_third():
    ramp = np.tile(np.linspace(0, 255, 28).astype(np.uint8), (1000, 28, 1))
    changed = apply(Contrast(0.4), ramp)
    assert (np.diff(changed.astype(int), axis=2) >= 0).all()
    assert (changed == changed[:, :1]).all()
    peaks = changed[:, 0, -1]
    assert (peaks < 255).mean() == pytest.approx(1 / 3, abs=0.1)
    assert peaks.min() >= 255 * np.exp(-0.4) - 1


def test_fading_loses_ink_within_its_range():
    full = np.full((300, 28, 28), 255, np.uint8)
    faintest = apply(Fading(1.0, loss=(0.3, 0.75)), full).min(axis=(1, 2)) / 255
    assert 0.24 < faintest.min() < 0.35
    assert 0.6 < faintest.max() < 0.71


def test_noise_has_the_deviation_that_is_asked_for():
    grey = np.full((500, 28, 28), 128, np.uint8)
    noisy = apply(Noise(1.0, sigma=(20.0, 20.0)), grey).astype(float)
    assert noisy.std() == pytest.approx(20, rel=0.05)
    assert noisy.mean() == pytest.approx(128, abs=2)


def test_random_convolution_keeps_full_ink_and_the_background(digits):
    changed = apply(RandomConvolution(1.0), digits)
    assert (changed.max(axis=(1, 2)) == 255).all()
    far = cv2.dilate(np.ascontiguousarray(digits[0]), np.ones((5, 5), np.uint8)) == 0
    assert (changed[0][far] == 0).all()
    assert len({image.tobytes() for image in changed}) == len(changed)
