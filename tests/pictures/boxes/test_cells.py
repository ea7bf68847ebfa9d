"""Printed boxes, combs and grids: where the cells are, what is written in them, and what is print."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inkdigits.pictures.boxes.cells import Cell, find_cells
from inkdigits.pictures.boxes.frames import Row
from inkdigits.pictures.boxes.print_removal import are_printed


def form(
    kind: str, filled: list[bool], rows: int = 1, cell: int = 60, print_level: int = 90
) -> NDArray[np.uint8]:
    """Print cells on white paper and write a ring into each that is filled."""
    n, gap = len(filled) // rows, 14 if kind == "spaced" else 0
    tall = 72 if rows == 1 else cell
    paper = np.full((rows * tall + 90, n * (cell + gap) + 100), 240, np.uint8)
    for i, is_filled in enumerate(filled):
        x, y = 50 + (i % n) * (cell + gap), 45 + (i // n) * tall
        if kind == "comb":
            cv2.line(paper, (x, y + tall), (x + cell, y + tall), print_level, 2)
            for side in (x, x + cell):
                cv2.line(paper, (side, y + tall), (side, y + tall - 24), print_level, 2)
        else:
            cv2.rectangle(paper, (x, y), (x + cell, y + tall), print_level, 2)
        if is_filled:
            middle = (x + cell // 2 + 1, y + tall // 2)
            cv2.ellipse(paper, middle, (13, 20), 8, 0, 360, 30, 5, cv2.LINE_AA)
    return paper


def cells_of(paper: NDArray[np.uint8]) -> list[Cell]:
    return find_cells(paper)


@pytest.mark.parametrize("kind", ["joined", "spaced", "comb"])
@given(
    st.lists(st.booleans(), min_size=5, max_size=10).filter(lambda filled: any(filled) and not all(filled))
)
def test_filled_and_blank_cells_are_told_apart(kind: str, filled: list[bool]) -> None:
    cells = cells_of(form(kind, filled))
    assert [cell.ink is not None for cell in cells] == filled


def test_pale_print_tilted_by_a_few_degrees_is_found() -> None:
    filled = [True, False, True, True, False, False, True, True]
    paper = form("joined", filled, print_level=190)
    height, width = paper.shape
    for degrees in (-5.0, 4.0):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.9)
        tilted = np.asarray(cv2.warpAffine(paper, turn, (width, height), borderValue=240), np.uint8)
        cells = cells_of(tilted)
        assert [cell.ink is not None for cell in cells] == filled
        for place, cell in enumerate(cells):
            x, y = turn @ np.array([50 + 60 * place + 30, 81, 1.0])
            left, top, wide, high = cell.box
            assert left < x < left + wide
            assert top < y < top + high


def test_a_grid_is_read_row_by_row() -> None:
    rng = np.random.default_rng(3)
    filled = (rng.random(81) < 0.4).tolist()
    cells = cells_of(form("joined", filled, rows=9, cell=56))
    assert [cell.row for cell in cells] == [row for row in range(9) for _ in range(9)]
    assert [cell.ink is not None for cell in cells] == filled


def test_a_grid_seen_at_a_slant_is_read_as_if_from_above() -> None:
    rng = np.random.default_rng(5)
    filled = (rng.random(81) < 0.4).tolist()
    paper = form("joined", filled, rows=9, cell=56)
    height, width = paper.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[40, 15], [-10, 60], [-35, -5], [5, -30]], np.float32)
    view = cv2.getPerspectiveTransform(corners, moved)
    slanted = np.asarray(cv2.warpPerspective(paper, view, (width, height), borderValue=240), np.uint8)
    cells = cells_of(slanted)
    assert [cell.ink is not None for cell in cells] == filled
    middles = np.array([[[50 + 56 * (i % 9) + 28, 45 + 56 * (i // 9) + 28] for i in range(81)]], np.float64)
    for cell, (x, y) in zip(cells, cv2.perspectiveTransform(middles, view)[0], strict=True):
        left, top, wide, high = cell.box
        assert left < x < left + wide
        assert top < y < top + high


def test_the_edge_of_a_shadow_is_no_ink() -> None:
    filled = [True, False, True, True, False, False, True, True]
    paper = form("joined", filled, print_level=190)
    height, width = paper.shape
    y, x = np.mgrid[:height, :width]
    shadow = np.where(x + 0.7 * y > 0.55 * width, 0.55, 1.0)
    shaded = np.rint(paper * cv2.GaussianBlur(shadow, (0, 0), 3.0)).astype(np.uint8)
    assert [cell.ink is not None for cell in cells_of(shaded)] == filled


def test_a_stroke_that_crosses_a_side_stays_whole() -> None:
    paper = form("joined", [False] * 6)
    cv2.line(paper, (140, 70), (135, 126), 30, 6, cv2.LINE_AA)  # over the lower side of the second cell
    cells = cells_of(paper)
    assert [cell.ink is not None for cell in cells] == [False, True, False, False, False, False]
    ink = cells[1].ink
    assert ink is not None
    assert ink.shape[0] > 52
    assert (ink[2:-2].max(axis=1) >= 200).all()


def test_writing_without_print_has_no_cells() -> None:
    paper = np.full((120, 400), 240, np.uint8)
    for x in range(40, 360, 60):
        cv2.ellipse(paper, (x, 60), (14, 22), 0, 0, 360, 30, 5, cv2.LINE_AA)
    assert cells_of(paper) == []
    assert cells_of(np.full((120, 400), 240, np.uint8)) == []


def test_writing_that_lies_across_squares_is_in_no_cells() -> None:
    paper = form("joined", [False] * 60, rows=5, cell=40, print_level=190)
    for x in (120, 230, 340):
        cv2.ellipse(paper, (x, 145), (35, 60), 8, 0, 360, 30, 6, cv2.LINE_AA)
    assert find_cells(paper, is_form=False) == []
    assert find_cells(paper)
    within = form("joined", [True] * 60, rows=5, cell=60)
    assert len(find_cells(within, is_form=False)) == 60


def test_strokes_that_follow_each_other_are_no_print() -> None:
    mask = np.zeros((120, 420), np.uint8)
    for x in range(20, 380, 60):  # the bows of 2s on a line, as wide as pens write
        cv2.ellipse(mask, (x + 22, 40), (20, 20), 0, 150, 390, 1, 8)
        cv2.line(mask, (x + 36, 52), (x, 92), 1, 8)
        cv2.line(mask, (x, 94), (x + 62, 94), 1, 8)
    row = Row(
        np.array([[x, x + 60] for x in range(20, 380, 60)], float),
        np.full(6, 22.0),
        np.full(6, 94.0),
        False,
        0.8,
        72.0,
    )
    assert not are_printed(mask, [row])
    boxes = np.zeros_like(mask)
    for x in range(20, 380, 60):
        cv2.rectangle(boxes, (x, 22), (x + 60, 94), 1, 2)
    assert are_printed(boxes, [row])
    assert are_printed(np.maximum(mask, boxes), [row])
