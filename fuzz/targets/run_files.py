"""The files of a run directory, which the report reads."""

import io
import json
from typing import Any

import numpy as np

from fuzz.targets.files import get_folder, write_input
from fuzz.targets.target import Target
from inkdigits.errors import RunError
from inkdigits.reporting.content import build_document
from inkdigits.reporting.document import FigureBlock
from inkdigits.reporting.html import render_html
from inkdigits.reporting.run import Run
from inkdigits.runs import run_directory

_N = 3
"""Test images of the run."""

_KINDS = (
    run_directory.CONFIG,
    run_directory.ENVIRONMENT,
    run_directory.EVALUATION,
    run_directory.HISTORY,
    run_directory.ARRAYS,
)


def run(data: bytes) -> None:
    """Replace one file of a run, chosen by the first byte, and make the words of its report."""
    for name, content in _make_files().items():
        write_input(name, content)
    if data:
        write_input(_KINDS[data[0] % len(_KINDS)], data[1:])
    document = build_document(Run.load(get_folder()))
    figures = {block.name: b"" for block in document.blocks() if isinstance(block, FigureBlock)}
    assert b"</html>" in render_html(document, figures).encode()


def make_seeds() -> list[bytes]:
    """Make each file of a run."""
    contents = _make_files()
    return [bytes([i]) + contents[name] for i, name in enumerate(_KINDS)]


def _make_files() -> dict[str, bytes]:
    """Return the files of a run of three test images, one of them misread."""
    labels, predicted = [1, 2, 7], [1, 2, 1]
    figures = {"n": _N, "n_errors": 1, "accuracy": 0.6667, "accuracy_interval": [0.2, 0.94], "loss": 0.5}
    scores = {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (labels, predicted), 1)
    jsons: dict[str, Any] = {
        run_directory.CONFIG: {
            "name": "fast", "recipe": {"epochs": 2, "network": "classic"}, "seed": 1, "parameters": 9,
            "data": {"name": "mnist-train", "n_train": 9, "n_test": _N, "sha256": "ab"},
            "layers": [{"name": "conv", "type": "Conv2D", "output_shape": [26, 26, 4], "parameters": 9}],
        },
        run_directory.ENVIRONMENT: {
            "created": "2026-01-02T03:04:05+00:00", "machine": {"processor": "x", "cores": 2}, "precision": "float32",
            "versions": {"python": "3.11"}, "seconds": {"training": 1.5, "total": 2.5},
        },
        run_directory.EVALUATION: {
            "model": "fast", "data": "mnist-test", **figures, "ece": 0.1, "threshold": 0.5, "coverage": 1.0,
            "accepted_error": None, "confusion_matrix": matrix.tolist(),
            "per_class": [{"label": i, **scores, "support": labels.count(i)} for i in range(10)],
            "macro_average": {**scores, "support": _N}, "weighted_average": {**scores, "support": _N},
            "mistakes": [{"index": 2, "label": 7, "predicted": 1, "confidence": 0.9}],
            "without_label_errors": None,
        },
    }  # fmt: skip
    arrays = io.BytesIO()
    np.savez(
        arrays,
        train_examples=np.zeros((10, 1, 28, 28), np.uint8),
        train_counts=np.ones(10, np.int64),
        test_labels=np.array(labels),
        test_probabilities=np.eye(10, dtype=np.float32)[predicted],
        test_images=np.zeros((_N, 28, 28), np.uint8),
    )
    history = b"epoch,seconds,learning_rate,loss,accuracy\n1,1.0,0.01,0.9,0.5\n2,1.0,0.001,0.5,0.7\n"
    return {
        **{name: json.dumps(content).encode() for name, content in jsons.items()},
        run_directory.HISTORY: history,
        run_directory.ARRAYS: arrays.getvalue(),
    }


TARGET = Target(
    run,
    make_seeds,
    refusals=(RunError,),
    tokens=(
        *(
            b"null",
            b"true",
            b"NaN",
            b"Infinity",
            b"1e999",
            b"-1",
            b"[]",
            b"{}",
            b'"\\ud800"',
            b"9" * 400,
            b"0.5",
        ),
        *(
            b"\n",
            b'"',
            b",",
            b"epoch",
            b"val_loss",
            b"\x93NUMPY\x01\0",
            b"'descr': '<f8'",
            b"'shape': (3,)",
            b"'|O'",
        ),
    ),
    max_bytes=16_384,
)
