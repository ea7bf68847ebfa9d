"""Print and handwriting told apart by all symbols of a picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inkdigits.recognition.detection.print_evidence import find_printed


def decide(scores: list[float], groups: list[list[int]]) -> list[bool]:
    """Decide for symbols that are certainly present."""
    values = np.array(scores, np.float32)
    return find_printed(values, np.ones_like(values), [np.array(each) for each in groups]).tolist()


def alone(scores: list[float]) -> list[bool]:
    """Decide for symbols that are each a number."""
    return decide(scores, [[i] for i in range(len(scores))])


def test_the_symbols_of_a_number_decide_together() -> None:
    scores = [0.9, 0.9, 0.3, 0.1, 0.1, 0.7]
    assert decide(scores, [[0, 1, 2], [3, 4, 5]]) == [True] * 3 + [False] * 3


@pytest.mark.parametrize(("others", "is_printed"), [(0.05, False), (0.95, True)])
def test_a_doubtful_digit_is_what_the_picture_is(others: float, is_printed: bool) -> None:
    assert alone([others] * 20 + [0.5])[-1] is is_printed
    assert alone([others] * 20 + [0.7])[-1] is is_printed
    assert alone([others] * 20 + [0.3])[-1] is is_printed


def test_clear_digits_of_both_kinds_are_told_apart() -> None:
    assert alone([0.98] * 12 + [0.02] * 3) == [True] * 12 + [False] * 3
    assert alone([0.98] * 3 + [0.02] * 12) == [True] * 3 + [False] * 12


def test_a_faint_symbol_counts_less() -> None:
    scores, groups = np.array([0.9, 0.05], np.float32), [np.array([0, 1])]
    assert find_printed(scores, np.array([1.0, 0.1], np.float32), groups).all()
    assert not find_printed(scores, np.array([0.1, 1.0], np.float32), groups).any()


def test_without_symbols_nothing_is_printed() -> None:
    assert alone([]) == []


@given(arrays(np.float32, st.integers(1, 30), elements=st.floats(0, 1, width=32)))
def test_print_and_handwriting_are_symmetrical(scores: np.ndarray) -> None:
    groups = [np.array([i]) for i in range(len(scores))]
    weights = np.ones_like(scores)
    printed, mirrored = (find_printed(each, weights, groups) for each in (scores, 1 - scores))
    # Of undecided symbols both may say no.
    assert not (printed & mirrored).any()
    order = np.argsort(scores, kind="stable")
    assert (np.diff(printed[order].astype(int)) >= 0).all()  # a higher score is never less printed
