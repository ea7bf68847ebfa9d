"""Lines of writing: grouping, reading order, straightening."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inkdigits.pictures.lines import find_strips
from inkdigits.pictures.parts import find_parts


def page(places: list[tuple[int, int, int, int]], shape: tuple[int, int] = (400, 600)) -> NDArray[np.uint8]:
    """Draw one ring a place: x, y, width, height."""
    ink = np.zeros(shape, np.uint8)
    for x, y, width, height in places:
        cv2.ellipse(ink, (x + width // 2, y + height // 2), (width // 2, height // 2), 0, 0, 360, 255, 5)
    return ink


def test_numbers_come_line_by_line_and_from_left_to_right() -> None:
    line = [(40, 0), (80, 0), (300, 4), (340, 2)]
    places = [(x, y + top, 28, 40) for top in (60, 160, 260) for x, y in line]
    strips = find_strips(page(places))
    assert [strip.line for strip in strips] == [0, 0, 1, 1, 2, 2]
    lefts = [strip.on_map((0, 0, strip.ink.shape[1], strip.ink.shape[0]))[0] for strip in strips]
    assert lefts[0::2] == sorted(lefts[0::2])
    assert all(a < b for a, b in zip(lefts[0::2], lefts[1::2], strict=True))


def test_specks_and_an_empty_map_are_nothing() -> None:
    assert find_strips(np.zeros((50, 50), np.uint8)) == []
    ink = page([(40, 100, 30, 44)])
    ink[20:22, 300:302] = 255
    parts = find_parts(ink)
    assert parts is not None
    assert len(parts.boxes) == 1


def test_digits_that_broke_across_are_whole_and_lines_close_together_are_two() -> None:
    whole = page([(40 + 42 * i, 100, 30, 60) for i in range(6)])
    broken = whole.copy()
    for i in range(6):
        y = 120 + 4 * i
        broken[y : y + 3, 38 + 42 * i : 74 + 42 * i] = 0
    (as_written,), (strip,) = find_strips(whole), find_strips(broken)
    assert abs(strip.height - as_written.height) <= 2
    assert strip.ink.shape == as_written.ink.shape
    close = page([(40 + 42 * i, y, 30, 60) for i in range(6) for y in (100, 178)])
    assert [each.line for each in find_strips(close)] == [0, 1]


def test_widely_but_evenly_spaced_digits_are_one_number_when_there_is_one_line() -> None:
    ink = page([(40 + 90 * i, 100, 28, 44) for i in range(5)])
    assert len(find_strips(ink)) == 5
    assert len(find_strips(ink, one_line=True)) == 1
    assert len(find_strips(ink, one_number=True)) == 1


@given(st.floats(-0.2, 0.2), st.floats(-14, 14))
def test_sloping_and_curved_lines_become_level(slope: float, sag: float) -> None:
    places = [
        (60 + 42 * i, round(180 + slope * 42 * (i - 4) + sag * ((i - 4) / 4) ** 2), 30, 44) for i in range(9)
    ]
    strips = find_strips(page(places))
    assert len(strips) == 1
    strip = strips[0]
    n, _, stats, centres = cv2.connectedComponentsWithStats((strip.ink >= 64).astype(np.uint8))
    assert n == 10
    assert np.ptp(centres[1:, 1]) < 0.16 * strip.height
    order = np.argsort(centres[1:, 0])
    for place, index in zip(places, order, strict=True):
        left, top, width, height = (int(value) for value in stats[1 + index, :4])
        x, y, w, h = strip.on_map((left, top, width, height))
        assert abs(x + w / 2 - (place[0] + 15)) < 8
        assert abs(y + h / 2 - (place[1] + 22)) < 8


def test_large_writing_is_scaled_down_and_boxes_are_told_on_the_map() -> None:
    strips = find_strips(page([(40, 50, 180, 300), (300, 50, 180, 300)]))
    assert len(strips) == 1
    assert strips[0].ink.shape[0] < 90
    x, y, width, height = strips[0].on_map((0, 0, strips[0].ink.shape[1], strips[0].ink.shape[0]))
    assert abs(x - 38) < 8
    assert abs(y - 48) < 8
    assert abs(width - 445) < 12
    assert abs(height - 305) < 12


def test_hairlines_that_are_taller_than_all_else_leave_no_line() -> None:
    """They are taken for the digits' height, and too thin to be digits."""
    ink = np.zeros((1000, 1000), np.uint8)
    ink[200:700, [200, 500, 800]] = 255
    ink[800:828, 300:328] = 255
    assert find_strips(ink) == find_strips(ink, one_line=True, one_number=True) == []


@pytest.mark.parametrize("wide", [1, 12])
def test_two_strokes_far_apart_show_no_bend(wide: int) -> None:
    ink = np.zeros((200, 440), np.uint8)
    ink[50:90, 50 : 50 + wide] = 255
    ink[54:94, 350 : 350 + wide] = 255
    (strip,) = find_strips(ink, one_number=True)
    assert strip.ink.shape[0] <= 40 + 4 + 5
