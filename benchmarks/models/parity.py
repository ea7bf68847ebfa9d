"""Measure by how much the engines differ: Keras, ONNX Runtime, and OpenVINO in float32.

Every shipped classifier scores MNIST's 10,000 test images in each engine, and the shipped detector processes drawn
pages. Nothing is chosen by these figures: they compare engines with each other, not with labels. Exit status 1 if a
probability differs by `TOLERANCE` or more, or if a label or a detected symbol changes.

    python -m benchmarks.models.parity
"""

import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.command_line import make_parser
from benchmarks.models.engines.reference import KerasDetector, KerasRecogniser, OpenVinoDetector
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.contract import Recogniser
from inkdigits.data import LabelledImages, load_mnist
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.recognition.detection.decoding import decode_detections
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import SHIPPED, Detector
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser
from inkdigits.recognition.engines.registry import shipped_models

RESULTS = RESULTS_FOLDER / "parity.json"

TOLERANCE = 1e-5
"""Difference of two probabilities that is too large. The engines add the products of a convolution in different orders,
each sum rounded to float32: with 24 bits, of probabilities up to 1, some 1e-6."""

ENGINES: dict[str, Callable[[str, Path], Recogniser]] = {
    "Keras": lambda name, path: KerasRecogniser(path, name),
    "ONNX Runtime": lambda name, path: OnnxRecogniser(path),
    "OpenVINO": lambda name, path: OpenVinoRecogniser(path, precision="float32"),
}
"""The engines of classifiers: functions of the name and the path of a shipped model."""


class CellPredictor(Protocol):
    """A detector in any engine."""

    def predict_cells(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `inkdigits.recognition.detection.detector.Detector.predict_cells`."""
        ...


DETECTOR_ENGINES: dict[str, Callable[[Path], CellPredictor]] = {
    "Keras": KerasDetector,
    "ONNX Runtime": Detector,
    "OpenVINO": OpenVinoDetector,
}
"""The engines of the detector: functions of its path."""

PAGE_SHAPES = ((48, 160), (64, 344), (240, 320), (480, 640))
"""Heights and widths of the drawn pages, in pixels."""


def main() -> int:
    """Measure, print and write."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    out = parser.parse_args().out
    test, train = load_mnist().test.images, load_mnist().train
    rows = [row for name, path in shipped_models().items() for row in compare_classifiers(name, path, test)]
    pages = [page for i, shape in enumerate(PAGE_SHAPES) for page in draw_pages(train, shape, 4, seed=i)]
    rows += compare_detectors(pages)
    for row in rows:
        print(
            f"{row['model']:10}{' and '.join(row['engines']):28}differ by at most {row['difference']:.1e}; "
            f"{row['n_changed']} of {row['n']} {row['of']} change"
        )
    write_json(out, {**describe_environment(), "tolerance": TOLERANCE, "rows": rows})
    return int(any(row["difference"] >= TOLERANCE or row["n_changed"] for row in rows))


def compare_classifiers(name: str, path: Path, images: NDArray[np.uint8]) -> list[dict[str, Any]]:
    """Compare each two engines on images; return rows with the largest difference of a probability."""
    scores = {engine: load(name, path).score(images) for engine, load in ENGINES.items()}
    return [
        {
            "model": name,
            "engines": [one, other],
            "n": len(images),
            "of": "labels",
            "difference": max(
                float(np.abs(a - b).max())
                for a, b in (
                    (scores[one].probabilities, scores[other].probabilities),
                    (scores[one].is_digit, scores[other].is_digit),
                )
            ),
            "n_changed": int((scores[one].labels != scores[other].labels).sum()),
        }
        for one, other in itertools.combinations(scores, 2)
    ]


def compare_detectors(pages: list[NDArray[np.uint8]]) -> list[dict[str, Any]]:
    """Compare each two engines on pages; return rows with the largest difference of a probability.

    The cells are logits of up to 30, which differ by more than probabilities; their difference is given too.
    """
    cells = {
        engine: [load(SHIPPED).predict_cells(page[np.newaxis])[0] for page in pages]
        for engine, load in DETECTOR_ENGINES.items()
    }
    found = {engine: [decode_detections(each) for each in outputs] for engine, outputs in cells.items()}
    return [
        {
            "model": "detector",
            "engines": [one, other],
            "n": sum(map(len, found[one])),
            "of": "symbols",
            "difference": max(
                measure_difference(a, b) for a, b in zip(found[one], found[other], strict=True)
            ),
            "difference_of_cells": max(
                float(np.abs(a - b).max()) for a, b in zip(cells[one], cells[other], strict=True)
            ),
            "n_changed": sum(count_changed(a, b) for a, b in zip(found[one], found[other], strict=True)),
        }
        for one, other in itertools.combinations(cells, 2)
    ]


def measure_difference(one: Detections, other: Detections) -> float:
    """Return the largest difference of a probability of symbols, infinite if their numbers differ."""
    if len(one) != len(other):
        return float("inf")
    other = match_symbols(one, other)
    pairs = (
        (one.presence, other.presence),
        (one.classes, other.classes),
        (one.printed, other.printed),
    )
    return max(float(np.abs(a - b).max(initial=0.0)) for a, b in pairs)


def count_changed(one: Detections, other: Detections) -> int:
    """Return the number of symbols with another class; all of them if their numbers differ."""
    if len(one) != len(other):
        return max(len(one), len(other))
    return int((one.classes.argmax(axis=1) != match_symbols(one, other).classes.argmax(axis=1)).sum())


def match_symbols(one: Detections, other: Detections) -> Detections:
    """Return the symbols of ``other`` in the order of ``one``: two at the same place may come in either order."""
    if not len(one):
        return other
    distances = np.abs(one.boxes[:, np.newaxis] - other.boxes).sum(axis=2)
    return other[distances.argmin(axis=1)]


def draw_pages(train: LabelledImages, shape: tuple[int, int], n: int, seed: int) -> list[NDArray[np.uint8]]:
    """Draw pages of lines of training digits, dark on light, with shade, noise and a ruled line.

    Returns
    -------
    list of ndarray
        ``uint8`` of ``shape``.
    """
    rng, pages = np.random.default_rng(seed), []
    height, width = shape
    for _ in range(n):
        ink = np.zeros(shape, np.float32)
        for top in range(8, height - 28, 44):
            for left in range(8, width - 28, 30):
                if rng.random() < 0.8:
                    digit = train.images[rng.integers(len(train))]
                    np.maximum(
                        ink[top : top + 28, left : left + 28],
                        digit / 255,
                        out=ink[top : top + 28, left : left + 28],
                    )
            cv2.line(ink, (0, top + 32), (width, top + 32), 0.4)
        shade = np.linspace(rng.uniform(140, 250), rng.uniform(140, 250), width)
        page = shade * (1 - 0.7 * ink) + rng.normal(0, 4, shape)
        pages.append(np.clip(page, 0, 255).astype(np.uint8))
    return pages


if __name__ == "__main__":
    sys.exit(main())
