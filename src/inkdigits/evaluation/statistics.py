"""How far a measured figure can be trusted."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from inkdigits.errors import DataError


@dataclass(frozen=True)
class Summary:
    """A figure over runs with different random seeds.

    Attributes
    ----------
    mean, worst
        The mean, and the smallest figure.
    standard_deviation
        Of the sample (n - 1 in the denominator); None for a single run, which says nothing of the spread.
    n
        Number of runs.
    """

    mean: float
    standard_deviation: float | None
    worst: float
    n: int

    def __str__(self) -> str:
        """Return the figure as a percentage with its spread."""
        if self.standard_deviation is None:
            return f"{self.mean:.2%} (one run)"
        return (
            f"{self.mean:.3%} ± {100 * self.standard_deviation:.3f} (worst {self.worst:.2%}, {self.n} runs)"
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
    spread = statistics.stdev(figures) if len(figures) > 1 else None
    return Summary(statistics.fmean(figures), spread, min(figures), len(figures))


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
