import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from inkdigits.evaluation.calibration import (
    expected_calibration_error,
    reliability,
    risk_at_coverage,
    risk_coverage_curve,
)


def test_by_hand() -> None:
    # Bin 15 (0.933, 1]: two at 0.95, one right: |0.5 - 0.95|. Bin 8 (0.467, 0.533]: two at 0.5, both right.
    confidences = np.array([0.95, 0.95, 0.5, 0.5])
    correct = np.array([True, False, True, True])
    assert expected_calibration_error(confidences, correct) == pytest.approx((2 * 0.45 + 2 * 0.5) / 4)


def test_a_bin_holds_its_upper_edge() -> None:
    bins = reliability(np.array([0.0, 0.5, 0.500001, 1.0]), np.ones(4, bool), n_bins=2)
    assert bins.counts.tolist() == [2, 2]
    assert bins.edges.tolist() == [0, 0.5, 1]


def test_agrees_with_scikit_learns_calibration_curve() -> None:
    random = np.random.default_rng(3)
    confidences = random.uniform(0.1, 1, 5000)
    correct = random.uniform(size=5000) < confidences**2
    bins = reliability(confidences, correct)
    accuracy, confidence = calibration_curve(correct, confidences, n_bins=15)
    filled = bins.counts > 0
    np.testing.assert_allclose(bins.accuracy[filled], accuracy)
    np.testing.assert_allclose(bins.confidence[filled], confidence)
    assert bins.counts.sum() == 5000


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_lies_between_the_plain_bias_and_one(pairs: list[tuple[float, bool]]) -> None:
    confidences, correct = (np.array(column) for column in zip(*pairs, strict=True))
    error = expected_calibration_error(confidences, correct)
    assert abs(confidences.mean() - correct.mean()) - 1e-9 <= error <= 1


def test_is_nought_when_confidence_is_right() -> None:
    confidences = np.repeat([0.25, 0.75], 8)
    correct = np.array(([True] * 2 + [False] * 6) + ([True] * 6 + [False] * 2))
    assert expected_calibration_error(confidences, correct) == pytest.approx(0)


@given(st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.7, 1.0]), st.booleans()), min_size=1, max_size=40))
def test_risk_is_the_worst_that_a_threshold_may_let_through(pairs: list[tuple[float, bool]]) -> None:
    confidences, correct = (np.array(column) for column in zip(*pairs, strict=True))
    coverages, risks = risk_coverage_curve(confidences, correct)
    assert coverages[-1] == 1
    assert risks[-1] == pytest.approx(1 - correct.mean())
    for threshold in np.unique(confidences):
        accepted = confidences >= threshold
        place = int(accepted.sum()) - 1
        assert coverages[place] == pytest.approx(accepted.mean())
        assert risks[place] == pytest.approx(1 - correct[accepted].mean())


def test_risk_at_a_coverage() -> None:
    confidences = np.array([0.9, 0.8, 0.7, 0.6])
    correct = np.array([True, False, True, False])
    assert risk_at_coverage(1.0, confidences, correct) == pytest.approx(0.5)
    assert risk_at_coverage(0.75, confidences, correct) == pytest.approx(1 / 3)
    assert risk_at_coverage(0.25, confidences, correct) == 0
    assert risk_at_coverage(0.0, confidences, correct) == 0


def test_no_tie_flatters() -> None:
    assert risk_at_coverage(0.5, np.array([0.9, 0.9]), np.array([True, False])) == 1
