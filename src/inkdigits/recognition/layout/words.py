"""Split neighbouring symbols of a page at words, signs and letters."""

import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import OTHER, SYMBOLS
from inkdigits.recognition.layout.text_lines import measure_gaps

Indices = NDArray[np.int64]

_SPLIT_SIGNS = [SYMBOLS.index(sign) for sign in "+×"]
"""Classes of the signs that split numbers; dashes, slashes and colons also occur within one, as in a date."""

_MIN_UNREAD_PROBABILITY = 0.05
"""Least probability of a digit at which a symbol of the class ``other`` is an unread digit of its number; less probable
ones are letters and signs, and split numbers. On development pages the former reach 0.1 or more, the latter 0.001."""

_MAX_GAP_IN_WORD = 0.3
"""Greatest gap between two characters of a word, in heights of the digits: on development pages letters are at most 0.2
apart, and the signs of a sum at least 0.35 from its numbers."""


def split_at_text(part: Indices, found: Detections) -> tuple[list[Indices], list[Indices]]:
    """Split neighbouring symbols of a page at words, and the numbers between them at signs and letters.

    Parameters
    ----------
    part
        ``int64`` indices of neighbouring symbols, from left to right.
    found
        All symbols.

    Returns
    -------
    parts : list of ndarray
        ``int64`` indices of the symbols of each number and word; a number keeps the sign that follows it.
    words : list of ndarray
        The words among them.
    """
    parts, words = [], []
    for piece, is_word in _split_at_words(part, found):
        if is_word:
            words.append(piece)
            parts.append(piece)
        else:
            parts += _split_at_signs(piece, found)
    return parts, words


def _split_at_words(part: Indices, found: Detections) -> list[tuple[Indices, bool]]:
    """Return the symbols of each word, and of those before, between and after words, and whether they are a word."""
    present, gaps = measure_gaps(part, found)
    pieces: list[tuple[Indices, bool]] = []
    for run in np.split(part, present[1:][gaps > _MAX_GAP_IN_WORD]):
        is_word = _is_word(run, found)
        if pieces and not (is_word or pieces[-1][1]):
            run = np.concatenate([pieces.pop()[0], run])
        pieces.append((run, is_word))
    return pieces


def _is_word(part: Indices, found: Detections) -> bool:
    """Return whether neighbouring symbols are a word: two letters in a row, and more letters than digits.

    Its other symbols are letters that resemble digits. Letters that are not in a row may be brackets.
    """
    letters = found.presence[part] * found.classes[part, OTHER]
    in_a_row = (letters[1:] > 0.5) & (letters[:-1] > 0.5)
    return bool(in_a_row.any() and letters.sum() > found.digits[part].sum())


def _split_at_signs(part: Indices, found: Detections) -> list[Indices]:
    """Split symbols into numbers at signs and letters; each number keeps the one that follows it."""
    symbols = found.classes[part].argmax(axis=1)
    is_letter = (symbols == OTHER) & (found.digits[part] < _MIN_UNREAD_PROBABILITY)
    is_sign = (np.isin(symbols, _SPLIT_SIGNS) | is_letter) & (found.presence[part] > 0.5)
    return np.split(part, np.flatnonzero(is_sign[:-1]) + 1)
