"""The ONNX Runtime recogniser: scores, model card, and rejected arrays."""

import importlib.util
from pathlib import Path

import numpy as np

from inkdigits.contract import Recogniser
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.model_card import ModelCard

spec = importlib.util.spec_from_file_location("models", Path(__file__).parents[1] / "conftest.py")
assert spec is not None
assert spec.loader is not None
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)


def band(row: int) -> np.ndarray:
    image = np.zeros((28, 28), np.uint8)
    image[row] = 255
    return image


def test_scores_are_the_outputs_of_the_graph(bands_model: Path) -> None:
    recogniser = OnnxRecogniser(bands_model, n_threads=1)
    images = np.stack([band(0), band(15), band(27)])
    scores = recogniser.score(images)
    logits = np.zeros((3, 10))
    logits[[0, 1, 2], [0, 5, 9]] = 28 * 255 * 0.01
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scores.probabilities, expected, atol=1e-6)
    np.testing.assert_array_equal(scores.is_digit, 1)
    assert isinstance(recogniser, Recogniser)


def test_the_card_is_loaded_from_the_model_file(bands_model: Path) -> None:
    assert OnnxRecogniser(bands_model).card == ModelCard(name="bands", seed=3, threshold=0.15)


def test_a_second_output_is_the_probability_of_a_digit(tmp_path: Path) -> None:
    scores = OnnxRecogniser(models.write_model(tmp_path / "m.onnx", with_is_digit=True)).score(
        band(3)[np.newaxis]
    )
    np.testing.assert_allclose(scores.is_digit, scores.probabilities.max(axis=1))
