"""Splitting of neighbouring symbols at words, signs and letters."""

import numpy as np

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS, OTHER, SYMBOLS
from inkdigits.recognition.layout.words import split_at_text


def make_line(text: str, gap: float, letters: str = "ab()") -> Detections:
    """Return the symbols of a line, 24 pixels high and ``gap`` heights apart; the letters have the class ``other``."""
    classes = np.zeros((len(text), N_SYMBOLS), np.float32)
    for row, character in enumerate(text):
        classes[row, OTHER if character in letters else SYMBOLS.index(character)] = 1.0
    lefts = np.arange(len(text)) * (14 + 24 * gap)
    boxes = np.stack([lefts, 0 * lefts, lefts + 14, 0 * lefts + 24], axis=1).astype(np.float32)
    n = len(text)
    zeros = np.zeros(n, np.float32), np.zeros((n, 4), np.float32)
    return Detections(np.full(n, 0.9, np.float32), classes, boxes, *zeros)


def split(text: str, gap: float) -> tuple[list[str], list[str]]:
    parts, words = split_at_text(np.arange(len(text)), make_line(text, gap))
    return tuple(["".join(text[i] for i in part) for part in each] for each in (parts, words))


def test_a_sum_is_split_after_its_signs() -> None:
    assert split("12+305×4-7", 0.2) == (["12+", "305×", "4-7"], [])


def test_a_sign_at_the_end_gives_no_empty_number() -> None:
    assert split("48+", 0.2) == (["48+"], [])


def test_a_sign_that_is_seen_as_a_letter_splits_a_sum() -> None:
    assert split("2a5", 0.5) == (["2a", "5"], [])


def test_a_symbol_that_may_be_a_digit_does_not_split_a_number() -> None:
    found = make_line("2a5", 0.5)
    found.classes[1, [OTHER, 7]] = 0.8, 0.2
    assert [part.tolist() for part in split_at_text(np.arange(3), found)[0]] == [[0, 1, 2]]


def test_digits_within_a_word_are_part_of_the_word() -> None:
    assert split("ab0ba", 0.1) == (["ab0ba"], ["ab0ba"])


def test_letters_alone_are_a_word() -> None:
    assert split("abba", 0.1) == (["abba"], ["abba"])


def test_a_word_ends_at_a_gap() -> None:
    found = make_line("aba125", 0.1)
    found.boxes[3:, ::2] += 12
    parts, words = split_at_text(np.arange(6), found)
    assert [part.tolist() for part in parts] == [[0, 1, 2], [3, 4, 5]]
    assert [word.tolist() for word in words] == [[0, 1, 2]]


def test_a_number_in_brackets_is_no_word() -> None:
    parts, words = split("(1)", 0.1)
    assert not words
    assert "1" in "".join(parts)


def test_crosses_in_wide_cells_are_no_word() -> None:
    assert split("ab3", 0.6)[1] == []
