"""The second reading of doubtful lines: who reads again, which reading wins, and what it costs."""

from collections.abc import Callable

import numpy as np
import pytest

from inkdigits.recognition.detection.budget import BudgetExceededError
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector, load_shipped_detector
from inkdigits.recognition.detection.strips import Strip
from inkdigits.recognition.detection.symbols import N_SYMBOLS
from inkdigits.recognition.layout.second_reading import read_again
from inkdigits.recognition.numbers.constraints import Constraints, build_constraints
from inkdigits.recognition.numbers.sequence import TextLine

GREY = np.full((60, 300), 200, np.uint8)


def symbols(*probabilities: dict[int, float], left: float = 20.0, pitch: float = 20.0) -> Detections:
    """Return symbols side by side with these probabilities of their classes; the rest is that there is none."""
    n = len(probabilities)
    classes = np.zeros((n, N_SYMBOLS), np.float32)
    for row, each in zip(classes, probabilities, strict=True):
        for symbol, probability in each.items():
            row[symbol] = probability
    presence = classes.sum(axis=1)
    lefts = left + pitch * np.arange(n)
    boxes = np.stack([lefts, np.full(n, 20.0), lefts + 12, np.full(n, 44.0)], axis=1).astype(np.float32)
    prints, orientations = np.zeros(n, np.float32), np.zeros((n, 4), np.float32)
    return Detections(presence, classes / presence[:, None], boxes, prints, orientations)


def line(*probabilities: dict[int, float]) -> TextLine:
    return TextLine.from_detections(symbols(*probabilities))


def read(found: TextLine) -> str:
    return read_with(found, Constraints())


def read_with(found: TextLine, constraints: Constraints) -> str:
    chosen = found.choose_digits(constraints.length)
    return "".join(map(str, found.digit_probabilities[chosen, :10].argmax(axis=1)))


class Views:
    """Stands for the scans of a strip: each reading sees the next of some symbols, in both of its scans."""

    def __init__(self, *views: Detections) -> None:
        self.views = views
        self.slants: list[float] = []

    def __call__(self, detector: Detector, scale: float, slant: float) -> Detections:
        self.slants.append(slant)
        return self.views[(len(self.slants) - 1) // 2]


class Uncalibrated:
    """A detector whose probabilities need no calibration."""

    def calibrate(self, found: Detections) -> Detections:
        return found


@pytest.fixture
def see(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Views]:
    def install(*views: Detections) -> Views:
        scans = Views(*views)
        monkeypatch.setattr(Strip, "scan", scans)
        return scans

    return install


def test_a_confident_line_is_not_read_again(see: Callable[..., Views]) -> None:
    scans = see()
    sure = line({4: 0.95}, {7: 0.95})
    assert read_again(sure, GREY, Uncalibrated(), Constraints()) is sure
    assert scans.slants == []
    empty = TextLine.from_detections(Detections.empty())
    assert read_again(empty, GREY, Uncalibrated(), Constraints()) is empty


def test_a_doubtful_line_is_read_again_upright_and_at_both_slants(see: Callable[..., Views]) -> None:
    scans = see(*[symbols({4: 0.5}, {7: 0.9})] * 3)
    read_again(line({4: 0.5}, {7: 0.9}), GREY, Uncalibrated(), Constraints())
    np.testing.assert_allclose(scans.slants, [-0.2, -0.4, 0.1, -0.1, 0.4, 0.2])


def test_the_most_confident_reading_wins(see: Callable[..., Views]) -> None:
    see(symbols({9: 0.8}, {7: 0.9}), symbols({4: 0.95}, {7: 0.9}), symbols({9: 0.85}, {7: 0.9}))
    found = read_again(line({4: 0.5, 9: 0.4}, {7: 0.9}), GREY, Uncalibrated(), Constraints())
    assert read(found) == "47"
    assert found.outcomes[0, 4] == pytest.approx(0.95)
    first = line({4: 0.8, 9: 0.1}, {7: 0.9})
    see(*[symbols({9: 0.75}, {7: 0.9})] * 3)
    assert read_again(first, GREY, Uncalibrated(), Constraints()) is first


def test_a_digit_that_only_the_first_reading_sees_is_dropped(see: Callable[..., Views]) -> None:
    see(*[symbols({4: 0.95}, {7: 0.95})] * 3)
    assert read(read_again(line({4: 0.95}, {7: 0.95}, {1: 0.6}), GREY, Uncalibrated(), Constraints())) == "47"


def test_symbols_far_from_the_ends_belong_to_others(see: Callable[..., Views]) -> None:
    see(*[symbols({4: 0.95}, {7: 0.95}, left=-30.0, pitch=50.0)] * 3)
    found = read_again(line({7: 0.6}), GREY, Uncalibrated(), Constraints())
    assert read(found) == "7"


def test_a_length_is_kept(see: Callable[..., Views]) -> None:
    two, three = (build_constraints(n, None, None, None, "any") for n in (2, 3))
    first = line({4: 0.7}, {7: 0.8}, {1: 0.6})
    see(*[symbols({4: 0.99}, {7: 0.99})] * 3)
    assert read_again(first, GREY, Uncalibrated(), three) is first
    see(*[symbols({9: 0.99}, {7: 0.99}, {1: 0.6})] * 3)
    assert read_with(read_again(first, GREY, Uncalibrated(), two), two) == "97"


def test_digits_that_cannot_occur_are_not_read_again(see: Callable[..., Views]) -> None:
    no_4 = build_constraints(None, None, (1, 7, 9), None, "any")
    see(*[symbols({4: 0.5, 9: 0.49}, {7: 0.99})] * 3)
    found = read_again(line({1: 0.5}, {7: 0.9}), GREY, Uncalibrated(), no_4)
    assert "4" not in read(found)


def test_symbols_of_other_numbers_are_left_out(see: Callable[..., Views]) -> None:
    first = line({4: 0.6}, {7: 0.9})
    views = [symbols({4: 0.95}, {7: 0.95}, {3: 0.95})] * 3
    see(*views)
    assert read(read_again(first, GREY, Uncalibrated(), Constraints())) == "473"
    see(*views)
    others = symbols({3: 0.9}, left=60.0)
    assert read(read_again(first, GREY, Uncalibrated(), Constraints(), others)) == "47"
    see(*views)
    doubtful = symbols({3: 0.2}, left=60.0)
    assert read(read_again(first, GREY, Uncalibrated(), Constraints(), doubtful)) == "473"


def test_views_without_digits_do_not_win(see: Callable[..., Views]) -> None:
    see(*[Detections.empty()] * 3)
    first = line({4: 0.5}, {7: 0.9})
    assert read_again(first, GREY, Uncalibrated(), Constraints()) is first


def test_beyond_the_budget_the_readings_so_far_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    n_scans = []

    def scan_twice(*arguments: object) -> Detections:
        n_scans.append(1)
        if len(n_scans) > 2:
            raise BudgetExceededError
        return symbols({9: 0.9}, {7: 0.95})

    monkeypatch.setattr(Strip, "scan", scan_twice)
    assert read(read_again(line({4: 0.5, 9: 0.4}, {7: 0.9}), GREY, Uncalibrated(), Constraints())) == "97"
    assert len(n_scans) == 3


def test_a_blank_picture_gives_no_digit() -> None:
    first = line({4: 0.5}, {7: 0.5})
    assert read_again(first, GREY, load_shipped_detector(1), Constraints()) is first
