import numpy as np
import pytest

from benchmarks.reading.pictures.sheets import Example
from benchmarks.reading.rows import ROWS
from benchmarks.reading.rows.rosters import TimedRoster, random_roster
from benchmarks.reading.scoring.scores import Outcome, judge
from benchmarks.reading.scoring.summary import summarise
from inkdigits.errors import PictureError
from inkdigits.recognition.reading import Digit, Match, Number, Reading


class FakeReader:
    """Gives back one reading, written as text: a digit, ``?3`` for a refused 3, ``_`` for a blank."""

    def __init__(self, *numbers, reason="unsure"):
        self.numbers, self.reason = numbers, reason

    def read(self, picture, layout="auto", length=None):
        return Reading(tuple(map(self._number, self.numbers)), (1, 1))

    def _number(self, text):
        digits, refused = [], False
        for character in text:
            if character == "?":
                refused = True
            elif character == "_":
                digits.append(Digit(None, 1.0, (0, 0, 1, 1), (), "blank"))
            elif character.isdigit():
                reason = self.reason if refused else None
                digits.append(Digit(int(character), 0.9, (0, 0, 1, 1), (), reason))
                refused = False
        written = "".join("?" if character == "?" else character for character in text)
        for label in "0123456789":
            written = written.replace(f"?{label}", "?")
        return Number(written, tuple(digits), 0.9, (0, 0, 1, 1))


def outcome_of(row, reader, *truth):
    return judge(reader, ROWS[row], Example(np.zeros((9, 9), np.uint8), truth, "kind"), 0)


@pytest.mark.parametrize(
    ("row", "numbers", "truth", "right", "guess_right", "accepted"),
    [
        ("numbers-separated", ["123"], ["123"], True, True, True),
        ("numbers-separated", ["1?23"], ["123"], False, True, False),
        ("numbers-separated", ["12", "3"], ["123"], False, True, True),
        ("separators", ["1,2"], ["1.2"], False, False, True),
        ("separators", ["−12"], ["-12"], True, True, True),
        ("boxes", ["1_2"], ["1_2"], True, True, True),
        ("boxes", ["12_"], ["1_2"], False, False, True),
        ("pages", ["12", "34"], ["12", "34"], True, True, True),
        ("pages", ["34", "12"], ["12", "34"], False, False, True),
        ("blanks", [], [], True, True, False),
        ("blanks", ["__"], [], True, True, False),
        ("blanks", ["?1"], [], False, False, False),
        ("refusals", ["?1", "_"], [], True, True, False),
        ("refusals", ["?1", "1"], [], False, False, False),
    ],
)
def test_an_answer_is_right_only_if_a_user_could_use_it(row, numbers, truth, right, guess_right, accepted):
    outcome = outcome_of(row, FakeReader(*numbers), *truth)
    assert (outcome.right, outcome.guess_right) == (right, guess_right)
    if truth:
        assert outcome.accepted == accepted


def test_parts_of_a_page_are_numbers_found_in_order():
    outcome = outcome_of("pages", FakeReader("1", "9", "3"), "1", "2", "3")
    assert (outcome.n_parts, outcome.n_parts_right) == (3, 2)


def test_an_exception_is_a_wrong_answer_that_names_itself():
    class Broken:
        def read(self, picture, layout, length):
            raise PictureError("no ink")

    outcome = outcome_of("blanks", Broken())
    assert not outcome.right
    assert outcome.answer == "PictureError: no ink"


class MatchingReader:
    """Says of any picture that it is one entry of the roster that it is given, or none."""

    def __init__(self, text):
        self.match = Match(text, 0.9, None, 1.0, text is not None)

    def read(self, picture, layout, length, roster):
        roster.match([])
        return Reading((Number("12345", (), 0.9, (0, 0, 1, 1), None, self.match),), (1, 1))


@pytest.mark.parametrize(
    ("entries", "said", "right"),
    [
        (["12345", "67890"], "12345", True),
        (["12345", "67890"], "67890", False),
        (["12345", "67890"], None, False),
        (["67890"], None, True),
        (["67890"], "67890", False),
    ],
)
def test_a_number_is_matched_or_told_to_be_absent(entries, said, right):
    picture = np.zeros((9, 9), np.uint8)
    example = Example(picture, ("12345",), "kind", roster=TimedRoster(entries))
    outcome = judge(MatchingReader(said), ROWS["rosters"], example, 0)
    assert outcome.right == right
    assert 0 < outcome.match_milliseconds < outcome.milliseconds
    figures = summarise(ROWS["rosters"], [outcome])
    assert (figures["matched"], figures["told_absent"]) == (
        (float(right), None) if "12345" in entries else (None, float(right))
    )


@pytest.mark.parametrize("present", [True, False])
def test_a_random_roster_holds_the_number_or_not(present):
    roster = random_roster(np.random.default_rng(0), "01234", present)
    assert len(roster) in (9_999, 10_000)
    assert ("01234" in roster.entries) == present
    assert {len(entry) for entry in roster.entries} == {5}


def test_letters_are_counted_where_99_percent_of_the_digits_are_accepted():
    def outcome(index, truth, rank):
        return Outcome(
            index, "letter" if not truth else "digit of MNIST", truth, "", False, False, True, 1, 0, 1.0, rank
        )

    digits = [outcome(index, "7", 3 + index / 100) for index in range(100)]  # ranks 3.00 to 3.99
    letters = [outcome(index, "", rank) for index, rank in enumerate([0.0, 1.5, 2.9, 3.0, 3.005, 3.5])]
    figures = summarise(ROWS["letters"], [*digits, *letters])
    # One of 100 digits may fall: the threshold is the second lowest, 3.00 at the 1% quantile taken downwards.
    assert figures["digits"]["accepted_in_the_sweep"] >= 0.99
    assert figures["n_right"] == 3


def test_the_order_of_answers_puts_accepted_before_unsure_before_no_digit():
    ranks = [
        outcome_of("letters", FakeReader("1"), "1").rank,
        outcome_of("letters", FakeReader("?1"), "1").rank,
        outcome_of("letters", FakeReader("?1", reason="not_a_digit"), "1").rank,
        outcome_of("letters", FakeReader("_"), "1").rank,
    ]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == 4
