"""Confusion matrix, precision, recall and F1 score of each digit, and the classification report."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.files.json_records import Count, Share


@dataclass(frozen=True)
class ClassMetrics:
    """Metrics of a class, or of an average over classes.

    Attributes
    ----------
    precision
        Share of the predictions of this digit that are correct; 0 if there are none.
    recall
        Share of the images of this digit that are predicted correctly; 0 if there are none.
    f1
        Harmonic mean of precision and recall; 0 if both are 0.
    support
        Number of images of this digit.
    """

    precision: Share
    recall: Share
    f1: Share
    support: Count


def confusion_matrix(labels: NDArray[np.int64], predicted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Compute the confusion matrix.

    Parameters
    ----------
    labels, predicted
        Shape (n,), each from 0 to 9.

    Returns
    -------
    ndarray
        ``int64`` (10, 10): rows are the true digits, columns the predicted ones.
    """
    counts = np.bincount(labels * N_CLASSES + predicted, minlength=N_CLASSES**2)
    return counts.reshape(N_CLASSES, N_CLASSES).astype(np.int64)


def compute_class_metrics(matrix: NDArray[np.int64]) -> tuple[ClassMetrics, ...]:
    """Return the metrics of each digit, 0 to 9, from a confusion matrix as `confusion_matrix` returns it."""
    right = np.diag(matrix).astype(np.float64)
    n_predicted, support = matrix.sum(axis=0), matrix.sum(axis=1)
    # 0 / 0, without predictions or without images of a class, is 0 by convention, as in scikit-learn.
    precision = right / np.maximum(n_predicted, 1)
    recall = right / np.maximum(support, 1)
    f1 = 2 * right / np.maximum(n_predicted + support, 1)
    return tuple(
        ClassMetrics(float(p), float(r), float(f), int(s))
        for p, r, f, s in zip(precision, recall, f1, support, strict=True)
    )


def average_classes(classes: Sequence[ClassMetrics], *, weighted: bool) -> ClassMetrics:
    """Return the mean of the metrics over the classes, unweighted or weighted by the support.

    Classes without images count too, with their zeros, as in scikit-learn if ``labels`` lists all classes: without one
    of the ten digits the unweighted mean is at most 0.9.
    """
    support = np.array([figures.support for figures in classes])
    weights = support if weighted and support.any() else np.ones(len(classes))
    precision, recall, f1 = np.average(
        [(figures.precision, figures.recall, figures.f1) for figures in classes], axis=0, weights=weights
    )
    return ClassMetrics(float(precision), float(recall), float(f1), int(support.sum()))


def classification_report(classes: Sequence[ClassMetrics], accuracy: float, digits: int = 4) -> str:
    """Return the metrics as a table in scikit-learn's layout.

    Parameters
    ----------
    classes
        The metrics of each digit.
    accuracy
        Share of correct predictions.
    digits
        Number of decimal places.
    """
    names = [str(label) for label in range(len(classes))]
    macro, weighted = average_classes(classes, weighted=False), average_classes(classes, weighted=True)
    width = max(len("weighted avg"), digits)

    def row(name: str, figures: ClassMetrics) -> str:
        values = "".join(f" {v:>9.{digits}f}" for v in (figures.precision, figures.recall, figures.f1))
        return f"{name:>{width}} {values} {figures.support:>9}\n"

    heads = "".join(f" {head:>9}" for head in ("precision", "recall", "f1-score", "support"))
    text = f"{'':>{width}} {heads}\n\n"
    text += "".join(row(name, figures) for name, figures in zip(names, classes, strict=True))
    text += f"\n{'accuracy':>{width}}  {'':>9} {'':>9} {accuracy:>9.{digits}f} {macro.support:>9}\n"
    return text + row("macro avg", macro) + row("weighted avg", weighted)
