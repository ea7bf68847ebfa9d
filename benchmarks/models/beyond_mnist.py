"""Evaluation of the shipped models beyond MNIST: other data sets, calibration on pictures, and non-digits.

Written to ``benchmarks/results/beyond-mnist.json``. Metrics, on images that no training has used:

- accuracy on scikit-learn's 8x8 digits, all 1,797, normalised as by the reader (not a blind test: misread images were
  inspected while the low-resolution augmentation was tuned);
- accuracy on the digits of unseen handwriting fonts, with five pens and slants each;
- accuracy and calibration on crops that the reader cut from rendered pictures (rows of the reading benchmark);
- ``is_digit``: the area under the ROC curve of MNIST's test digits against Fashion-MNIST, and against letters, signs,
  and Chinese and Kannada numerals of the unseen fonts;
- MNIST's test images without the known label errors: errors among the 99% of predictions with the highest confidence.

    python -m benchmarks.models.beyond_mnist
    python -m benchmarks.models.beyond_mnist --model runs/mine/model.onnx      printed only

The fonts and Fashion-MNIST are Debian packages. If they are not installed, their metrics are skipped and reported as
missing.
"""

import gzip
import json
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading.pictures.contents.fonts import (
    characters_of,
    digits_of,
    find_fonts,
    font_mask,
    letters_of,
)
from benchmarks.reading.pictures.random_fields import Field
from benchmarks.reading.pictures.sources import Split, load_sources
from benchmarks.reading.rows import ROWS, example_of
from inkdigits import Reader
from inkdigits.contract import DigitImages, Recogniser
from inkdigits.data import load_mnist
from inkdigits.data.labelled import LabelledImages
from inkdigits.data.mnist import KNOWN_LABEL_ERRORS
from inkdigits.environment import describe_environment
from inkdigits.evaluation.calibration import expected_calibration_error, risk_at_coverage
from inkdigits.files.storage import sha256_of_file, write_json
from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models
from inkdigits.recognition.normalise_dataset import as_digit_images

RESULTS = RESULTS_FOLDER / "beyond-mnist.json"
FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")
"""Path of the test images in Debian's package ``dataset-fashion-mnist``."""
RENDERED = ("photos-and-scans", "screens", "styles", "clutter", "font-digits")
"""Rows of the reading benchmark with single digits."""
PER_ROW = 300
NUMERALS = "三四五六七八九೪೫೬೭೮೯"
"""Chinese and Kannada numerals that do not look like European digits."""
AIMS = {
    "load_digits": 0.98,
    "fonts": 0.97,
    "mnist_ece": 0.003,
    "rendered_ece": 0.015,
    "is_digit_auroc": 0.98,
    "accepted_error_at_99": 0.001,
}

Labelled = tuple[DigitImages, NDArray[np.int64]]


@cache
def small_digits() -> Labelled:
    """Load scikit-learn's digits, normalised."""
    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)
    found = as_digit_images(
        LabelledImages(images, digits.target.astype(np.int64), "load_digits"), reader=Reader("classic")
    )
    return found.images, found.labels


@cache
def font_digits() -> Labelled:
    """Render the digits of the unseen fonts, normalised, each with five pens and slants."""
    rng = np.random.default_rng(97)
    images, labels = [], []
    for path in find_fonts().files:
        for character in digits_of(path):
            for _ in range(5):
                images.append(normalise(_varied(font_mask(path, character, 60.0), rng)))
                labels.append(int(character))
    return np.stack(images), np.array(labels)


@cache
def draw_unseen_fonts(kind: str) -> DigitImages:
    """Render the letters and signs, or the numerals, of the unseen fonts, normalised."""
    rng = np.random.default_rng(98)
    images = []
    for path in find_fonts().files:
        numerals = characters_of(path, NUMERALS)
        # A font without Kannada has a sign for what it lacks, which `characters_of` leaves out.
        for character in numerals if kind == "numerals" else letters_of(path):
            images.append(normalise(_varied(font_mask(path, character, 60.0), rng)))
    return np.stack(images)


def _varied(mask: Field, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a glyph with a random slant and stroke width."""
    ink = np.asarray(np.rint(255 * np.pad(mask, 20)), np.uint8)
    slant = rng.uniform(-0.15, 0.15)
    height, width = ink.shape
    matrix = np.array([[1.0, slant, -slant * height / 2], [0.0, 1.0, 0.0]])
    ink = np.asarray(cv2.warpAffine(ink, matrix, (width, height)), np.uint8)
    steps = int(rng.integers(0, 4))
    for _ in range(steps):
        ink = np.asarray(cv2.dilate(ink, np.ones((2, 2), np.uint8)), np.uint8)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


@cache
def rendered_digits(split: Split) -> dict[str, Labelled]:
    """Return the crops that the reader cuts from rendered pictures, by row; pictures without a crop are skipped."""
    sources, reader = load_sources(split), Reader("classic")
    names = [name for name in RENDERED if not (ROWS[name].needs_fonts and find_fonts().missing_packages)]
    found = {}
    for name in names:
        images, labels = [], []
        for index in range(PER_ROW):
            example = example_of(ROWS[name], sources, index)
            digits = reader.read(example.picture, layout="digit").digits
            if digits and digits[0].image is not None:
                images.append(digits[0].image)
                labels.append(int(example.truth[0]))
        found[name] = np.stack(images), np.array(labels)
    return found


def fashion_mnist() -> DigitImages:
    """Return Fashion-MNIST's test images."""
    with gzip.open(FASHION_MNIST) as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)


def measure(recogniser: Recogniser) -> dict[str, Any]:
    """Return all metrics of one model."""
    test = load_mnist().test
    scores = recogniser.score(test.images)
    right = scores.labels == test.labels
    sound = np.setdiff1d(np.arange(len(test)), sorted(KNOWN_LABEL_ERRORS))
    found: dict[str, Any] = {
        "mnist_ece": expected_calibration_error(scores.confidences, right),
        "accepted_error_at_99": risk_at_coverage(0.99, scores.confidences[sound], right[sound]),
        "load_digits": accuracy(recogniser, small_digits()),
    }
    rendered = rendered_digits("final")
    found["rendered"] = {name: accuracy(recogniser, digits) for name, digits in rendered.items()}
    images, labels = (np.concatenate(parts) for parts in zip(*rendered.values(), strict=True))
    answers = recogniser.score(images)
    found["n_rendered"] = len(images)
    found["rendered_ece"] = expected_calibration_error(answers.confidences, answers.labels == labels)
    non_digits = {}
    if FASHION_MNIST.exists():
        non_digits["Fashion-MNIST"] = fashion_mnist()
    if not find_fonts().missing_packages:
        found["fonts"] = accuracy(recogniser, font_digits())
        found["n_fonts"] = len(font_digits()[0])
        non_digits["letters and signs of unseen fonts"] = draw_unseen_fonts("letters")
        non_digits["Chinese and Kannada numerals"] = draw_unseen_fonts("numerals")
    if "is_digit" in getattr(recogniser, "outputs", ()):
        found["is_digit_auroc"] = {
            name: auroc(scores.is_digit, recogniser.score(images).is_digit)
            for name, images in non_digits.items()
        }
    return found


def accuracy(recogniser: Recogniser, digits: Labelled) -> float:
    """Return the accuracy of a recogniser on digit images."""
    return float((recogniser.score(digits[0]).labels == digits[1]).mean())


def auroc(of_digits: NDArray[np.float32], of_non_digits: NDArray[np.float32]) -> float:
    """Return the area under the ROC curve of ``is_digit`` of digits against that of non-digits."""
    truth = np.repeat([1, 0], [len(of_digits), len(of_non_digits)])
    return float(roc_auc_score(truth, np.concatenate([of_digits, of_non_digits])))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = make_parser(__doc__)
    parser.add_argument(
        "--model", action="append", help="a shipped model or an .onnx file; by default all shipped"
    )
    parser.add_argument(
        "--out", type=Path, help=f"the result file; by default {RESULTS.name}, of all models alone"
    )
    options = parser.parse_args(arguments)
    if find_fonts().missing_packages:
        print(f"fonts are missing, their figures are left out: {find_fonts().remedy}", file=sys.stderr)
    if not FASHION_MNIST.exists():
        print("Fashion-MNIST is left out: apt-get install dataset-fashion-mnist", file=sys.stderr)
    found: dict[str, Any] = {}
    for name in options.model or shipped_models():
        recogniser = load_recogniser(name)
        found[name] = figures = {
            "sha256": sha256_of_file(recogniser.path),
            **measure(recogniser),
        }
        print(f"{name}: {json.dumps(figures, indent=2)}", flush=True)
    out = options.out or (RESULTS if options.model is None else None)
    if out is not None:
        write_json(out, {**describe_environment(), "aims": AIMS, "models": found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
