"""What a reading is worth: one picture's answer against its truth.

``text``     the whole text must be the truth, refused digits (``?``) and all: what a user would use
``cells``    the same over the cells of a form, ``_`` for a blank
``page``     the list of numbers in reading order must be the truth; numbers found in order count as parts
``blank``    every digit reported is ``blank``, or there is none
``refused``  no digit is accepted, whatever the reason
``roster``   the entry matched must be the truth and be said to be in the list; where it is not in it, that must be said
``letters``  digits are to be accepted, letters are not; each answer gets a rank for the sweep
"""

import difflib
import time
from dataclasses import dataclass
from typing import Any

import cv2

from inkdigits.errors import InkdigitsError
from inkdigits.recognition.reading import Digit, Reading
from pictures.rows import Row
from pictures.sheets import Example

_CRASHES = (
    InkdigitsError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError, cv2.error,
)  # fmt: skip
_SAME = str.maketrans({"−": "-", "–": "-", "—": "-", "·": "."})


@dataclass(frozen=True)
class Outcome:
    """One picture's answer, judged.

    Attributes
    ----------
    right
        Whether the answer is what it should be; a refused digit is not a right one.
    guess_right
        Whether it would be if no digit had been refused.
    accepted
        Whether anything was read and nothing of it refused.
    n_parts, n_parts_right
        Cells of a form, numbers of a page; 1 and ``right`` otherwise.
    rank
        For the sweep of the letters' row: the answer's own order of acceptance. An accepted digit has 3 plus its
        confidence, an unsure one 2 plus, one that is no digit 1 plus; blank and nothing have 0.
    score
        The confidence times the model's own ``is_digit`` of what the network saw, or None.
    match_milliseconds
        What it took to match the roster, of all that is in ``milliseconds``; None where there is no roster.
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
    """Read one example with a `Reader`, and compare; an exception is a wrong answer that names itself."""
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
    """Return the entries that the numbers read are said to be; empty where none is in the list."""
    matches = [number.match for number in reading.numbers]
    return " ".join(str(match.text) for match in matches if match is not None and match.in_list)


def _guess(digit: Digit) -> str:
    return "_" if digit.label is None else str(digit.label)


def _rank(digit: Digit) -> float:
    steps = {None: 3.0, "unsure": 2.0, "not_a_digit": 1.0}
    return steps[digit.rejected] + digit.confidence if digit.rejected in steps else 0.0


def _score(reader: Any, digits: tuple[Digit, ...]) -> float | None:
    """Return the best digit's confidence times ``is_digit``, asked of the model itself; None where it cannot be."""
    best = 0.0
    for digit in digits:
        if digit.image is None:
            if digit.rejected == "blank":
                continue
            return None
        scores = reader.recogniser.score(digit.image[None])
        best = max(best, float(scores.confidences[0] * scores.is_digit[0]))
    return best
