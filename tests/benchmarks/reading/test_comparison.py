"""The comparison of two sets of readings: means, and an interval of the difference over the pictures."""

import numpy as np
import pytest

from benchmarks.reading import comparison


def readings(right):
    """Readings of pictures (rows) in versions (columns), of which some are right."""
    return [
        {"kind": "numbers", "file": str(i), "version": str(j), "text": "", "right": value}
        | {"digits": value, "numbers": value}
        for i, row in enumerate(right.astype(float))
        for j, value in enumerate(row)
    ]


def test_the_same_readings_do_not_differ():
    right = np.random.default_rng(0).random((40, 6)) < 0.8
    figures = comparison.summarise(readings(right), readings(right))["numbers"]["right"]
    assert figures["before"] == figures["mean"] == round(right.mean(), 4)
    assert figures["difference"] == [0, 0]


def test_the_interval_is_that_of_the_pictures_and_not_of_their_versions():
    # Whole pictures change, in all versions alike: of 100 pictures 20 become right, and 10 wrong.
    before = np.zeros((100, 6), bool)
    before[:50] = True
    after = before.copy()
    after[50:70], after[:10] = True, False
    figures = comparison.summarise(readings(after), readings(before))["numbers"]["right"]
    assert (figures["before"], figures["mean"]) == (0.5, 0.6)
    # The standard error of the mean of 100 such differences, by hand: sqrt(0.3 - 0.1^2) / 10.
    low, high = figures["difference"]
    assert abs(low - (0.1 - 1.96 * 0.29**0.5 / 10)) < 0.02
    assert abs(high - (0.1 + 1.96 * 0.29**0.5 / 10)) < 0.02
    # And that of a share of 60 in 100.
    low, high = figures["interval"]
    assert abs(low - (0.6 - 1.96 * 0.24**0.5 / 10)) < 0.02
    assert abs(high - (0.6 + 1.96 * 0.24**0.5 / 10)) < 0.02


def test_readings_of_other_pictures_are_refused():
    right = np.ones((2, 2))
    with pytest.raises(ValueError, match="expected a reading of 0 before, but got one of 1"):
        comparison.summarise(readings(right), readings(right)[::-1])


def test_the_versions_are_nearly_the_picture():
    pixels = np.random.default_rng(0).integers(100, 156, (60, 200, 3), np.uint8)
    pixels[20:40, 50:60] = 0
    for name, change in comparison.VERSIONS.items():
        changed = change(pixels)
        assert changed.dtype == np.uint8, name
        assert 0.9 < changed.shape[1] / pixels.shape[1] < 1.1, name
        assert not np.array_equal(changed, pixels), name
        assert abs(changed.mean() - pixels.mean()) < 20, name
