"""Boxes in pixels of the picture as given."""

import cv2
import numpy as np
import pytest

from inkdigits.contract import DigitImages, Scores
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


@pytest.mark.slow
def test_boxes_are_in_pixels_of_the_picture_as_given_at_both_resolutions() -> None:
    for height in (60, 160):
        page = sevens(height)
        edges = np.flatnonzero((page < 128).any(axis=0))
        digits = Reader(Always7()).read(page, layout="line").digits
        assert abs(min(digit.box[0] for digit in digits) - edges[0]) <= 0.1 * height
        assert abs(max(digit.box[0] + digit.box[2] for digit in digits) - edges[-1]) <= 0.1 * height
