"""OpenVINO answers as ONNX Runtime does, and is used where it pays off and nowhere else."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from inkdigits.commands.evaluate import command as evaluate
from inkdigits.commands.read import command as read
from inkdigits.contract import Recogniser, Scores
from inkdigits.errors import DataError, MissingExtraError, ModelError, UsageError
from inkdigits.recognition.engines import selection as engines
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models
from inkdigits.recognition.reader import Reader

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


class Shifted:
    """A recogniser whose probabilities are off by a little."""

    def __init__(self, by: float) -> None:
        self.by = by

    def score(self, images: NDArray[np.uint8]) -> Scores:
        probabilities = np.tile(np.float32([0.6 - self.by, 0.4 + self.by, *[0] * 8]), (len(images), 1))
        return Scores(probabilities, np.ones(len(images), np.float32))


@pytest.mark.parametrize("name", shipped_models())
@pytest.mark.parametrize("n_threads", [1, 2])
def test_float32_gives_the_golden_answers(name: str, n_threads: int, images: NDArray[np.uint8]) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    recogniser = OpenVinoRecogniser(shipped_models()[name], n_threads, "float32")
    scores = recogniser.score(images)
    np.testing.assert_allclose(scores.probabilities, expected["probabilities"], rtol=0, atol=1e-3)
    np.testing.assert_allclose(scores.is_digit, expected["is_digit"], rtol=0, atol=1e-3)
    assert recogniser.precision == "float32"
    assert recogniser.engine.startswith("OpenVINO 20")
    assert recogniser.engine.endswith(", float32")


@pytest.mark.parametrize("name", shipped_models())
def test_bfloat16_reads_the_same_digits(name: str, images: NDArray[np.uint8]) -> None:
    recogniser = OpenVinoRecogniser(shipped_models()[name], 1, "bfloat16")
    digits = images[:40]  # the others are no digits, and no label of theirs is sure
    assert engines.has_equal_outputs(OnnxRecogniser(shipped_models()[name], 1), recogniser, digits)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 127, 128, 129, 300, 1025])
def test_a_batch_of_any_size_keeps_its_order(n: int, bands_model: Path) -> None:
    """In parts, on all cores, and in ONNX Runtime in parts of another size."""
    images = np.random.default_rng(n).integers(0, 256, (n, 28, 28), np.uint8)
    images[np.arange(n), np.arange(n) % 28] = 255
    bands = np.eye(10)[np.arange(28) * 10 // 28]
    logits = images.sum(axis=2) @ bands * 0.01
    expected = np.exp(logits - logits.max(axis=1, keepdims=True)) if n else np.empty((0, 10))
    expected /= expected.sum(axis=1, keepdims=True)
    for recogniser in (OpenVinoRecogniser(bands_model, 2, "float32"), OnnxRecogniser(bands_model, 1)):
        scores = recogniser.score(images)
        np.testing.assert_allclose(scores.probabilities, expected, atol=1e-4)
        assert (scores.probabilities.dtype, scores.is_digit.shape) == (np.float32, (n,))
        assert isinstance(recogniser, Recogniser)


def test_what_onnx_runtime_refuses_openvino_refuses_too(tmp_path: Path, bands_model: Path) -> None:
    recogniser = OpenVinoRecogniser(bands_model, 1)
    assert recogniser.card == OnnxRecogniser(bands_model).card
    with pytest.raises(DataError, match="digit images, uint8"):
        recogniser.score(np.zeros((2, 28, 28)))
    with pytest.raises(UsageError, match="expected precision float32 or bfloat16"):
        OpenVinoRecogniser(bands_model, 1, "int3")
    models.write_model(tmp_path / "small.onnx", side=20)
    for name in ("small", "missing"):
        with pytest.raises(ModelError, match=name):
            load_recogniser(tmp_path / f"{name}.onnx", engine="openvino")


def test_an_engine_is_chosen_by_name(bands_model: Path) -> None:
    assert isinstance(load_recogniser(bands_model, 1), OnnxRecogniser)
    assert isinstance(Reader(bands_model, 1, engine="openvino").recogniser, OpenVinoRecogniser)
    with pytest.raises(UsageError, match="but got 'tpu'"):
        load_recogniser(bands_model, engine="tpu")


def test_a_missing_engine_is_told_with_what_installs_it(
    bands_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"inkdigits\[openvino\]"):
        load_recogniser(bands_model, engine="openvino")


def test_engines_agree_if_every_label_is_the_same_and_no_probability_is_far_off(
    images: NDArray[np.uint8],
) -> None:
    assert engines.has_equal_outputs(Shifted(0), Shifted(0.02), images)
    assert not engines.has_equal_outputs(Shifted(0), Shifted(0.04), images)
    assert not engines.has_equal_outputs(Shifted(0.09), Shifted(0.11), images)


def test_openvino_takes_over_where_it_pays_off_if_it_is_faster_and_agrees(
    bands_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.zeros((4000, 28, 28), np.uint8)
    images[np.arange(4000), np.arange(4000) % 28] = 255
    recogniser = OnnxRecogniser(bands_model, 1)
    seconds = {OnnxRecogniser: 0.6, OpenVinoRecogniser: 0.5}
    monkeypatch.setattr(engines, "measure_seconds", lambda each, _: seconds[type(each)])
    assert isinstance(engines.select_recogniser(recogniser, images), OpenVinoRecogniser)
    assert engines.select_recogniser(recogniser, images[:3000]) is recogniser  # 1.8 s, not earned back
    assert engines.select_recogniser(recogniser, images[:0]) is recogniser
    seconds[OpenVinoRecogniser] = 0.7
    assert engines.select_recogniser(recogniser, images) is recogniser
    seconds[OpenVinoRecogniser] = 0.5
    monkeypatch.setattr(engines, "MAX_DIFFERENCE", -1.0)
    assert engines.select_recogniser(recogniser, images) is recogniser
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(engines, "MAX_DIFFERENCE", 1.0)
    assert engines.select_recogniser(recogniser, images) is recogniser


def test_the_seconds_of_a_recogniser_are_those_of_its_second_call(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Shifted):
        """Takes a second for each image, and ten for the first call."""

        calls: ClassVar[list[int]] = []
        now = 0.0

        def score(self, images: NDArray[np.uint8]) -> Scores:
            Slow.now += len(images) + (0 if self.calls else 10)
            self.calls.append(len(images))
            return super().score(images)

    monkeypatch.setattr("time.perf_counter", lambda: Slow.now)
    assert engines.measure_seconds(Slow(0), np.zeros((7, 28, 28), np.uint8)) == 7
    assert Slow.calls == [1, 7]


def test_the_commands_take_an_engine_and_evaluate_says_which(tmp_path: Path) -> None:
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255
    np.savez(tmp_path / "own.npz", images=images, labels=np.ones(20, np.int64))
    for engine, told in (("auto", "ONNX Runtime"), ("openvino", "OpenVINO")):
        arguments = ["--data", str(tmp_path / "own.npz"), "--model", "classic", "--engine", engine]
        figures = json.loads(CliRunner().invoke(evaluate, [*arguments, "--json"]).stdout)
        assert figures["accuracy"] == 1
        assert figures["engine"].startswith(told)
        assert f"Engine     {told} " in CliRunner().invoke(evaluate, arguments).stdout
    sample = Path(__file__).parents[3] / "samples" / "seven.png"
    assert CliRunner().invoke(read, [str(sample), "--engine", "openvino"]).stdout == "7\n"


def test_openvino_is_imported_without_what_reports_to_its_maker(bands_model: Path) -> None:
    code = (
        "import sys, inkdigits\n"
        f"inkdigits.load_recogniser({str(bands_model)!r}, 1, 'openvino')\n"
        "print('openvino' in sys.modules, [name for name in sys.modules if 'openvino_telemetry' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "True []\n", done.stderr
