"""The result of an evaluation: the metrics of one recogniser on one data set."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.evaluation import per_class
from inkdigits.evaluation.per_class import ClassMetrics


@dataclass(frozen=True)
class Mistake:
    """A misclassified image.

    Attributes
    ----------
    index
        Its index in the data set, from 0.
    label
        Its label.
    predicted
        The predicted digit.
    confidence
        The probability of the predicted digit, in [0, 1].
    """

    index: int
    label: int
    predicted: int
    confidence: float

    def to_json(self) -> dict[str, float | int]:
        """Return the four values by name."""
        return {
            "index": self.index,
            "label": self.label,
            "predicted": self.predicted,
            "confidence": self.confidence,
        }


@dataclass(frozen=True)
class WithoutLabelErrors:
    """The main metrics without the images whose label is known to be wrong.

    Attributes
    ----------
    n, n_errors, accuracy, accuracy_interval, loss
        As in `Evaluation`, over the remaining images.
    """

    n: int
    n_errors: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    loss: float

    def to_json(self) -> dict[str, Any]:
        """Return the five metrics by name."""
        return {
            "n": self.n,
            "n_errors": self.n_errors,
            "accuracy": self.accuracy,
            "accuracy_interval": list(self.accuracy_interval),
            "loss": self.loss,
        }


@dataclass(frozen=True)
class Evaluation:
    """All metrics of one recogniser on one data set.

    Attributes
    ----------
    model, data
        Names of the model and of the data set.
    n, n_errors
        Number of images, and number of misclassified images.
    accuracy, accuracy_interval
        Share of correct predictions, and its 95% Wilson interval.
    loss
        Mean cross-entropy, in nats.
    ece
        Expected calibration error over 15 bins of equal width, in [0, 1].
    threshold, is_digit_threshold
        Smallest confidence, and smallest `Scores.is_digit`, of an accepted prediction.
    coverage
        Share of accepted predictions.
    accepted_error
        Error rate among the accepted predictions, or None if none is accepted.
    confusion_matrix
        ``int64`` (10, 10): rows are the true digits, columns the predicted ones.
    per_class
        Metrics of each digit, 0 to 9.
    macro_average, weighted_average
        Means of these over the ten digits, unweighted and weighted by the support.
    mistakes
        At most 100 misclassified images, in order of decreasing confidence.
    without_label_errors
        The main metrics without known label errors, or None if no label errors are known.
    """

    model: str
    data: str
    n: int
    n_errors: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    loss: float
    ece: float
    threshold: float
    is_digit_threshold: float
    coverage: float
    accepted_error: float | None
    confusion_matrix: NDArray[np.int64]
    per_class: tuple[ClassMetrics, ...]
    macro_average: ClassMetrics
    weighted_average: ClassMetrics
    mistakes: tuple[Mistake, ...]
    without_label_errors: WithoutLabelErrors | None

    def to_json(self) -> dict[str, Any]:
        """Return the metrics by name, as values that `json.dumps` accepts."""
        return {
            "model": self.model,
            "data": self.data,
            "n": self.n,
            "n_errors": self.n_errors,
            "accuracy": self.accuracy,
            "accuracy_interval": list(self.accuracy_interval),
            "loss": self.loss,
            "ece": self.ece,
            "threshold": self.threshold,
            "is_digit_threshold": self.is_digit_threshold,
            "coverage": self.coverage,
            "accepted_error": self.accepted_error,
            "confusion_matrix": self.confusion_matrix.tolist(),
            "per_class": [{"label": label, **each.to_json()} for label, each in enumerate(self.per_class)],
            "macro_average": self.macro_average.to_json(),
            "weighted_average": self.weighted_average.to_json(),
            "mistakes": [mistake.to_json() for mistake in self.mistakes],
            "without_label_errors": self.without_label_errors and self.without_label_errors.to_json(),
        }

    def classification_report(self, digits: int = 4) -> str:
        """Return the metrics of each digit as a table in scikit-learn's layout, with ``digits`` decimal places."""
        return per_class.classification_report(self.per_class, self.accuracy, digits)
