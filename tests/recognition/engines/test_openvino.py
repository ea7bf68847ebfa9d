"""The OpenVINO recogniser: golden answers, rejected files and images, and the disabled telemetry."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inkdigits.errors import ModelError, UsageError
from inkdigits.recognition.engines import selection
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models

spec = importlib.util.spec_from_file_location("models", Path(__file__).parents[1] / "conftest.py")
assert spec is not None
assert spec.loader is not None
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    with np.load(GOLDEN / "images.npz") as file:
        return file["images"]


@pytest.mark.parametrize("name", shipped_models())
@pytest.mark.parametrize("n_threads", [1, 2])
def test_float32_gives_the_golden_probabilities(name: str, n_threads: int, images: NDArray[np.uint8]) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    recogniser = OpenVinoRecogniser(shipped_models()[name], n_threads, "float32")
    scores = recogniser.score(images)
    np.testing.assert_allclose(scores.probabilities, expected["probabilities"], rtol=0, atol=1e-3)
    np.testing.assert_allclose(scores.is_digit, expected["is_digit"], rtol=0, atol=1e-3)
    assert recogniser.precision == "float32"
    assert recogniser.engine.startswith("OpenVINO 20")
    assert recogniser.engine.endswith(", float32")


@pytest.mark.parametrize("name", shipped_models())
def test_bfloat16_gives_the_labels_of_onnx_runtime(name: str, images: NDArray[np.uint8]) -> None:
    recogniser = OpenVinoRecogniser(shipped_models()[name], 1, "bfloat16")
    digits = images[:40]  # the other images are not digits, and their labels are near ties
    assert selection.has_equal_outputs(OnnxRecogniser(shipped_models()[name], 1), recogniser, digits)


def test_invalid_precisions_and_files_raise_an_error(tmp_path: Path, bands_model: Path) -> None:
    recogniser = OpenVinoRecogniser(bands_model, 1)
    assert recogniser.card == OnnxRecogniser(bands_model).card
    with pytest.raises(UsageError, match="expected precision float32 or bfloat16"):
        OpenVinoRecogniser(bands_model, 1, "int3")
    models.write_model(tmp_path / "small.onnx", side=20)
    for name in ("small", "missing"):
        with pytest.raises(ModelError, match=name):
            load_recogniser(tmp_path / f"{name}.onnx", engine="openvino")


def test_openvino_is_imported_without_its_telemetry(bands_model: Path) -> None:
    code = (
        "import sys, inkdigits\n"
        f"inkdigits.load_recogniser({str(bands_model)!r}, 1, 'openvino')\n"
        "print('openvino' in sys.modules, [name for name in sys.modules if 'openvino_telemetry' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "True []\n", done.stderr
