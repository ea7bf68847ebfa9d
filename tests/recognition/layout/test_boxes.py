"""Boxes with one digit each: search for their frames, and blank boxes."""

import cv2
import numpy as np
import pytest

import inkdigits
from inkdigits.contract import DigitImages, Scores
from inkdigits.pictures.boxes import cells
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detector import load_shipped_detector
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
    read_boxes(Page(page), Task(Always7(), ModelCard(), load_shipped_detector()))
    assert medians == [235]
    read_boxes(Page(255 - page), Task(Always7(), ModelCard(), load_shipped_detector()))
    assert medians == [235, 20, 235]


def test_blank_boxes_are_part_of_the_text() -> None:
    paper = np.full((100, 280), 240, np.uint8)
    for i, content in enumerate("3 58"):
        x = 20 + 60 * i
        cv2.rectangle(paper, (x, 20), (x + 60, 80), 90, 2)
        cv2.putText(paper, content, (x + 17, 66), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 30, 3, cv2.LINE_AA)
    assert inkdigits.Reader().read(paper, "boxes").text == "3_58"
