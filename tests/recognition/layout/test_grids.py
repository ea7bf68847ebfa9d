"""Grids in photos: reading of their cells."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.pictures.drawn_grids import CELL, distort, draw_grid

import inkdigits
from inkdigits.data import Mnist
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import load_shipped_detector
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


def test_symbols_of_a_page_are_assigned_to_the_cells_of_its_grid() -> None:
    page = Page(draw_grid(9, 9))
    wide = Page(
        np.kron(page.pixels, np.ones((3, 3), np.uint8))
    )  # found on the page, rectified on its reduced copy
    cells = [(row, column) for row in range(9) for column in range(9) if (row + column) % 2]
    classes = np.zeros((len(cells), N_SYMBOLS), np.float32)
    classes[:, 5] = 1.0
    middles = np.array([[120 + (column + 0.5) * CELL, 120 + (row + 0.5) * CELL] for row, column in cells])
    boxes = np.hstack((middles - 8.0, middles + 8.0)).astype(np.float32) + np.float32([0, -6, 0, 6])
    n = len(cells)
    found = Detections(
        np.ones(n, np.float32), classes, boxes, np.zeros(n, np.float32), np.zeros((n, 4), np.float32)
    )
    task = Task(load_recogniser("quick"), ModelCard(), load_shipped_detector(1))
    for sheet, symbols in ((page, found), (wide, replace(found, boxes=3 * boxes))):
        filled = grids.find_filled_grid(sheet, symbols, task)
        assert filled is not None
        assert set(zip(filled.rows.tolist(), filled.columns.tolist(), strict=True)) == set(cells)
        relative = filled.found.heights / np.diff(filled.grid.rows).mean()
        np.testing.assert_allclose(relative, 28 / CELL, rtol=0.1)
        assert (np.diff(filled.found.boxes[:, 0]) >= 0).all()
    assert grids.find_filled_grid(page, found[np.arange(1)], task) is None


def test_a_grid_with_two_digits_on_top_of_each_other_in_its_cells_is_none() -> None:
    page = Page(draw_grid(9, 9))
    task = Task(load_recogniser("quick"), ModelCard(), load_shipped_detector(1))
    for offset, is_grid in (((10, 0), True), ((0, 10), False)):
        middles = np.array(
            [
                [120 + (column + 0.5) * CELL + side * offset[0], 120 + (row + 0.5) * CELL + side * offset[1]]
                for row in range(9)
                for column in range(9)
                for side in (-1, 1)
            ]
        )
        boxes = np.hstack((middles - 7.0, middles + 7.0)).astype(np.float32)
        n = len(boxes)
        classes = np.tile(np.eye(N_SYMBOLS, dtype=np.float32)[5], (n, 1))
        found = Detections(
            np.ones(n, np.float32), classes, boxes, np.zeros(n, np.float32), np.zeros((n, 4), np.float32)
        )
        assert (grids.find_filled_grid(page, found, task) is not None) == is_grid
