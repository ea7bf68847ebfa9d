"""Golden answers: outputs of the shipped models for drawn inputs, as computed when the models were shipped."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import DigitImages, Recogniser
from inkdigits.errors import ModelError
from inkdigits.recognition.detection.detector import Detector

ANSWERS = Path(__file__).with_name("golden_answers.json")
"""The expected outputs; ``python tools/write_golden_answers.py`` writes them after a model is replaced."""

TOLERANCE = 1e-3
"""Greatest accepted difference of a probability: processors and versions of an engine differ by at most 1e-5. A changed
weight or scaling of pixels changes the uncertain ones among these by far more."""

LOGIT_TOLERANCE = 1e-2
"""Greatest accepted difference of an output of the detector, which are logits up to 30."""

_ROWS, _COLUMNS = slice(1, None, 2), slice(3, None, 6)
"""The cells of the detector that are compared: enough to notice a change, and a small file."""


def draw_inputs() -> DigitImages:
    """Return six drawn digit images, ``uint8`` of shape (6, 28, 28): clear, faint and ambiguous ones.

    They are drawn with whole numbers only, so they are the same on every machine.
    """
    y, x = np.mgrid[:28, :28]
    ring = (np.abs((x - 14) ** 2 + (y - 14) ** 2 - 60) < 24) * 255
    bar = ((np.abs(x - 14) < 2) & (np.abs(y - 14) < 10)) * 255
    top, stem = (np.abs(y - 6) < 2) & (np.abs(x - 14) < 7), (np.abs(2 * (x - 20) + (y - 5)) < 3) & (y < 25)
    seven = (top | stem) * 255
    upper, lower = (x - 14) ** 2 + (y - 9) ** 2 - 16, (x - 14) ** 2 + (y - 18) ** 2 - 20
    eight = ((np.abs(upper) < 9) | (np.abs(lower) < 10)) * 255
    nine = ((np.abs(upper) < 9) | ((np.abs(x - 18) < 2) & (y > 8) & (y < 25))) * 255
    return np.stack([ring, seven, nine, ring // 4, (bar + eight) // 4, (seven + nine) // 3]).astype(np.uint8)


def draw_page() -> NDArray[np.uint8]:
    """Return the inputs in a row, ``uint8`` of shape (1, 48, 176): a line of drawn digits, bright on dark."""
    row = draw_inputs().transpose(1, 0, 2).reshape(28, -1)
    return np.pad(row, ((10, 10), (4, 4)))[None]


def compute_answers(recogniser: Recogniser) -> dict[str, Any]:
    """Return the outputs of a recogniser for `draw_inputs`: ``probabilities`` and ``is_digit`` with six decimals."""
    scores = recogniser.score(draw_inputs())
    return {"probabilities": _round(scores.probabilities), "is_digit": _round(scores.is_digit)}


def compute_detector_answers(detector: Detector) -> dict[str, Any]:
    """Return some outputs of a detector for `draw_page`: ``cells`` with four decimals."""
    return {"cells": _round(detector.predict_cells(draw_page())[0, _ROWS, _COLUMNS], 4)}


def _round(values: NDArray[np.float32], decimals: int = 6) -> list[Any]:
    return list(np.round(values.astype(np.float64), decimals).tolist())


def read_answers() -> dict[str, dict[str, Any]]:
    """Return the expected outputs by the path of the model in its folder, for example ``accurate.onnx``.

    Each has the outputs by name, and ``sha256``, the digest of the model that computed them.

    Raises
    ------
    ModelError
        If the file is missing or damaged.
    """
    try:
        answers = json.loads(ANSWERS.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"the golden answers, {ANSWERS}, are missing or damaged; install inkdigits again"
        ) from error
    return dict(answers)


def measure_difference(expected: dict[str, Any], computed: dict[str, Any]) -> float:
    """Return the greatest difference of an output from the expected one; infinity if the shapes differ."""
    differences = [0.0]
    for name, values in expected.items():
        if name == "sha256":
            continue
        one, other = np.asarray(values, np.float64), np.asarray(computed.get(name, []), np.float64)
        if one.shape != other.shape or not np.isfinite(other).all():
            return float("inf")
        differences.append(float(np.abs(one - other).max(initial=0.0)))
    return max(differences)
