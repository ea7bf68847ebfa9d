"""Which engine computes: ONNX Runtime, which is there at once, or OpenVINO, which is faster once it is loaded."""

import importlib.util

import numpy as np

from inkdigits.contract import DigitImages, Recogniser
from inkdigits.recognition.onnx_recogniser import OnnxRecogniser
from inkdigits.recognition.openvino_recogniser import OpenVinoRecogniser

MANY = 10_000
"""Images from which the second that OpenVINO takes to load is earned back."""

SAMPLE = 1000
"""Images on which two engines are compared."""

LARGEST_DIFFERENCE = 0.03
"""How far a probability may lie from ONNX Runtime's: some bfloat16 roundings, with their eight bits; a graph that an
engine gets wrong is off by far more."""


def agree(one: Recogniser, other: Recogniser, images: DigitImages) -> bool:
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
        float(np.abs(mine - theirs).max(initial=0.0)) <= LARGEST_DIFFERENCE
        for mine, theirs in (
            (first.probabilities, second.probabilities),
            (first.is_digit, second.is_digit),
        )
    )


def fastest(
    recogniser: OnnxRecogniser, images: DigitImages, n_threads: int | None = None
) -> OnnxRecogniser | OpenVinoRecogniser:
    """Return the fastest engine for so many images: OpenVINO if they are many, it is installed, and it agrees.

    Parameters
    ----------
    recogniser
        The model in ONNX Runtime.
    images
        What is to be scored, ``uint8`` of shape (n, 28, 28); the engines are compared on the first of them.
    n_threads
        As in `OpenVinoRecogniser`.
    """
    if len(images) < MANY or importlib.util.find_spec("openvino") is None:
        return recogniser
    faster = OpenVinoRecogniser(recogniser.path, n_threads)
    return faster if agree(recogniser, faster, images[:SAMPLE]) else recogniser
