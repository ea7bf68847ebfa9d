from collections import Counter

import cv2
import numpy as np
import pytest

from inkdigits.pictures.digits.candidates import candidates
from inkdigits.pictures.ink.ink_map import THIN_STROKES, Ink, find_ink, ink_of
from inkdigits.pictures.ink.polarity import Floats
from inkdigits.pictures.page import Page


def photo(two: np.ndarray) -> np.ndarray:
    """A 2 in uneven light, with the noise of a sensor: no paper of one level."""
    down, across = np.indices(two.shape)
    shade = 1 - 0.4 * (down / two.shape[0] + across / two.shape[1]) / 2
    noise = np.random.default_rng(0).normal(0, 3, two.shape)
    return np.clip((230 - 0.7 * two) * shade + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[bool, float]]:
    """Counts each ink map that is computed."""
    counts: Counter[tuple[bool, float]] = Counter()

    def counted(grey: Floats, light_on_dark: bool, widest_stroke: float) -> Ink:
        counts[light_on_dark, widest_stroke] += 1
        return ink_of(grey, light_on_dark, widest_stroke)

    monkeypatch.setattr("inkdigits.pictures.page.ink_of", counted)
    return counts


@pytest.mark.parametrize("light_on_dark", [None, False, True])
def test_the_ink_is_that_of_the_picture(two: np.ndarray, light_on_dark: bool | None) -> None:
    for picture in (photo(two), 255 - two, two):
        for widest in (0.4, THIN_STROKES):
            found, alone = Page(picture).ink(light_on_dark, widest), find_ink(picture, light_on_dark, widest)
            np.testing.assert_array_equal(found.map, alone.map)
            assert (found.light_on_dark, found.doubtful) == (alone.light_on_dark, alone.doubtful)


def test_every_asker_shares_the_maps(two: np.ndarray, computed: Counter[tuple[bool, float]]) -> None:
    page = Page(photo(two))
    for _ in range(2):
        assert candidates(page)
        assert page.clean_inks
        page.ink(False, THIN_STROKES)
    assert computed == {(False, 0.4): 1, (False, THIN_STROKES): 1}


def test_a_drawing_on_a_screen_needs_one_map(two: np.ndarray, computed: Counter[tuple[bool, float]]) -> None:
    page = Page(255 - two)
    assert candidates(page)
    assert page.clean_inks
    assert computed.total() == 1


def test_a_large_picture_has_a_copy_that_one_digit_needs_and_no_more() -> None:
    small = Page(np.full((900, 1200, 3), 240, np.uint8))
    assert small.reduced is small
    for height, width in ((1000, 1300), (1501, 2001), (2000, 2000)):
        page = Page(np.full((height, width, 3), 240, np.uint8))
        rows, columns = page.reduced.pixels.shape[:2]
        assert rows * columns <= 1_200_000
        corner = page.reduced.to_source.points(np.array([[columns, rows]], float))[0]
        assert corner == pytest.approx((width, height))


def test_boxes_found_on_the_copy_are_in_pixels_of_the_picture(two: np.ndarray) -> None:
    large = np.full((1600, 2000), 235, np.uint8)
    large[300:1100, 700:1340] = 255 - cv2.resize(two, None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)
    x, y, width, height = cv2.boundingRect((large < 128).astype(np.uint8))
    left, top, wide, tall = candidates(large)[0].box
    found, drawn = (left, top, left + wide, top + tall), (x, y, x + width, y + height)
    assert np.abs(np.array(found) - drawn).max() <= 6  # the soft edge of a stroke, and a pixel of the copy
