"""Numbers made of a line of symbols: text, refusals, separators, runner-up, expectations."""

import numpy as np
import pytest

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import N_SYMBOLS, OTHER, SYMBOLS
from inkdigits.recognition.numbers.constraints import Constraints
from inkdigits.recognition.numbers.lexicon import Roster
from inkdigits.recognition.numbers.number import build_number
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.recognition.reading import Number

Likely = dict[str, float]


def made(
    symbols: list[Likely],
    presence: list[float] | None = None,
    constraints: Constraints | None = None,
    threshold: float = 0.6,
) -> Number | None:
    """Make a number of symbols, each given by its likeliest classes."""
    n = len(symbols)
    classes = np.zeros((n, N_SYMBOLS), np.float32)
    for row, likely in zip(classes, symbols, strict=True):
        for symbol, share in likely.items():
            row[OTHER if symbol == "other" else SYMBOLS.index(symbol)] = share
        row /= row.sum()
    boxes = np.stack([20 * np.arange(n), np.zeros(n), 20 * np.arange(n) + 15, np.full(n, 24)], axis=1)
    found = Detections(
        np.array(presence or [0.99] * n, np.float32),
        classes,
        boxes.astype(np.float32),
        np.zeros(n, np.float32),
    )
    constraints = constraints or Constraints()
    places = [(20 * i, 0, 15, 24) for i in range(n)]
    images = [np.zeros((28, 28), np.uint8)] * n
    return build_number(
        TextLine.from_detections(found, constraints.allowed), places, images, threshold, constraints
    )


def test_a_number_has_its_separators_where_they_stand() -> None:
    number = made([{"9": 1}, {"7": 1}, {".": 1}, {"0": 1}, {"6": 1}, {"0": 1}, {"-": 1}])
    assert number is not None
    assert number.text == "97.060-"
    assert [digit.label for digit in number.digits] == [9, 7, 0, 6, 0]
    assert number.box == (0, 0, 115, 24)


def test_a_letter_within_a_number_is_refused_and_one_behind_it_is_left_out() -> None:
    number = made([{"1": 1}, {"other": 0.9, "4": 0.1}, {"2": 1}, {"other": 1}])
    assert number is not None
    assert number.text == "1?2"
    assert [digit.rejected for digit in number.digits] == [None, "not_a_digit", None]
    assert number.digits[1].label == 4


def test_a_doubtful_digit_is_refused_as_unsure_and_keeps_its_guess() -> None:
    number = made([{"1": 0.55, "7": 0.45}, {"2": 1}])
    assert number is not None
    assert number.text == "?2"
    assert number.digits[0].label == 1
    assert number.digits[0].rejected == "unsure"
    assert number.digits[0].alternatives[0] == (7, pytest.approx(0.45 * 0.99, abs=1e-3))
    assert number.runner_up is not None
    assert number.runner_up[0] == "72"


def test_confidence_is_the_product_over_all_candidates() -> None:
    number = made([{"1": 0.9, "7": 0.1}, {"2": 1}], presence=[0.8, 1.0])
    assert number is not None
    assert number.confidence == pytest.approx(0.8 * 0.9, abs=1e-4)


def test_what_is_hardly_there_lowers_the_confidence_and_is_the_runner_up() -> None:
    number = made([{"1": 1}, {"2": 1}, {"3": 1}], presence=[1.0, 0.3, 1.0])
    assert number is not None
    assert number.text == "13"
    assert number.runner_up == ("123", pytest.approx(0.3, abs=1e-3))
    assert number.confidence == pytest.approx(0.7, abs=1e-3)


def test_a_known_length_brings_back_what_is_hardly_there() -> None:
    number = made([{"1": 1}, {"2": 1}, {"3": 1}], presence=[1.0, 0.3, 1.0], constraints=Constraints(length=3))
    assert number is not None
    assert [digit.label for digit in number.digits] == [1, 2, 3]


def test_an_expected_number_has_its_probability() -> None:
    number = made([{"1": 0.9, "7": 0.1}, {"2": 1}], constraints=Constraints(expected="72"))
    assert number is not None
    assert number.expected is not None
    assert number.expected.probability == pytest.approx(0.1 * 0.99**2, abs=1e-3)
    assert not number.expected.is_there
    assert number.to_json()["expected"] == {
        "text": "72",
        "probability": pytest.approx(0.098, abs=1e-3),
        "is_there": False,
    }


def test_a_roster_decides_a_doubt() -> None:
    roster = Roster(["12", "99", "123"])
    number = made([{"1": 0.45, "7": 0.55}, {"2": 1}], constraints=Constraints(roster=roster))
    assert number is not None
    assert number.match is not None
    assert number.match.text == "12"
    assert number.match.in_list


def test_digits_that_cannot_occur_are_not_read() -> None:
    number = made(
        [{"0": 0.98, "6": 0.02}, {"2": 1}], constraints=Constraints(allowed=(1, 2, 3, 4, 5, 6, 7, 8, 9))
    )
    assert number is not None
    assert number.text == "2"
    doubtful = made([{"0": 0.5, "6": 0.5}, {"2": 1}], constraints=Constraints(allowed=tuple(range(1, 10))))
    assert doubtful is not None
    assert doubtful.text == "62"


def test_no_digit_is_no_number() -> None:
    assert made([{"other": 1}, {".": 1}]) is None


def test_the_runner_up_beside_a_refused_letter_is_in_its_place() -> None:
    number = made([{"1": 1}, {"other": 0.6, "7": 0.4}, {"2": 1}])
    assert number is not None
    assert number.text == "1?2"
    assert number.runner_up == ("172", pytest.approx(0.4, abs=0.02))


def test_a_speck_is_no_number_of_a_known_length() -> None:
    assert made([{"other": 1}], presence=[0.06], constraints=Constraints(length=1)) is None


def test_a_known_length_holds_for_roster_runner_up_and_expectation_too() -> None:
    symbols = [{"1": 1}, {"2": 0.8, "7": 0.2}, {"3": 1}]
    constraints = Constraints(length=3, roster=Roster(["13", "173"]), expected="13")
    number = made(symbols, presence=[1.0, 0.55, 1.0], constraints=constraints)
    assert number is not None
    assert number.match is not None
    assert number.match.text == "173"
    assert number.runner_up == ("173", pytest.approx(0.55 * 0.2, abs=1e-3))
    assert number.expected is not None
    assert number.expected.probability == 0.0
