from collections import Counter

import cv2
import numpy as np
import pytest

from inkdigits.pictures.digits.candidates import find_candidates
from inkdigits.pictures.ink.array_types import Float32Array
from inkdigits.pictures.ink.ink_map import THIN_STROKES, Ink, find_ink, separate_ink
from inkdigits.pictures.page import Page


def draw_photo(two: np.ndarray) -> np.ndarray:
    """Return a 2 in uneven light with sensor noise, so that the paper has many levels."""
    down, across = np.indices(two.shape)
    shade = 1 - 0.4 * (down / two.shape[0] + across / two.shape[1]) / 2
    noise = np.random.default_rng(0).normal(0, 3, two.shape)
    return np.clip((230 - 0.7 * two) * shade + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def n_computed(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[bool, float]]:
    """Return the number of computations of each ink map."""
    counts: Counter[tuple[bool, float]] = Counter()

    def counted(grey: Float32Array, light_on_dark: bool, widest_stroke: float) -> Ink:
        counts[light_on_dark, widest_stroke] += 1
        return separate_ink(grey, light_on_dark, widest_stroke)

    monkeypatch.setattr("inkdigits.pictures.page.separate_ink", counted)
    return counts


@pytest.mark.parametrize("light_on_dark", [None, False, True])
def test_ink_of_a_page_equals_ink_of_its_picture(two: np.ndarray, light_on_dark: bool | None) -> None:
    for picture in (draw_photo(two), 255 - two, two):
        for widest in (0.4, THIN_STROKES):
            found, alone = (
                Page(picture).find_ink(light_on_dark, widest),
                find_ink(picture, light_on_dark, widest),
            )
            np.testing.assert_array_equal(found.map, alone.map)
            assert (found.light_on_dark, found.is_doubtful) == (alone.light_on_dark, alone.is_doubtful)


def test_ink_maps_are_computed_once(two: np.ndarray, n_computed: Counter[tuple[bool, float]]) -> None:
    page = Page(draw_photo(two))
    for _ in range(2):
        assert find_candidates(page)
        page.find_ink(False, THIN_STROKES)
    assert n_computed == {(False, 0.4): 1, (False, THIN_STROKES): 1}


def test_even_paper_needs_one_ink_map(two: np.ndarray, n_computed: Counter[tuple[bool, float]]) -> None:
    page = Page(255 - two)
    assert find_candidates(page)
    assert n_computed.total() == 1


def test_large_picture_has_a_reduced_copy() -> None:
    small = Page(np.full((900, 1200, 3), 240, np.uint8))
    assert small.reduced is small
    for height, width in ((1000, 1300), (1501, 2001), (2000, 2000)):
        page = Page(np.full((height, width, 3), 240, np.uint8))
        rows, columns = page.reduced.pixels.shape[:2]
        assert rows * columns <= 1_200_000
        corner = page.reduced.to_source.map_points(np.array([[columns, rows]], float))[0]
        assert corner == pytest.approx((width, height))


def test_boxes_found_on_the_reduced_copy_are_in_pixels_of_the_picture(two: np.ndarray) -> None:
    large = np.full((1600, 2000), 235, np.uint8)
    large[300:1100, 700:1340] = 255 - cv2.resize(two, None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)
    x, y, width, height = cv2.boundingRect((large < 128).astype(np.uint8))
    left, top, wide, tall = find_candidates(large)[0].box
    found, drawn = (left, top, left + wide, top + tall), (x, y, x + width, y + height)
    assert np.abs(np.array(found) - drawn).max() <= 6  # the soft edge of a stroke, and one pixel of the copy
