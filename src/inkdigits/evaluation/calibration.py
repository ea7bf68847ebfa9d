"""Calibration of confidences: reliability, expected calibration error, risk and coverage."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

N_BINS = 15
"""Number of bins of equal width in which confidence and accuracy are compared, as in Guo et al."""


@dataclass(frozen=True)
class ReliabilityBins:
    """Confidence and accuracy of predictions, in bins of equal width over [0, 1].

    Attributes
    ----------
    edges
        ``float64`` (n_bins + 1,); a bin includes its upper edge, and the first bin includes 0.
    counts
        ``int64`` (n_bins,): number of predictions in each bin.
    confidence
        ``float64`` (n_bins,): mean confidence in each bin, 0 if it is empty.
    accuracy
        ``float64`` (n_bins,): share of correct predictions in each bin, 0 if it is empty.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def expected_calibration_error(self) -> float:
        """The mean absolute difference between confidence and accuracy, weighted by the counts, in [0, 1]."""
        return float(np.average(np.abs(self.confidence - self.accuracy), weights=self.counts))


def reliability(
    confidences: NDArray[np.floating[Any]], correct: NDArray[np.bool_], n_bins: int = N_BINS
) -> ReliabilityBins:
    """Group predictions into bins by their confidence.

    Parameters
    ----------
    confidences
        Shape (n,), each in [0, 1]: the probability of the predicted class.
    correct
        Shape (n,): whether the prediction is correct.
    n_bins
        Number of bins.
    """
    # The bins are computed from the returned edges, so that both agree exactly.
    edges = np.linspace(0, 1, n_bins + 1)
    bins = np.clip(np.searchsorted(edges, confidences, side="left") - 1, 0, n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins).astype(np.int64)
    divisors = np.maximum(counts, 1)
    confidence = np.bincount(bins, weights=confidences, minlength=n_bins) / divisors
    accuracy = np.bincount(bins, weights=correct, minlength=n_bins) / divisors
    return ReliabilityBins(edges, counts, confidence, accuracy)


def expected_calibration_error(confidences: NDArray[np.floating[Any]], correct: NDArray[np.bool_]) -> float:
    """Return the expected calibration error of one or more predictions, in [0, 1].

    Parameters
    ----------
    confidences, correct
        As in `reliability`.

    Notes
    -----
    C. Guo, G. Pleiss, Y. Sun and K. Weinberger, *On calibration of modern neural networks*, ICML 2017, eq. 3.
    """
    return reliability(confidences, correct).expected_calibration_error


def risk_coverage_curve(
    confidences: NDArray[np.floating[Any]], correct: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the risk-coverage curve: the error rate when only the most confident predictions are accepted.

    Parameters
    ----------
    confidences, correct
        As in `reliability`; at least one prediction.

    Returns
    -------
    coverage
        ``float64`` (n,), increasing from 1/n to 1: share of accepted predictions.
    risk
        ``float64`` (n,): share of wrong predictions among the accepted ones.

    Notes
    -----
    R. El-Yaniv and Y. Wiener, *On the foundations of noise-free selective classification*, JMLR 11, 2010. Ties are
    resolved pessimistically: of predictions with the same confidence, wrong ones are accepted first.
    """
    order = np.lexsort((correct, -np.asarray(confidences, np.float64)))
    accepted = np.arange(1, len(order) + 1)
    return accepted / len(order), np.cumsum(~correct[order]) / accepted


def risk_at_coverage(
    coverage: float, confidences: NDArray[np.floating[Any]], correct: NDArray[np.bool_]
) -> float:
    """Return the error rate among the most confident predictions, in [0, 1].

    Parameters
    ----------
    coverage
        Their share of all predictions, in [0, 1]; at least one prediction counts.
    confidences, correct
        As in `reliability`.
    """
    _, risks = risk_coverage_curve(confidences, correct)
    return float(risks[max(1, round(coverage * len(risks))) - 1])


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert logits to probabilities, both (n, 10)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities
