"""Which engine computes: ONNX Runtime, which is there at once, or OpenVINO, which is faster once it is loaded."""

import importlib.util
import time

import numpy as np

from inkdigits.contract import DigitImages, Recogniser
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser

MIN_SECONDS = 2.0
"""Seconds of work in ONNX Runtime from which the one that OpenVINO takes to load is earned back."""

N_SAMPLE_IMAGES = 1000
"""Images on which two engines are compared."""

MAX_DIFFERENCE = 0.03
"""How far a probability may lie from ONNX Runtime's: some bfloat16 roundings, with their eight bits; a graph that an
engine gets wrong is off by far more."""


def has_equal_outputs(one: Recogniser, other: Recogniser, images: DigitImages) -> bool:
    """Tell whether two recognisers read every image the same, with about the same probabilities.

    Parameters
    ----------
    one, other
        The recognisers.
    images
        ``uint8`` of shape (n, 28, 28).
    """
    first, second = one.score(images), other.score(images)
    same = bool((first.labels == second.labels).all())
    return same and all(
        float(np.abs(mine - theirs).max(initial=0.0)) <= MAX_DIFFERENCE
        for mine, theirs in (
            (first.probabilities, second.probabilities),
            (first.is_digit, second.is_digit),
        )
    )


def measure_seconds(recogniser: Recogniser, images: DigitImages) -> float:
    """Return how long a recogniser takes for images, once it has seen the first of them."""
    recogniser.score(images[:1])
    start = time.perf_counter()
    recogniser.score(images)
    return time.perf_counter() - start


def select_recogniser(
    recogniser: OnnxRecogniser, images: DigitImages, n_threads: int | None = None
) -> OnnxRecogniser | OpenVinoRecogniser:
    """Return the fastest engine for these images: OpenVINO if it is installed, pays off, is faster, and agrees.

    Parameters
    ----------
    recogniser
        The model in ONNX Runtime.
    images
        What is to be scored, ``uint8`` of shape (n, 28, 28); the engines are compared on the first of them.
    n_threads
        As in `OpenVinoRecogniser`.
    """
    if len(images) == 0 or importlib.util.find_spec("openvino") is None:
        return recogniser
    sample = images[:N_SAMPLE_IMAGES]
    seconds = measure_seconds(recogniser, sample)
    if seconds * len(images) / len(sample) < MIN_SECONDS:
        return recogniser
    other = OpenVinoRecogniser(recogniser.path, n_threads)
    return (
        other
        if measure_seconds(other, sample) < seconds and has_equal_outputs(recogniser, other, sample)
        else recogniser
    )
