"""Summary statistics and confidence intervals."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import DataError

RESAMPLES = 10_000
"""Number of bootstrap samples; the ends of the interval are then accurate to 2% of its width."""


@dataclass(frozen=True)
class Summary:
    """Summary of a metric over runs with different random seeds.

    Attributes
    ----------
    mean, worst
        The mean, and the smallest value.
    interval
        The 95% bootstrap interval of the mean; None for a single run. With few runs it is too narrow.
    standard_deviation
        The sample standard deviation (n - 1 in the denominator); None for a single run.
    n
        Number of runs.
    """

    mean: float
    interval: tuple[float, float] | None
    standard_deviation: float | None
    worst: float
    n: int

    def __str__(self) -> str:
        """Return mean and spread as percentages."""
        if self.standard_deviation is None or self.interval is None:
            return f"{self.mean:.2%} (one run)"
        low, high = self.interval
        return (
            f"{self.mean:.3%} ± {100 * self.standard_deviation:.3f} "
            f"(95% interval of the mean {low:.3%} to {high:.3%}, worst {self.worst:.2%}, {self.n} runs)"
        )


def summarise(figures: Sequence[float]) -> Summary:
    """Summarise a metric, such as the accuracy, over several runs.

    Raises
    ------
    DataError
        If there are no runs.
    """
    if not figures:
        raise DataError("a summary needs at least one run, but got none")
    several = len(figures) > 1
    return Summary(
        statistics.fmean(figures),
        bootstrap_interval(figures) if several else None,
        statistics.stdev(figures) if several else None,
        min(figures),
        len(figures),
    )


def bootstrap_interval(figures: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """Return a bootstrap confidence interval of the mean over runs.

    Parameters
    ----------
    figures
        One value per run, at least two.
    level
        Nominal coverage, between 0 and 1. The actual coverage is close to it with ten runs, and some percentage points
        lower with five.

    Returns
    -------
    low, high
        The ends of the interval.

    Raises
    ------
    DataError
        If there are fewer than two values.

    Notes
    -----
    The bias-corrected and accelerated bootstrap: B. Efron, *Better bootstrap confidence intervals*, Journal of the
    American Statistical Association 82 (1987), p. 171-185.
    """
    values = np.asarray(figures, np.float64)
    n = len(values)
    if n < 2:
        raise DataError(f"a bootstrap interval needs at least two runs, but got {n}")
    mean = float(values.mean())
    if float(np.ptp(values)) == 0.0:
        return mean, mean
    drawn = np.random.default_rng(0).integers(n, size=(RESAMPLES, n))
    means: NDArray[np.float64] = values[drawn].mean(axis=1)
    normal = NormalDist()
    # A bootstrap mean equal to the mean counts half on either side.
    below = (np.count_nonzero(means < mean) + np.count_nonzero(means <= mean)) / (2 * RESAMPLES)
    bias = normal.inv_cdf(below)
    without_one = (values.sum() - values) / (n - 1)
    deviations = without_one.mean() - without_one
    acceleration = float((deviations**3).sum() / (6 * (deviations**2).sum() ** 1.5))

    def share(tail: float) -> float:
        z = bias + normal.inv_cdf(tail)
        return normal.cdf(bias + z / (1 - acceleration * z))

    low, high = np.quantile(means, [share((1 - level) / 2), share((1 + level) / 2)])
    return float(low), float(high)


def wilson_interval(n_successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's confidence interval of a proportion, given ``n_successes`` of ``n`` independent trials.

    Unlike the normal approximation, it stays within [0, 1] and is accurate for proportions near 0 and 1, such as the
    accuracy of a digit recogniser.

    Parameters
    ----------
    n_successes
        Number of successes, 0 to ``n``.
    n
        Number of trials, at least 1.
    level
        Nominal coverage, between 0 and 1.

    Returns
    -------
    low, high
        Both in [0, 1], with ``n_successes / n`` between them.

    Raises
    ------
    DataError
        If there are no trials, or more successes than trials.

    Notes
    -----
    E. B. Wilson, *Probable inference, the law of succession, and statistical inference*, Journal of the
    American Statistical Association 22 (1927), p. 209-212.
    """
    if n < 1 or not 0 <= n_successes <= n:
        raise DataError(
            f"expected at least one trial, and no more successes than trials, but got {n_successes} of {n}"
        )
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = n_successes / n
    centre = share + z * z / (2 * n)
    half_width = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At 0 and n the bound is exactly 0 and 1; without this, rounding would exclude the proportion itself.
    low = 0.0 if n_successes == 0 else (centre - half_width) / scale
    high = 1.0 if n_successes == n else (centre + half_width) / scale
    return low, high
