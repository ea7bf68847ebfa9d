"""Select the engine for a set of images: ONNX Runtime loads faster, OpenVINO runs faster."""

import importlib.util
import time

import numpy as np

from inkdigits.contract import DigitImages, Recogniser
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser

MIN_SECONDS = 2.0
"""Least estimated time in ONNX Runtime, in seconds, at which OpenVINO saves more than the second it takes to load."""

N_SAMPLE_IMAGES = 1000
"""Number of images on which the engines are compared."""

MAX_DIFFERENCE = 0.03
"""Greatest accepted difference of a probability from ONNX Runtime's: bfloat16 has 8 significant bits, and some of its
rounding errors add up. An engine that computes a graph wrongly differs by far more."""


def has_equal_outputs(one: Recogniser, other: Recogniser, images: DigitImages) -> bool:
    """Return whether two recognisers give equal labels, and outputs that differ by at most `MAX_DIFFERENCE`.

    Parameters
    ----------
    one, other
        The recognisers.
    images
        ``uint8`` of shape (n, 28, 28).
    """
    first, second = one.score(images), other.score(images)
    has_equal_labels = bool((first.labels == second.labels).all())
    return has_equal_labels and all(
        float(np.abs(a - b).max(initial=0.0)) <= MAX_DIFFERENCE
        for a, b in (
            (first.probabilities, second.probabilities),
            (first.is_digit, second.is_digit),
        )
    )


def measure_seconds(recogniser: Recogniser, images: DigitImages) -> float:
    """Return the seconds that a recogniser takes to score images, after one warm-up call."""
    recogniser.score(images[:1])
    start = time.perf_counter()
    recogniser.score(images)
    return time.perf_counter() - start


def select_recogniser(
    recogniser: OnnxRecogniser, images: DigitImages, n_passes: int = 1
) -> OnnxRecogniser | OpenVinoRecogniser:
    """Select OpenVINO if it is installed, faster on these images, and gives equal outputs; else ONNX Runtime.

    Parameters
    ----------
    recogniser
        The model in ONNX Runtime.
    images
        The images to score, ``uint8`` of shape (n, 28, 28); the engines are compared on the first `N_SAMPLE_IMAGES`.
    n_passes
        How many times as many images will be scored, for instance once more for each corruption.

    Returns
    -------
    OnnxRecogniser or OpenVinoRecogniser
    """
    if len(images) == 0 or importlib.util.find_spec("openvino") is None:
        return recogniser
    sample = images[:N_SAMPLE_IMAGES]
    seconds = measure_seconds(recogniser, sample)
    if seconds * n_passes * len(images) / len(sample) < MIN_SECONDS:
        return recogniser
    other = OpenVinoRecogniser(recogniser.path)
    return (
        other
        if measure_seconds(other, sample) < seconds and has_equal_outputs(recogniser, other, sample)
        else recogniser
    )
