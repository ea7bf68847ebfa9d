"""Invented non-digits: every kind works alone, keeps the contract, and stays apart from the digits."""

import cv2
import numpy as np
import pytest

from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import UsageError
from inkdigits.training.synthetic.allographs import sign_allographs
from inkdigits.training.synthetic.digits import draw_synthetic_digits
from inkdigits.training.synthetic.non_digits import KINDS, draw_non_digits, training_kinds


@pytest.fixture(scope="module")
def digits():
    return LabelledImages(*draw_synthetic_digits(100, np.random.default_rng(0)), "drawn")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_alone(kind, digits):
    images = draw_non_digits(25, np.random.default_rng(1), digits, [kind])
    assert images.shape == (25, 28, 28)
    assert images.dtype == np.uint8
    assert (images.max(axis=(1, 2)) > 50).all()
    assert len(np.unique(images.reshape(25, -1), axis=0)) > 20


def test_same_seed_same_images(digits):
    first, again = (draw_non_digits(60, np.random.default_rng(2), digits) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_none_of_them_and_an_unknown_kind(digits):
    assert draw_non_digits(0, np.random.default_rng(0), digits).shape == (0, 28, 28)
    with pytest.raises(UsageError, match="'horses'"):
        draw_non_digits(1, np.random.default_rng(0), digits, ["horses"])


def narrowness(image):
    """Return the shorter over the longer side of the smallest turned box around the ink."""
    sides = cv2.minAreaRect(cv2.findNonZero((image > 60).astype(np.uint8)))[1]
    return (min(sides) + 1) / (max(sides) + 1)


@pytest.mark.parametrize("kind", ["fragments", "rules", "blobs", "arcs"])
def test_nothing_that_could_be_a_one(kind, digits):
    images = draw_non_digits(150, np.random.default_rng(3), digits, [kind])
    for image in images:
        _, _, width, height = cv2.boundingRect((image > 60).astype(np.uint8))
        assert height < 14 or (width > 2 and (width / height > 0.25 or narrowness(image) > 0.25))


def test_pairs_are_wider_than_their_digits(digits):
    images = draw_non_digits(100, np.random.default_rng(4), digits, ["pairs"])
    widths = np.array([cv2.boundingRect(image)[2] for image in images])
    heights = np.array([cv2.boundingRect(image)[3] for image in images])
    single = np.array([np.divide(*cv2.boundingRect(image)[2:]) for image in digits.images])
    assert np.median(widths / heights) > 1.5 * np.median(single)


def test_no_letter_by_hand_is_one_that_looks_like_a_digit():
    drawn = {way.name[0] for way in sign_allographs()["letter"]}
    assert not drawn & set("BDGIJOQSUYZbgijloqsuyz") - {"l"}  # "loops" is no letter l
    assert len(drawn) > 20


def test_kinds_are_left_out_by_name():
    assert "noise" not in training_kinds("noise, foreign")
    assert len(training_kinds("noise, foreign")) == len(KINDS) - 2
    assert training_kinds("") == list(KINDS)
    with pytest.raises(UsageError, match="unknown kind of non-digits 'dust'"):
        training_kinds("dust")
    with pytest.raises(UsageError, match="all are excluded"):
        training_kinds(",".join(KINDS))
