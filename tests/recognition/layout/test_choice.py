"""Detection of the layout: one digit or several, and strokes beside a digit."""

from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np
import pytest

import inkdigits
from inkdigits.recognition.layout.choice import Hypothesis, choose_layout


@pytest.mark.parametrize("tallest", [60, 80])
def test_the_sides_of_a_comb_are_not_digits(tallest: int) -> None:
    paper = np.full((150, 170), 255, np.uint8)
    cv2.putText(paper, "2", (65, 110), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 7)
    comb = np.array([[45, tallest], [45, 122], [130, 122], [130, tallest]])
    cv2.polylines(paper, [comb], False, 0, 3)
    assert inkdigits.read(cv2.imencode(".png", paper)[1].tobytes()).text == "2"


def test_ones_beside_a_digit_are_digits() -> None:
    paper = np.full((150, 230), 255, np.uint8)
    cv2.putText(paper, "2", (65, 110), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 7)
    for x in (45, 130, 160):
        cv2.line(paper, (x, 72), (x, 106), 0, 8)
    assert inkdigits.read(cv2.imencode(".png", paper)[1].tobytes()).text == "1211"


def draw_boxes(contents: str, side: int = 60) -> np.ndarray:
    """Draw adjacent printed boxes, each with one digit, a cross (X) or nothing (a space)."""
    paper = np.full((side + 40, side * len(contents) + 40), 240, np.uint8)
    for i, content in enumerate(contents):
        x = 20 + i * side
        cv2.rectangle(paper, (x, 20), (x + side, 20 + side), 90, 2)
        if content == "X":
            cv2.line(paper, (x + 16, 34), (x + 42, 64), 30, 3, cv2.LINE_AA)
            cv2.line(paper, (x + 42, 34), (x + 16, 64), 30, 3, cv2.LINE_AA)
        elif content != " ":
            cv2.putText(paper, content, (x + 17, 66), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 30, 3, cv2.LINE_AA)
    return paper


def test_a_cross_in_a_box_is_not_a_digit() -> None:
    for layout in ("auto", "boxes"):
        digits = inkdigits.Reader().read(draw_boxes("X25"), layout).digits
        assert [digit.label for digit in digits if digit.rejected is None] == [2, 5]
        assert {digit.rejected for digit in digits[:-2]} <= {"not_a_digit"}


def test_one_digit_beside_crosses_is_read_with_its_box() -> None:
    reading = inkdigits.read(draw_boxes("XX7"))
    (digit,) = [digit for digit in reading.digits if digit.rejected is None]
    assert digit.label == 7
    assert digit.box[0] > 130


def test_the_first_hypothesis_that_explains_enough_is_chosen_and_read_once() -> None:
    made, read = [], []

    def propose() -> Iterator[Hypothesis]:
        for layout, share, least in (("grid", 0.5, 0.6), ("form", 0.8, 0.8), ("line", 1.0, 0.8)):
            made.append(layout)
            yield Hypothesis(layout, share, least, partial(read.append, layout))

    chosen = choose_layout(propose())
    chosen.read()
    assert chosen.layout == "form"
    assert (made, read) == (["grid", "form"], ["form"])
