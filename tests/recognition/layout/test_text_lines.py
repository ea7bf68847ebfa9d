"""Grouping of symbols into lines, and of lines into numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS, SYMBOLS
from inkdigits.recognition.layout.text_lines import (
    are_single_digits,
    find_main_line,
    find_separating_gap,
    group_lines,
    split_into_numbers,
)


def make_detections(boxes: list[tuple[float, float, float, float]], text: str) -> Detections:
    """Return detections at boxes (left, top, right, bottom), sorted from left to right like the detector's."""
    order = sorted(range(len(boxes)), key=lambda i: boxes[i][0] + boxes[i][2])
    classes = np.zeros((len(boxes), N_SYMBOLS), np.float32)
    for row, i in enumerate(order):
        classes[row, SYMBOLS.index(text[i])] = 1.0
    ordered = np.array([boxes[i] for i in order], np.float32).reshape(-1, 4)
    return Detections(
        np.full(len(boxes), 0.9, np.float32),
        classes,
        ordered,
        np.zeros(len(boxes), np.float32),
        np.zeros((len(boxes), 4), np.float32),
    )


def get_text(found: Detections, line: np.ndarray) -> str:
    return "".join(SYMBOLS[k] for k in found.classes[line].argmax(axis=1))


def make_boxes(
    text: str, left: float, top: float, size: float = 24, slope: float = 0.0
) -> list[tuple[float, ...]]:
    boxes = []
    for i, character in enumerate(text):
        x = left + 0.8 * size * i
        y = top + slope * (x - left)
        low = {".": 0.85, ",": 0.85, "-": 0.45}.get(character, 0.0) * size
        high = {".": 1.0, ",": 1.2, "-": 0.55}.get(character, 1.0) * size
        boxes.append((x, y + low, x + 0.6 * size, y + high))
    return boxes


def test_no_symbols_give_no_lines() -> None:
    nothing = make_detections([], "")
    assert group_lines(nothing) == []
    assert len(find_main_line(nothing)) == 0


@given(slope=st.floats(-0.2, 0.2), n_rows=st.integers(1, 4), seed=st.integers(0, 100))
@settings(deadline=None, max_examples=40)
def test_rows_of_a_sloping_page_are_separate_lines(slope: float, n_rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = ["".join(map(str, rng.integers(0, 10, 6))) for _ in range(n_rows)]
    boxes = [
        box for row, text in enumerate(texts) for box in make_boxes(text, 10, 40 + 45 * row, slope=slope)
    ]
    found = make_detections(boxes, "".join(texts))
    assert [get_text(found, line) for line in group_lines(found)] == texts


def test_separators_are_in_the_line_of_their_number() -> None:
    text = "97.060,-"
    found = make_detections(make_boxes(text, 10, 40), text)
    (line,) = group_lines(found)
    assert get_text(found, line) == text


def test_a_speck_far_above_a_line_is_in_no_line() -> None:
    text = "123"
    boxes = [*make_boxes(text, 10, 60), (30.0, 5.0, 34.0, 9.0)]
    found = make_detections(boxes, text + ".")
    assert [get_text(found, line) for line in group_lines(found)] == [text]


def test_low_zeros_are_in_the_line_of_their_number() -> None:
    boxes = [*make_boxes("6", 10, 40), (34.0, 50.0, 46.0, 64.0), (50.0, 50.0, 62.0, 64.0)]
    found = make_detections(boxes, "600")
    assert get_text(found, find_main_line(found)) == "600"


def test_digits_a_quarter_as_high_are_in_the_line_of_the_digit_beside_them() -> None:
    first = (10.0, 10.0, 60.0, 90.0)
    zeros = [(x, 70.0, x + 20, 90.0) for x in (64.0, 88.0, 112.0)]
    assert [
        get_text(amount, line)
        for amount in [make_detections([first, *zeros], "6000")]
        for line in group_lines(amount)
    ] == ["6000"]
    # Beside a sign, or far away, they are a line of their own.
    assert len(group_lines(make_detections([first, *zeros], "×000"))) == 2
    apart = [(x + 60, top, right + 60, low) for x, top, right, low in zeros]
    assert len(group_lines(make_detections([first, *apart], "6000"))) == 2


def test_the_main_line_has_most_digits() -> None:
    boxes = [*make_boxes("12", 10, 0), *make_boxes("34567", 10, 40), *make_boxes("8", 10, 80)]
    found = make_detections(boxes, "12345678")
    assert get_text(found, find_main_line(found)) == "34567"


def test_wide_gaps_split_numbers() -> None:
    boxes = [*make_boxes("41", 0, 0), *make_boxes("27", 100, 0), *make_boxes("5", 200, 0)]
    found = make_detections(boxes, "41275")
    parts = split_into_numbers(find_main_line(found), found, 1.2)
    assert [get_text(found, part) for part in parts] == ["41", "27", "5"]


def test_small_digits_below_large_ones_are_separate_lines() -> None:
    boxes = [*make_boxes("1234", 10, 20, size=50), *make_boxes("567", 10, 120, size=22)]
    found = make_detections(boxes, "1234567")
    assert [get_text(found, line) for line in group_lines(found)] == ["1234", "567"]


def test_equal_gaps_do_not_split_numbers_and_two_kinds_of_gaps_do() -> None:
    apart = [(60.0 * i, 0.0, 60.0 * i + 14, 24.0) for i in range(4)]
    found = make_detections(apart, "9039")
    assert len(split_into_numbers(find_main_line(found), found, 3.0)) == 1
    pairs = [
        (70.0 * (i // 2) + 18 * (i % 2), 0.0, 70.0 * (i // 2) + 18 * (i % 2) + 14, 24.0) for i in range(6)
    ]
    found = make_detections(pairs, "412751")
    assert [get_text(found, part) for part in split_into_numbers(find_main_line(found), found, 3.0)] == [
        "41",
        "27",
        "51",
    ]


def test_an_improbable_symbol_does_not_close_a_gap() -> None:
    pairs = [
        (100.0 * (i // 2) + 18 * (i % 2), 0.0, 100.0 * (i // 2) + 18 * (i % 2) + 14, 24.0) for i in range(4)
    ]
    found = make_detections([*pairs, (60.0, 20.0, 64.0, 24.0)], "4127.")
    found.presence[2] = 0.1
    assert [get_text(found, part) for part in split_into_numbers(find_main_line(found), found, 3.0)] == [
        "41.",
        "27",
    ]


def test_raised_digits_are_in_the_line_of_the_digit_at_their_left() -> None:
    boxes = [(10, 40, 24, 64), (26, 28, 36, 41), (100, 40, 114, 64)]
    found = make_detections(boxes, "524")
    assert [get_text(found, line) for line in group_lines(found)] == ["524"]


def test_a_digit_above_another_one_is_a_line_of_its_own() -> None:
    far_above, as_high, over_its_left = (26, 15, 36, 28), (26, 14, 40, 38), (12, 28, 20, 38)
    for raised in (far_above, as_high, over_its_left):
        found = make_detections([(10, 40, 24, 64), raised], "52")
        assert sorted(get_text(found, line) for line in group_lines(found)) == ["2", "5"]


def make_rows(gap: float, n_rows: int = 3, n_columns: int = 5, wide: float | None = None) -> Detections:
    """Return rows of digits 20 pixels high and 10 wide; every second gap is ``wide``, in heights, if it is given."""
    boxes = []
    for row in range(n_rows):
        left = 10.0
        for column in range(n_columns):
            boxes.append((left, 40.0 * row, left + 10, 40.0 * row + 20))
            left += 10 + 20 * (wide if wide is not None and column % 2 else gap)
    return make_detections(boxes, "1" * len(boxes))


def test_evenly_and_widely_spaced_digits_are_single() -> None:
    for found, expected in (
        (make_rows(0.6), True),
        (make_rows(0.3), False),
        (make_rows(0.3, wide=1.5), False),
        (make_rows(0.6, n_rows=1), False),
        (make_detections([], ""), False),
    ):
        assert are_single_digits(group_lines(found), found) is expected


def make_page(within: float, between: float, n_rows: int = 4) -> Detections:
    """Rows of three numbers of three digits, with gaps within and between numbers in heights of the digits."""
    size, boxes = 24.0, []
    for row in range(n_rows):
        x = 0.0
        for i in range(9):
            boxes.append((x, 80.0 * row, x + 0.6 * size, 80.0 * row + size))
            x += size * (0.6 + (within if (i + 1) % 3 else between))
    return make_detections(boxes, "123456789" * n_rows)


@given(
    within=st.floats(0.05, 0.95),
    between=st.floats(0.65, 3.0),
    size=st.sampled_from([(0.6, 1.2), (0.6, 1.0), (0.6, 1.5)]),
)
def test_the_separating_gap_is_between_both_kinds_of_gaps(
    within: float, between: float, size: tuple[float, float]
) -> None:
    found = make_page(within, between)
    gap = find_separating_gap(group_lines(found), found, size)
    assert size[0] <= gap <= size[1]
    # The greatest step is that between both kinds of gaps, and neither that below nor that above them.
    narrow, wide = max(within, 0.25), min(between, 2.0)
    if wide / narrow > 1.01 * max(1.0, narrow / 0.25, 2.0 / wide):
        assert within < gap < between


def test_wide_gaps_between_digits_of_narrow_writing_separate_numbers() -> None:
    for within, between, n_numbers in ((0.2, 0.75, 12), (0.4, 1.0, 12), (0.5, 0.55, 4)):
        found = make_page(within, between)
        lines = group_lines(found)
        gap = find_separating_gap(lines, found, (0.6, 1.2))
        assert sum(len(split_into_numbers(line, found, gap)) for line in lines) == n_numbers


def test_uneven_wide_writing_is_not_split() -> None:
    size, boxes = 24.0, []
    for row, gaps in enumerate(([0.3, 0.6, 0.85], [0.5, 0.9, 0.7], [0.5, 0.8, 0.95])):
        x = 0.0
        for gap in [*gaps, 0.0]:
            boxes.append((x, 80.0 * row, x + 0.6 * size, 80.0 * row + size))
            x += size * (0.6 + gap)
    found = make_detections(boxes, "1921" * 3)
    lines = group_lines(found)
    gap = find_separating_gap(lines, found, (0.6, 1.2))
    assert sum(len(split_into_numbers(line, found, gap)) for line in lines) == 3


def test_few_gaps_do_not_say_how_wide_somebody_writes() -> None:
    found = make_page(1.1, 3.5, n_rows=1)[np.arange(3)]
    gap = find_separating_gap(group_lines(found), found, (0.6, 1.2))
    assert gap == pytest.approx((0.6 * 1.2) ** 0.5)
