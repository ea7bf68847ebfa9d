import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from inkdigits.errors import DataError
from inkdigits.evaluation.statistics import summarise, wilson_interval


@pytest.mark.parametrize(
    ("n_successes", "n", "expected"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_agrees_with_the_published_examples(n_successes: int, n: int, expected: tuple[float, float]) -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998), p. 857-872, table I, method 3.
    assert wilson_interval(n_successes, n) == pytest.approx(expected, abs=5e-5)


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_agrees_with_scipy_and_holds_the_share(counts: tuple[int, int]) -> None:
    n_successes, n = counts
    low, high = wilson_interval(n_successes, n)
    assert 0 <= low <= n_successes / n <= high <= 1
    scipys = binomtest(n_successes, n).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((scipys.low, scipys.high), abs=1e-12)
    mirrored = wilson_interval(n - n_successes, n)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_more_trials_or_less_certainty_is_narrower() -> None:
    def width(*arguments: float) -> float:
        low, high = wilson_interval(*arguments)
        return high - low

    assert width(9924, 10_000) < width(992, 1000)
    assert width(9924, 10_000, 0.5) < width(9924, 10_000)


@pytest.mark.parametrize(("n_successes", "n"), [(0, 0), (2, 1), (-1, 5)])
def test_no_trials(n_successes: int, n: int) -> None:
    with pytest.raises(DataError, match="at least one trial"):
        wilson_interval(n_successes, n)


def test_a_summary_agrees_with_numpy_and_owns_up_to_a_single_run():
    figures = [0.991, 0.993, 0.9925]
    summary = summarise(figures)
    assert summary.mean == pytest.approx(np.mean(figures))
    assert summary.standard_deviation == pytest.approx(np.std(figures, ddof=1))
    assert (summary.worst, summary.n) == (0.991, 3)
    assert str(summary) == "99.217% ± 0.104 (worst 99.10%, 3 runs)"
    assert summarise([0.99]).standard_deviation is None
    assert str(summarise([0.99])) == "99.00% (one run)"
    with pytest.raises(DataError, match="at least one run"):
        summarise([])
