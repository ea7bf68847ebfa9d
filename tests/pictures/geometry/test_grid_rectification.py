"""Detection of grids on curved paper."""

import cv2
import numpy as np
import pytest
from tests.pictures.drawn_grids import CELL, distort, draw_grid

from inkdigits.data import Mnist
from inkdigits.pictures.geometry.grid_rectification import find_grid


@pytest.mark.parametrize(("rows", "columns"), [(9, 9), (4, 12), (3, 3)])
@pytest.mark.parametrize("bulge", [0.0, 0.04])
def test_the_cells_of_a_grid_are_found_on_curved_paper(rows: int, columns: int, bulge: float) -> None:
    grid = find_grid(distort(draw_grid(rows, columns), bulge=bulge))
    assert grid is not None
    assert (len(grid.rows) - 1, len(grid.columns) - 1) == (rows, columns)


def test_the_cells_of_a_grid_with_broken_rules_are_found() -> None:
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


def test_the_inner_rules_are_mapped_to_the_picture() -> None:
    """Points of the flat grid are where they were drawn, in a picture that is not distorted."""
    grid = find_grid(draw_grid(4, 5))
    assert grid is not None
    corners = np.array([[grid.columns[0], grid.rows[0]], [grid.columns[2], grid.rows[3]]])
    drawn = np.array([[120, 120], [120 + 2 * CELL, 120 + 3 * CELL]])
    np.testing.assert_allclose(grid.to_picture.map_points(corners), drawn, atol=2.5)


def test_a_grid_of_two_rows_is_none() -> None:
    assert find_grid(draw_grid(2, 6)) is None
