"""Golden answers of the package: of the shipped models, sensitive to small changes, and small."""

import numpy as np
import pytest

from inkdigits.diagnosis import golden_answers
from inkdigits.diagnosis.golden_answers import (
    ANSWERS,
    LOGIT_TOLERANCE,
    TOLERANCE,
    compute_answers,
    compute_detector_answers,
    draw_inputs,
    measure_difference,
    read_answers,
)
from inkdigits.errors import ModelError
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models
from inkdigits.recognition.model_files.pins import read_pinned_digests


def test_the_answers_are_those_of_the_shipped_models() -> None:
    assert {name: answer["sha256"] for name, answer in read_answers().items()} == read_pinned_digests(), (
        "run tools/write_golden_answers.py"
    )


def test_the_file_is_small() -> None:
    assert ANSWERS.stat().st_size < 20_000


def test_the_inputs_are_digits_that_the_default_model_reads() -> None:
    inputs = draw_inputs()
    assert inputs.shape == (6, 28, 28)
    assert inputs.dtype == np.uint8
    assert load_recogniser("accurate", 1).score(inputs).labels[:3].tolist() == [0, 7, 9]


@pytest.fixture
def weaker_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inputs with pixel values that are 4% lower, as a wrong scaling would make them."""
    inputs = (draw_inputs() * 0.96).astype(np.uint8)
    monkeypatch.setattr(golden_answers, "draw_inputs", lambda: inputs)


@pytest.mark.usefixtures("weaker_inputs")
@pytest.mark.parametrize("name", shipped_models())
def test_the_answers_are_sensitive_to_a_small_change(name: str) -> None:
    computed = compute_answers(load_recogniser(name, 1))
    assert measure_difference(read_answers()[f"{name}.onnx"], computed) > 2 * TOLERANCE


@pytest.mark.usefixtures("weaker_inputs")
def test_the_answers_of_the_detector_are_sensitive_to_a_small_change() -> None:
    computed = compute_detector_answers(Detector(n_threads=1))
    assert measure_difference(read_answers()["detector/detector.onnx"], computed) > 3 * LOGIT_TOLERANCE


@pytest.mark.parametrize(
    ("computed", "difference"),
    [
        ({"a": [[0.5, 0.25]]}, 0.0),
        ({"a": [[0.5, 0.5]]}, 0.25),
        ({"a": [[0.5]]}, np.inf),
        ({"a": [[0.5, float("nan")]]}, np.inf),
        ({}, np.inf),
    ],
)
def test_differences(computed: dict[str, list[list[float]]], difference: float) -> None:
    assert measure_difference({"sha256": "ab", "a": [[0.5, 0.25]]}, computed) == difference


def test_missing_answers_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden_answers, "ANSWERS", ANSWERS.with_name("none.json"))
    with pytest.raises(ModelError, match="golden answers"):
        read_answers()
