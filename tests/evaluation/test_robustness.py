"""Corruptions are frozen, keep the contract, and do what their names say; robustness counts what is read right."""

import numpy as np
import pytest
from scipy import ndimage

from inkdigits.contract import Scores
from inkdigits.errors import DataError
from inkdigits.evaluation import corruptions
from inkdigits.evaluation.corruptions import CORRUPTIONS, corrupt
from inkdigits.evaluation.robustness import measure_robustness


@pytest.fixture(scope="module")
def digits(mnist):
    return mnist.train.images[:300]


def ink_box(image):
    rows, columns = np.nonzero(image >= 64)
    return rows.min(), rows.max(), columns.min(), columns.max()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_keeps_the_contract_and_changes_every_image_the_same_way_again(digits, name):
    before = digits.copy()
    spoilt = corrupt(digits, name)
    assert (spoilt.dtype, spoilt.shape) == (np.uint8, digits.shape)
    np.testing.assert_array_equal(digits, before)
    np.testing.assert_array_equal(corrupt(digits, name), spoilt)
    assert (spoilt != digits).any(axis=(1, 2)).all()


def test_there_are_fifteen():
    assert len(CORRUPTIONS) == 15


def test_shot_noise_keeps_the_mean_and_has_the_variance_of_photons():
    grey = np.full((400, 28, 28), 128, np.uint8)
    spoilt = CORRUPTIONS["shot noise"](grey.astype(np.float32) / 255, np.random.default_rng(0))
    assert spoilt.mean() == pytest.approx(128 / 255, rel=0.01)
    assert spoilt.var() == pytest.approx(128 / 255 / corruptions.PHOTONS, rel=0.02)


def test_impulses_strike_their_share_half_black_half_white(digits):
    grey = np.full((200, 28, 28), 100, np.uint8)
    struck = corrupt(grey, "impulse noise")
    assert (struck == 0).mean() == pytest.approx(corruptions.IMPULSES / 2, rel=0.05)
    assert (struck == 255).mean() == pytest.approx(corruptions.IMPULSES / 2, rel=0.05)


def test_glass_exchanges_pixels_before_it_blurs_and_loses_no_ink(digits):
    spoilt = corrupt(digits, "glass blur").astype(float)
    assert spoilt.sum() == pytest.approx(digits.astype(float).sum(), rel=0.05)
    twice = np.stack([ndimage.gaussian_filter(image.astype(float), 2**0.5 * 0.7) for image in digits])
    assert np.abs(spoilt - twice).mean() > 5


def test_motion_trails_ink_over_its_way_and_keeps_its_amount(digits):
    dot = np.zeros((50, 28, 28), np.uint8)
    dot[:, 14, 14] = 255
    trails = CORRUPTIONS["motion blur"](dot.astype(np.float32) / 255, np.random.default_rng(0))
    np.testing.assert_allclose(trails.sum(axis=(1, 2)), 1, atol=1e-4)
    lengths = [np.hypot(*(np.argwhere(trail > 0.005) - (14, 14)).T).max() for trail in trails]
    assert 5 < min(lengths) <= max(lengths) <= corruptions.MOTION_LENGTH


@pytest.mark.parametrize(
    ("name", "factor"), [("scale", corruptions.SCALE), ("rotate", 1.0), ("shear", 1.0), ("translate", 1.0)]
)
def test_a_map_keeps_the_middle_and_scales_the_area(name, factor):
    square = np.zeros((20, 28, 28), np.uint8)
    square[:, 9:19, 9:19] = 255
    spoilt = corrupt(square, name).astype(float)
    assert spoilt.sum(axis=(1, 2)) / (100 * 255) == pytest.approx(factor**2, rel=0.02)
    middles = np.array([ndimage.center_of_mass(image) for image in spoilt]) - 13.5
    expected = corruptions.TRANSLATION if name == "translate" else 0
    np.testing.assert_allclose(np.abs(middles), expected, atol=0.1)


def test_rotation_turns_by_its_angle_both_ways():
    bar = np.zeros((20, 28, 28), np.uint8)
    bar[:, 4:24, 13:15] = 255
    angles = []
    for image in corrupt(bar, "rotate"):
        rows, columns = np.nonzero(image > 128)
        angles.append(np.arctan(np.polyfit(rows, columns, 1)[0]))
    np.testing.assert_allclose(np.abs(angles), corruptions.ROTATION, atol=0.05)
    assert {1, -1} == set(np.sign(angles))


def test_brightness_and_stripes_are_what_they_say(digits):
    lighter = corrupt(digits, "brightness").astype(int)
    # Half a grey value may be rounded either way.
    np.testing.assert_allclose(lighter, np.minimum(255, digits.astype(int) + 128), atol=1)
    striped = corrupt(digits, "stripe")
    np.testing.assert_array_equal(striped[:, :, 7:21], digits[:, :, 7:21])
    np.testing.assert_array_equal(striped[:, :, :7], 255 - digits[:, :, :7])
    np.testing.assert_array_equal(striped[:, :, 21:], 255 - digits[:, :, 21:])


@pytest.mark.parametrize("name", ["spatter", "dotted line", "zigzag"])
def test_what_is_laid_over_a_digit_takes_no_ink_away(digits, name):
    spoilt = corrupt(digits, name)
    assert (spoilt >= digits).all()
    added = (spoilt.astype(int) - digits > 64).mean()
    assert 0.01 < added < 0.3


def test_fog_leaves_the_darkest_ink_as_dark_and_hides_the_background(digits):
    spoilt = corrupt(digits, "fog").astype(float)
    assert spoilt[digits == 0].mean() > 20
    assert spoilt.max() <= 255
    assert spoilt[digits == 255].mean() > spoilt[digits == 0].mean() + 60


def test_edges_follow_the_outline_and_leave_the_inside_empty():
    square = np.zeros((1, 28, 28), np.uint8)
    square[:, 7:21, 7:21] = 255
    (edges,) = corrupt(square, "Canny edges")
    assert set(np.unique(edges)) == {0, 255}
    assert edges[10:18, 10:18].max() == 0
    assert edges[14].sum() >= 2 * 255


class Memorising:
    """Returns the label of every image it was created with, and 0 for all others."""

    def __init__(self, images, labels):
        self._known = {bytes(image): label for image, label in zip(images, labels, strict=True)}

    def score(self, images):
        labels = [self._known.get(bytes(image), 0) for image in images]
        return Scores(np.eye(10, dtype=np.float32)[labels], np.ones(len(images), np.float32))


def test_robustness_is_the_share_read_right_under_each_corruption(digits, mnist):
    labels = mnist.train.labels[:300]
    measured = measure_robustness(Memorising(digits, labels), digits, labels)
    assert measured.clean == 1
    # Every image is changed, and so called 0.
    assert set(measured.corrupted.values()) == {float((labels == 0).mean())}
    assert measured.mean == pytest.approx((labels == 0).mean())
    assert measured.to_json()["worst"] == measured.corrupted[measured.worst]
    assert measure_robustness(Memorising([], []), digits, labels, clean=0.75).clean == 0.75
    steps: list[tuple[str, int, int]] = []
    measure_robustness(Memorising(digits, labels), digits, labels, progress=lambda *step: steps.append(step))
    assert [step[1:] for step in steps] == [(i, 15) for i in range(16)]
    with pytest.raises(DataError, match="300 images and 0 labels"):
        measure_robustness(Memorising(digits, labels), digits, labels[:0])
