"""Engines: a broken native library is reported, a missing extra is noted."""

from types import SimpleNamespace
from typing import Any

import pytest

from inkdigits.diagnosis.engines import check_engines
from inkdigits.errors import MissingExtraError

WORKING = SimpleNamespace(__version__="2026.4.1-123-releases")


def load() -> Any:
    return WORKING


def missing() -> Any:
    raise MissingExtraError("the engine openvino", "openvino", "openvino")


@pytest.mark.parametrize("error", [ImportError, OSError, RuntimeError])
def test_an_engine_that_cannot_be_loaded_is_wrong(error: type[Exception]) -> None:
    def broken() -> Any:
        raise error("libgomp.so.1: cannot open shared object file\nat line 3")

    onnxruntime, openvino, _ = check_engines(None, broken, broken)
    assert onnxruntime.state == openvino.state == "wrong"
    assert onnxruntime.value == "cannot be loaded: libgomp.so.1: cannot open shared object file"
    assert onnxruntime.remedy == "pip install --force-reinstall onnxruntime"
    assert openvino.remedy == "pip install --force-reinstall openvino"


def test_an_engine_that_is_not_installed_is_a_note() -> None:
    onnxruntime, openvino, choice = check_engines(None, load, missing)
    assert (onnxruntime.state, onnxruntime.value) == ("right", "ONNX Runtime 2026.4.1")
    assert (openvino.state, openvino.remedy) == ("note", 'pip install "inkdigits[openvino]"')
    assert choice.facts == {"read": "onnxruntime", "evaluate": ["onnxruntime"]}
    assert "OpenVINO" not in choice.value


def test_the_choice_between_two_engines_is_described() -> None:
    *_, choice = check_engines(None, load, load)
    assert choice.facts["evaluate"] == ["onnxruntime", "openvino"]
    assert "evaluate uses OpenVINO if" in choice.value


def test_the_engines_of_this_installation_work() -> None:
    assert [finding.state for finding in check_engines(None)] == ["right"] * 3
