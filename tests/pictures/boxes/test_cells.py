import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inkdigits.pictures.boxes.cells import find_cells


def draw_form(
    kind: str, filled: list[bool], rows: int = 1, cell: int = 60, print_level: int = 90
) -> NDArray[np.uint8]:
    """Return printed cells on white paper, with a ring in each filled cell."""
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


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["joined", "spaced", "comb"])
@given(
    st.lists(st.booleans(), min_size=5, max_size=10).filter(lambda filled: any(filled) and not all(filled))
)
def test_filled_and_blank_cells_are_distinguished(kind: str, filled: list[bool]) -> None:
    cells = find_cells(draw_form(kind, filled))
    assert [cell.ink is not None for cell in cells] == filled


def test_pale_tilted_print_is_found() -> None:
    filled = [True, False, True, True, False, False, True, True]
    paper = draw_form("joined", filled, print_level=190)
    height, width = paper.shape
    for degrees in (-5.0, 4.0):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.9)
        tilted = np.asarray(cv2.warpAffine(paper, turn, (width, height), borderValue=240), np.uint8)
        cells = find_cells(tilted)
        assert [cell.ink is not None for cell in cells] == filled
        for place, cell in enumerate(cells):
            x, y = turn @ np.array([50 + 60 * place + 30, 81, 1.0])
            left, top, wide, high = cell.box
            assert left < x < left + wide
            assert top < y < top + high


def test_cells_of_a_grid_are_in_reading_order() -> None:
    rng = np.random.default_rng(3)
    filled = (rng.random(81) < 0.4).tolist()
    cells = find_cells(draw_form("joined", filled, rows=9, cell=56))
    assert [cell.row for cell in cells] == [row for row in range(9) for _ in range(9)]
    assert [cell.ink is not None for cell in cells] == filled


def test_grid_in_perspective_is_rectified() -> None:
    rng = np.random.default_rng(5)
    filled = (rng.random(81) < 0.4).tolist()
    paper = draw_form("joined", filled, rows=9, cell=56)
    height, width = paper.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[40, 15], [-10, 60], [-35, -5], [5, -30]], np.float32)
    view = cv2.getPerspectiveTransform(corners, moved)
    slanted = np.asarray(cv2.warpPerspective(paper, view, (width, height), borderValue=240), np.uint8)
    cells = find_cells(slanted)
    assert [cell.ink is not None for cell in cells] == filled
    middles = np.array([[[50 + 56 * (i % 9) + 28, 45 + 56 * (i // 9) + 28] for i in range(81)]], np.float64)
    for cell, (x, y) in zip(cells, cv2.perspectiveTransform(middles, view)[0], strict=True):
        left, top, wide, high = cell.box
        assert left < x < left + wide
        assert top < y < top + high


def test_edge_of_a_shadow_is_not_ink() -> None:
    filled = [True, False, True, True, False, False, True, True]
    paper = draw_form("joined", filled, print_level=190)
    height, width = paper.shape
    y, x = np.mgrid[:height, :width]
    shadow = np.where(x + 0.7 * y > 0.55 * width, 0.55, 1.0)
    shaded = np.rint(paper * cv2.GaussianBlur(shadow, (0, 0), 3.0)).astype(np.uint8)
    assert [cell.ink is not None for cell in find_cells(shaded)] == filled


def test_stroke_across_a_side_is_whole() -> None:
    paper = draw_form("joined", [False] * 6)
    cv2.line(paper, (140, 70), (135, 126), 30, 6, cv2.LINE_AA)  # across the lower side of the second cell
    cells = find_cells(paper)
    assert [cell.ink is not None for cell in cells] == [False, True, False, False, False, False]
    ink = cells[1].ink
    assert ink is not None
    assert ink.shape[0] > 52
    assert (ink[2:-2].max(axis=1) >= 200).all()


def test_writing_without_print_has_no_cells() -> None:
    paper = np.full((120, 400), 240, np.uint8)
    for x in range(40, 360, 60):
        cv2.ellipse(paper, (x, 60), (14, 22), 0, 0, 360, 30, 5, cv2.LINE_AA)
    assert find_cells(paper) == []
    assert find_cells(np.full((120, 400), 240, np.uint8)) == []


def test_writing_across_squares_has_no_cells() -> None:
    paper = draw_form("joined", [False] * 60, rows=5, cell=40, print_level=190)
    for x in (120, 230, 340):
        cv2.ellipse(paper, (x, 145), (35, 60), 8, 0, 360, 30, 6, cv2.LINE_AA)
    assert find_cells(paper, is_form=False) == []
    assert find_cells(paper)
    within = draw_form("joined", [True] * 60, rows=5, cell=60)
    assert len(find_cells(within, is_form=False)) == 60
