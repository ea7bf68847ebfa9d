"""How far a measured figure can be trusted."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import DataError

RESAMPLES = 10_000
"""Samples that a bootstrap draws; with so many the interval's ends are known to a fiftieth of its width."""


@dataclass(frozen=True)
class Summary:
    """A figure over runs with different random seeds.

    Attributes
    ----------
    mean, worst
        The mean, and the smallest figure.
    interval
        The 95% bootstrap interval of the mean; None for a single run. Of a few runs it is rather too narrow.
    standard_deviation
        Of the sample (n - 1 in the denominator); None for a single run, which says nothing of the spread.
    n
        Number of runs.
    """

    mean: float
    interval: tuple[float, float] | None
    standard_deviation: float | None
    worst: float
    n: int

    def __str__(self) -> str:
        """Return the figure as a percentage with its spread."""
        if self.standard_deviation is None or self.interval is None:
            return f"{self.mean:.2%} (one run)"
        low, high = self.interval
        return (
            f"{self.mean:.3%} ± {100 * self.standard_deviation:.3f} "
            f"(95% interval of the mean {low:.3%} to {high:.3%}, worst {self.worst:.2%}, {self.n} runs)"
        )


def summarise(figures: Sequence[float]) -> Summary:
    """Summarise one figure, such as the accuracy, of several runs.

    Raises
    ------
    DataError
        If there are no runs.
    """
    if not figures:
        raise DataError("a summary needs the figure of at least one run, but there is none")
    several = len(figures) > 1
    return Summary(
        statistics.fmean(figures),
        bootstrap_interval(figures) if several else None,
        statistics.stdev(figures) if several else None,
        min(figures),
        len(figures),
    )


def bootstrap_interval(figures: Sequence[float], level: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Return the interval that the mean over all possible runs lies in, given the figures of some.

    Parameters
    ----------
    figures
        One a run, at least two.
    level
        Share of such intervals that hold the true mean, between 0 and 1; nearly reached with ten runs, and missed by
        some points with five.
    seed
        Of the samples that are drawn; the same seed gives the same interval.

    Returns
    -------
    low, high
        Around the mean of the figures.

    Raises
    ------
    DataError
        If there are fewer than two figures.

    Notes
    -----
    The bias-corrected and accelerated bootstrap: B. Efron, *Better bootstrap confidence intervals*, Journal of the
    American Statistical Association 82 (1987), p. 171-185.
    """
    values = np.asarray(figures, np.float64)
    n = len(values)
    if n < 2:
        raise DataError(f"a bootstrap interval needs the figures of two runs at least, but there are {n}")
    mean = float(values.mean())
    if float(np.ptp(values)) == 0.0:
        return mean, mean
    drawn = np.random.default_rng(seed).integers(n, size=(RESAMPLES, n))
    means: NDArray[np.float64] = values[drawn].mean(axis=1)
    normal = NormalDist()
    # A mean that is hit exactly counts half on either side.
    below = (np.count_nonzero(means < mean) + np.count_nonzero(means <= mean)) / (2 * RESAMPLES)
    bias = normal.inv_cdf(below)
    without_one = (values.sum() - values) / (n - 1)
    away = without_one.mean() - without_one
    acceleration = float((away**3).sum() / (6 * (away**2).sum() ** 1.5))

    def share(tail: float) -> float:
        z = bias + normal.inv_cdf(tail)
        return normal.cdf(bias + z / (1 - acceleration * z))

    low, high = np.quantile(means, [share((1 - level) / 2), share((1 + level) / 2)])
    return float(low), float(high)


def wilson_interval(n_successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval that a proportion lies in, given ``n_successes`` of ``n`` independent trials.

    Unlike the normal approximation it stays inside [0, 1] and is right near its ends, where the accuracy of
    a digit recogniser is.

    Parameters
    ----------
    n_successes
        Trials that succeeded, 0 to ``n``.
    n
        Trials, at least 1.
    level
        Share of such intervals that hold the true proportion, between 0 and 1.

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
        raise DataError(f"a proportion needs at least one trial, but {n_successes} of {n} were given")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = n_successes / n
    centre = share + z * z / (2 * n)
    half_width = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At 0 and n the bound is exactly 0 and 1; rounding would leave it a hair inside, beside the share itself.
    low = 0.0 if n_successes == 0 else (centre - half_width) / scale
    high = 1.0 if n_successes == n else (centre + half_width) / scale
    return low, high
