"""Writes the digests of the shipped models, with which they are checked when they are loaded, and their golden answers.

python tools/write_golden_answers.py     after a model is shipped, replaced or calibrated

A model that has not changed keeps its answers: they are those of the day on which it was shipped.
"""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.data import LabelledImages, load_mnist
from inkdigits.diagnosis.golden_answers import ANSWERS, compute_answers, compute_detector_answers
from inkdigits.files.storage import sha256_of_file, write_text, write_whole
from inkdigits.recognition.detection.detector import SHIPPED, Detector
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.registry import shipped_models
from inkdigits.recognition.model_files.pins import DIGEST_FILE, MODEL_FOLDER, read_pinned_digests

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
IMAGES = GOLDEN / "images.npz"
PER_DIGIT = 4
N_BLENDS = 10
EVERY = 7
"""Of so many columns of cells one is kept, and of the rows every second."""


def main() -> None:
    """Write the digests, the images where there are none, and the answers of every model that is new or has changed."""
    write_digests()
    write_shipped_answers()
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
            "is_digit": rounded(scores.is_digit),
            "probabilities": rounded(scores.probabilities),
        }
        write_text(target, json.dumps(answers) + "\n")
        print(f"wrote {target.name}")
    target, digest = GOLDEN / "detector" / "detector.json", sha256_of_file(SHIPPED)
    if target.exists() and json.loads(target.read_text("utf-8"))["sha256"] == digest:
        print(f"{target.name} is of this very model")
        return
    cells = Detector(n_threads=1).predict_cells(golden_rows(images))
    write_text(target, json.dumps({"sha256": digest, "cells": rounded(cells[:, ::2, ::EVERY])}) + "\n")
    print(f"wrote {target.name}")


def write_digests() -> None:
    """Write the SHA-256 of all shipped models, in the format of ``sha256sum``."""
    models = sorted(MODEL_FOLDER.rglob("*.onnx"))
    lines = [f"{sha256_of_file(path)}  {path.relative_to(MODEL_FOLDER).as_posix()}\n" for path in models]
    write_text(DIGEST_FILE, "".join(lines))
    read_pinned_digests.cache_clear()
    print(f"wrote {DIGEST_FILE.name}: {len(lines)} models")


def write_shipped_answers() -> None:
    """Write the golden answers that the package contains for ``inkdigits doctor``, of models that have changed."""
    digests = read_pinned_digests()
    known = json.loads(ANSWERS.read_text("utf-8")) if ANSWERS.exists() else {}
    answers = {}
    for name, digest in digests.items():
        path = MODEL_FOLDER / name
        if known.get(name, {}).get("sha256") == digest:
            answers[name] = known[name]
        elif path == SHIPPED:
            answers[name] = {"sha256": digest, **compute_detector_answers(Detector(path, n_threads=1))}
        else:
            answers[name] = {"sha256": digest, **compute_answers(OnnxRecogniser(path, n_threads=1))}
    write_text(ANSWERS, json.dumps(answers) + "\n")
    print(f"wrote {ANSWERS.name}: {len(answers)} models")


def rounded(values: NDArray[np.float32]) -> list[Any]:
    """Return an array as lists of numbers with six decimals."""
    return list(np.round(values.astype(np.float64), 6).tolist())


def golden_rows(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return rows of four golden images each, side by side, ``uint8`` (n // 4, 48, 128)."""
    rows = images[: len(images) // 4 * 4].reshape(-1, 4, 28, 28).transpose(0, 2, 1, 3).reshape(-1, 28, 112)
    return np.pad(rows, ((0, 0), (10, 10), (8, 8)))


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
