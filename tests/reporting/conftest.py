"""Runs made of scikit-learn's small digits and drawn probabilities, with figures computed by scikit-learn."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

RECIPE = {
    "name": "fast",
    "network": "classic",
    "epochs": 6,
    "batch_size": 128,
    "optimiser": "adam",
    "learning_rate": 0.001,
    "validation_split": 0.1,
    "shift_pixels": 2,
    "precision": "mixed_bfloat16",
    "notes": None,
}
LAYERS = [
    ("images", "InputLayer", [28, 28], 0),
    ("scale", "Rescaling", [28, 28, 1], 0),
    ("conv_32", "Conv2D", [26, 26, 32], 320),
    ("pool_1", "MaxPooling2D", [13, 13, 32], 0),
    ("conv_64", "Conv2D", [11, 11, 64], 18496),
    ("pool_2", "MaxPooling2D", [5, 5, 64], 0),
    ("flatten", "Flatten", [1600], 0),
    ("dropout", "Dropout", [1600], 0),
    ("digit", "Dense", [10], 16010),
]

LABEL_ERROR = 947
"""The one of MNIST's known label errors that has a place in so small a test set."""


@dataclass(frozen=True)
class Options:
    """What varies between the fabricated runs."""

    data: str = "mnist"
    n_test: int = 1000
    error_rate: float = 0.05
    validation: bool = True
    filters: bool = True
    label_errors: bool = True
    descriptions: bool = True
    threshold: float = 0.0
    without_digit: int | None = None


def _small_digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return scikit-learn's 1,797 digits of 8x8 as images of 28x28, and their labels."""
    digits = load_digits()
    field = np.zeros((len(digits.target), 28, 28), np.uint8)
    for small, image in zip(digits.images, field, strict=True):
        picture = Image.fromarray((small * 255 / 16).astype(np.uint8)).resize(
            (20, 20), Image.Resampling.BICUBIC
        )
        image[4:24, 4:24] = np.asarray(picture)
    return field, digits.target.astype(np.int64)


def _probabilities(labels: NDArray[np.int64], error_rate: float) -> NDArray[np.float32]:
    generator = np.random.default_rng(7)
    n = len(labels)
    predicted = labels.copy()
    wrong = np.zeros(n, bool)
    wrong[np.argsort(generator.random(n))[: round(error_rate * n)]] = True
    if error_rate and n > LABEL_ERROR:
        wrong[LABEL_ERROR] = True
    predicted[wrong] = (labels[wrong] + generator.integers(1, 10, wrong.sum())) % 10
    confidence = np.where(wrong, generator.uniform(0.4, 0.95, n), 1 - 0.4 * generator.random(n) ** 8)
    rest = generator.random((n, 10)) + 0.01
    rest[np.arange(n), predicted] = 0
    rest *= ((1 - confidence) / rest.sum(1))[:, None]
    rest[np.arange(n), predicted] = confidence
    # The most probable digit is the predicted one: a rival above it gives way.
    rivals = rest.copy()
    rivals[np.arange(n), predicted] = 0
    assert (rivals.max(1) < confidence).all()
    return rest.astype(np.float32)


def _averages(labels: NDArray[np.int64], predicted: NDArray[np.int64], kind: str) -> dict[str, float]:
    precision, recall, f1, _ = precision_recall_fscore_support(
        labels, predicted, labels=range(10), average=kind, zero_division=0
    )
    return {"precision": precision, "recall": recall, "f1": f1, "support": len(labels)}


def _evaluation(
    options: Options, labels: NDArray[np.int64], probabilities: NDArray[np.float32]
) -> dict[str, Any]:
    predicted = probabilities.argmax(1)
    confidence = probabilities.max(1)
    right = predicted == labels
    n, n_errors = len(labels), int((~right).sum())
    loss = float(log_loss(labels, probabilities / probabilities.sum(1, keepdims=True), labels=range(10)))
    figures = precision_recall_fscore_support(labels, predicted, labels=range(10), zero_division=0)
    wrong = np.flatnonzero(~right)
    wrong = wrong[np.argsort(-confidence[wrong], kind="stable")][:100]
    accepted = confidence >= options.threshold
    # Any interval will do here: the report repeats what the evaluation says.
    interval = [max(0.0, 1 - n_errors / n - 0.015), min(1.0, 1 - n_errors / n + 0.012)]
    return {
        "model": "fast",
        "data": f"{options.data}-test",
        "n": n,
        "n_errors": n_errors,
        "accuracy": 1 - n_errors / n,
        "accuracy_interval": interval,
        "loss": loss,
        "ece": 0.0123,
        "threshold": options.threshold,
        "coverage": float(accepted.mean()),
        "accepted_error": float((~right & accepted).sum() / max(accepted.sum(), 1)),
        "confusion_matrix": confusion_matrix(labels, predicted, labels=range(10)).tolist(),
        "per_class": [
            {"label": d, "precision": p, "recall": r, "f1": f, "support": int(s)}
            for d, (p, r, f, s) in enumerate(zip(*(column.tolist() for column in figures), strict=True))
        ],
        "macro_average": _averages(labels, predicted, "macro"),
        "weighted_average": _averages(labels, predicted, "weighted"),
        "mistakes": [
            {
                "index": int(i),
                "label": int(labels[i]),
                "predicted": int(predicted[i]),
                "confidence": float(confidence[i]),
            }
            for i in wrong
        ],
        "without_label_errors": {
            "n": n - 1,
            "n_errors": max(n_errors - 1, 0),
            "accuracy": 1 - max(n_errors - 1, 0) / (n - 1),
            "accuracy_interval": [0.93, 0.97],
            "loss": loss / 2,
        }
        if options.label_errors
        else None,
    }


def _examples(images: NDArray[np.uint8], k: int = 8) -> NDArray[np.uint8]:
    """Return the first ``k`` images, blank ones where there are too few."""
    return np.concatenate([images[:k], np.zeros((max(0, k - len(images)), 28, 28), np.uint8)])


def fabricate_run(run: Path, **changes: Any) -> Path:
    """Write a finished run without report into the new folder ``run``."""
    options = Options(**changes)
    run.mkdir(parents=True)
    images, labels = _small_digits()
    images, labels = images[labels != options.without_digit], labels[labels != options.without_digit]
    n = options.n_test
    probabilities = _probabilities(labels[:n], options.error_rate)
    evaluation = _evaluation(options, labels[:n], probabilities)
    arrays = {
        "train_examples": np.stack([_examples(images[n:][labels[n:] == digit]) for digit in range(10)]),
        "train_counts": np.bincount(labels[n:], minlength=10),
        "test_labels": labels[:n],
        "test_probabilities": probabilities,
        "test_images": images[:n],
    }
    if options.filters:
        generator = np.random.default_rng(3)
        arrays["first_layer_filters"] = generator.normal(0, 0.3, (3, 3, 32)).astype(np.float32)
    np.savez_compressed(run / "arrays.npz", **arrays)
    config = {
        "name": "fast",
        "recipe": RECIPE,
        "seed": 1,
        "data": {
            "name": f"{options.data}-train",
            "test_name": f"{options.data}-test",
            "n_train": len(images) - n - 100 * options.validation,
            "n_validation": 100 if options.validation else 0,
            "n_test": n,
            "sha256": "9d1c" * 16,
            "test_sha256": "07ab" * 16,
        },
        "layers": [
            {"name": name, "type": kind, "output_shape": shape, "parameters": count}
            for name, kind, shape, count in LAYERS
        ],
        "parameters": 34826,
        "command": "inkdigits train --recipe fast --seed 1",
    }
    if options.descriptions:
        config["recipe_descriptions"] = {
            "epochs": "Number of passes over the training images.",
            "batch_size": "Images in one step of the optimiser.",
        }
    environment = {
        "created": "2025-03-01T12:00:00+00:00",
        "machine": {
            "processor": "AMD EPYC 9R14",
            "cores": 2,
            "memory_gib": 24.0,
            "platform": "Linux-6.1-x86_64",
        },
        "versions": {"python": "3.11.9", "inkdigits": "0.1.0", "keras": "3.12.0", "tensorflow": "2.20.0"},
        "precision": "mixed_bfloat16",
        "seconds": {"training": 31.42, "total": 40.01},
    }
    for name, content in (("config", config), ("environment", environment), ("evaluation", evaluation)):
        (run / f"{name}.json").write_text(json.dumps(content, indent=2))
    with (run / "history.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["epoch", "seconds", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy"])
        for epoch in range(1, 7):
            loss = 0.6 * 0.45 ** (epoch - 1) + 0.03
            row = [epoch, 5.2, 0.01 * (1 - abs(epoch - 2) / 5), loss, 1 - loss / 4]
            rows.writerow(row + ([loss * 0.7 + 0.01, 1 - loss / 6] if options.validation else ["", ""]))
    return run


@pytest.fixture(scope="session")
def fabricate() -> Callable[..., Path]:
    """The function that writes a run into a folder of the caller's choice."""
    return fabricate_run


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a run; its options are those of `Options`."""
    return lambda **changes: fabricate_run(tmp_path / "run", **changes)
