"""The measurements beyond MNIST use the images that they describe."""

import cv2
import numpy as np
import pytest

from benchmarks.models import beyond_mnist
from benchmarks.training import held_out_kinds, sources
from inkdigits.contract import Scores
from inkdigits.training.recipes import get_recipe
from inkdigits.training.synthetic.non_digits import KINDS


class Brightest:
    """Answers a digit by an image's brightest row, and takes bright images for digits."""

    def score(self, images):
        rows = images.sum(axis=2).argmax(axis=1) % 10
        is_digit = images.reshape(len(images), -1).mean(axis=1) / 255
        return Scores(np.eye(10, dtype=np.float32)[rows], is_digit.astype(np.float32))


def test_accuracy_is_the_share_read_rightly():
    images = np.zeros((4, 28, 28), np.uint8)
    images[range(4), [1, 2, 3, 4]] = 255
    assert beyond_mnist.accuracy(Brightest(), (images, np.array([1, 2, 3, 9]))) == pytest.approx(0.75)


def test_the_area_is_the_chance_that_a_digit_looks_more_like_one():
    digits, non_digits = np.array([0.9, 0.6, 0.3], np.float32), np.array([0.5, 0.2], np.float32)
    pairs = [digit > non_digit for digit in digits for non_digit in non_digits]
    assert beyond_mnist.auroc(digits, non_digits) == pytest.approx(np.mean(pairs))


@pytest.mark.slow
def test_small_digits_are_enlarged_and_centred_as_the_reader_does_it():
    images, labels = beyond_mnist.small_digits()
    assert len(images) == len(labels) == 1797
    # Less than ten pixels of ink are not blown up to twenty.
    assert {max(cv2.boundingRect(image)[2:]) for image in images} == {16}


def test_each_kind_of_non_digit_is_left_out_once():
    left_out = [kind for kinds in held_out_kinds.HALVES.values() for kind in kinds]
    assert sorted(left_out) == sorted(KINDS)


def test_the_trials_of_sources_end_with_the_recipe():
    recipes = list(sources.recipes().values())
    assert recipes[0].synthetic_share == 0
    assert recipes[0].augmentation == "warp"
    shares = [recipe.synthetic_share for recipe in recipes]
    assert shares == sorted(shares)
    assert recipes[-1] == get_recipe("accurate").override({"epochs": sources.EPOCHS})
