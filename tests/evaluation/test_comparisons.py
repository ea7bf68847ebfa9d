import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test

from inkdigits.contract import DigitImages, Scores
from inkdigits.data.images import LabelledImages
from inkdigits.errors import DataError
from inkdigits.evaluation import ModelComparison, compare_models, compare_pairs, mcnemar_p_value


def scipys_p_value(first: list[float], second: list[float]) -> float:
    done = permutation_test(
        (np.array(second), np.array(first)),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    )
    return float(done.pvalue)


@pytest.mark.parametrize("n", [2, 5, 10, 12])
@pytest.mark.parametrize("better_by", [0, 10])
def test_agrees_with_scipy(n: int, better_by: float) -> None:
    rng = np.random.default_rng(n)
    # Whole numbers, such as those of errors: of fractions SciPy takes sums that are alike for different.
    first = rng.normal(70, 5, n).round().tolist()
    second = rng.normal(70 - better_by, 5, n).round().tolist()
    comparison = compare_pairs(first, second)
    assert comparison.n == n
    assert comparison.mean_difference == pytest.approx(np.mean(second) - np.mean(first))
    assert comparison.p_value == pytest.approx(scipys_p_value(first, second))
    assert compare_pairs(second, first).p_value == comparison.p_value
    fractions = [1 - figure / 10_000 for figure in first], [1 - figure / 10_000 for figure in second]
    assert compare_pairs(*fractions).p_value == comparison.p_value


def test_more_pairs_than_can_be_gone_through_are_sampled() -> None:
    rng = np.random.default_rng(0)
    first = rng.normal(0.993, 0.0005, 14)
    second = first + rng.normal(0.0003, 0.0005, 14)
    comparison = compare_pairs(first.tolist(), second.tolist())
    assert comparison.p_value == pytest.approx(scipys_p_value(first, second), abs=0.003)
    assert compare_pairs([0.0] * 20, [1.0] * 20).p_value > 0  # never by a sample alone


def test_fishers_own_example() -> None:
    # Darwin's 15 pairs of maize plants, eighths of an inch: 1,726 of 32,768 patterns; The Design of Experiments, 21.
    differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    comparison = compare_pairs([0.0] * 15, differences)
    assert comparison.p_value == pytest.approx(1726 / 32768, abs=0.003)


def test_too_few_pairs_are_told() -> None:
    five = compare_pairs([0.99] * 5, [0.992, 0.993, 0.991, 0.992, 0.994])
    assert five.p_value == five.least_p_value == 2 / 32
    assert "too few pairs" in str(five)
    six = compare_pairs([0.99] * 6, [0.992, 0.993, 0.991, 0.992, 0.994, 0.992])
    assert six.p_value == 2 / 64
    assert str(six).startswith("+0.233 points (95% interval +0.1")
    assert str(six).endswith("over 6 pairs of runs, p = 0.0312")
    assert compare_pairs([0.99], [0.98]).interval is None


@pytest.mark.parametrize(("first", "second"), [([], []), ([0.1], [0.1, 0.2])])
def test_figures_without_a_partner_are_refused(first: list[float], second: list[float]) -> None:
    with pytest.raises(DataError, match="one run of each recipe per seed"):
        compare_pairs(first, second)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemars_test_agrees_with_scipys_sign_test(first: int, second: int) -> None:
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar_p_value(first, second) == pytest.approx(expected, rel=1e-6)


def test_mcnemars_test_needs_numbers_of_images() -> None:
    with pytest.raises(DataError, match="0 or more"):
        mcnemar_p_value(-1, 3)


class Fixed:
    def __init__(self, labels: list[int]) -> None:
        self.labels = labels

    def score(self, images: DigitImages) -> Scores:
        return Scores(np.eye(10, dtype=np.float32)[self.labels], None)


def test_models_are_compared_by_the_images_that_only_one_reads_correctly() -> None:
    data = LabelledImages(np.zeros((5, 28, 28), np.uint8), np.array([1, 2, 3, 4, 5]), "five")
    found = compare_models(Fixed([1, 2, 3, 4, 0]), Fixed([0, 0, 3, 9, 5]), data, "other")
    assert found == ModelComparison("other", n_this_only=3, n_other_only=1, p_value=mcnemar_p_value(3, 1))
