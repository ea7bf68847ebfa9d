import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.evaluation.pages import compute_page_metrics, f1_score, join_digits
from inkdigits.recognition.reading import Digit, Number, Reading


def number(text: str, x: int, y: int) -> Number:
    digits = tuple(
        Digit(
            None if character == "_" else int(character.lower(), 36) % 10,
            0.9,
            (x + 20 * i, y, 15, 30),
            (),
            "blank" if character == "_" else "not_a_digit" if character == "x" else None,
        )
        for i, character in enumerate(text)
    )
    return Number(text, digits, 0.9, (x, y, 20 * len(text), 30))


def reading(*lines: str) -> Reading:
    return Reading(
        tuple(
            number(text, 150 * column, 80 * row)
            for row, line in enumerate(lines)
            for column, text in enumerate(line.split())
        ),
        (900, 900),
    )


def test_a_page_read_rightly_has_no_error() -> None:
    figures = compute_page_metrics([((("12", "7"), ("305",)), reading("12 7", "305"))])
    assert (figures.n_pages, figures.n_numbers) == (1, 3)
    assert (figures.numbers_f1, figures.layout_accuracy) == (1.0, 1.0)


def test_wrong_missing_and_additional_numbers_count() -> None:
    lines = (("12", "7"), ("305",))
    one_wrong = compute_page_metrics([(lines, reading("12 9", "305"))])
    assert one_wrong.numbers_f1 == pytest.approx(2 * 2 / 6)
    assert one_wrong.layout_accuracy == 1.0
    missing = compute_page_metrics([(lines, reading("12 7")), (lines, reading("12 7", "305", "4"))])
    assert missing.numbers_f1 == pytest.approx((2 * 2 / 5 + 2 * 3 / 7) / 2)
    assert missing.layout_accuracy == 0.0


def test_blank_cells_and_crosses_are_no_numbers() -> None:
    assert join_digits(number("_4x", 0, 0)) == "4"
    figures = compute_page_metrics([((("4",),), reading("_4x", "_ x"))])
    assert (figures.numbers_f1, figures.layout_accuracy) == (1.0, 1.0)


@given(st.lists(st.sampled_from(["1", "22", "333"])), st.lists(st.sampled_from(["1", "22", "333", ""])))
def test_f1_is_symmetric_and_one_for_equal_bags(wanted: list[str], found: list[str]) -> None:
    read = [text for text in found if text]
    assert 0 <= f1_score(wanted, found) <= 1
    assert f1_score(wanted, found) == f1_score(read, wanted)
    if wanted:
        assert f1_score(wanted, wanted[::-1]) == 1.0
