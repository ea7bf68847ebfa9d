"""Augmentation keeps the contract, the normal form and the digit, and is the same for the same seed."""

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.training.augmentation.degradation import wear_down
from inkdigits.training.augmentation.pipeline import STRONG, Augmentation, augment, shift


@pytest.fixture(scope="module")
def digits():
    """64 rings and bars that fill 20x20 and are centred by mass, as MNIST's are."""
    images = np.zeros((64, 28, 28), np.uint8)
    for index, image in enumerate(images):
        if index % 2:
            cv2.ellipse(image, (14, 14), (3 + index // 8, 8), 0, 0, 360, 255, 1 + index % 3 // 2, cv2.LINE_AA)
        else:
            cv2.line(image, (14 - index // 10, 4), (14 + index // 10, 23), 255, 2, cv2.LINE_AA)
    return images


def box_sides(images):
    return np.array([max(cv2.boundingRect((image >= 64).astype(np.uint8))[2:]) for image in images])


def centres_of_mass(images):
    mass = images.sum(axis=(1, 2))
    middles = np.arange(28) + 0.5
    return np.stack([images.sum(axis=1) @ middles / mass, images.sum(axis=2) @ middles / mass], axis=1)


@pytest.mark.parametrize("augmentation", [Augmentation(), STRONG], ids=["plain", "strong"])
def test_keeps_the_contract_and_leaves_its_input_alone(digits, augmentation):
    before = digits.copy()
    changed = augment(digits, augmentation, np.random.default_rng(0))
    assert changed.dtype == np.uint8
    assert changed.shape == digits.shape
    np.testing.assert_array_equal(digits, before)
    assert not np.shares_memory(changed, digits)


def test_same_seed_same_images_other_seed_others(digits):
    first = augment(digits, STRONG, np.random.default_rng(1))
    again = augment(digits, STRONG, np.random.default_rng(1))
    other = augment(digits, STRONG, np.random.default_rng(2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_plain_changes_nothing(digits):
    np.testing.assert_array_equal(augment(digits, Augmentation(), np.random.default_rng(0)), digits)


# None: the field has a meaning only beside another one.
STRENGTHS = {
    "rotation": 15.0,
    "jitter": 3.0,
    "thinnest": None,
    "thickest": None,
    "untouched": None,
}


@pytest.mark.parametrize(
    "name", [field.name for field in fields(Augmentation) if STRENGTHS.get(field.name, 0.5) is not None]
)
def test_every_field_alone_does_something(digits, name):
    strength = STRENGTHS.get(name, 0.5)
    changed = augment(digits, Augmentation(**{name: strength}), np.random.default_rng(3))
    assert (changed != digits).any(axis=(1, 2)).mean() > 0.2


def test_untouched_images_are_the_originals(digits):
    left = augment(digits, replace(STRONG, untouched=1.0), np.random.default_rng(3))
    np.testing.assert_array_equal(left, digits)
    touched = augment(digits, replace(STRONG, untouched=0.0), np.random.default_rng(3))
    assert (touched != digits).any(axis=(1, 2)).mean() > 0.9


def test_strong_shapes_come_back_in_normal_form(digits):
    shape_only = Augmentation(rotation=17, stretch=0.25, shear=0.35, elastic=0.8, pen=1.0, thickest=4.0)
    changed = augment(np.tile(digits, (8, 1, 1)), shape_only, np.random.default_rng(4))
    sides = box_sides(changed)
    assert abs(sides.mean() - 20) < 1
    assert (np.abs(sides - 20) <= 3).mean() > 0.95
    centres = centres_of_mass(changed)
    # MNIST's own centres lie evenly between 14 and 15.
    assert np.abs(centres.mean(axis=0) - 14.5).max() < 0.15
    assert np.abs(centres - 14.5).max() < 1.5


def test_coarse_images_stay_in_their_place(digits):
    moved = np.roll(digits, (3, -3), axis=(1, 2))  # off the middle: nothing may be cut off there
    coarse = wear_down(moved, low_resolution=1.0, binarised=0.0, blur=0.0, rng=np.random.default_rng(5))
    assert np.abs(centres_of_mass(coarse) - centres_of_mass(moved)).max() < 0.7
    assert (coarse != moved).any(axis=(1, 2)).all()


def test_fitting_a_digit_that_fits_changes_little(digits):
    fitted = augment(digits, Augmentation(jitter=1e-9), np.random.default_rng(6))
    again = augment(fitted, Augmentation(jitter=1e-9), np.random.default_rng(7))
    np.testing.assert_allclose(box_sides(again), box_sides(fitted), atol=1)
    np.testing.assert_allclose(again.sum(axis=(1, 2)), fitted.sum(axis=(1, 2)), rtol=0.12)


def test_pens_widen_and_narrow_strokes(digits):
    rings = digits[1::2]
    thin = augment(rings, Augmentation(pen=1.0, thinnest=1.0, thickest=1.01), np.random.default_rng(5))
    thick = augment(rings, Augmentation(pen=1.0, thinnest=6.0, thickest=6.01), np.random.default_rng(5))
    assert thin.sum() < 0.8 * rings.sum()
    assert thick.sum() > 1.15 * rings.sum()
    assert (thick.max(axis=(1, 2)) > 200).all()
    assert (thin.max(axis=(1, 2)) > 60).all()


def test_hollow_digits_have_ink_where_there_was_an_edge_and_none_in_the_middle():
    bars = np.zeros((30, 28, 28), np.uint8)
    bars[:, 4:24, 10:18] = 255
    hollow = augment(bars, Augmentation(jitter=1e-9, hollow=1.0), np.random.default_rng(5))
    # The fit moves a bar by up to half a pixel.
    assert (hollow[:, 11:17, 13:15] == 0).all()
    assert ((hollow[:, 13] > 100).sum(axis=1) >= 2).all()
    assert hollow.sum() < 0.8 * bars.sum()


def test_a_changed_surface_keeps_full_ink_and_the_background(digits):
    changed = augment(digits, Augmentation(retextured=1.0), np.random.default_rng(5))
    assert (changed.max(axis=(1, 2)) == 255).all()
    far = cv2.dilate(np.ascontiguousarray(digits[0]), np.ones((5, 5), np.uint8)) == 0
    assert (changed[0][far] == 0).all()
    assert len({image.tobytes() for image in changed}) == len(changed)


@pytest.mark.parametrize("name", ["show_through", "scraps", "flourishes", "margins"])
def test_what_reaches_into_the_field_takes_no_ink_away(digits, name):
    fitted = augment(digits, Augmentation(jitter=1e-9, breaks=1e-9), np.random.default_rng(6))
    more = augment(digits, Augmentation(jitter=1e-9, **{name: 1.0}), np.random.default_rng(6))
    assert (more.sum(axis=(1, 2), dtype=int) >= 0.99 * fitted.sum(axis=(1, 2), dtype=int)).all()
    assert more.sum() > 1.02 * fitted.sum()


def test_empty_batches_and_blank_images_pass(digits):
    rng = np.random.default_rng(6)
    assert augment(digits[:0], STRONG, rng).shape == (0, 28, 28)
    added = {"noise": 0.0, "rules": 0.0, "flourishes": 0.0, "margins": 0.0}
    blank = augment(np.zeros((40, 28, 28), np.uint8), replace(STRONG, **added), rng)
    assert not blank.any()


def test_more_images_than_a_chunk(digits):
    many = np.tile(digits, (9, 1, 1))
    assert len(many) > 500
    assert augment(many, STRONG, np.random.default_rng(7)).shape == many.shape


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_shift_moves_whole_images_within_reach(seed, max_shift):
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 10:14, 9:12] = np.arange(1, 13, dtype=np.uint8).reshape(4, 3)
    moved = shift(images, np.random.default_rng(seed), max_shift)
    for image in moved:
        x, y, width, height = cv2.boundingRect(image)
        assert (width, height) == (3, 4)
        assert max(abs(x - 9), abs(y - 10)) <= max_shift
        np.testing.assert_array_equal(image[y : y + 4, x : x + 3], images[0, 10:14, 9:12])


def test_shift_uses_every_move_and_fills_with_background():
    moved = shift(np.full((2000, 28, 28), 255, np.uint8), np.random.default_rng(8), 2)
    blank_rows = (moved.max(axis=2) == 0).sum(axis=1)
    assert set(blank_rows) == {0, 1, 2}
    assert len(np.unique(moved.reshape(2000, -1), axis=0)) == 25
