"""Writes down what the shipped models answer, so that a test can see whether they still do.

python tools/write_golden_answers.py     after a model is shipped

A model that has not changed keeps its answers: they are those of the day on which it was shipped.
"""

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.data import LabelledImages, load_mnist
from inkdigits.recognition.onnx_recogniser import OnnxRecogniser, shipped_models
from inkdigits.storage import sha256_of_file, write_text, write_whole

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
IMAGES = GOLDEN / "images.npz"
PER_DIGIT = 4
N_BLENDS = 10


def main() -> None:
    """Write the images where there are none, and the answers of every model that is new or has changed."""
    if not IMAGES.exists():
        images, places = golden_images(load_mnist().train)
        with write_whole(IMAGES) as temporary:
            np.savez_compressed(temporary, images=images, mnist_train=places)
        print(f"wrote {IMAGES.name}: {len(images)} images")
    with np.load(IMAGES) as file:
        images = file["images"]
    for name, path in shipped_models().items():
        target, digest = GOLDEN / f"{name}.json", sha256_of_file(path)
        if target.exists() and json.loads(target.read_text("utf-8"))["sha256"] == digest:
            print(f"{target.name} is of this very model")
            continue
        scores = OnnxRecogniser(path, n_threads=1).score(images)
        answers = {
            "sha256": digest,
            "is_digit": [round(float(value), 6) for value in scores.is_digit],
            "probabilities": [[round(float(value), 6) for value in row] for row in scores.probabilities],
        }
        write_text(target, json.dumps(answers) + "\n")
        print(f"wrote {target.name}")


def golden_images(train: LabelledImages) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the images that are asked about.

    Returns
    -------
    images : ndarray
        ``uint8`` (n, 28, 28): the first of each digit, some of them faint, shifted, or blended two and two,
        for where a model is sure it would stay so through many a fault; then noise and simple drawings.
    places : ndarray
        ``int64`` (10 * PER_DIGIT,): the places, in MNIST's training images, of those that come first.
    """
    places = np.concatenate([np.flatnonzero(train.labels == digit)[:PER_DIGIT] for digit in range(10)])
    digits = train.images[places]
    one, other = digits[::PER_DIGIT], np.roll(digits[::PER_DIGIT], 3, axis=0)
    blends = ((one.astype(np.uint16) + other) // 2).astype(np.uint8)[:N_BLENDS]
    faint = (digits[1::9] * 0.35).astype(np.uint8)
    return np.concatenate([digits, blends, faint, drawings()]), places.astype(np.int64)


def drawings() -> NDArray[np.uint8]:
    """Return what is no digit, or hardly one: ``uint8`` (9, 28, 28)."""
    drawn = np.zeros((9, 28, 28), np.uint8)
    drawn[1] = 255
    drawn[2] = np.random.default_rng(0).integers(0, 256, (28, 28))
    drawn[3, 4:24, 13:15] = 255
    drawn[4, 13:15, 4:24] = 255
    cv2.circle(drawn[5], (14, 14), 9, 255, 2)
    cv2.line(drawn[6], (5, 5), (22, 22), 255, 2)
    cv2.line(drawn[6], (22, 5), (5, 22), 255, 2)
    cv2.rectangle(drawn[7], (6, 6), (21, 21), 255, 2)
    cv2.circle(drawn[8], (14, 14), 2, 255, -1)
    return drawn


if __name__ == "__main__":
    main()
