"""Evaluation of a reader on labelled pictures, end to end, as in `inkdigits read`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.data.images import LabelledImages, LabelledPictures
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError, MissingExtraError, PictureError
from inkdigits.evaluation import per_class
from inkdigits.evaluation.alignment import align
from inkdigits.evaluation.calibration import expected_calibration_error
from inkdigits.evaluation.metrics import MAX_MISTAKES
from inkdigits.evaluation.pages import PageMetrics, compute_page_metrics
from inkdigits.evaluation.result import Evaluation, Mistake
from inkdigits.evaluation.statistics import wilson_interval
from inkdigits.files.json_records import to_json
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.reading import Digit, Reading

if TYPE_CHECKING:
    from inkdigits.pictures.io.decode import PictureSource

_LEAST_PROBABILITY = float(np.finfo(np.float32).eps)


class NumberMistake(msgspec.Struct, frozen=True):
    """A number that was read wrongly."""

    index: int
    """Index of the picture in the data set."""
    label: str
    text: str
    """The text that was read."""


class NumberMetrics(msgspec.Struct, frozen=True, kw_only=True, rename={"mistakes": "number_mistakes"}):
    """Metrics of whole numbers.

    Attributes
    ----------
    n_numbers
        Number of pictures, each of one number.
    number_accuracy, number_accuracy_interval
        Share of numbers that are read exactly, and its 95% Wilson interval.
    digit_accuracy
        Share of the labels' digits that are read correctly, in the alignment with the smallest edit distance.
    coverage
        Share of numbers without a rejected digit.
    accepted_error
        Error rate among these, or None if there are none.
    mistakes
        At most 100, in the order of the data set.
    """

    n_numbers: int
    number_accuracy: float
    number_accuracy_interval: tuple[float, float]
    digit_accuracy: float
    coverage: float
    accepted_error: float | None
    mistakes: tuple[NumberMistake, ...]


@dataclass(frozen=True)
class ReadingEvaluation:
    """The result of an evaluation on labelled pictures.

    Attributes
    ----------
    digits
        Metrics over all digits of all labels. A missing digit, or several digits in a picture of one digit, is an
        error without a prediction: it is not counted in the confusion matrix.
    numbers
        Metrics of whole numbers if any label has several digits, else None.
    n_unreadable
        Number of files that could not be read and were skipped.
    pages
        Metrics of pages if there are any, else None.
    """

    digits: Evaluation
    numbers: NumberMetrics | None
    n_unreadable: int
    pages: PageMetrics | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the metrics by name; with whole numbers, coverage and accepted error are those of the numbers."""
        numbers = {} if self.numbers is None else to_json(self.numbers)
        pages = {} if self.pages is None else to_json(self.pages)
        return {**self.digits.to_json(), **numbers, **pages, "n_unreadable": self.n_unreadable}


class PictureReader(Protocol):
    """Reads pictures, in this process or in others: `inkdigits.workers`."""

    def read_all(
        self, pictures: "Iterable[PictureSource]"
    ) -> Iterator[Reading | PictureError | MissingExtraError]:
        """Yield the reading of each picture or its error, in the order of the pictures."""


def evaluate_reading(
    reader: PictureReader,
    data: LabelledImages | LabelledPictures,
    *,
    card: ModelCard,
    on_failure: Callable[[Exception], None],
    progress: Progress | None = None,
) -> ReadingEvaluation:
    """Evaluate a reader on a data set of pictures.

    Parameters
    ----------
    reader
        The reader.
    data
        Images or picture files, with labels of one or several digits.
    card
        The model card of the classifier: its name and thresholds are part of the result.
    on_failure
        Called with the error of each picture that cannot be read; the picture is skipped.
    progress
        Called as ``progress(message, done, total)`` with the number of pictures.

    Raises
    ------
    DataError
        If no picture can be read.
    """
    sources: Sequence[Any] = list(data.images) if isinstance(data, LabelledImages) else data.paths
    labels = [str(label) for label in data.labels]
    progress = progress or ignore_progress
    read: list[tuple[int, str, Reading]] = []
    for i, (label, outcome) in enumerate(zip(labels, reader.read_all(sources), strict=True)):
        if isinstance(outcome, Reading):
            read.append((i, label, outcome))
        else:
            on_failure(outcome)
        progress("Reading the pictures", i + 1, len(labels))
    if not read:
        raise DataError(f"no picture of {data.name} can be read; give at least one readable picture")
    lines = (data.pages if isinstance(data, LabelledPictures) else ()) or (None,) * len(labels)
    pages = [(wanted, reading) for i, _, reading in read if (wanted := lines[i]) is not None]
    numbers = [each for each in read if lines[each[0]] is None]
    is_single = all(len(label) == 1 for _, label, _ in numbers)
    return ReadingEvaluation(
        _compute_digit_metrics(read, data.name, card),
        None if is_single else _compute_number_metrics(numbers),
        len(labels) - len(read),
        compute_page_metrics(pages) if pages else None,
    )


def _found(reading: Reading) -> list[Digit]:
    """Return the digits of a reading without blank cells."""
    return [digit for digit in reading.digits if digit.label is not None]


def _is_accepted(reading: Reading) -> bool:
    found = _found(reading)
    return bool(found) and all(digit.rejected is None for digit in found)


def _is_right(reading: Reading, label: str) -> bool:
    """Return whether the reading is one number with the digits of the label; rejected digits count too."""
    return len(reading.numbers) == 1 and [str(digit.label) for digit in _found(reading)] == list(label)


def _pairs(label: str, reading: Reading) -> list[tuple[int, Digit | None]]:
    """Return each digit of a label with the digit that was read, or with None."""
    found = _found(reading)
    if len(label) == 1:
        return [(int(label), found[0] if len(found) == 1 else None)]
    return [
        (int(true), None if place is None else found[place])
        for true, place in zip(label, align(label, [str(digit.label) for digit in found]), strict=True)
    ]


def _compute_number_metrics(read: list[tuple[int, str, Reading]]) -> NumberMetrics:
    right = np.array([_is_right(reading, label) for _, label, reading in read])
    accepted = np.array([_is_accepted(reading) for _, _, reading in read])
    pairs = [pair for _, label, reading in read for pair in _pairs(label, reading)]
    wrong = [read[i] for i in np.flatnonzero(~right)[:MAX_MISTAKES]]
    return NumberMetrics(
        n_numbers=len(read),
        number_accuracy=float(right.mean()),
        number_accuracy_interval=wilson_interval(int(right.sum()), len(read)),
        digit_accuracy=sum(digit is not None and digit.label == true for true, digit in pairs) / len(pairs),
        coverage=float(accepted.mean()),
        accepted_error=float((~right[accepted]).mean()) if accepted.any() else None,
        mistakes=tuple(NumberMistake(index, label, reading.text) for index, label, reading in wrong),
    )


def _compute_digit_metrics(
    read: list[tuple[int, str, Reading]], data_name: str, card: ModelCard
) -> Evaluation:
    pairs = [(i, *pair) for i, label, reading in read for pair in _pairs(label, reading)]
    n = len(pairs)
    indices = np.array([i for i, _, _ in pairs])
    labels = np.array([true for _, true, _ in pairs])
    found = np.array([digit is not None for _, _, digit in pairs])
    # A missing digit has a uniform distribution over the classes, and no prediction.
    probabilities = np.stack([_probabilities(digit) for _, _, digit in pairs])
    predicted = np.where(found, probabilities.argmax(axis=1), -1)
    confidences = np.where(found, probabilities.max(axis=1), 0.0)
    accepted = np.array([digit is not None and digit.rejected is None for _, _, digit in pairs])
    right = predicted == labels
    losses = -np.log(np.clip(probabilities[np.arange(n), labels], _LEAST_PROBABILITY, 1.0))
    matrix = per_class.confusion_matrix(labels[found], predicted[found])
    classes = per_class.compute_class_metrics(matrix)
    wrong = np.flatnonzero(found & ~right)
    wrong = wrong[np.argsort(-confidences[wrong], kind="stable")][:MAX_MISTAKES]
    return Evaluation(
        model=card.name,
        data=data_name,
        n=n,
        n_errors=n - int(right.sum()),
        accuracy=float(right.mean()),
        accuracy_interval=wilson_interval(int(right.sum()), n),
        loss=float(losses.mean()),
        ece=expected_calibration_error(confidences, right),
        threshold=card.threshold,
        is_digit_threshold=card.is_digit_threshold,
        coverage=float(accepted.mean()),
        accepted_error=float((~right[accepted]).mean()) if accepted.any() else None,
        confusion_matrix=matrix,
        per_class=classes,
        macro_average=per_class.average_classes(classes, weighted=False),
        weighted_average=per_class.average_classes(classes, weighted=True),
        mistakes=tuple(
            Mistake(int(indices[i]), int(labels[i]), int(predicted[i]), float(confidences[i])) for i in wrong
        ),
        without_label_errors=None,
    )


def _probabilities(digit: Digit | None) -> NDArray[np.float64]:
    if digit is None or digit.label is None:
        return np.full(N_CLASSES, 1 / N_CLASSES)
    probabilities = np.zeros(N_CLASSES)
    for label, probability in ((digit.label, digit.confidence), *digit.alternatives):
        probabilities[label] = min(probability, 1.0)
    return probabilities
