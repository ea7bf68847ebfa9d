"""Orientation of pages: quarter turns and skew are corrected before reading."""

import cv2
import numpy as np
import pytest

import inkdigits
from inkdigits.data import Mnist
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection import locate
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector, load_shipped_detector
from inkdigits.recognition.detection.search import search
from inkdigits.recognition.detection.symbols import N_SYMBOLS
from inkdigits.recognition.orientation import rotation
from inkdigits.recognition.orientation.rotation import rotate_upright

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


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["auto", "page"])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 12, -14])
def test_a_rotated_page_is_read_upright(page: np.ndarray, degrees: float, layout: str) -> None:
    assert inkdigits.Reader().read(Page(page).rotate(degrees).pixels, layout).text.split("\n") == list(
        NUMBERS
    )


@pytest.mark.parametrize(("height", "n_digits", "n_searches"), [(420, 20, 1), (130, 5, 2)])
def test_many_digits_are_searched_for_once(
    page: np.ndarray, height: int, n_digits: int, n_searches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = []
    monkeypatch.setattr(locate, "search", lambda *given: searched.append(given) or search(*given))
    skewed = Page(page[:height]).rotate(12)
    level, found = rotate_upright(skewed, load_shipped_detector())
    assert level.pixels.shape != skewed.pixels.shape
    assert len(searched) == n_searches
    assert (found.digits > 0.5).sum() == n_digits


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


def see_orientations(
    monkeypatch: pytest.MonkeyPatch, looks: list[list[list[float]]], presence: float = 1.0
) -> list[list[list[float]]]:
    """Let the detector find symbols with these orientations at each look; return the looks that are left."""
    left = list(looks)

    def locate_symbols(*_: object) -> Detections:
        orientations = np.array(left.pop(0), np.float32).reshape(-1, 4)
        n = len(orientations)
        ones, classes = np.ones(n, np.float32), np.full((n, N_SYMBOLS), 1 / N_SYMBOLS, np.float32)
        boxes = np.array([[30 * i, 0, 30 * i + 20, 30] for i in range(n)], np.float32)
        return Detections(presence * ones, classes, boxes.reshape(-1, 4), ones, orientations)

    monkeypatch.setattr(rotation, "locate_uncalibrated", locate_symbols)
    monkeypatch.setattr(Detector, "calibrate", lambda _, found: found)
    return left


@pytest.mark.parametrize(
    ("looks", "degrees"),
    [
        ([[[-3, -9, -1.4, -9]] * 2, [[0, -9, -9, -9]] * 2], 180),
        ([[[-1, -9, -1.1, -9]] * 2], 0),  # upright is more probable
        ([[[-2, -9, -1.9, -9]] * 2, [[0, -9, -9, -9]] * 2], 180),  # the second look makes it clear
        ([[[-3, -9, -1.6, -9]] * 2, [[-1.6, -9, -1.5, -9]] * 2], 0),  # not clear enough, even together
        ([[[-9, -9, 0, -9]]], 0),  # one symbol
        ([[[-9, 0, -9, -1]] * 3, [[0, -9, -1, -9]] * 3], -90),
        ([[[-9, -1, -9, 0]] * 3, [[0, -9, -1, -9]] * 3], 90),
        # Upright, the symbols are known to be upside down.
        ([[[-9, 0, -9, -1]] * 3, [[-3, -9, 0, -9]] * 3, [[0, -9, -9, -9]] * 3], 90),
        ([[[-3, -9, -1.4, -9]] * 2, [[-9, -9, 0, -9]] * 2], 0),  # upside down it looks worse
        ([[[-3, -9, -1.4, -9]] * 2, []], 0),  # upside down nothing is found
        ([[[-3, -9, -0.5, -9]] * 2, [[-9, 0, -9, -9]] * 2], 0),  # upside down it seems to lie on its side
    ],
)
def test_all_symbols_together_decide_the_orientation(
    looks: list[list[list[float]]], degrees: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = see_orientations(monkeypatch, looks)
    page = Page(np.arange(24, dtype=np.uint8).reshape(4, 6))
    upright, _ = rotate_upright(page, load_shipped_detector())
    np.testing.assert_array_equal(upright.pixels, page.rotate(degrees).pixels)
    assert left == []


@pytest.mark.parametrize(("presence", "degrees"), [(0.8, 180), (0.7, 0)])
def test_symbols_that_may_be_specks_do_not_rotate_a_picture(
    presence: float, degrees: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_orientations(monkeypatch, [[[-9, -9, 0, -9]] * 2, [[0, -9, -9, -9]] * 2], presence)
    page = Page(np.arange(24, dtype=np.uint8).reshape(4, 6))
    upright, _ = rotate_upright(page, load_shipped_detector())
    np.testing.assert_array_equal(upright.pixels, page.rotate(degrees).pixels)


@pytest.mark.slow
@pytest.mark.parametrize("quarters", range(4))
def test_words_and_digits_are_rotated_upright(page: np.ndarray, quarters: int) -> None:
    words = np.full((200, 520), 228, np.uint8)
    for row, text in enumerate(("Questions and answers", "Name of the student")):
        cv2.putText(words, text, (30, 70 + 80 * row), cv2.FONT_HERSHEY_DUPLEX, 1.1, 40, 2, cv2.LINE_AA)
    for upright in (page, words):
        given = Page(np.ascontiguousarray(np.rot90(upright, quarters)))
        np.testing.assert_array_equal(rotate_upright(given, load_shipped_detector())[0].pixels, upright)
