"""One digit or several: what stands beside a digit, and what only frames it."""

import cv2
import numpy as np
import pytest

import inkdigits


@pytest.mark.parametrize("tallest", [60, 80])
def test_the_sides_of_a_comb_are_no_digits(tallest: int) -> None:
    paper = np.full((150, 170), 255, np.uint8)
    cv2.putText(paper, "2", (65, 110), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 7)
    comb = np.array([[45, tallest], [45, 122], [130, 122], [130, tallest]])
    cv2.polylines(paper, [comb], False, 0, 3)
    assert inkdigits.read(cv2.imencode(".png", paper)[1].tobytes()).text == "2"


def test_a_1_beside_a_digit_is_one() -> None:
    paper = np.full((150, 230), 255, np.uint8)
    cv2.putText(paper, "2", (65, 110), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 7)
    for x in (45, 130, 160):
        cv2.line(paper, (x, 72), (x, 106), 0, 8)
    assert inkdigits.read(cv2.imencode(".png", paper)[1].tobytes()).text == "1211"
