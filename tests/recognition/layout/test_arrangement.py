"""Resolution of a page, and boxes in pixels of the picture as given."""

import cv2
import numpy as np
import pytest

from inkdigits.contract import DigitImages, Scores
from inkdigits.pictures.page import Page
from inkdigits.recognition.layout.arrangement import choose_resolution
from inkdigits.recognition.reader import Reader


class Always7:
    """A recogniser that classifies every image as a 7."""

    def score(self, images: DigitImages) -> Scores:
        probabilities = np.full((len(images), 10), 0.001, np.float32)
        probabilities[:, 7] = 0.991
        return Scores(probabilities, np.ones(len(images), np.float32))


def sevens(height: int, shape: tuple[int, int] = (1600, 2000), n: int = 5) -> np.ndarray:
    """Draw a dark line of sevens, ``height`` pixels high, on a light page."""
    page = np.full(shape, 235, np.uint8)
    top, left = shape[0] // 2, shape[1] // 4
    for place in range(n):
        x = left + round(place * 1.1 * height)
        points = [[x, top], [x + height // 2, top], [x + height // 5, top + height]]
        cv2.polylines(page, [np.array(points)], False, 40, max(3, height // 10), cv2.LINE_AA)
    return page


def choose(pixels: np.ndarray) -> tuple[Page, Page]:
    page = Page(pixels)
    return page, choose_resolution(page)


def test_large_digits_are_read_on_the_reduced_copy() -> None:
    page, resolved = choose(sevens(160))
    assert resolved is page.reduced
    assert resolved.to_source.map_box((10, 20, 30, 40)) == (20, 40, 60, 80)


def test_small_digits_are_read_at_full_resolution() -> None:
    page, resolved = choose(sevens(60))
    assert resolved is page
    assert resolved.to_source.map_box((10, 20, 30, 40)) == (10, 20, 30, 40)


def test_small_digits_in_a_large_frame_are_read_at_full_resolution() -> None:
    page = sevens(40)
    cv2.rectangle(page, (100, 100), (1900, 1500), 40, 12)
    whole, resolved = choose(page)
    assert resolved is whole


def test_specks_do_not_prevent_the_reduced_copy() -> None:
    page = sevens(160)
    for x in range(100, 1900, 60):
        cv2.circle(page, (x, 120), 4, 40, -1)
    whole, resolved = choose(page)
    assert resolved is whole.reduced


@pytest.mark.slow
def test_boxes_are_in_pixels_of_the_picture_as_given_at_both_resolutions() -> None:
    for height in (60, 160):
        page = sevens(height)
        edges = np.flatnonzero((page < 128).any(axis=0))
        digits = Reader(Always7()).read(page, layout="line").digits
        assert abs(min(digit.box[0] for digit in digits) - edges[0]) <= 0.1 * height
        assert abs(max(digit.box[0] + digit.box[2] for digit in digits) - edges[-1]) <= 0.1 * height
