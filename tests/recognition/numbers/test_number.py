"""Numbers built from a line of symbols: text, rejection, separators, runner-up, expectation."""

import numpy as np
import pytest

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS, OTHER, SYMBOLS
from inkdigits.recognition.numbers.constraints import Constraints
from inkdigits.recognition.numbers.lexicon import Roster
from inkdigits.recognition.numbers.number import build_number
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.recognition.reading import Number

ClassShares = dict[str, float]


def make_number(
    symbols: list[ClassShares],
    presence: list[float] | None = None,
    constraints: Constraints | None = None,
    threshold: float = 0.6,
) -> Number | None:
    """Build a number from symbols, each given by its most probable classes."""
    n = len(symbols)
    classes = np.zeros((n, N_SYMBOLS), np.float32)
    for row, shares in zip(classes, symbols, strict=True):
        for symbol, share in shares.items():
            row[OTHER if symbol == "other" else SYMBOLS.index(symbol)] = share
        row /= row.sum()
    boxes = np.stack([20 * np.arange(n), np.zeros(n), 20 * np.arange(n) + 15, np.full(n, 24)], axis=1)
    found = Detections(
        np.array(presence or [0.99] * n, np.float32),
        classes,
        boxes.astype(np.float32),
        np.zeros(n, np.float32),
        np.zeros((n, 4), np.float32),
    )
    constraints = constraints or Constraints()
    places = [(20 * i, 0, 15, 24) for i in range(n)]
    images = [np.zeros((28, 28), np.uint8)] * n
    return build_number(
        TextLine.from_detections(found, constraints.allowed), places, images, threshold, constraints
    )


def test_separators_are_part_of_the_text() -> None:
    number = make_number([{"9": 1}, {"7": 1}, {".": 1}, {"0": 1}, {"6": 1}, {"0": 1}, {"-": 1}])
    assert number is not None
    assert number.text == "97.060-"
    assert [digit.label for digit in number.digits] == [9, 7, 0, 6, 0]
    assert number.box == (0, 0, 115, 24)


def test_a_letter_within_a_number_is_rejected_and_one_after_it_ignored() -> None:
    number = make_number([{"1": 1}, {"other": 0.9, "4": 0.1}, {"2": 1}, {"other": 1}])
    assert number is not None
    assert number.text == "1?2"
    assert [digit.rejected for digit in number.digits] == [None, "not_a_digit", None]
    assert number.digits[1].label == 4


def test_an_ambiguous_digit_is_rejected_as_unsure_with_its_label() -> None:
    number = make_number([{"1": 0.55, "7": 0.45}, {"2": 1}])
    assert number is not None
    assert number.text == "?2"
    assert number.digits[0].label == 1
    assert number.digits[0].rejected == "unsure"
    assert number.digits[0].alternatives[0] == (7, pytest.approx(0.45 * 0.99, abs=1e-3))
    assert number.runner_up is not None
    assert number.runner_up[0] == "72"


def test_confidence_is_the_product_over_all_candidates() -> None:
    number = make_number([{"1": 0.9, "7": 0.1}, {"2": 1}], presence=[0.8, 1.0])
    assert number is not None
    assert number.confidence == pytest.approx(0.8 * 0.9, abs=1e-4)


def test_an_improbable_symbol_lowers_the_confidence_and_is_the_runner_up() -> None:
    number = make_number([{"1": 1}, {"2": 1}, {"3": 1}], presence=[1.0, 0.3, 1.0])
    assert number is not None
    assert number.text == "13"
    assert number.runner_up == ("123", pytest.approx(0.3, abs=1e-3))
    assert number.confidence == pytest.approx(0.7, abs=1e-3)


def test_a_known_length_includes_an_improbable_symbol() -> None:
    number = make_number(
        [{"1": 1}, {"2": 1}, {"3": 1}], presence=[1.0, 0.3, 1.0], constraints=Constraints(length=3)
    )
    assert number is not None
    assert [digit.label for digit in number.digits] == [1, 2, 3]


def test_the_probability_of_an_expected_number() -> None:
    number = make_number([{"1": 0.9, "7": 0.1}, {"2": 1}], constraints=Constraints(expected="72"))
    assert number is not None
    assert number.expected is not None
    assert number.expected.probability == pytest.approx(0.1 * 0.99**2, abs=1e-3)
    assert not number.expected.is_there
    assert number.to_json()["expected"] == {
        "text": "72",
        "probability": pytest.approx(0.098, abs=1e-3),
        "is_there": False,
    }


def test_a_roster_resolves_an_ambiguous_digit() -> None:
    roster = Roster(["12", "99", "123"])
    number = make_number([{"1": 0.45, "7": 0.55}, {"2": 1}], constraints=Constraints(roster=roster))
    assert number is not None
    assert number.match is not None
    assert number.match.text == "12"
    assert number.match.in_list


def test_excluded_digits_are_not_read() -> None:
    number = make_number(
        [{"0": 0.98, "6": 0.02}, {"2": 1}], constraints=Constraints(allowed=(1, 2, 3, 4, 5, 6, 7, 8, 9))
    )
    assert number is not None
    assert number.text == "2"
    ambiguous = make_number(
        [{"0": 0.5, "6": 0.5}, {"2": 1}], constraints=Constraints(allowed=tuple(range(1, 10)))
    )
    assert ambiguous is not None
    assert ambiguous.text == "62"


def test_symbols_without_a_digit_are_not_a_number() -> None:
    assert make_number([{"other": 1}, {".": 1}]) is None


def test_the_runner_up_replaces_a_rejected_letter() -> None:
    number = make_number([{"1": 1}, {"other": 0.6, "7": 0.4}, {"2": 1}])
    assert number is not None
    assert number.text == "1?2"
    assert number.runner_up == ("172", pytest.approx(0.4, abs=0.02))


def test_a_speck_is_not_a_number_of_a_known_length() -> None:
    assert make_number([{"other": 1}], presence=[0.06], constraints=Constraints(length=1)) is None


def test_a_known_length_applies_to_match_runner_up_and_expectation() -> None:
    symbols = [{"1": 1}, {"2": 0.8, "7": 0.2}, {"3": 1}]
    constraints = Constraints(length=3, roster=Roster(["13", "173"]), expected="13")
    number = make_number(symbols, presence=[1.0, 0.55, 1.0], constraints=constraints)
    assert number is not None
    assert number.match is not None
    assert number.match.text == "173"
    assert number.runner_up == ("173", pytest.approx(0.55 * 0.2, abs=1e-3))
    assert number.expected is not None
    assert number.expected.probability == 0.0
