"""Golden answers: every shipped model is an unchanged file with unchanged outputs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inkdigits.data import Mnist
from inkdigits.files.storage import sha256_of_file
from inkdigits.recognition.detection.detector import SHIPPED, Detector
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models

GOLDEN = Path(__file__).parents[1] / "golden"

TOLERANCE = 1e-3
"""Processors and builds of ONNX Runtime differ in the order of float32 sums: by at most 1e-5 in a probability. A
change of the scaling of pixels, or of a weight, changes uncertain probabilities by far more."""


def load_golden(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    with np.load(GOLDEN / "images.npz") as file:
        return file["images"]


def test_the_golden_files_are_those_of_the_shipped_models() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(shipped_models()), (
        "run tools/write_golden_answers.py"
    )


@pytest.mark.parametrize("name", shipped_models())
def test_the_digest_of_a_shipped_model_is_unchanged(name: str) -> None:
    assert load_golden(name)["sha256"] == sha256_of_file(shipped_models()[name]), (
        "the model file has changed: run tools/write_golden_answers.py, and add a line to the changelog"
    )


@pytest.mark.parametrize("name", shipped_models())
@pytest.mark.parametrize("n_threads", [1, 2])
def test_the_outputs_of_a_shipped_model_are_unchanged(
    name: str, n_threads: int, images: NDArray[np.uint8]
) -> None:
    expected, scores = load_golden(name), load_recogniser(name, n_threads).score(images)
    np.testing.assert_allclose(scores.probabilities, expected["probabilities"], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(scores.is_digit, expected["is_digit"], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", shipped_models())
def test_the_golden_answers_are_sensitive_to_a_small_change(name: str, images: NDArray[np.uint8]) -> None:
    """A change of all pixel values by 4% exceeds the tolerance on at least three images."""
    weaker = (images * 0.96).astype(np.uint8)
    change = np.abs(load_recogniser(name, 1).score(weaker).probabilities - load_golden(name)["probabilities"])
    assert (change.max(axis=1) > 3 * TOLERANCE).sum() >= 3


def test_the_outputs_of_the_shipped_detector_are_unchanged(images: NDArray[np.uint8]) -> None:
    expected = json.loads((GOLDEN / "detector" / "detector.json").read_text("utf-8"))
    assert expected["sha256"] == sha256_of_file(SHIPPED)
    rows = images[: len(images) // 4 * 4].reshape(-1, 4, 28, 28).transpose(0, 2, 1, 3).reshape(-1, 28, 112)
    cells = Detector(n_threads=1).predict_cells(np.pad(rows, ((0, 0), (10, 10), (8, 8))))
    # Logits reach 30, and differ by more than probabilities.
    np.testing.assert_allclose(cells[:, ::2, ::7], expected["cells"], rtol=0, atol=10 * TOLERANCE)


def test_the_detector_is_small() -> None:
    assert SHIPPED.stat().st_size < 5 * 2**20


def test_the_golden_images_are_mnist_training_images(mnist: Mnist, images: NDArray[np.uint8]) -> None:
    with np.load(GOLDEN / "images.npz") as file:
        places = file["mnist_train"]
    np.testing.assert_array_equal(images[: len(places)], mnist.train.images[places])
    assert sorted(mnist.train.labels[places]) == sorted([*range(10)] * 4)
