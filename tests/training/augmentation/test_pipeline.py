"""A sequence of operations keeps the contract, the normal form and the digit."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from inkdigits.errors import DataError
from inkdigits.training.augmentation.geometric import Fit
from inkdigits.training.augmentation.pipeline import augment
from inkdigits.training.augmentation.presets import STRONG


@dataclass(frozen=True)
class Spy:
    """Keeps the sizes of the images that it is given, and returns them as they are."""

    image_side: int
    seen: list[tuple[int, ...]]

    def apply(self, images, rng):
        self.seen.append(images.shape)
        return images


@dataclass(frozen=True)
class Inversion:
    image_side: ClassVar[int] = 28

    def apply(self, images, rng):
        return 255 - images


@pytest.mark.parametrize("operations", [(), STRONG], ids=["none", "strong"])
def test_keeps_the_contract_and_does_not_change_its_input(digits, operations):
    before = digits.copy()
    augmented = augment(digits, operations, np.random.default_rng(0))
    assert (augmented.dtype, augmented.shape) == (np.uint8, digits.shape)
    np.testing.assert_array_equal(digits, before)
    assert not np.shares_memory(augmented, digits)


def test_same_seed_same_images_other_seed_others(digits):
    first, again, other = (augment(digits, STRONG, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any(axis=(1, 2)).mean() > 0.9


def test_without_operations_nothing_changes(digits):
    np.testing.assert_array_equal(augment(digits, (), np.random.default_rng(0)), digits)


def test_any_object_with_a_side_and_apply_is_an_operation(digits):
    augmented = augment(digits, (Inversion(),), np.random.default_rng(0))
    np.testing.assert_array_equal(augmented, 255 - digits)


def test_operations_get_images_of_their_size_in_chunks(digits):
    seen = []
    many = np.tile(digits, (9, 1, 1))
    operations = [Spy(side, seen) for side in (28, 56, 56, 28)]
    assert augment(many, operations, np.random.default_rng(0)).shape == many.shape
    chunks = [(500, 28, 28), (500, 56, 56), (500, 56, 56), (500, 28, 28)]
    assert seen == [*chunks, *((76, *shape[1:]) for shape in chunks)]


def test_canvases_that_nothing_changes_are_nearly_the_images_again(mnist):
    images = mnist.train.images[:200]
    augmented = augment(images, (Spy(56, []),), np.random.default_rng(0))
    assert np.abs(augmented.astype(int) - images).mean() < 3
    assert np.corrcoef(augmented.ravel(), images.ravel())[0, 1] > 0.98


def test_images_of_another_form_are_refused():
    with pytest.raises(DataError, match="expected digit images"):
        augment(np.zeros((2, 20, 20), np.uint8), STRONG, np.random.default_rng(0))


def test_strong_changes_every_image_and_keeps_the_digit(mnist):
    """Digits are most like their own class's mean in MNIST far more often than the one in ten of chance."""
    train = mnist.train
    augmented = augment(train.images[:2000], STRONG, np.random.default_rng(3))
    assert (augmented != train.images[:2000]).any(axis=(1, 2)).all()
    means = np.array([train.images[train.labels == digit].mean(axis=0).ravel() for digit in range(10)])
    likeness = np.corrcoef(augmented.reshape(2000, -1), means)[:2000, 2000:]
    assert (likeness.argmax(axis=1) == train.labels[:2000]).mean() > 0.4


def test_empty_batches_and_blank_images_pass(digits):
    rng = np.random.default_rng(6)
    assert augment(digits[:0], STRONG, rng).shape == (0, 28, 28)
    geometric = (*STRONG[:2], Fit(rotation=17.0, jitter=1.2))
    assert not augment(np.zeros((40, 28, 28), np.uint8), geometric, rng).any()
