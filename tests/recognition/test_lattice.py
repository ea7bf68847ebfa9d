"""Lattices: the best path against plain enumeration, and whole pictures through the shipped network."""

import itertools
from functools import lru_cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inkdigits import Mnist, Reader
from inkdigits.contract import Scores
from inkdigits.errors import UsageError
from inkdigits.recognition.lattice import decide, read_strips
from inkdigits.recognition.paths import Edge, best_paths
from inkdigits.recognition.proposals import Proposal
from inkdigits.recognition.roster import Roster


@lru_cache
def reader() -> Reader:
    return Reader(n_threads=1)


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.sampled_from([None, 1, 2, 3]))
def test_paths_are_the_best_of_all(seed: int, n: int, length: int | None) -> None:
    rng = np.random.default_rng(seed)
    edges = [
        Edge(start, end, float(rng.normal()), None if rng.random() < 0.3 else index, "")
        for index, (start, end) in enumerate(itertools.combinations(range(n + 1), 2))
    ]
    every = []

    def walk(place: int, score: float, digits: int) -> None:
        if place == n:
            if digits == length or (length is None and digits):
                every.append(score)
            return
        for edge in edges:
            if edge.start == place:
                walk(edge.end, score + edge.score, digits + (edge.candidate is not None))

    walk(0, 0.0, 0)
    found = best_paths(edges, n, length, 5)
    assert [path.score for path in found] == pytest.approx(sorted(every, reverse=True)[:5])
    assert all(length is None or len(path.candidates) == length for path in found)


def clear_digits(mnist: Mnist, text: str, turn: int = 0) -> list[NDArray[np.uint8]]:
    """Return enlarged training images, of which the network is sure, one for each character."""
    images = mnist.train.images[-2000:]
    scores = reader().recogniser.score(images)
    sure = (scores.probabilities[np.arange(2000), mnist.train.labels[-2000:]] > 0.99) & (
        scores.is_digit > 0.98
    )
    digits = []
    for place, character in enumerate(text):
        which = np.flatnonzero(sure & (mnist.train.labels[-2000:] == int(character)))
        image = images[which[(7 * turn + 3 * place) % len(which)]]
        x, y, width, height = cv2.boundingRect(image)
        tight = image[y : y + height, x : x + width]
        digits.append(cv2.resize(tight, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC))
    return digits


def written(digits: list[NDArray[np.uint8]], gap: int = 12) -> NDArray[np.uint8]:
    """Write digits in a line, dark on light."""
    paper = np.zeros((150, sum(each.shape[1] + gap for each in digits) + 120), np.uint8)
    x = 60
    for each in digits:
        height, width = each.shape
        window = paper[105 - height : 105, x : x + width]
        np.maximum(window, each, out=window)
        x += width + gap
    return 255 - paper


@pytest.mark.parametrize(("length", "lengths"), [(None, ()), (4, ()), (None, (2, 5))])
def test_what_is_never_shown_to_the_recogniser_would_change_nothing(
    mnist: Mnist, length: int | None, lengths: tuple[int, ...]
) -> None:
    seen: list[int] = []

    class Counting:
        def score(self, images: NDArray[np.uint8]) -> Scores:
            seen.append(len(images))
            return reader().recogniser.score(images)

    ink = 255 - written(clear_digits(mnist, "60352", 4), gap=-4)
    (found,) = read_strips([(ink, 60.0)], Counting(), length, lengths)
    proposal = Proposal(ink, 60.0, length is not None or len(lengths) > 0)
    every = reader().recogniser.score(np.stack([proposal.image(i) for i in range(len(proposal.spans))]))
    whole = decide(proposal, every, length, lengths)
    assert [path.candidates for path in found.paths] == [path.candidates for path in whole.paths]
    np.testing.assert_allclose(found.log_weights, whole.log_weights, atol=1e-3)
    assert [text for text, _ in found.texts()] == [text for text, _ in whole.texts()]
    assert sum(seen) < len(proposal.spans)


def test_separators_stand_alone_between_digits() -> None:
    """A dash may come first, a point may not, and nothing of it comes last; a dash that touches a digit is none."""
    ink = np.zeros((80, 360), np.uint8)
    for x in (60, 130, 200, 270):
        cv2.line(ink, (x, 10), (x, 70), 255, 8)
    cv2.circle(ink, (95, 66), 6, 255, -1)
    cv2.line(ink, (134, 40), (160, 40), 255, 7)
    cv2.line(ink, (222, 40), (248, 40), 255, 7)
    for first, last in ((True, False), (False, True)):
        one = ink.copy()
        if first:
            cv2.line(one, (10, 40), (38, 40), 255, 7)
        if last:
            cv2.line(one, (300, 40), (328, 40), 255, 7)
        proposal = Proposal(one, 61.0)
        assert proposal.pieces is not None
        lefts = proposal.pieces.boxes[:, 0]
        marks = [(mark, int(lefts[i]) // 10 * 10) for i, (mark, _) in proposal.separators.items()]
        assert sorted(marks) == sorted([(".", 80), ("-", 210)] + [("-", 0)] * first)


def test_a_number_is_read_whatever_its_length(mnist: Mnist) -> None:
    for turn, text in enumerate(["07", "483", "52906", "3141592"]):
        picture = written(clear_digits(mnist, text, turn))
        for layout in ("auto", "line"):
            reading = reader().read(picture, layout=layout)
            assert reading.text == text, layout
            assert len(reading.numbers) == 1
            lefts = [digit.box[0] for digit in reading.digits]
            assert lefts == sorted(lefts)


def test_upside_down_colours_borders_and_scale_do_not_matter(mnist: Mnist) -> None:
    picture = written(clear_digits(mnist, "2860", 5))
    for same in (
        255 - picture,
        np.pad(picture, 40, constant_values=255),
        cv2.resize(picture, None, fx=1.7, fy=1.7),
    ):
        assert reader().read(np.asarray(same, np.uint8)).text == "2860"


def test_a_line_that_slopes_is_read(mnist: Mnist) -> None:
    picture = np.pad(written(clear_digits(mnist, "80352", 2)), 60, constant_values=255)
    height, width = picture.shape
    for degrees in (-8.0, 8.0):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        turned = np.asarray(cv2.warpAffine(picture, turn, (width, height), borderValue=255), np.uint8)
        assert reader().read(turned, layout="line").text == "80352"


def test_a_length_that_is_told_is_kept(mnist: Mnist) -> None:
    picture = written(clear_digits(mnist, "6034", 1))
    for length in (3, 4):
        reading = reader().read(picture, layout="line", length=length)
        assert len(reading.digits) == length
    assert reading.text == "6034"


def test_separators_are_in_the_text_and_no_digits(mnist: Mnist) -> None:
    two, five = clear_digits(mnist, "25", 3)
    for mark, draw in {
        ".": lambda paper, x: cv2.circle(paper, (x, 100), 5, 0, -1, cv2.LINE_AA),
        "-": lambda paper, x: cv2.line(paper, (x - 13, 76), (x + 13, 76), 0, 8, cv2.LINE_AA),
    }.items():
        paper = written([two, np.zeros((60, 30), np.uint8), five], 10)
        draw(paper, 60 + two.shape[1] + 25)
        reading = reader().read(paper, layout="line")
        assert reading.text == f"2{mark}5"
        assert [digit.label for digit in reading.digits] == [2, 5]


def test_a_page_is_read_in_order(mnist: Mnist) -> None:
    rows = [["40", "137"], ["9", "28"], ["605", "3"]]
    lines = []
    for row, texts in enumerate(rows):
        line = np.full((150, 700), 255, np.uint8)
        for column, text in enumerate(texts):
            number = written(clear_digits(mnist, text, row + column))
            line[:, 350 * column : 350 * column + number.shape[1]] = number
        lines.append(line)
    reading = reader().read(np.vstack(lines), layout="page")
    assert [number.text for number in reading.numbers] == [text for texts in rows for text in texts]


def test_boxes_are_read_with_their_blanks(mnist: Mnist) -> None:
    paper = np.full((170, 700), 255, np.uint8)
    text = "4_07_3_8"
    for place, character in enumerate(text):
        cv2.rectangle(paper, (40 + 75 * place, 30), (115 + 75 * place, 130), 90, 2)
        if character != "_":
            digit = clear_digits(mnist, character, place)[0]
            height, width = digit.shape
            x, y = 40 + 75 * place + (75 - width) // 2, 80 - height // 2
            window = paper[y : y + height, x : x + width]
            np.minimum(window, 255 - digit, out=window)
    for layout in ("boxes", "auto"):
        reading = reader().read(paper, layout=layout)
        assert reading.text == text
        assert [digit.rejected for digit in reading.digits if digit.label is None] == ["blank"] * 3


def test_one_digit_stays_one_digit(mnist: Mnist) -> None:
    for turn, character in enumerate("0123456789"):
        picture = written(clear_digits(mnist, character, turn))
        assert reader().read(picture) == reader().read(picture, layout="digit")
        image = mnist.train.images[-1 - turn]
        assert reader().read(image) == reader().read(image, layout="digit")


def test_a_roster_is_matched_by_the_lattice(mnist: Mnist) -> None:
    roster = Roster(["52906", "11111", "52900"])
    number = reader().read(written(clear_digits(mnist, "52906", 2)), roster=roster).numbers[0]
    assert number.match is not None
    assert (number.match.text, number.match.in_list) == ("52906", True)
    other = reader().read(written(clear_digits(mnist, "83417", 2)), layout="line", roster=roster).numbers[0]
    assert other.match is not None
    assert not other.match.in_list


@pytest.mark.parametrize("layout", ["line", "page", "boxes", "auto"])
def test_an_empty_sheet_is_blank(layout: str) -> None:
    reading = reader().read(np.full((120, 300), 250, np.uint8), layout=layout)
    assert [digit.rejected for digit in reading.digits] == ["blank"]


def test_what_cannot_be_asked_for_is_an_error() -> None:
    with pytest.raises(UsageError, match="layout"):
        reader().read(np.zeros((50, 50), np.uint8), layout="poem")
    with pytest.raises(UsageError, match="length"):
        reader().read(np.zeros((50, 50), np.uint8), length=0)
