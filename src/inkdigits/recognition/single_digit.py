"""One digit of a picture: what the classifier says of its normal form, and the detector of the grey picture.

The two fail differently: the classifier knows far more digits, but sees what the ink map leaves of them, with whatever
stands beside; the detector sees the picture, and separates the digit in the middle from its neighbours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.geometry.transform import Box
from inkdigits.recognition.detection.detections import (
    MIN_PRESENCE,
    PRINTED_THRESHOLD,
    Detections,
    fuse_detections,
)
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.locate import detect, finest

THRESHOLD, IS_DIGIT_THRESHOLD = 0.8, 0.1
"""Probability of the digit, and of its being one, under which an agreed opinion is refused. Of 591 development pictures
88.2% are then accepted and right and 1.2% accepted and wrong, and of 124 that show no digit 97.6% are refused
(``benchmarks/single_digits.py``)."""

_SCAN_HEIGHTS = (40, 48)
"""Heights, in pixels of the detector, of a picture of one digit for two looks."""

_MARGIN = 0.4
"""What is seen around the box, as a share of its longer side."""

DETECTOR_WEIGHT, DETECTOR_WEIGHT_IS_DIGIT = 0.65, 0.35
"""Weight of the detector in an agreed opinion: on which digit it is, and on whether it is one. Found by the
same program."""

_CENTRE_FALLOFF = 6.0
"""How fast a detection loses weight with the square of its distance from the middle, in sides of the picture."""


@dataclass(frozen=True)
class Prediction:
    """What is known of one digit.

    Attributes
    ----------
    probabilities
        ``float64`` (10,), sum 1: which digit, if it is one.
    is_digit
        Probability that it is one.
    printed
        How far it is print, from 0 to 1; None where that was not seen.
    """

    probabilities: NDArray[np.float64]
    is_digit: float
    printed: float | None = None


def predict_central_digit(grey: NDArray[np.uint8], box: Box, detector: Detector) -> Prediction:
    """Return what the detector sees of the digit in a box.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    box
        Where the digit is thought to be: x, y, width and height. A box around neighbours too does no harm: the digit
        in its middle is meant.
    detector
        The network.
    """
    x, y, width, height = box
    margin = round(_MARGIN * max(width, height))
    grey = grey[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
    limit = finest(grey.shape)
    found = fuse_detections(
        [detect(grey, min(tall / grey.shape[0], limit), detector) for tall in _SCAN_HEIGHTS]
    )
    if not len(found):
        return Prediction(np.full(N_CLASSES, 1 / N_CLASSES), MIN_PRESENCE)
    found = detector.calibrate(found, is_number=False)
    middle = _find_central_symbol(found, grey.shape)
    digits = found.classes[middle, :N_CLASSES].astype(np.float64)
    return Prediction(
        digits / max(digits.sum(), 1e-9), float(found.digits[middle]), float(found.printed[middle])
    )


def is_of_ink(printed: float | None, ink: str) -> bool:
    """Tell whether a digit is of the ink that is wanted, as `Reader.read` takes it; None counts as either."""
    return ink == "any" or printed is None or (printed >= PRINTED_THRESHOLD) == (ink == "printed")


def _find_central_symbol(found: Detections, shape: tuple[int, ...]) -> int:
    """Return which detection the picture was taken of: a likely one, in the middle, and not too small."""
    height, width = shape[:2]
    across = (found.boxes[:, 0] + found.boxes[:, 2]) / (2 * width) - 0.5
    down = (found.boxes[:, 1] + found.boxes[:, 3]) / (2 * height) - 0.5
    size = np.clip(2 * found.heights / height, 0.1, 1.0)
    return int((found.presence * size * np.exp(-_CENTRE_FALLOFF * (across**2 + down**2))).argmax())


def combine_predictions(
    classifier: Prediction,
    detector: Prediction,
    detector_weight: float = DETECTOR_WEIGHT,
    detector_weight_is_digit: float = DETECTOR_WEIGHT_IS_DIGIT,
) -> Prediction:
    """Return what two opinions come to: the weighted geometric mean, so that one low value lowers the result.

    Parameters
    ----------
    classifier, detector
        The opinions.
    share, of_presence
        Weight of the detector on which digit it is, and on whether it is one, each in [0, 1].
    """
    logs = (1 - detector_weight) * np.log(np.maximum(classifier.probabilities, 1e-6))
    shares = np.exp(logs + detector_weight * np.log(np.maximum(detector.probabilities, 1e-6)))
    is_digit = (
        classifier.is_digit ** (1 - detector_weight_is_digit) * detector.is_digit**detector_weight_is_digit
    )
    return Prediction(shares / shares.sum(), float(is_digit), detector.printed)
