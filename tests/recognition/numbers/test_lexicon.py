"""Rosters: posteriors against a direct sum over all entries, and membership in realistic lists."""

import itertools
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inkdigits.errors import DataError
from inkdigits.recognition.numbers.lexicon import Roster


def make_probabilities(text: str, share: float = 0.98) -> NDArray[np.float64]:
    rows = np.full((len(text), 10), (1 - share) / 9)
    rows[np.arange(len(text)), [int(character) for character in text]] = share
    return rows


def test_a_confident_number_in_the_list_is_matched() -> None:
    match = Roster(["12345", "54321", "99999"]).match([(0.0, make_probabilities("54321"))])
    assert (match.text, match.in_list) == ("54321", True)
    assert match.posterior > 0.999
    assert match.margin > 5


def test_the_list_resolves_an_ambiguous_digit() -> None:
    rows = make_probabilities("1730")
    rows[1] = 0.0
    rows[1, [1, 7]] = 0.45, 0.55
    match = Roster(["1130", "2640"]).match([(0.0, rows)])
    assert (match.text, match.in_list) == ("1130", True)


def test_a_number_that_is_not_in_the_list_is_reported() -> None:
    match = Roster([f"{n:05d}" for n in range(0, 1000, 7)]).match([(0.0, make_probabilities("91919", 0.999))])
    assert not match.in_list


def test_a_number_that_differs_by_one_digit_from_a_consecutive_list_is_not_in_it() -> None:
    """Student numbers of one year have the same prefix; a number of another year differs from an entry by one digit."""
    taken = np.random.default_rng(0).permutation(10_000)
    roster = Roster(f"2024{n:04d}" for n in taken[:5000])
    for n in taken[:50]:
        assert roster.match([(0.0, make_probabilities(f"2024{n:04d}", 0.998))]).in_list
        assert not roster.match([(0.0, make_probabilities(f"2023{n:04d}", 0.998))]).in_list
    for n in taken[-50:]:
        assert not roster.match([(0.0, make_probabilities(f"2024{n:04d}", 0.998))]).in_list


def test_every_number_is_in_the_list_of_all_numbers() -> None:
    roster = Roster(f"{n:03d}" for n in range(1000))
    for text in ("000", "417", "999"):
        match = roster.match([(0.0, make_probabilities(text))])
        assert (match.text, match.in_list) == (text, True)


def test_a_segmentation_of_a_length_without_entries_has_a_low_prior() -> None:
    """A touching pair read as one digit is 20 times more probable, but no entry is as short."""
    roster = Roster(f"{n:05d}" for n in range(3, 100_000, 10))
    shorter, longer = (np.log(20.0), make_probabilities("4713")), (0.0, make_probabilities("47123"))
    match = roster.match([shorter, longer])
    assert (match.text, match.in_list) == ("47123", True)
    assert not roster.match([shorter]).in_list


def test_without_an_entry_of_the_length_there_is_no_match() -> None:
    match = Roster(["123", "456"]).match([(0.0, make_probabilities("7777"))])
    assert (match.text, match.posterior, match.in_list) == (None, 0.0, False)
    assert Roster(["1"]).match([]).text is None


def test_the_second_best_segmentation_is_considered() -> None:
    match = Roster(["4711"]).match(
        [(np.log(0.8), make_probabilities("471")), (np.log(0.2), make_probabilities("4711"))]
    )
    assert (match.text, match.in_list) == ("4711", True)


@given(st.integers(0, 2**32 - 1))
def test_posteriors_equal_a_direct_sum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    entries = ["".join(digits) for digits in itertools.product("0123456789", repeat=2)][:: rng.integers(1, 9)]
    rows = rng.dirichlet(np.full(10, 0.3), 2) * 0.99 + 0.001
    match = Roster(entries).match([(0.0, rows)])
    expected = {
        entry: rows[0, int(entry[0])] * rows[1, int(entry[1])] * 0.9 / len(entries) for entry in entries
    }
    # The digits of a number that is not in the list have the frequencies of the entries with weight 0.9, smoothed
    # by one, and the uniform distribution with weight 0.1.
    out_of_list = sum(
        rows[0, tens] * rows[1, ones]
        * (0.9 * (1 + sum(entry[0] == str(tens) for entry in entries)) / (10 + len(entries)) + 0.01)
        * (0.9 * (1 + sum(entry[1] == str(ones) for entry in entries)) / (10 + len(entries)) + 0.01)
        for tens in range(10) for ones in range(10)
    )  # fmt: skip
    best = max(expected, key=expected.__getitem__)
    assert match.text == best
    assert match.posterior == pytest.approx(expected[best] / (sum(expected.values()) + 0.1 * out_of_list))
    assert match.in_list == (sum(expected.values()) > 0.1 * out_of_list)
    assert match.runner_up is not None
    assert match.margin == pytest.approx(np.log(expected[best] / expected[match.runner_up[0]]))


def test_a_roster_of_ten_thousand_is_matched_in_milliseconds() -> None:
    roster = Roster(f"{n:08d}" for n in range(0, 10**8, 10**4))
    segmentations = [
        (0.0, make_probabilities("12340000")),
        (-3.0, make_probabilities("1234000")),
        (-4.0, make_probabilities("12370000")),
    ]
    spent = []
    for _ in range(5):
        start = time.thread_time()
        assert roster.match(segmentations).text == "12340000"
        spent.append(time.thread_time() - start)
    assert len(roster) == 10_000
    assert min(spent) < 0.05  # of processor time; it takes 0.3 ms, and one entry after the other 230 ms


def test_rosters_are_loaded_from_text_and_csv_files(tmp_path: Path) -> None:
    text, table = tmp_path / "valid.txt", tmp_path / "valid.csv"
    text.write_text("# student numbers\n00417\n\n00418\n00417\n")
    table.write_text("name;number\nAnn;00417\nBob;00418\n")
    assert Roster.load(text).entries == Roster.load(table).entries == ("00417", "00418")
    assert Roster.load([417, "418"]).entries == ("417", "418")


@pytest.mark.parametrize("content", ["", "one\ntwo\n"])
def test_an_invalid_roster_is_an_error_of_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "valid.txt"
    path.write_text(content)
    with pytest.raises(DataError) as caught:
        Roster.load(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(DataError, match="cannot be read"):
        Roster.load(tmp_path / "missing.txt")
