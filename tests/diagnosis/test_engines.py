"""Engines: one that is broken or computes wrongly is reported, a missing extra is noted."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inkdigits.contract import Scores
from inkdigits.diagnosis.engines import check_engines
from inkdigits.diagnosis.finding import Finding
from inkdigits.errors import MissingExtraError, ModelError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser


def load() -> Any:
    return SimpleNamespace(__version__="2026.4.1-123-releases")


def missing() -> Any:
    raise MissingExtraError("the engine openvino", "openvino", "openvino")


class Wrong(OnnxRecogniser):
    """An engine whose probabilities are slightly wrong."""

    def score(self, images: Any) -> Scores:
        scores = super().score(images)
        return Scores(scores.probabilities + 0.002, scores.is_digit)


def check(onnxruntime: Any = load, openvino: Any = load) -> dict[str, Finding]:
    loaders = {"onnxruntime": onnxruntime, "openvino": openvino}
    recognisers = dict.fromkeys(loaders, OnnxRecogniser)
    return {each.name: each for each in check_engines(None, loaders, recognisers)}


@pytest.mark.parametrize("error", [ImportError, OSError, RuntimeError])
def test_an_engine_that_cannot_be_loaded_is_wrong(error: type[Exception]) -> None:
    def broken() -> Any:
        raise error("libgomp.so.1: cannot open shared object file\nat line 3")

    found = check(broken, broken)
    for name in ("onnxruntime", "openvino"):
        assert found[name].state == "wrong"
        assert found[name].value == "cannot be used: libgomp.so.1: cannot open shared object file"
        assert found[name].remedy == f"pip install --force-reinstall {name}"
    assert found["choice"].facts["evaluate"] == ["onnxruntime"]


def test_an_engine_that_is_not_installed_is_a_note() -> None:
    found = check(openvino=missing)
    assert (found["onnxruntime"].state, found["onnxruntime"].facts["version"]) == ("right", "2026.4.1")
    assert (found["openvino"].state, found["openvino"].remedy) == (
        "note",
        'pip install "inkdigits[openvino]"',
    )
    assert found["choice"].facts == {"read": "onnxruntime", "evaluate": ["onnxruntime"]}
    assert "OpenVINO" not in found["choice"].value


def test_an_engine_that_computes_wrongly_is_wrong() -> None:
    loaders = {"onnxruntime": load, "openvino": load}
    recognisers = {"onnxruntime": OnnxRecogniser, "openvino": Wrong}
    onnxruntime, openvino, choice = check_engines(None, loaders, recognisers)
    assert (onnxruntime.state, openvino.state) == ("right", "wrong")
    assert "computes wrongly: outputs of compact.onnx differ by 0.002" in openvino.value
    assert openvino.facts["difference"] == pytest.approx(0.002, abs=1e-4)
    assert choice.facts["evaluate"] == ["onnxruntime"]


def test_an_engine_that_cannot_compile_a_model_is_wrong() -> None:
    def refuse(path: Path) -> Any:
        raise ModelError(f"{path.name} cannot be compiled")

    loaders = {"onnxruntime": load, "openvino": load}
    *_, openvino, _ = check_engines(None, loaders, {"onnxruntime": OnnxRecogniser, "openvino": refuse})
    assert (openvino.state, openvino.value) == ("wrong", "cannot be used: compact.onnx cannot be compiled")


def test_the_choice_between_two_engines_is_described() -> None:
    found = check()["choice"]
    assert found.facts["evaluate"] == ["onnxruntime", "openvino"]
    assert "evaluate uses OpenVINO if" in found.value


def test_the_engines_of_this_installation_work() -> None:
    found = check_engines(None)
    assert [finding.state for finding in found] == ["right"] * 3
    assert all(0 <= finding.facts["difference"] < 1e-4 for finding in found[:2])
