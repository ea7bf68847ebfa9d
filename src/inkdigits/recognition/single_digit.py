"""Class probabilities of a single digit: the classifier's and the detector's, combined.

The two make different errors. The classifier was trained on more digits, but its input is the ink map, which may lack
parts of the digit or contain parts of its neighbours. The input of the detector is the grey picture, in which it
separates the central digit from its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.geometry.transform import Box
from inkdigits.recognition.detection.detections import (
    MIN_PRESENCE,
    Detections,
    fuse_detections,
)
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.print_evidence import find_printed
from inkdigits.recognition.detection.scan import compute_finest_scale, scan

THRESHOLD, IS_DIGIT_THRESHOLD = 0.85, 0.1
"""Least probability of the label, and least probability that the crop is a digit, at which a combined prediction is
accepted. Of 591 development pictures 89.3% are then accepted and correct and 1.4% accepted and wrong, and of 124
pictures without a digit 97.6% are rejected (``benchmarks/settings/single_digits.py``)."""

_SCAN_HEIGHTS = (40, 48)
"""Heights, in pixels, to which the picture is scaled for the two runs of the detector."""

_MARGIN = 0.4
"""Margin around the box, as a share of its longer side."""

DETECTOR_WEIGHT, DETECTOR_WEIGHT_IS_DIGIT = 0.7, 0.5
"""Weights of the detector in a combined prediction, in [0, 1]: for the class probabilities, and for the probability
that the crop is a digit. Found by ``benchmarks/settings/single_digits.py``."""

_CENTRE_FALLOFF = 6.0
"""Decay of a detection's weight with the square of its distance from the centre, in sides of the picture."""


@dataclass(frozen=True)
class Prediction:
    """The prediction of one model, or of two combined, for one crop.

    Attributes
    ----------
    probabilities
        ``float64`` (10,), sum 1: the probabilities of the digits 0 to 9, given that the crop is a digit.
    is_digit
        Probability that the crop is a digit, in [0, 1].
    printed
        Score for print rather than handwriting, in [0, 1]; None if only the classifier was run.
    """

    probabilities: NDArray[np.float64]
    is_digit: float
    printed: float | None = None


def predict_central_digit(grey: NDArray[np.uint8], box: Box, detector: Detector) -> Prediction:
    """Run the detector on the area around a box, and return its prediction for the central digit.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    box
        The approximate place of the digit: x, y, width and height in pixels of ``grey``. It may contain neighbours as
        well, since only the central digit counts.
    detector
        The digit detector.

    Returns
    -------
    Prediction
        Uniform, with ``is_digit`` of `MIN_PRESENCE`, if the detector finds no symbol.
    """
    x, y, width, height = box
    margin = round(_MARGIN * max(width, height))
    grey = grey[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
    limit = compute_finest_scale(grey.shape)
    found = fuse_detections(
        [scan(grey, min(tall / grey.shape[0], limit), detector) for tall in _SCAN_HEIGHTS]
    )
    if not len(found):
        return Prediction(np.full(N_CLASSES, 1 / N_CLASSES), MIN_PRESENCE)
    found = detector.calibrate(found, is_number=False)
    centre = _find_central_symbol(found, grey.shape)
    digits = found.classes[centre, :N_CLASSES].astype(np.float64)
    return Prediction(
        digits / max(digits.sum(), 1e-9), float(found.digits[centre]), float(found.printed[centre])
    )


def are_of_ink(scores: Sequence[float | None], ink: str) -> NDArray[np.bool_]:
    """Return which digits of a picture have the ink that `Reader.read` was asked for, ``bool`` (n,).

    Parameters
    ----------
    scores
        Score for print of each digit, in [0, 1]; None matches every ink.
    ink
        ``handwritten``, ``printed``, ``any`` or ``auto``; the last two are matched by all digits.
    """
    is_of_ink = np.ones(len(scores), bool)
    known = [i for i, score in enumerate(scores) if score is not None]
    if ink in ("handwritten", "printed"):
        values = np.array([scores[i] for i in known], np.float32)
        groups = [np.array([i]) for i in range(len(known))]
        is_of_ink[known] = find_printed(values, np.ones_like(values), groups) == (ink == "printed")
    return is_of_ink


def _find_central_symbol(found: Detections, shape: tuple[int, ...]) -> int:
    """Return the index of the detection with the greatest product of presence, relative height and centrality."""
    height, width = shape[:2]
    x = (found.boxes[:, 0] + found.boxes[:, 2]) / (2 * width) - 0.5
    y = (found.boxes[:, 1] + found.boxes[:, 3]) / (2 * height) - 0.5
    relative_height = np.clip(2 * found.heights / height, 0.1, 1.0)
    return int((found.presence * relative_height * np.exp(-_CENTRE_FALLOFF * (x**2 + y**2))).argmax())


def combine_predictions(
    classifier: Prediction,
    detector: Prediction,
    detector_weight: float = DETECTOR_WEIGHT,
    detector_weight_is_digit: float = DETECTOR_WEIGHT_IS_DIGIT,
) -> Prediction:
    """Combine the predictions of classifier and detector by their weighted geometric mean.

    In a geometric mean one low probability is enough to lower the result.

    Parameters
    ----------
    classifier, detector
        The two predictions for the same crop.
    detector_weight, detector_weight_is_digit
        Weight of the detector for ``probabilities`` and for ``is_digit``, each in [0, 1].

    Returns
    -------
    Prediction
        With ``printed`` of the detector.
    """
    log_probabilities = (1 - detector_weight) * np.log(np.maximum(classifier.probabilities, 1e-6))
    probabilities = np.exp(
        log_probabilities + detector_weight * np.log(np.maximum(detector.probabilities, 1e-6))
    )
    is_digit = (
        classifier.is_digit ** (1 - detector_weight_is_digit) * detector.is_digit**detector_weight_is_digit
    )
    return Prediction(probabilities / probabilities.sum(), float(is_digit), detector.printed)
