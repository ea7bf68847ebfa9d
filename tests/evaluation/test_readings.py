from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import astuple
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

from inkdigits.data import LabelledPictures
from inkdigits.errors import DataError, PictureError
from inkdigits.evaluation.readings import ReadingEvaluation, evaluate_reading
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.reading import Digit, Number, Reading

PROBABILITIES = {"high": 0.91, "low": 0.46}


def digit(label: int, refused: bool = False) -> Digit:
    top = PROBABILITIES["low" if refused else "high"]
    others = tuple((other, (1 - top) / 9) for other in range(10) if other != label)
    return Digit(label, top, (0, 0, 9, 9), others, "unsure" if refused else None)


BLANK = Digit(None, 1.0, (0, 0, 9, 9), (), "blank")


def number(text: str) -> Number:
    """Digits as they are; a letter from a on is the refused digit of its place, "_" a blank cell."""
    digits = tuple(
        BLANK if char == "_" else digit(int(char)) if char.isdigit() else digit(ord(char) - ord("a"), True)
        for char in text
    )
    return Number("".join(each.character for each in digits), digits, 0.9, (0, 0, 9, 9))


class Scripted:
    """A reader that answers with the name of the file, one number for each part of it; "bad" cannot be read."""

    def read_all(self, pictures: Iterable[Path]) -> Iterator[Reading | PictureError]:
        for picture in pictures:
            if picture.name == "bad":
                yield PictureError("bad cannot be read")
            else:
                yield Reading(tuple(number(part) for part in picture.name.split(" ")), (9, 9))


def evaluated(*pairs: tuple[str, str], failures: list[Exception] | None = None) -> ReadingEvaluation:
    labels, answers = zip(*pairs, strict=True)
    data = LabelledPictures(tuple(Path(answer) for answer in answers), labels, "scripted")
    failures = [] if failures is None else failures
    card = ModelCard(name="m", threshold=0.5)
    return evaluate_reading(Scripted(), data, card=card, on_failure=failures.append)


def test_single_digits_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    true, read = rng.integers(0, 10, 200), rng.integers(0, 10, 200)
    read[:150] = true[:150]
    figures = evaluated(*[(str(t), str(r)) for t, r in zip(true, read, strict=True)])
    digits = figures.digits
    probabilities = np.full((200, 10), (1 - 0.91) / 9)
    probabilities[np.arange(200), read] = 0.91
    assert figures.numbers is None
    assert digits.accuracy == pytest.approx(accuracy_score(true, read))
    assert digits.loss == pytest.approx(log_loss(true, probabilities, labels=range(10)))
    np.testing.assert_array_equal(digits.confusion_matrix, confusion_matrix(true, read, labels=range(10)))
    assert (digits.coverage, digits.accepted_error) == (1.0, pytest.approx(1 - digits.accuracy))


def test_refused_blank_and_several_digits_are_counted() -> None:
    figures = evaluated(("1", "1"), ("1", "b"), ("1", "c"), ("0", "_"), ("7", "71"), ("7", "1"))
    assert (figures.digits.n, figures.digits.n_errors) == (6, 4)
    assert figures.digits.coverage == pytest.approx(2 / 6)
    assert figures.digits.accepted_error == pytest.approx(1 / 2)
    assert figures.digits.confusion_matrix.sum() == 4
    assert [mistake.index for mistake in figures.digits.mistakes] == [5, 2]


def test_whole_numbers() -> None:
    figures = evaluated(
        ("123", "123"), ("123", "1_23__"), ("123", "12d"), ("123", "12e"), ("123", "12"), ("12", "1 2")
    )
    numbers = figures.numbers
    assert numbers is not None
    assert (numbers.n_numbers, numbers.number_accuracy) == (6, 0.5)
    assert numbers.coverage == pytest.approx(4 / 6)
    assert numbers.accepted_error == pytest.approx(2 / 4)
    assert numbers.digit_accuracy == pytest.approx(15 / 17)
    assert tuple(map(astuple, numbers.mistakes)) == ((3, "123", "12?"), (4, "123", "12"), (5, "12", "1\n2"))


def test_nothing_read_at_all_is_zero_and_no_crash() -> None:
    figures = evaluated(("12", "__"), ("34", "_"))
    assert (figures.digits.accuracy, figures.digits.accepted_error) == (0.0, None)
    assert figures.numbers is not None
    assert (figures.numbers.number_accuracy, figures.numbers.accepted_error) == (0.0, None)


def test_a_file_that_cannot_be_read_is_left_out_and_told() -> None:
    failures: list[Exception] = []
    figures = evaluated(("1", "1"), ("1", "bad"), failures=failures)
    assert (figures.digits.n, figures.n_unreadable) == (1, 1)
    assert [str(error) for error in failures] == ["bad cannot be read"]
    with pytest.raises(DataError, match="no picture of scripted can be read"):
        evaluated(("1", "bad"))


def test_json_keeps_the_schema_of_every_evaluation() -> None:
    single, several = evaluated(("1", "1")).to_json(), evaluated(("12", "1d")).to_json()
    common = {"model", "n", "accuracy", "accuracy_interval", "loss", "ece", "coverage", "accepted_error"}
    common |= {"confusion_matrix", "per_class"}
    assert common <= set(single)
    assert common | {"n_numbers", "number_accuracy", "number_accuracy_interval", "digit_accuracy"} <= set(
        several
    )
    assert "number_accuracy" not in single
    assert several["coverage"] == 0.0
