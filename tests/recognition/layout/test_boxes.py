"""Boxes with one digit each: search for their frames, and blank boxes."""

import cv2
import numpy as np
import pytest

import inkdigits
from inkdigits.contract import DigitImages, Scores
from inkdigits.data import Mnist
from inkdigits.pictures.boxes import cells
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import load_shipped_detector
from inkdigits.recognition.detection.symbols import N_ORIENTATIONS, N_SYMBOLS
from inkdigits.recognition.layout.arrangement import Task
from inkdigits.recognition.layout.boxes import read_boxes
from inkdigits.recognition.model_card import ModelCard


class Always7:
    """A recogniser that classifies every image as a 7."""

    def score(self, images: DigitImages) -> Scores:
        probabilities = np.full((len(images), 10), 0.001, np.float32)
        probabilities[:, 7] = 0.991
        return Scores(probabilities, np.ones(len(images), np.float32))


def test_light_frames_are_searched_for_only_if_the_ink_may_be_light(monkeypatch: pytest.MonkeyPatch) -> None:
    medians = []
    monkeypatch.setattr(
        cells, "find_cells", lambda pixels, is_form: medians.append(int(np.median(pixels))) or []
    )
    page = np.full((400, 600), 235, np.uint8)
    cv2.putText(page, "77777", (150, 230), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 6, cv2.LINE_AA)
    task = Task(Always7(), ModelCard(), load_shipped_detector())
    read_boxes(Page(page), Detections.empty(), task)
    assert medians == [235]
    read_boxes(Page(255 - page), Detections.empty(), task)
    assert medians == [235, 20, 235]


@pytest.mark.parametrize(("height", "factor"), [(30, 1.0), (96, 0.5), (None, 0.5)])
def test_a_picture_with_large_digits_is_reduced(
    monkeypatch: pytest.MonkeyPatch, height: int | None, factor: float
) -> None:
    shapes = []
    monkeypatch.setattr(cells, "find_cells", lambda pixels, is_form: shapes.append(pixels.shape) or [])
    found = Detections.empty()
    if height is not None:
        classes = np.eye(N_SYMBOLS, dtype=np.float32)[[7]]
        box, one = np.array([[10, 10, 50, 10 + height]], np.float32), np.ones(1, np.float32)
        found = Detections(one, classes, box, 0 * one, np.zeros((1, N_ORIENTATIONS), np.float32))
    read_boxes(
        Page(np.full((1600, 2000), 235, np.uint8)),
        found,
        Task(Always7(), ModelCard(), load_shipped_detector()),
    )
    assert set(shapes) == {(1600 * factor, 2000 * factor)}


def test_boxes_whose_frames_are_not_found_are_read_as_a_row(mnist: Mnist) -> None:
    row = np.full((60, 120), 240, np.uint8)
    chosen = [np.flatnonzero(mnist.train.labels == digit)[0] for digit in (3, 5, 8)]
    for x, image in zip((15, 46, 77), mnist.train.images[chosen], strict=True):
        row[16:44, x : x + 28] = 240 - (image * 0.8).astype(np.uint8)
    assert inkdigits.Reader().read(row, "boxes").text == "358"


def test_blank_boxes_are_part_of_the_text() -> None:
    paper = np.full((100, 280), 240, np.uint8)
    for i, content in enumerate("3 58"):
        x = 20 + 60 * i
        cv2.rectangle(paper, (x, 20), (x + 60, 80), 90, 2)
        cv2.putText(paper, content, (x + 17, 66), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 30, 3, cv2.LINE_AA)
    assert inkdigits.Reader().read(paper, "boxes").text == "3_58"
