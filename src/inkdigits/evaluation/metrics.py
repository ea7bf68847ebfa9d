"""Evaluation of a recogniser on labelled digit images."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES, Recogniser, Scores, check_digit_images, check_labels
from inkdigits.data.images import LabelledImages
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError, ModelError
from inkdigits.evaluation import per_class
from inkdigits.evaluation.calibration import expected_calibration_error
from inkdigits.evaluation.result import Evaluation, Mistake, WithoutLabelErrors
from inkdigits.evaluation.statistics import wilson_interval

MAX_MISTAKES = 100
"""Largest number of mistakes that an evaluation lists."""

BATCH_SIZE = 1000
"""Images scored at once: enough to use two cores fully, and less than one megabyte."""

_LEAST_PROBABILITY = float(np.finfo(np.float32).eps)


def evaluate(
    recogniser: Recogniser,
    data: LabelledImages,
    *,
    model_name: str,
    threshold: float = 0.0,
    is_digit_threshold: float = 0.0,
    label_errors: Iterable[int] = (),
    batch_size: int = BATCH_SIZE,
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate a recogniser on a data set.

    Parameters
    ----------
    recogniser
        Any object with the method ``score``.
    data
        Digit images, ``uint8`` (n, 28, 28), with their labels.
    model_name
        Name of the model in the result.
    threshold, is_digit_threshold
        Smallest confidence, and smallest `Scores.is_digit`, of an accepted prediction.
    label_errors
        Indices of images whose label is known to be wrong; `KNOWN_LABEL_ERRORS` for the test images of MNIST.
    batch_size
        Images scored at once.
    progress
        Called as ``progress(message, done, total)`` with the number of images.

    Raises
    ------
    DataError
        If there are no images, or if they are not digit images.
    ModelError
        If the scores are not of the form of `Scores`.
    """
    images = check_digit_images(data.images)
    scores = score_in_batches(recogniser, images, batch_size, progress or ignore_progress)
    return evaluate_scores(
        scores,
        data.labels,
        model_name=model_name,
        data_name=data.name,
        threshold=threshold,
        is_digit_threshold=is_digit_threshold,
        label_errors=label_errors,
    )


def score_in_batches(
    recogniser: Recogniser,
    images: NDArray[np.uint8],
    batch_size: int = BATCH_SIZE,
    progress: Progress = ignore_progress,
) -> Scores:
    """Score ``n`` digit images, ``batch_size`` at a time.

    Parameters
    ----------
    recogniser
        Any object with the method ``score``.
    images
        ``uint8`` of shape (n, 28, 28).
    batch_size
        Images scored at once.
    progress
        Called with the number of images scored.
    """
    n = len(images)
    batches = []
    for start in range(0, n, batch_size):
        progress("Evaluating", start, n)
        batches.append(recogniser.score(images[start : start + batch_size]))
    progress("Evaluating", n, n)
    if not batches:
        return recogniser.score(images)
    return Scores(
        np.concatenate([batch.probabilities for batch in batches]),
        np.concatenate([batch.is_digit for batch in batches]),
    )


def evaluate_scores(
    scores: Scores,
    labels: NDArray[np.integer[Any]],
    *,
    model_name: str,
    data_name: str,
    threshold: float = 0.0,
    is_digit_threshold: float = 0.0,
    label_errors: Iterable[int] = (),
) -> Evaluation:
    """Evaluate precomputed scores against the labels.

    Parameters
    ----------
    scores
        The scores of ``n`` images.
    labels
        Integers from 0 to 9, shape (n,).
    model_name, data_name
        Names of the model and of the data set in the result.
    threshold, is_digit_threshold, label_errors
        As in `evaluate`.

    Raises
    ------
    DataError
        If there are no images, or if the number of labels differs.
    ModelError
        If the scores are not of the form of `Scores`.
    """
    n = len(scores.probabilities)
    labels = check_labels(labels, n)
    if n == 0:
        raise DataError(f"{data_name} contains no images; give a data set with at least one image")
    _check_scores(scores, model_name)
    # A softmax in single precision may be slightly above 1 because of rounding.
    predicted, confidences = scores.labels, np.minimum(scores.confidences.astype(np.float64), 1.0)
    correct = predicted == labels
    losses = _cross_entropies(scores.probabilities, labels)
    accepted = (confidences >= threshold) & (scores.is_digit >= is_digit_threshold)
    matrix = per_class.confusion_matrix(labels, predicted)
    classes = per_class.compute_class_metrics(matrix)
    wrong = np.flatnonzero(~correct)
    wrong = wrong[np.argsort(-confidences[wrong], kind="stable")][:MAX_MISTAKES]
    n_right = int(correct.sum())
    return Evaluation(
        model=model_name,
        data=data_name,
        n=n,
        n_errors=n - n_right,
        accuracy=n_right / n,
        accuracy_interval=wilson_interval(n_right, n),
        loss=float(losses.mean()),
        ece=expected_calibration_error(confidences, correct),
        threshold=float(threshold),
        is_digit_threshold=float(is_digit_threshold),
        coverage=float(accepted.mean()),
        accepted_error=float((~correct[accepted]).mean()) if accepted.any() else None,
        confusion_matrix=matrix,
        per_class=classes,
        macro_average=per_class.average_classes(classes, weighted=False),
        weighted_average=per_class.average_classes(classes, weighted=True),
        mistakes=tuple(
            Mistake(int(i), int(labels[i]), int(predicted[i]), float(confidences[i])) for i in wrong
        ),
        without_label_errors=_without(label_errors, correct, losses),
    )


def _without(
    label_errors: Iterable[int], correct: NDArray[np.bool_], losses: NDArray[np.float64]
) -> WithoutLabelErrors | None:
    n = len(correct)
    known = [index for index in label_errors if 0 <= index < n]
    if not known or len(set(known)) == n:
        return None
    kept = np.ones(n, dtype=bool)
    kept[known] = False
    n_kept, n_right = int(kept.sum()), int(correct[kept].sum())
    return WithoutLabelErrors(
        n=n_kept,
        n_errors=n_kept - n_right,
        accuracy=n_right / n_kept,
        accuracy_interval=wilson_interval(n_right, n_kept),
        loss=float(losses[kept].mean()),
    )


def _cross_entropies(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the cross-entropy of each image; probabilities are clipped above 0 as in scikit-learn."""
    of_label = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    losses: NDArray[np.float64] = np.log(1 / np.clip(of_label, _LEAST_PROBABILITY, 1.0))
    return losses


def _check_scores(scores: Scores, model_name: str) -> None:
    n, shape = len(scores.probabilities), scores.probabilities.shape
    if shape != (n, N_CLASSES) or scores.is_digit.shape != (n,):
        raise ModelError(
            f"expected probabilities of shape ({n}, {N_CLASSES}) and is_digit of shape ({n},) from {model_name}, "
            f"but got {shape} and {scores.is_digit.shape}; export the model again"
        )
    sums = scores.probabilities.sum(axis=1)
    if not (np.isfinite(sums).all() and scores.probabilities.min() >= 0 and np.abs(sums - 1).max() < 1e-3):
        raise ModelError(
            f"expected probabilities from 0 to 1 with rows that sum to 1 from {model_name}, but some do not; "
            "train the model again"
        )
