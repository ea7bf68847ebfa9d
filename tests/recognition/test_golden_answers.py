"""Every shipped model answers as on the day it was shipped, and is the very file that it was then."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inkdigits.data import Mnist
from inkdigits.recognition.detection.detector import SHIPPED, Detector
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models
from inkdigits.storage import sha256_of_file

GOLDEN = Path(__file__).parents[1] / "golden"

TOLERANCE = 1e-3
"""Other processors, and other builds of ONNX Runtime, add up float32 in another order: 1e-5 at most in a
probability. A pixel scaled otherwise, or one weight of another training, moves the unsure answers by far more."""


def golden(name: str) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    with np.load(GOLDEN / "images.npz") as file:
        return file["images"]


def test_every_shipped_model_has_its_answers_and_no_other_has() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(shipped_models()), (
        "run tools/write_golden_answers.py"
    )


@pytest.mark.parametrize("name", shipped_models())
def test_a_shipped_model_is_the_file_that_was_shipped(name: str) -> None:
    assert golden(name)["sha256"] == sha256_of_file(shipped_models()[name]), (
        "another model of the same name: run tools/write_golden_answers.py, and tell of it in the changelog"
    )


@pytest.mark.parametrize("name", shipped_models())
@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_shipped_model_answers_as_on_the_day_it_was_shipped(
    name: str, n_threads: int, images: NDArray[np.uint8]
) -> None:
    expected, scores = golden(name), load_recogniser(name, n_threads).score(images)
    np.testing.assert_allclose(scores.probabilities, expected["probabilities"], rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(scores.is_digit, expected["is_digit"], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", shipped_models())
def test_one_image_at_a_time_is_answered_as_all_together(name: str, images: NDArray[np.uint8]) -> None:
    recogniser, expected = load_recogniser(name, 1), golden(name)["probabilities"]
    for image, row in zip(images[::5], expected[::5], strict=True):
        np.testing.assert_allclose(
            recogniser.score(image[None]).probabilities[0], row, rtol=0, atol=TOLERANCE
        )


@pytest.mark.parametrize("name", shipped_models())
def test_the_answers_would_show_a_small_change(name: str, images: NDArray[np.uint8]) -> None:
    """Else they prove nothing: a pixel value that is off by four in a hundred must be seen."""
    weaker = (images * 0.96).astype(np.uint8)
    change = np.abs(load_recogniser(name, 1).score(weaker).probabilities - golden(name)["probabilities"])
    assert (change.max(axis=1) > 3 * TOLERANCE).sum() >= 3


def test_the_detector_answers_as_on_the_day_it_was_shipped(images: NDArray[np.uint8]) -> None:
    expected = json.loads((GOLDEN / "detector" / "detector.json").read_text("utf-8"))
    assert expected["sha256"] == sha256_of_file(SHIPPED)
    rows = images[: len(images) // 4 * 4].reshape(-1, 4, 28, 28).transpose(0, 2, 1, 3).reshape(-1, 28, 112)
    cells = Detector(n_threads=1).predict_cells(np.pad(rows, ((0, 0), (10, 10), (8, 8))))
    # Logits reach 30, and differ by more than probabilities do.
    np.testing.assert_allclose(cells[:, ::2, ::7], expected["cells"], rtol=0, atol=10 * TOLERANCE)


def test_the_detector_is_small() -> None:
    assert SHIPPED.stat().st_size < 5 * 2**20


def test_the_images_are_of_mnists_training_part(mnist: Mnist, images: NDArray[np.uint8]) -> None:
    with np.load(GOLDEN / "images.npz") as file:
        places = file["mnist_train"]
    np.testing.assert_array_equal(images[: len(places)], mnist.train.images[places])
    assert sorted(mnist.train.labels[places]) == sorted([*range(10)] * 4)
