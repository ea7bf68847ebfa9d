"""Adjacent boxes: rules between digits are detected, and join the digits into one number."""

import cv2
import numpy as np
import pytest

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS
from inkdigits.recognition.layout.combs import has_rule_between, join_comb_cells

HEIGHT = 40


def make_row(lefts: list[int], digit: int = 1) -> Detections:
    """Return detections of digits, 20 pixels wide and 40 high, with the given left sides."""
    boxes = np.array([(left, 30, left + 20, 30 + HEIGHT) for left in lefts], np.float32)
    classes = np.zeros((len(lefts), N_SYMBOLS), np.float32)
    classes[:, digit] = 1
    n = len(lefts)
    zeros = np.zeros(n, np.float32), np.zeros((n, 4), np.float32)
    return Detections(np.ones(n, np.float32), classes, boxes, *zeros)


def draw_sheet(rules: list[int], slope: float = 0.0, tone: int = 60) -> np.ndarray:
    """Draw a noisy sheet with vertical rules, and a 1 at the centre of each box."""
    sheet = np.random.default_rng(0).normal(220, 4, (100, 400)).clip(0, 255).astype(np.uint8)
    for left in (20, 100, 180):
        cv2.line(sheet, (left + 10, 32), (left + 10, 68), 40, 3)
    for x in rules:
        cv2.line(sheet, (round(x - 50 * slope), 0), (round(x + 50 * slope), 100), tone, 2)
    return sheet


def singles(n: int) -> list[np.ndarray]:
    """Return ``n`` numbers of one symbol each."""
    return [np.array([i]) for i in range(n)]


@pytest.mark.parametrize("slope", [-0.12, 0.0, 0.12])
@pytest.mark.parametrize("is_negative", [False, True])
def test_digits_between_rules_are_one_number(slope: float, is_negative: bool) -> None:
    found, sheet = make_row([20, 100, 180]), draw_sheet([70, 150], slope)
    joined = join_comb_cells([singles(3)], found, 255 - sheet if is_negative else sheet)
    assert [each.tolist() for each in joined[0]] == [[0, 1, 2]]


def test_without_rules_the_row_is_split() -> None:
    assert join_comb_cells([singles(3)], make_row([20, 100, 180]), draw_sheet([])) == [singles(3)]


def test_a_doubtful_symbol_beside_the_boxes_does_not_split_them() -> None:
    found = make_row([20, 100, 180, 300])
    found.presence[3] = 0.3
    (joined,) = join_comb_cells([singles(4)], found, draw_sheet([70, 150]))
    assert [each.tolist() for each in joined] == [[0, 1, 2], [3]]


@pytest.mark.parametrize(("left", "expected"), [(180, [[0, 1, 2]]), (215, [[0, 1], [2]])])
def test_one_rule_joins_all_similar_gaps_of_a_row(left: int, expected: list[list[int]]) -> None:
    (joined,) = join_comb_cells([singles(3)], make_row([20, 100, left]), draw_sheet([70]))
    assert [each.tolist() for each in joined] == expected


def test_a_rule_on_one_line_counts_on_the_others() -> None:
    first, second = make_row([20, 100]), make_row([22, 102])
    second.boxes[:, 1::2] += 100
    found = Detections(
        *(np.concatenate([getattr(each, name) for each in (first, second)]) for name in first.__dict__)
    )
    lines = [singles(2), [np.array([2]), np.array([3])]]
    ruled, bare = draw_sheet([70]), draw_sheet([])
    assert [len(each) for each in join_comb_cells(lines, found, np.vstack([bare, bare]))] == [2, 2]
    assert [len(each) for each in join_comb_cells(lines, found, np.vstack([ruled, bare]))] == [1, 1]


def test_a_stroke_of_the_height_of_the_digits_is_not_a_rule() -> None:
    sheet, boxes = draw_sheet([]), make_row([20, 180]).boxes
    assert not has_rule_between(sheet, boxes[0], boxes[1])
    cv2.line(sheet, (110, 0), (110, 99), 60, 2)
    assert has_rule_between(sheet, boxes[0], boxes[1])


def test_the_edge_of_a_shadow_is_not_a_rule() -> None:
    boxes = make_row([20, 180]).boxes
    for sheet in (draw_sheet([]), draw_sheet([70, 150])):
        x = np.linspace(0, 1, sheet.shape[1])
        shadow = (sheet * (1 - 0.6 / (1 + np.exp(-40 * (x - 0.28))))).astype(np.uint8)
        assert has_rule_between(shadow, boxes[0], boxes[1]) == has_rule_between(sheet, boxes[0], boxes[1])


def test_a_table_with_numbers_of_several_digits_is_not_joined() -> None:
    found, parts = make_row([20, 42, 100, 180]), [np.array([0, 1]), np.array([2]), np.array([3])]
    assert join_comb_cells([parts], found, draw_sheet([80, 150])) == [parts]


def test_close_digits_of_adjacent_boxes_belong_to_the_row() -> None:
    found = make_row([20, 100, 150])
    parts = [np.array([0]), np.array([1, 2])]
    assert [each.tolist() for each in join_comb_cells([parts], found, draw_sheet([70]))[0]] == [[0], [1, 2]]
    found = make_row([20, 100, 165])
    (joined,) = join_comb_cells([parts], found, draw_sheet([70, 152]))
    assert [each.tolist() for each in joined] == [[0, 1, 2]]


def test_boxes_far_apart_are_not_joined() -> None:
    found = make_row([20, 180])
    assert len(join_comb_cells([singles(2)], found, draw_sheet([110]))[0]) == 2


def test_a_wide_gap_below_a_rule_of_another_line_joins_nothing() -> None:
    upper, lower = make_row([60, 140]), make_row([20, 190, 274])
    lower.boxes[:, 1::2] += 100
    found = Detections(
        *(np.concatenate([getattr(each, name) for each in (upper, lower)]) for name in upper.__dict__)
    )
    lines = [[np.array([0]), np.array([1])], [np.array([2]), np.array([3]), np.array([4])]]
    sheet = np.full((200, 400), 220, np.uint8)
    sheet[:100, 110:112] = 40
    assert [len(each) for each in join_comb_cells(lines, found, sheet)] == [1, 3]
