"""Whether one recipe or one model is really better than another, or merely luckier."""

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import DataError
from inkdigits.evaluation.statistics import bootstrap_interval

EXACT_UP_TO = 12
"""Pairs up to which every pattern of signs is gone through: 4,096 of them."""

DRAWS = 100_000
"""Patterns of signs that are drawn where there are more."""


@dataclass(frozen=True)
class Comparison:
    """Two recipes over the same random seeds.

    Attributes
    ----------
    n
        Number of pairs.
    mean_difference
        Of the second recipe's figure less the first one's.
    interval
        The 95% bootstrap interval of that mean; None for a single pair.
    p_value
        How often a difference as large, either way, comes by chance where the recipes are alike.
    least_p_value
        The smallest p-value that so many pairs can give: with fewer than six it is above 0.05, and no difference
        can be proven.
    """

    n: int
    mean_difference: float
    interval: tuple[float, float] | None
    p_value: float
    least_p_value: float

    def __str__(self) -> str:
        """Return the difference in percentage points, and what it proves."""
        text = f"{100 * self.mean_difference:+.3f} points"
        if self.interval is not None:
            low, high = (100 * end for end in self.interval)
            text += f" (95% interval {low:+.3f} to {high:+.3f})"
        text += f" over {self.n} pairs of runs, p = {self.p_value:.4f}"
        if self.least_p_value > 0.05:
            text += ": too few pairs to prove any difference, six can"
        return text


def compare_pairs(first: Sequence[float], second: Sequence[float], seed: int = 0) -> Comparison:
    """Compare two recipes' figures, such as the accuracy, over the same random seeds.

    Parameters
    ----------
    first, second
        A figure for each seed, in the same order of seeds.
    seed
        Of the patterns of signs that are drawn where there are more than twelve pairs.

    Raises
    ------
    DataError
        If there are no pairs, or figures without a partner.

    Notes
    -----
    The paired permutation test: were the recipes alike, each pair could as well stand the other way round. R. A.
    Fisher, *The Design of Experiments* (1935), section 21.
    """
    if len(first) != len(second) or not first:
        raise DataError(
            f"recipes are compared by pairs of runs with the same seed, but there are {len(first)} and {len(second)}"
        )
    differences = np.subtract(second, first, dtype=np.float64)
    n = len(differences)
    return Comparison(
        n,
        statistics.fmean(differences),
        bootstrap_interval(differences.tolist()) if n > 1 else None,
        _sign_flip_p_value(differences, seed),
        2.0 ** (1 - n),
    )


def _sign_flip_p_value(differences: NDArray[np.float64], seed: int) -> float:
    n = len(differences)
    exact = n <= EXACT_UP_TO
    if exact:
        signs = np.array(list(itertools.product((-1, 1), repeat=n)))
    else:
        signs = np.random.default_rng(seed).choice(np.array([-1, 1]), size=(DRAWS, n))
    sums = np.abs(signs @ differences)
    seen = abs(float(differences.sum()))
    # Sums of the same terms in another order differ in their last bits.
    as_large = int(np.count_nonzero(sums >= seen - 1e-9 * np.abs(differences).sum()))
    # Where patterns are drawn, the one that was seen is one of them.
    return as_large / len(signs) if exact else (as_large + 1) / (DRAWS + 1)


def mcnemar_p_value(n_first_only: int, n_second_only: int) -> float:
    """Return how often two equally good models part so unevenly on the same images.

    Parameters
    ----------
    n_first_only, n_second_only
        Images that the first model alone reads right, and the second alone; the others say nothing.

    Returns
    -------
    float
        The exact two-sided p-value, in (0, 1].

    Raises
    ------
    DataError
        If a number is negative.

    Notes
    -----
    Q. McNemar, *Note on the sampling error of the difference between correlated proportions or percentages*,
    Psychometrika 12 (1947), p. 153-157; in its exact form, a sign test.
    """
    if min(n_first_only, n_second_only) < 0:
        raise DataError(f"numbers of images are 0 or more, but {n_first_only} and {n_second_only} were given")
    n = n_first_only + n_second_only
    tail = term = 1  # the term is n over k, in whole numbers of any length
    for k in range(min(n_first_only, n_second_only)):
        term = term * (n - k) // (k + 1)
        tail += term
    return min(1.0, float(2 * tail / 2**n))
