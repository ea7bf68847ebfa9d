"""Comparison of the engines, and selection of OpenVINO where it is faster."""

import importlib.util
import json
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from inkdigits.commands.evaluate import command as evaluate
from inkdigits.commands.read import command as read
from inkdigits.contract import Scores
from inkdigits.recognition.engines import selection
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    with np.load(GOLDEN / "images.npz") as file:
        return file["images"]


class Shifted:
    """A recogniser with constant probabilities, shifted by a given difference."""

    def __init__(self, by: float) -> None:
        self.by = by

    def score(self, images: NDArray[np.uint8]) -> Scores:
        probabilities = np.tile(np.float32([0.6 - self.by, 0.4 + self.by, *[0] * 8]), (len(images), 1))
        return Scores(probabilities, np.ones(len(images), np.float32))


def test_outputs_are_equal_if_labels_are_equal_and_probabilities_close(
    images: NDArray[np.uint8],
) -> None:
    assert selection.has_equal_outputs(Shifted(0), Shifted(0.02), images)
    assert not selection.has_equal_outputs(Shifted(0), Shifted(0.04), images)
    assert not selection.has_equal_outputs(Shifted(0.09), Shifted(0.11), images)


def test_openvino_is_selected_if_it_saves_time_and_has_equal_outputs(
    bands_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.zeros((4000, 28, 28), np.uint8)
    images[np.arange(4000), np.arange(4000) % 28] = 255
    recogniser = OnnxRecogniser(bands_model, 1)
    seconds = {OnnxRecogniser: 0.6, OpenVinoRecogniser: 0.5}
    monkeypatch.setattr(selection, "measure_seconds", lambda each, _: seconds[type(each)])
    assert isinstance(selection.select_recogniser(recogniser, images), OpenVinoRecogniser)
    assert (
        selection.select_recogniser(recogniser, images[:3000]) is recogniser
    )  # 1.8 s, less than the least time
    assert isinstance(selection.select_recogniser(recogniser, images[:3000], 2), OpenVinoRecogniser)
    assert selection.select_recogniser(recogniser, images[:0]) is recogniser
    seconds[OpenVinoRecogniser] = 0.7
    assert selection.select_recogniser(recogniser, images) is recogniser
    seconds[OpenVinoRecogniser] = 0.5
    monkeypatch.setattr(selection, "MAX_DIFFERENCE", -1.0)
    assert selection.select_recogniser(recogniser, images) is recogniser
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(selection, "MAX_DIFFERENCE", 1.0)
    assert selection.select_recogniser(recogniser, images) is recogniser


def test_measured_seconds_exclude_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Shifted):
        """A recogniser that takes 1 s per image, and 10 s more for its first call."""

        calls: ClassVar[list[int]] = []
        now = 0.0

        def score(self, images: NDArray[np.uint8]) -> Scores:
            Slow.now += len(images) + (0 if self.calls else 10)
            self.calls.append(len(images))
            return super().score(images)

    monkeypatch.setattr("time.perf_counter", lambda: Slow.now)
    assert selection.measure_seconds(Slow(0), np.zeros((7, 28, 28), np.uint8)) == 7
    assert Slow.calls == [1, 7]


def test_the_commands_accept_an_engine_and_evaluate_reports_it(tmp_path: Path) -> None:
    images = np.zeros((20, 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255
    np.savez(tmp_path / "own.npz", images=images, labels=np.ones(20, np.int64))
    for engine, name in (("auto", "ONNX Runtime"), ("openvino", "OpenVINO")):
        arguments = ["--data", str(tmp_path / "own.npz"), "--model", "classic", "--engine", engine]
        figures = json.loads(CliRunner().invoke(evaluate, [*arguments, "--json"]).stdout)
        assert figures["accuracy"] == 1
        assert figures["engine"].startswith(name)
        assert f"Engine     {name} " in CliRunner().invoke(evaluate, arguments).stdout
    sample = Path(__file__).parents[3] / "samples" / "seven.png"
    assert CliRunner().invoke(read, [str(sample), "--engine", "openvino"]).stdout == "7\n"
