"""Scoring: the reading of one picture is compared with its ground truth.

``text``     the whole text must equal the ground truth; a rejected digit (``?``) counts as wrong
``cells``    the same for the cells of a form, ``_`` for a blank
``page``     the list of numbers in reading order must equal the ground truth; numbers found in order count as parts
``blank``    every reported digit is ``blank``, or there is none
``refused``  no digit is accepted, whatever the reason
``roster``   the matched entry must equal the ground truth and be reported as in the list; a number that is not in the
             list must be reported as such
``letters``  digits must be accepted, letters must not; each reading gets a rank for the sweep
"""

import difflib
import time
from dataclasses import dataclass
from typing import Any

import cv2

from benchmarks.reading.pictures.sheets import Example
from benchmarks.reading.rows import Row
from inkdigits.errors import InkdigitsError
from inkdigits.recognition.reading import Digit, Reading

_CRASHES = (
    InkdigitsError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError, cv2.error,
)  # fmt: skip
_SAME = str.maketrans({"−": "-", "–": "-", "—": "-", "·": "."})


@dataclass(frozen=True)
class Outcome:
    """The score of one picture.

    Attributes
    ----------
    right
        Whether the reading is right; a rejected digit is not.
    guess_right
        Whether it would be right if no digit were rejected.
    accepted
        Whether anything was read and no digit was rejected.
    n_parts, n_parts_right
        Cells of a form, numbers of a page; 1 and ``right`` otherwise.
    rank
        For the sweep of the row of letters: the order of acceptance of the reading. An accepted digit has 3 plus its
        confidence, an unsure one 2 plus, one that is no digit 1 plus; blank and nothing have 0.
    score
        The confidence times the model's ``is_digit`` for the input of the network, or None.
    match_milliseconds
        The part of ``milliseconds`` that was used to match the roster; None without a roster.
    """

    index: int
    kind: str
    truth: str
    answer: str
    right: bool
    guess_right: bool
    accepted: bool
    n_parts: int
    n_parts_right: int
    milliseconds: float
    rank: float = 0.0
    score: float | None = None
    match_milliseconds: float | None = None


def judge(reader: Any, row: Row, example: Example, index: int) -> Outcome:
    """Read one example with a `Reader`, and score it; an exception counts as a wrong reading and is recorded."""
    start = time.perf_counter()
    try:
        reading = _read(reader, example)
    except _CRASHES as error:
        spent = (time.perf_counter() - start) * 1e3
        answer = f"{type(error).__name__}: {error}"
        return Outcome(index, example.kind, " ".join(example.truth), answer, False, False, False, 1, 0, spent)
    spent = (time.perf_counter() - start) * 1e3
    return _compare(reader, row, example, reading, index, spent)


def _read(reader: Any, example: Example) -> Reading:
    told: dict[str, Any] = {"layout": example.layout, "length": example.length}
    if example.roster is not None:
        told["roster"] = example.roster
    reading: Reading = reader.read(example.picture, **told)
    return reading


def _compare(reader: Any, row: Row, example: Example, reading: Reading, index: int, spent: float) -> Outcome:
    truth, digits = " ".join(example.truth), reading.digits
    answer = " ".join(reading.text.split()).translate(_SAME)
    refused = [digit for digit in digits if digit.rejected is not None and digit.label is not None]
    accepted = any(digit.rejected is None for digit in digits) and not refused
    rank, score = 0.0, None
    n_parts, n_parts_right = 1, None
    if row.measure == "cells":
        answer = "".join(digit.character for digit in digits)
        right, n_parts = answer == truth, len(truth)
        n_parts_right = sum(map(str.__eq__, answer, truth)) if len(answer) == len(truth) else 0
        guess_right = "".join(map(_guess, digits)) == truth
    elif row.measure == "page":
        found = [number.text.translate(_SAME) for number in reading.numbers]
        right, n_parts = found == list(example.truth), len(example.truth)
        blocks = difflib.SequenceMatcher(None, found, example.truth, autojunk=False).get_matching_blocks()
        n_parts_right = sum(block.size for block in blocks)
        guess_right = "".join(map(_guess, digits)) == "".join(example.truth)
    elif row.measure == "roster":
        answer = _matched(reading)
        if example.roster is not None and truth not in example.roster.entries:
            truth = ""
        right = guess_right = answer == truth
        accepted = bool(answer)
    elif row.measure == "blank":
        right = guess_right = all(digit.rejected == "blank" for digit in digits)
    elif row.measure == "refused":
        right = guess_right = not any(digit.rejected is None for digit in digits)
    else:
        right = answer == truth
        separators = any(character in ".,-" for character in truth)
        guess_right = right if separators else "".join(map(_guess, digits)) == truth
        if row.measure == "letters":
            rank, score = max(map(_rank, digits), default=0.0), _score(reader, digits)
            if not truth:
                right = guess_right = not any(digit.rejected is None for digit in digits)
    return Outcome(
        index, example.kind, truth, answer, right, guess_right, accepted,
        n_parts, int(right) if n_parts_right is None else n_parts_right, spent, rank, score,
        getattr(example.roster, "milliseconds", None),
    )  # fmt: skip


def _matched(reading: Reading) -> str:
    """Return the matched entries of the numbers; empty if none is in the list."""
    matches = [number.match for number in reading.numbers]
    return " ".join(str(match.text) for match in matches if match is not None and match.in_list)


def _guess(digit: Digit) -> str:
    return "_" if digit.label is None else str(digit.label)


def _rank(digit: Digit) -> float:
    steps = {None: 3.0, "unsure": 2.0, "not_a_digit": 1.0}
    return steps[digit.rejected] + digit.confidence if digit.rejected in steps else 0.0


def _score(reader: Any, digits: tuple[Digit, ...]) -> float | None:
    """Return the best digit's confidence times the model's ``is_digit``; None if it is not available."""
    best = 0.0
    for digit in digits:
        if digit.image is None:
            if digit.rejected == "blank":
                continue
            return None
        scores = reader.recogniser.score(digit.image[None])
        best = max(best, float(scores.confidences[0] * scores.is_digit[0]))
    return best
