"""The slope of the writing: from printed lines, and from the places of the symbols."""

import cv2
import numpy as np
import pytest

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS
from inkdigits.recognition.orientation.slope import estimate_slope

SIZE = 600
HEIGHT = 20


def place_symbols(places: list[tuple[float, float]], presence: float = 1.0) -> Detections:
    """Return symbols, 14 pixels wide and 20 high, with these centres."""
    n = len(places)
    middles = np.array(places, np.float32).reshape(-1, 2)
    half = np.array([7, HEIGHT / 2], np.float32)
    classes = np.full((n, N_SYMBOLS), 1 / N_SYMBOLS, np.float32)
    zeros = np.zeros(n, np.float32), np.zeros((n, 4), np.float32)
    boxes = np.concatenate([middles - half, middles + half], axis=1)
    return Detections(np.full(n, presence, np.float32), classes, boxes, *zeros)


def place_on_line(n: int, degrees: float, pitch: float = 30.0) -> Detections:
    """Return ``n`` symbols on a line of this slope."""
    down = np.tan(np.radians(degrees))
    return place_symbols([(60 + pitch * i, 300 + pitch * i * down) for i in range(n)])


def draw_lines(degrees: list[float], length: int = 400) -> np.ndarray:
    """Draw a noisy sheet with a printed line of each of these slopes."""
    sheet = np.random.default_rng(0).normal(220, 4, (SIZE, SIZE)).clip(0, 255).astype(np.uint8)
    for i, each in enumerate(degrees):
        across, down = length / 2 * np.cos(np.radians(each)), length / 2 * np.sin(np.radians(each))
        x, y = SIZE / 2, 120 + 60 * i
        start, end = (round(x - across), round(y - down)), (round(x + across), round(y + down))
        cv2.line(sheet, start, end, 60, 2, cv2.LINE_AA)
    return sheet


BLANK = draw_lines([])


@pytest.mark.parametrize("degrees", [-15, -5, 4, 10, 20])
def test_many_symbols_show_the_slope(degrees: float) -> None:
    assert estimate_slope(BLANK, place_on_line(12, degrees)) == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize(("n", "degrees"), [(12, 2), (4, 6), (1, 10), (0, 10)])
def test_a_small_slope_or_few_symbols_do_not_count(n: int, degrees: float) -> None:
    assert estimate_slope(BLANK, place_on_line(n, degrees)) == 0.0


def test_improbable_symbols_do_not_count() -> None:
    found = place_on_line(12, 10)
    assert estimate_slope(BLANK, place_symbols([(x, y) for x, y in found.boxes[:, :2]], 0.4)) == 0.0


@pytest.mark.parametrize("degrees", [-15, -5, 2, 10, 20])
@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_printed_lines_show_the_slope_of_few_symbols(degrees: float, scale: float) -> None:
    sheet, found = draw_lines([degrees] * 3), place_symbols([(100, 300), (400, 320)])
    larger = cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    boxes = found.boxes * np.float32(scale)
    found = Detections(found.presence, found.classes, boxes, found.printed, found.orientations)
    assert estimate_slope(larger, found) == pytest.approx(degrees, abs=0.5)


def test_a_large_page_is_reduced_first() -> None:
    sheet = cv2.resize(draw_lines([6.0] * 3), None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)
    assert estimate_slope(sheet, place_symbols([(400, 300), (900, 320)])) == pytest.approx(6, abs=0.3)


def test_printed_lines_are_more_precise_than_symbols() -> None:
    assert estimate_slope(draw_lines([9.0] * 3), place_on_line(12, 12)) == pytest.approx(9, abs=0.3)
    assert estimate_slope(draw_lines([0.5] * 3), place_on_line(12, 5)) == 0.0


def test_a_pattern_of_the_paper_does_not_count() -> None:
    assert estimate_slope(draw_lines([13.0] * 6), place_on_line(12, 0)) == 0.0


def test_lines_of_several_directions_do_not_count() -> None:
    assert estimate_slope(draw_lines([-12, -4, 4, 12]), place_symbols([(100, 300), (400, 320)])) == 0.0


def test_short_strokes_do_not_count() -> None:
    sheet = draw_lines([10.0] * 5, length=2 * HEIGHT)
    assert estimate_slope(sheet, place_symbols([(100, 500), (400, 520)])) == 0.0


def test_one_symbol_has_no_slope() -> None:
    assert estimate_slope(draw_lines([10.0] * 3), place_symbols([(100, 300)])) == 0.0
