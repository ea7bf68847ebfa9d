"""Whether a confidence means what it says."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_BINS = 15
"""Bins of equal width in which confidence and accuracy are compared, as is usual since Guo et al."""


@dataclass(frozen=True)
class ReliabilityBins:
    """Confidence and accuracy of predictions, gathered in bins of equal width over [0, 1].

    Attributes
    ----------
    edges
        ``float64`` (n_bins + 1,); a bin holds its upper edge, and the first holds 0 as well.
    counts
        ``int64`` (n_bins,): predictions in each bin.
    confidence
        ``float64`` (n_bins,): their mean confidence, 0 where there are none.
    accuracy
        ``float64`` (n_bins,): the share of them that is right, 0 where there are none.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def expected_calibration_error(self) -> float:
        """The mean distance between confidence and accuracy over all predictions, in [0, 1]."""
        return float(np.average(np.abs(self.confidence - self.accuracy), weights=self.counts))


def reliability(
    confidences: NDArray[np.floating[Any]], correct: NDArray[np.bool_], n_bins: int = N_BINS
) -> ReliabilityBins:
    """Gather predictions in bins by their confidence.

    Parameters
    ----------
    confidences
        Shape (n,), each in [0, 1]: the probability of the predicted class.
    correct
        Shape (n,): whether the prediction is right.
    n_bins
        Number of bins.
    """
    # Edges first, so that a bin means the same to whoever reads them.
    edges = np.linspace(0, 1, n_bins + 1)
    bins = np.clip(np.searchsorted(edges, confidences, side="left") - 1, 0, n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins).astype(np.int64)
    divisors = np.maximum(counts, 1)
    confidence = np.bincount(bins, weights=confidences, minlength=n_bins) / divisors
    accuracy = np.bincount(bins, weights=correct, minlength=n_bins) / divisors
    return ReliabilityBins(edges, counts, confidence, accuracy)


def expected_calibration_error(
    confidences: NDArray[np.floating[Any]], correct: NDArray[np.bool_], n_bins: int = N_BINS
) -> float:
    """Return the mean distance between confidence and accuracy, in [0, 1]; at least one prediction is needed.

    Parameters
    ----------
    confidences, correct, n_bins
        As in `reliability`.

    Notes
    -----
    C. Guo, G. Pleiss, Y. Sun and K. Weinberger, *On calibration of modern neural networks*, ICML 2017, eq. 3.
    """
    return reliability(confidences, correct, n_bins).expected_calibration_error


def risk_by_coverage(
    confidences: NDArray[np.floating[Any]], correct: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many mistakes are made where only the most confident predictions are accepted.

    Parameters
    ----------
    confidences, correct
        As in `reliability`; at least one prediction.

    Returns
    -------
    coverage
        ``float64`` (n,), rising from 1/n to 1: the share of the predictions that is accepted.
    risk
        ``float64`` (n,): the share of the accepted ones that is wrong.

    Notes
    -----
    R. El-Yaniv and Y. Wiener, *On the foundations of noise-free selective classification*, JMLR 11, 2010. Among
    predictions of the same confidence the mistakes are counted first, so that no tie flatters.
    """
    order = np.lexsort((correct, -np.asarray(confidences, np.float64)))
    accepted = np.arange(1, len(order) + 1)
    return accepted / len(order), np.cumsum(~correct[order]) / accepted


def risk_at(coverage: float, confidences: NDArray[np.floating[Any]], correct: NDArray[np.bool_]) -> float:
    """Return the share of mistakes among the most confident predictions, ``coverage`` of all, in [0, 1]."""
    _, risks = risk_by_coverage(confidences, correct)
    return float(risks[max(1, round(coverage * len(risks))) - 1])
