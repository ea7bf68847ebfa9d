"""The result of an evaluation: the metrics of one recogniser on one data set."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.evaluation import per_class
from inkdigits.evaluation.per_class import ClassMetrics
from inkdigits.files.json_records import Count, DigitLabel, Share, from_json, to_json
from inkdigits.runs.run_directory import EVALUATION, damaged_file, read_json

_TEN = msgspec.Meta(min_length=N_CLASSES, max_length=N_CLASSES)
_MATRIX = Annotated[list[Annotated[list[Count], _TEN]], _TEN]


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

    index: Count
    label: DigitLabel
    predicted: DigitLabel
    confidence: Share


@dataclass(frozen=True)
class WithoutLabelErrors:
    """The main metrics without the images whose label is known to be wrong.

    Attributes
    ----------
    n, n_errors, accuracy, accuracy_interval, loss
        As in `Evaluation`, over the remaining images.
    """

    n: Count
    n_errors: Count
    accuracy: Share
    accuracy_interval: tuple[Share, Share]
    loss: float


@dataclass(frozen=True, kw_only=True)
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
        Means of these over the ten digits, unweighted and weighted by the support. A digit without images counts with
        its zeros.
    mistakes
        At most 100 misclassified images, in order of decreasing confidence.
    without_label_errors
        The main metrics without known label errors, or None if no label errors are known.
    """

    # The defaults are for the files of earlier versions.
    model: str
    data: str = ""
    n: Count
    n_errors: Count
    accuracy: Share
    accuracy_interval: tuple[Share, Share]
    loss: float
    ece: Share
    threshold: float = 0.0
    is_digit_threshold: float = 0.0
    coverage: Share
    accepted_error: Share | None = None
    confusion_matrix: NDArray[np.int64]
    per_class: Annotated[tuple[ClassMetrics, ...], _TEN]
    macro_average: ClassMetrics
    weighted_average: ClassMetrics
    mistakes: tuple[Mistake, ...]
    without_label_errors: WithoutLabelErrors | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the metrics by name, as values that `json.dumps` accepts."""
        content: dict[str, Any] = to_json(self, convert=np.ndarray.tolist)
        content["per_class"] = [{"label": label, **each} for label, each in enumerate(content["per_class"])]
        return content

    @staticmethod
    def from_json(content: Any) -> "Evaluation":
        """Create an evaluation from the result of `to_json`.

        Raises
        ------
        ValueError
            If a field is missing, or has another type or range; the message is one line.
        """
        return from_json(content, Evaluation, lambda _, rows: np.array(from_json(rows, _MATRIX)))

    def classification_report(self, digits: int = 4) -> str:
        """Return the metrics of each digit as a table in scikit-learn's layout, with ``digits`` decimal places."""
        return per_class.classification_report(self.per_class, self.accuracy, digits)


def read_evaluation(run: Path) -> Evaluation:
    """Read ``evaluation.json`` of a run, and check that its counts are consistent.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    path = run / EVALUATION
    try:
        evaluation = Evaluation.from_json(read_json(run, EVALUATION))
    except ValueError as error:
        raise damaged_file(path, error) from error
    n, supports = evaluation.n, [row.support for row in evaluation.per_class]
    read = evaluation.confusion_matrix.sum(axis=1).tolist()
    if n < 1 or read != supports or sum(supports) != n:
        raise damaged_file(
            path,
            f"it has {n} test images, but {sum(supports)} by digit, and {sum(read)} in the confusion matrix",
        )
    if any(mistake.index >= n for mistake in evaluation.mistakes):
        raise damaged_file(path, f"a mistake has an index beyond the {n} test images")
    return evaluation
