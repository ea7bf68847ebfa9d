"""The figures of one recogniser on one data set, and how they are stored."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.evaluation import per_class
from inkdigits.evaluation.per_class import ClassFigures


@dataclass(frozen=True)
class Mistake:
    """An image that was read wrongly.

    Attributes
    ----------
    index
        Its place in the data set, from 0.
    label
        What it is said to show.
    predicted
        What was read.
    confidence
        How sure the recogniser was of that, in [0, 1].
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
    """The chief figures once the images whose label is known to be wrong are left out.

    Attributes
    ----------
    n, n_errors, accuracy, accuracy_interval, loss
        As in `Evaluation`, over the images that are left.
    """

    n: int
    n_errors: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    loss: float

    def to_json(self) -> dict[str, Any]:
        """Return the five figures by name."""
        return {
            "n": self.n,
            "n_errors": self.n_errors,
            "accuracy": self.accuracy,
            "accuracy_interval": list(self.accuracy_interval),
            "loss": self.loss,
        }


@dataclass(frozen=True)
class Evaluation:
    """Every figure of one recogniser on one data set.

    Attributes
    ----------
    model, data
        What was evaluated, on what.
    n, n_errors
        Images, and those whose most probable digit is not the label.
    accuracy, accuracy_interval
        Share of right readings, and its 95% Wilson interval.
    loss
        Mean cross-entropy, in nats.
    ece
        Expected calibration error over 15 bins of equal width, in [0, 1].
    threshold, is_digit_threshold
        The least confidence, and the least `Scores.is_digit`, with which a reading is accepted.
    coverage
        Share of readings that are accepted.
    accepted_error
        Share of wrong ones among these, or None if none is accepted.
    confusion_matrix
        ``int64`` (10, 10): rows are the true digits, columns the predicted ones.
    per_class
        Figures of each digit, 0 to 9.
    macro_average, weighted_average
        Means of these over all ten digits, each alike or each weighted by its support.
    mistakes
        At most 100, the most confident first.
    without_label_errors
        The chief figures without known label errors, or None where none is known.
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
    per_class: tuple[ClassFigures, ...]
    macro_average: ClassFigures
    weighted_average: ClassFigures
    mistakes: tuple[Mistake, ...]
    without_label_errors: WithoutLabelErrors | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name, as plain values that `json.dumps` takes."""
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
        """Return the figures of each digit as a table in scikit-learn's layout, with ``digits`` decimals."""
        return per_class.classification_report(self.per_class, self.accuracy, digits)
