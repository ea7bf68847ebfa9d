"""Grids in photos: detection on curved paper, and reading of their cells."""

import cv2
import numpy as np
import pytest

import inkdigits
from inkdigits.data import Mnist
from inkdigits.pictures.geometry.grid_rectification import find_grid

CELL = 48
PUZZLE = (
    *("53__7____", "6__195___", "_98____6_", "8___6___3", "4__8_3__1"),
    *("7___2___6", "_6____28_", "___419__5", "____8__79"),
)


def draw_grid(rows: int, columns: int, rules: int = 60) -> np.ndarray:
    """Draw an empty grid on paper with a wide margin; every third rule is thick."""
    paper = np.full((CELL * rows + 240, CELL * columns + 240), 225, np.uint8)
    for i in range(rows + 1):
        y = 120 + CELL * i
        cv2.line(paper, (120, y), (120 + CELL * columns, y), rules, 4 if i % 3 == 0 else 2)
    for i in range(columns + 1):
        x = 120 + CELL * i
        cv2.line(paper, (x, 120), (x, 120 + CELL * rows), rules, 4 if i % 3 == 0 else 2)
    return paper


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


def distort(paper: np.ndarray, turn: float = 0.05, bulge: float = 0.03) -> np.ndarray:
    """Rotate a sheet slightly, in perspective, with curvature and uneven light."""
    height, width = paper.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = x / width - 0.5, y / height - 0.5
    fan = 1 + 0.12 * v
    across = (u * np.cos(turn) + v * np.sin(turn)) * fan
    down = (v * np.cos(turn) - u * np.sin(turn)) * fan + bulge * np.cos(3 * u)
    maps = ((across + 0.5) * width).astype(np.float32), ((down + 0.5) * height).astype(np.float32)
    distorted = cv2.remap(paper, *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(distorted * (0.8 + 0.3 * u + 0.1 * v), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("rows", "columns"), [(9, 9), (4, 12), (3, 3)])
@pytest.mark.parametrize("bulge", [0.0, 0.04])
def test_the_cells_of_a_grid_are_found_on_curved_paper(rows: int, columns: int, bulge: float) -> None:
    grid = find_grid(distort(draw_grid(rows, columns), bulge=bulge))
    assert grid is not None
    assert (len(grid.rows) - 1, len(grid.columns) - 1) == (rows, columns)


def test_the_cells_of_a_grid_with_broken_rules_are_found(mnist: Mnist) -> None:
    paper = draw_grid(9, 9)
    rng = np.random.default_rng(1)
    for x, y in rng.integers(130, 120 + 9 * CELL - 20, (60, 2)).tolist():
        paper[y : y + 12, x : x + 12] = 225
    grid = find_grid(distort(paper))
    assert grid is not None
    assert (len(grid.rows), len(grid.columns)) == (10, 10)


def test_other_pictures_are_not_grids(mnist: Mnist) -> None:
    frame = np.full((500, 700), 225, np.uint8)
    cv2.rectangle(frame, (80, 80), (620, 420), 60, 3)
    uneven = frame.copy()
    for x in (130, 300, 360, 590):
        cv2.line(uneven, (x, 80), (x, 420), 60, 2)
    for y in (120, 160, 290):
        cv2.line(uneven, (80, y), (620, y), 60, 2)
    photo = cv2.resize(mnist.train.images[0], (400, 400))
    for picture in (frame, uneven, photo, 255 - photo, np.full((300, 300), 200, np.uint8)):
        assert find_grid(picture) is None


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
