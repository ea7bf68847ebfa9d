"""The baseline is Keras's example, without any code of inkdigits."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.paths import RESULTS_FOLDER, ROOT
from inkdigits.data import LabelledImages
from inkdigits.files.storage import sha256_of_file

BASELINE = ROOT / "benchmarks" / "speed" / "baselines" / "keras_mnist.py"
RESULTS = RESULTS_FOLDER / "training-speed.json"


def test_no_code_of_ours_is_in_it() -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(BASELINE.read_text()))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert imported == {"argparse", "keras", "numpy"}


def test_the_network_is_that_of_the_original_project() -> None:
    from benchmarks.speed.baselines.keras_mnist import build_model

    layers = [(type(layer).__name__, layer.count_params()) for layer in build_model().layers]
    assert layers == [
        ("Conv2D", 320), ("MaxPooling2D", 0), ("Conv2D", 18_496), ("MaxPooling2D", 0),
        ("Flatten", 0), ("Dropout", 0), ("Dense", 16_010),
    ]  # fmt: skip


@pytest.mark.slow
def test_it_trains_tests_and_saves(
    small_train: LabelledImages, small_test: LabelledImages, tmp_path: Path
) -> None:
    np.savez(
        tmp_path / "data.npz", x_train=small_train.images, y_train=small_train.labels,
        x_test=small_test.images, y_test=small_test.labels,
    )  # fmt: skip
    weights = tmp_path / "out.weights.h5"
    command = [sys.executable, BASELINE, tmp_path / "data.npz", weights, "--epochs", "2"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert weights.stat().st_size > 100_000
    accuracy = float(done.stdout.splitlines()[-1].partition("Test accuracy:")[2])
    assert 0.3 < accuracy < 1


def test_what_was_measured_was_this_very_file() -> None:
    if RESULTS.exists():
        assert json.loads(RESULTS.read_text())["baseline_sha256"] == sha256_of_file(BASELINE)
