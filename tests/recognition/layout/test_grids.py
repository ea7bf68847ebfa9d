"""Grids in photos: reading of their cells."""

import cv2
import numpy as np
import pytest
from tests.pictures.drawn_grids import CELL, distort, draw_grid

import inkdigits
from inkdigits.data import Mnist
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector, load_shipped_detector
from inkdigits.recognition.detection.symbols import N_SYMBOLS
from inkdigits.recognition.engines.registry import load_recogniser
from inkdigits.recognition.layout import grids
from inkdigits.recognition.layout.arrangement import Task
from inkdigits.recognition.model_card import ModelCard

PUZZLE = (
    *("53__7____", "6__195___", "_98____6_", "8___6___3", "4__8_3__1"),
    *("7___2___6", "_6____28_", "___419__5", "____8__79"),
)


def write_digits(paper: np.ndarray, texts: tuple[str, ...], mnist: Mnist, seed: int = 0) -> np.ndarray:
    """Draw training digits into the cells of a grid; ``_`` is a blank cell."""
    rng, half = np.random.default_rng(seed), mnist.train[-5000:]
    for row, text in enumerate(texts):
        for column, character in enumerate(text):
            if character == "_":
                continue
            image = half.images[rng.choice(np.flatnonzero(half.labels == int(character)))]
            ink = cv2.resize(image, (40, 40), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
            top, left = 120 + CELL * row + 4, 120 + CELL * column + 4
            part = paper[top : top + 40, left : left + 40]
            part[:] = np.minimum(part, 225 - 190 * np.clip(ink, 0, 1))
    return paper


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["auto", "boxes"])
@pytest.mark.parametrize("negative", [False, True])
def test_a_sudoku_on_curved_paper_is_read_row_by_row(mnist: Mnist, layout: str, negative: bool) -> None:
    photo = distort(write_digits(draw_grid(9, 9), PUZZLE, mnist))
    reading = inkdigits.Reader().read(255 - photo if negative else photo, layout)
    assert reading.text.split("\n") == list(PUZZLE)
    assert [number.row for number in reading.numbers] == list(range(9))
    first = reading.numbers[0].digits[0].box
    last = reading.numbers[8].digits[8].box
    assert first[0] < 0.3 * photo.shape[1]
    assert first[1] < 0.35 * photo.shape[0]
    assert last[0] > 0.6 * photo.shape[1]
    assert last[1] > 0.6 * photo.shape[0]


def test_the_digits_of_a_grid_are_searched_for_at_the_heights_that_they_have_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[tuple[float, float]] = []

    def search(grey: np.ndarray, detector: Detector, heights: tuple[float, float]) -> Detections:
        searched.append(heights)
        return Detections.empty()

    monkeypatch.setattr(grids, "locate", search)
    page = Page(draw_grid(9, 9))
    classes = np.zeros((5, N_SYMBOLS), np.float32)
    classes[:, 5] = 1.0
    # The last two are too low for a digit of a cell, and outside of the grid.
    tops, heights = np.array([200.0, 300.0, 400.0, 350.0, 20.0]), np.array([30.0, 24.0, 27.0, 5.0, 40.0])
    boxes = np.stack([np.full(5, 200.0), tops, np.full(5, 220.0), tops + heights], axis=1)
    zeros = np.zeros(5, np.float32), np.zeros((5, 4), np.float32)
    found = Detections(np.ones(5, np.float32), classes, boxes.astype(np.float32), *zeros)
    task = Task(load_recogniser("quick"), ModelCard(), load_shipped_detector(1))
    grids.find_filled_grid(page, found, task)
    grids.find_filled_grid(page, found[np.array([0, 1, 3, 4])], task)
    known, unknown = searched
    assert known[1] / known[0] == pytest.approx(30 / 24, rel=0.02)
    assert unknown[1] / unknown[0] == pytest.approx(1 / grids._MIN_HEIGHT)
    # In pixels of the rectified grid, whose cells are as high as those of the page, or larger.
    assert known[0] / unknown[1] == pytest.approx(24 / CELL, rel=0.05)
