"""Significance tests: a paired permutation test for recipes, McNemar's test for models."""

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Recogniser
from inkdigits.data.images import LabelledImages
from inkdigits.errors import DataError
from inkdigits.evaluation.statistics import bootstrap_interval

EXACT_UP_TO = 12
"""Largest number of pairs for which all sign patterns are enumerated: 4,096 patterns."""

DRAWS = 100_000
"""Number of random sign patterns for more pairs."""


@dataclass(frozen=True)
class Comparison:
    """The comparison of two recipes over the same random seeds.

    Attributes
    ----------
    n
        Number of pairs.
    mean_difference
        Mean of the second recipe's metric minus the first one's.
    interval
        The 95% bootstrap interval of that mean; None for a single pair.
    p_value
        Two-sided p-value of the null hypothesis that the recipes are equally good.
    least_p_value
        The smallest p-value that is possible with ``n`` pairs. With fewer than six pairs it is above 0.05, and no
        difference can be significant.
    """

    n: int
    mean_difference: float
    interval: tuple[float, float] | None
    p_value: float
    least_p_value: float

    def __str__(self) -> str:
        """Return the difference in percentage points, its interval and its p-value."""
        text = f"{100 * self.mean_difference:+.3f} points"
        if self.interval is not None:
            low, high = (100 * end for end in self.interval)
            text += f" (95% interval {low:+.3f} to {high:+.3f})"
        text += f" over {self.n} pairs of runs, p = {self.p_value:.4f}"
        if self.least_p_value > 0.05:
            text += ": too few pairs for a significant difference, use six or more"
        return text


def compare_pairs(first: Sequence[float], second: Sequence[float], seed: int = 0) -> Comparison:
    """Compare a metric of two recipes, such as the accuracy, over the same random seeds.

    Parameters
    ----------
    first, second
        The metric for each seed, in the same order of seeds.
    seed
        Random seed of the sign patterns if there are more than twelve pairs.

    Raises
    ------
    DataError
        If there are no pairs, or if the lengths differ.

    Notes
    -----
    The paired permutation test: under the null hypothesis the signs of the differences are exchangeable. R. A.
    Fisher, *The Design of Experiments* (1935), section 21.
    """
    if len(first) != len(second) or not first:
        raise DataError(
            f"expected one run of each recipe per seed, but got {len(first)} and {len(second)} runs; sweep both "
            "recipes over the same seeds"
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
    observed = abs(float(differences.sum()))
    # Sums of the same terms in another order differ by rounding.
    n_as_large = int(np.count_nonzero(sums >= observed - 1e-9 * np.abs(differences).sum()))
    # The observed pattern is counted among the random ones.
    return n_as_large / len(signs) if exact else (n_as_large + 1) / (DRAWS + 1)


@dataclass(frozen=True)
class ModelComparison:
    """The comparison of one model with another on the same images.

    Attributes
    ----------
    model
        Name of the other model.
    n_this_only, n_other_only
        Number of images that only this model reads correctly, and that only the other one does.
    p_value
        Of McNemar's exact test that both have the same accuracy.
    """

    model: str
    n_this_only: int
    n_other_only: int
    p_value: float


def compare_models(
    this: Recogniser, other: Recogniser, data: LabelledImages, other_name: str
) -> ModelComparison:
    """Count the images that only one of two models reads correctly, and test whether the counts differ.

    Parameters
    ----------
    this, other
        The models.
    data
        Digit images with their labels.
    other_name
        Name of the other model, for the result.
    """
    this_correct, other_correct = (each.score(data.images).labels == data.labels for each in (this, other))
    n_this_only = int((this_correct & ~other_correct).sum())
    n_other_only = int((other_correct & ~this_correct).sum())
    return ModelComparison(other_name, n_this_only, n_other_only, mcnemar_p_value(n_this_only, n_other_only))


def mcnemar_p_value(n_first_only: int, n_second_only: int) -> float:
    """Return the p-value of McNemar's exact test that two models have the same accuracy on the same images.

    Parameters
    ----------
    n_first_only, n_second_only
        Number of images that only the first model reads correctly, and that only the second one does. The other
        images do not enter the test.

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
        raise DataError(f"expected numbers of images, 0 or more, but got {n_first_only} and {n_second_only}")
    n = n_first_only + n_second_only
    tail = term = 1  # the term is the binomial coefficient, as an exact integer
    for k in range(min(n_first_only, n_second_only)):
        term = term * (n - k) // (k + 1)
        tail += term
    return min(1.0, float(2 * tail / 2**n))
