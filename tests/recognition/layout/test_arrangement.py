import cv2
import numpy as np
import pytest

from inkdigits.contract import DigitImages, Scores
from inkdigits.pictures.boxes import cells
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detector import load_shipped_detector
from inkdigits.recognition.layout.arrangement import Task, choose_resolution
from inkdigits.recognition.layout.boxes import read_boxes
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.reader import Reader


class Sure:
    """A recogniser that takes everything for a 7."""

    def score(self, images: DigitImages) -> Scores:
        probabilities = np.full((len(images), 10), 0.001, np.float32)
        probabilities[:, 7] = 0.991
        return Scores(probabilities, np.ones(len(images), np.float32))


def sevens(height: int, shape: tuple[int, int] = (1600, 2000), n: int = 5) -> np.ndarray:
    """A dark line of sevens, ``height`` pixels high, in the middle of a light page."""
    page = np.full(shape, 235, np.uint8)
    top, left = shape[0] // 2, shape[1] // 4
    for place in range(n):
        x = left + round(place * 1.1 * height)
        points = [[x, top], [x + height // 2, top], [x + height // 5, top + height]]
        cv2.polylines(page, [np.array(points)], False, 40, max(3, height // 10), cv2.LINE_AA)
    return page


def chosen(pixels: np.ndarray) -> tuple[Page, Page]:
    page = Page(pixels)
    return page, choose_resolution(page)


def test_large_digits_are_read_on_a_smaller_copy() -> None:
    page, near = chosen(sevens(160))
    assert near is page.reduced
    assert near.to_source.map_box((10, 20, 30, 40)) == (20, 40, 60, 80)


def test_small_digits_are_read_in_all_their_pixels() -> None:
    page, near = chosen(sevens(60))
    assert near is page
    assert near.to_source.map_box((10, 20, 30, 40)) == (10, 20, 30, 40)


def test_a_few_small_digits_in_a_large_frame_are_read_in_all_their_pixels() -> None:
    page = sevens(40)
    cv2.rectangle(page, (100, 100), (1900, 1500), 40, 12)
    whole, near = chosen(page)
    assert near is whole


def test_specks_do_not_keep_large_digits_from_the_smaller_copy() -> None:
    page = sevens(160)
    for x in range(100, 1900, 60):
        cv2.circle(page, (x, 120), 4, 40, -1)
    whole, near = chosen(page)
    assert near is whole.reduced


def test_light_print_is_looked_for_where_the_ink_may_be_light(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    monkeypatch.setattr(
        cells, "find_cells", lambda pixels, is_form: looked_at.append(int(np.median(pixels))) or []
    )
    page = sevens(60, (400, 600))
    read_boxes(Page(page), Task(Sure(), ModelCard(), load_shipped_detector()))
    assert looked_at == [235]
    read_boxes(Page(255 - page), Task(Sure(), ModelCard(), load_shipped_detector()))
    assert looked_at == [235, 20, 235]


def test_boxes_are_in_pixels_of_the_given_picture_on_whichever_copy_they_were_found() -> None:
    for height in (60, 160):
        page = sevens(height)
        edges = np.flatnonzero((page < 128).any(axis=0))
        digits = Reader(Sure()).read(page, layout="line").digits
        assert abs(min(digit.box[0] for digit in digits) - edges[0]) <= 0.1 * height
        assert abs(max(digit.box[0] + digit.box[2] for digit in digits) - edges[-1]) <= 0.1 * height
