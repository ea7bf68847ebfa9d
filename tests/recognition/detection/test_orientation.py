"""Orientation of pages: quarter turns and skew are corrected before reading."""

import cv2
import numpy as np
import pytest

import inkdigits
from inkdigits.data import Mnist
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detector import load_shipped_detector
from inkdigits.recognition.detection.locate import locate
from inkdigits.recognition.detection.orientation import estimate_slope
from inkdigits.recognition.detection.scan import convert_to_grey

NUMBERS = ("27453", "94267", "35724", "72549")


@pytest.fixture(scope="module")
def page(mnist: Mnist) -> np.ndarray:
    """A page with one number on each of four lines."""
    rng, paper = np.random.default_rng(1), np.full((420, 520), 228, np.uint8)
    for row, text in enumerate(NUMBERS):
        for column, character in enumerate(text):
            image = mnist.train.images[rng.choice(np.flatnonzero(mnist.train.labels == int(character))[:400])]
            ink = cv2.resize(image, (56, 56), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
            top, left = 50 + 85 * row, 110 + 44 * column
            part = paper[top : top + 56, left : left + 56]
            part[:] = np.minimum(part, 228 - 190 * np.clip(ink, 0, 1))
    return paper


def rotate(page: np.ndarray, degrees: float) -> np.ndarray:
    return Page(page).rotate(degrees).pixels


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["auto", "page"])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 12, -14])
def test_a_rotated_page_is_read_upright(page: np.ndarray, degrees: float, layout: str) -> None:
    assert inkdigits.Reader().read(rotate(page, degrees), layout).text.split("\n") == list(NUMBERS)


@pytest.mark.slow
def test_boxes_are_in_pixels_of_the_picture_as_given(page: np.ndarray) -> None:
    upright = inkdigits.Reader().read(page).numbers[0].digits[0].box
    for quarters in (1, 2, 3):
        given = np.rot90(page, quarters)
        x, y, width, height = inkdigits.Reader().read(given).numbers[0].digits[0].box
        found = np.zeros(given.shape, np.uint8)
        found[y : y + height, x : x + width] = 1
        rows, columns = np.nonzero(np.rot90(found, -quarters))
        assert abs(columns.min() - upright[0]) < 8
        assert abs(rows.min() - upright[1]) < 8


@pytest.mark.parametrize("degrees", [15, -15, 10])
def test_the_estimate_slope_lines_is_measured(page: np.ndarray, degrees: float) -> None:
    found = locate(convert_to_grey(rotate(page, degrees)), load_shipped_detector())
    assert estimate_slope(found) == pytest.approx(-degrees, abs=3)


def test_a_nearly_level_page_is_not_rotated(page: np.ndarray) -> None:
    assert estimate_slope(locate(convert_to_grey(rotate(page, 2)), load_shipped_detector())) == 0.0


@pytest.mark.parametrize("shape", [(60, 90), (60, 90, 3)])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 20])
def test_the_transform_of_a_rotated_page_maps_points_to_the_source(
    shape: tuple[int, ...], degrees: float
) -> None:
    picture = np.full(shape, 200, np.uint8)
    picture[20:24, 30:34] = 0
    page = Page(picture).rotate(degrees)
    dark = page.pixels if page.pixels.ndim == 2 else page.pixels[..., 0]
    rows, columns = np.nonzero(dark < 100)
    middle = page.to_source.map_points(np.array([[columns.mean(), rows.mean()]]))[0]
    assert middle == pytest.approx((31.5, 21.5), abs=0.6)
    assert int(dark[0, 0]) == 200
