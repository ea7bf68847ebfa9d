import cv2
import numpy as np
import pytest

from benchmarks.reading.pictures.contents.digit_masks import digit_mask, slant_of
from benchmarks.reading.pictures.contents.numbers import spaced, touching


def topology(mask):
    ink = (mask > 0.5).astype(np.uint8)
    parts, _ = cv2.connectedComponents(ink, connectivity=8)
    holes, _ = cv2.connectedComponents(
        cv2.copyMakeBorder(1 - ink, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1), connectivity=4
    )
    return parts - 1, holes - 2


@pytest.mark.parametrize("stroke_share", [0.07, 0.13])
def test_enlarging_a_digit_breaks_no_stroke_and_closes_no_loop(sources, stroke_share):
    for label, expected in {0: (1, 1), 1: (1, 0), 2: (1, 0), 3: (1, 0), 7: (1, 0), 8: (1, 2)}.items():
        image = sources.images[sources.by_label[label][0]]
        assert topology(digit_mask(image, 120, stroke_share * 120)) == expected


def test_an_enlarged_digit_has_the_size_and_the_stroke_that_were_asked_for(sources):
    image = sources.images[sources.by_label[1][0]]
    mask = digit_mask(image, 200, 20)
    ink = (mask > 0.5).sum(axis=1)
    assert np.median(ink[ink > 0]) == pytest.approx(20, abs=3)


@pytest.mark.parametrize("overlap", [-20, -10, 0, 10, 20])
def test_overlap_is_a_share_of_the_mean_width_and_negative_overlap_a_gap(overlap):
    blocks = [np.ones((100, 60), np.float32), np.ones((100, 40), np.float32)]
    mask = spaced(np.random.default_rng(1), blocks, 100, overlap)
    columns = np.flatnonzero(mask.any(axis=0))
    assert columns[-1] + 1 - columns[0] == 100 - overlap / 100 * 50
    assert (len(columns) < columns[-1] + 1 - columns[0]) == (overlap < 0)


def test_touching_digits_hang_together_and_two_ones_do_not():
    block = np.ones((100, 30), np.float32)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        mask, n_touching = touching(rng, "23", [block, block], 100, 10)
        assert (n_touching, topology(mask)[0]) == (1, 1)
        mask, n_touching = touching(rng, "11", [block, block], 100, 10)
        assert (n_touching, topology(mask)[0]) == (0, 2)


def test_slant_is_that_of_the_stroke():
    upright = np.zeros((100, 100), np.float32)
    upright[:, 45:55] = 1
    leaning = np.zeros((100, 100), np.float32)
    for row in range(100):
        middle = round(50 + (50 - row) * np.tan(np.radians(15)))
        leaning[row, middle - 5 : middle + 5] = 1
    assert slant_of(upright) == pytest.approx(0, abs=0.5)
    assert slant_of(leaning) == pytest.approx(15, abs=1)
