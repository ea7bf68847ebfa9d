"""The estimated time of passes."""

import numpy as np
import pytest

from inkdigits.contract import Scores
from inkdigits.service.batching import pace as pace_module
from inkdigits.service.batching.pace import Pace, measure_pace


def test_the_estimate_follows_full_batches():
    pace = Pace(1e-3)
    for _ in range(100):
        pace.add_pass(32, 32 * 5e-3, 32)
    assert pace.seconds_per_row == pytest.approx(5e-3, rel=0.01)


def test_a_small_batch_counts_less_than_a_full_one():
    small, full = Pace(1e-3), Pace(1e-3)
    small.add_pass(1, 5e-3, 32)
    full.add_pass(32, 32 * 5e-3, 32)
    assert 1e-3 < small.seconds_per_row < full.seconds_per_row


def test_an_estimate_that_is_too_long_is_corrected_by_small_batches():
    pace = Pace(1.0)
    for _ in range(100):
        pace.add_pass(1, 1e-3, 32)
    assert pace.estimate(10) == pytest.approx(0.01, rel=0.05)


def test_passes_up_to_two_milliseconds_are_short():
    assert Pace(1e-5).is_short(199)
    assert not Pace(1e-5).is_short(201)


class Recogniser:
    """Notes the sizes of its batches, and takes some seconds for each row, by a clock of its own."""

    def __init__(self, seconds_per_row, monkeypatch):
        self.sizes = []
        self.seconds = 0.0
        self._seconds_per_row = seconds_per_row
        monkeypatch.setattr(pace_module, "time", self)

    def perf_counter(self):
        return self.seconds

    def score(self, images):
        assert images.dtype == np.uint8
        assert images.shape[1:] == (28, 28)
        self.sizes.append(len(images))
        self.seconds += self._seconds_per_row * len(images)
        return Scores(np.zeros((len(images), 10), np.float32), np.zeros(len(images), np.float32))


def test_the_measurement_uses_full_batches(monkeypatch):
    recogniser = Recogniser(1e-4, monkeypatch)
    assert measure_pace(recogniser, 16).seconds_per_row == pytest.approx(1e-4)
    assert recogniser.sizes == [1, 1, 16, 16, 16]


def test_a_slow_model_is_measured_by_one_row(monkeypatch):
    recogniser = Recogniser(0.02, monkeypatch)
    assert measure_pace(recogniser, 16).seconds_per_row == pytest.approx(0.02)
    assert recogniser.sizes == [1, 1]
