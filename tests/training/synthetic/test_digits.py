"""Drawn digits are well-formed, balanced, repeatable, varied, and read as what they are meant to be."""

import cv2
import numpy as np
import pytest

from inkdigits.pictures.digits.normal_form import is_normal
from inkdigits.training.synthetic.allographs import digit_allographs
from inkdigits.training.synthetic.digits import draw_digit, draw_synthetic_digits
from inkdigits.training.synthetic.rendering import Pen, random_pen, render_lines
from inkdigits.training.synthetic.strokes import draw_lines


@pytest.fixture(scope="module")
def drawn():
    return draw_synthetic_digits(400, np.random.default_rng(0))


def test_contract_and_balance(drawn):
    images, labels = drawn
    assert images.shape == (400, 28, 28)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(np.bincount(labels, minlength=10), 40)


def test_all_are_in_normal_form_and_no_two_alike(drawn):
    images, _ = drawn
    # `is_normal` wants a margin on every side, which a long 7 or 9 may lack.
    assert np.mean([is_normal(image) for image in images]) > 0.9
    assert len(np.unique(images.reshape(400, -1), axis=0)) == 400


def test_same_seed_same_digits():
    first, again = (draw_synthetic_digits(30, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert draw_synthetic_digits(0, np.random.default_rng(0))[0].shape == (0, 28, 28)


def test_every_digit_has_several_ways_in_their_box():
    ways = digit_allographs()
    assert sorted(ways) == list(range(10))
    for allographs in ways.values():
        assert len(allographs) >= 5
        for allograph in allographs:
            points = np.array([point for path in allograph.paths for point in path])
            assert 0 <= points.min() <= points.max() <= 100
            assert np.ptp(points[:, 1]) >= 90
            assert 0 < allograph.aspect[0] < allograph.aspect[1] <= 1.1


def holes(image):
    """Count the background regions that ink encloses."""
    paper = (cv2.copyMakeBorder(image, 1, 1, 1, 1, cv2.BORDER_CONSTANT) < 100).astype(np.uint8)
    return cv2.connectedComponents(paper, connectivity=4)[0] - 2


@pytest.mark.parametrize(
    ("label", "name", "expected"),
    [
        (0, "overlapping", 1),
        (1, "stick", 0),
        (3, "flat top", 0),
        (4, "closed", 1),
        (7, "plain", 0),
        (8, "two rings", 2),
    ],
)
def test_careful_hands_draw_the_right_number_of_loops(label, name, expected):
    (allograph,) = (way for way in digit_allographs()[label] if way.name == name)
    rng = np.random.default_rng(1)
    counts = [
        holes(render_lines(draw_lines(allograph.paths, allograph.aspect, rng, care=0.2), Pen(1.5), rng))
        for _ in range(40)
    ]
    assert np.mean(np.array(counts) == expected) > 0.8


def test_pens_write_as_wide_as_they_are():
    (stick,) = (way for way in digit_allographs()[1] if way.name == "stick")
    rng = np.random.default_rng(2)
    for width in (1.0, 2.5, 5.0):
        paper = render_lines(draw_lines(stick.paths, stick.aspect, rng, care=0.1), Pen(width), rng)
        across = np.median([(row > 127).sum() for row in paper[40:-40]])
        # The drawing has four times the resolution of the normal form; a slanted line is wider across.
        assert 0.85 * 4 * width <= across <= 1.6 * 4 * width


def test_pens_reach_from_a_hair_to_a_marker():
    rng = np.random.default_rng(3)
    widths = np.array([random_pen(rng).width for _ in range(2000)])
    assert widths.min() < 1.1
    assert widths.max() > 5.0
    assert 2.0 < np.median(widths) < 3.0


def test_digits_of_one_way_vary():
    way = digit_allographs()[4][0]
    rng = np.random.default_rng(4)
    many = np.stack([draw_digit(way, rng) for _ in range(60)]).astype(float)
    assert many.std(axis=0).mean() > 25
