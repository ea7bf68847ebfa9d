import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap

from inkdigits.errors import DataError
from inkdigits.evaluation.statistics import bootstrap_interval, summarise, wilson_interval


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
    assert summary.interval == pytest.approx((0.991, 0.992833), abs=1e-6)
    assert str(summary) == (
        "99.217% ± 0.104 (95% interval of the mean 99.100% to 99.283%, worst 99.10%, 3 runs)"
    )
    assert summarise([0.99]).standard_deviation is None
    assert summarise([0.99]).interval is None
    assert str(summarise([0.99])) == "99.00% (one run)"
    with pytest.raises(DataError, match="at least one run"):
        summarise([])


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize(
    "figures",
    [
        [0.994, 0.9944, 0.9932, 0.9938, 0.9946],
        np.random.default_rng(1).normal(0.995, 0.0005, 10),
        np.random.default_rng(2).gamma(1, 1, 30),
    ],
    ids=["five", "ten", "skewed"],
)
def test_the_bootstrap_agrees_with_scipy(figures: list[float], level: float) -> None:
    found = bootstrap_interval(figures, level)
    scipys = bootstrap(
        (figures,),
        np.mean,
        confidence_level=level,
        n_resamples=50_000,
        method="BCa",
        rng=np.random.default_rng(7),
    ).confidence_interval
    # Both draw at random: a few hundredths of the width are theirs.
    assert found == pytest.approx((scipys.low, scipys.high), abs=0.05 * (scipys.high - scipys.low))


def test_the_bootstrap_holds_the_true_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    intervals = [bootstrap_interval(rng.normal(0.99, 0.001, 10)) for _ in range(200)]
    share = np.mean([low <= 0.99 <= high for low, high in intervals])
    assert 0.85 < share < 0.97


def test_the_bootstrap_is_repeatable_and_knows_its_limits() -> None:
    assert bootstrap_interval([0.1, 0.4, 0.2]) == bootstrap_interval([0.1, 0.4, 0.2])
    assert bootstrap_interval([0.1, 0.4, 0.2]) != bootstrap_interval([0.1, 0.4, 0.2], 0.8)
    assert bootstrap_interval([0.5, 0.5, 0.5]) == (0.5, 0.5)
    with pytest.raises(DataError, match="at least two runs"):
        bootstrap_interval([0.5])
