"""The selection of handwritten or printed symbols, and of what somebody has written into a printed page."""

import numpy as np
import pytest

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS, OTHER
from inkdigits.recognition.layout.ink_selection import group_page, select_ink

HEIGHT, PITCH = 30, 100


def lay_out(
    rows: list[list[tuple[int, float]]], n_letters: int = 0, score_of_letters: float = 0.98
) -> Detections:
    """Place numbers in rows: for each the number of its digits, and their print score; and a line of letters below."""
    boxes, printed = [], []
    rows = [*rows, [(n_letters, score_of_letters)]]
    for row, numbers in enumerate(rows):
        x = 10
        for n_digits, score in numbers:
            for _ in range(n_digits):
                boxes.append([x, PITCH * row, x + 18, PITCH * row + HEIGHT])
                printed.append(score)
                x += 22
            x += 60
    n = len(boxes)
    order = np.argsort([box[0] for box in boxes], kind="stable")
    classes = np.zeros((n, N_SYMBOLS), np.float32)
    classes[:, 3] = 1.0
    classes[n - n_letters :] = np.eye(N_SYMBOLS)[OTHER]
    return Detections(
        np.full(n, 0.99, np.float32),
        classes[order],
        np.array(boxes, np.float32).reshape(n, 4)[order],
        np.array(printed, np.float32)[order],
        np.zeros((n, 4), np.float32),
    )


def count(found: Detections, ink: str) -> tuple[int, int]:
    """Return how many symbols with a low and with a high print score the lines of a page have."""
    lines = group_page(found, ink)
    chosen = np.concatenate([np.zeros(0, np.int64), *lines])
    assert len(set(chosen.tolist())) == len(chosen)
    chosen = chosen[found.digits[chosen] > 0.5]
    return int((found.printed[chosen] < 0.5).sum()), int((found.printed[chosen] >= 0.5).sum())


FILLED_IN = [[(3, 0.98), (2, 0.97)], [(2, 0.02), (1, 0.05)], [(4, 0.96)]]


@pytest.mark.parametrize(
    ("ink", "expected"), [("auto", (3, 0)), ("handwritten", (3, 0)), ("printed", (0, 9)), ("any", (3, 9))]
)
def test_the_print_of_a_page_that_is_filled_in_is_left_out(ink: str, expected: tuple[int, int]) -> None:
    assert count(lay_out(FILLED_IN, n_letters=30), ink) == expected


@pytest.mark.parametrize(("n_letters", "score"), [(0, 0.98), (10, 0.98), (30, 0.01)])
def test_a_page_without_printed_text_is_no_form(n_letters: int, score: float) -> None:
    assert count(lay_out(FILLED_IN, n_letters, score), "auto") == (3, 9)


@pytest.mark.parametrize("score", [0.02, 0.98])
def test_a_page_of_one_kind_is_read_whole(score: float) -> None:
    found = lay_out([[(5, score)] * 4] * 5 + [[(1, 0.999 if score < 0.5 else 0.001)]], n_letters=30)
    assert sum(count(found, "auto")) == 101
    other = "printed" if score < 0.5 else "handwritten"
    assert sum(count(found, other)) == 1


def test_selected_symbols_are_those_of_the_picture() -> None:
    found = lay_out(FILLED_IN)
    np.testing.assert_array_equal(found.printed[select_ink(found, "handwritten")] < 0.5, [True] * 3)
    both = np.concatenate([select_ink(found, ink) for ink in ("handwritten", "printed")])
    np.testing.assert_array_equal(np.sort(both), select_ink(found, "auto"))


def test_a_page_without_symbols_has_no_lines() -> None:
    for ink in ("auto", "any", "handwritten", "printed"):
        assert group_page(Detections.empty(), ink) == []
        assert len(select_ink(Detections.empty(), ink)) == 0
