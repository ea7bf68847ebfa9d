"""Recognisers by model name, file and engine, and the errors for unknown names and damaged files."""

import importlib.util
import sys
from pathlib import Path

import pytest

from inkdigits.errors import MissingExtraError, ModelError, UsageError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models
from inkdigits.recognition.reader import Reader

spec = importlib.util.spec_from_file_location("models", Path(__file__).parents[1] / "conftest.py")
assert spec is not None
assert spec.loader is not None
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)


@pytest.mark.parametrize("name", shipped_models())
def test_shipped_models_are_loaded_by_name_with_their_card(name: str) -> None:
    recogniser = load_recogniser(name)
    assert recogniser.card.name == name
    assert recogniser.card.parameters > 0


def test_an_unknown_model_name_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="but got 'nonesuch'"):
        load_recogniser("nonesuch")


def test_a_damaged_file_is_an_error_of_one_line_with_its_name(tmp_path: Path, bands_model: Path) -> None:
    (tmp_path / "text.onnx").write_text("hello")
    (tmp_path / "empty.onnx").write_bytes(b"")
    (tmp_path / "cut.onnx").write_bytes(bands_model.read_bytes()[:500])
    models.write_model(tmp_path / "small.onnx", side=20)
    for name in ("text", "empty", "cut", "small", "missing"):
        with pytest.raises(ModelError) as caught:
            load_recogniser(tmp_path / f"{name}.onnx")
        assert "\n" not in str(caught.value)
        assert name in str(caught.value)


def test_the_engine_is_selected_by_name(bands_model: Path) -> None:
    assert isinstance(load_recogniser(bands_model, 1), OnnxRecogniser)
    assert isinstance(Reader(bands_model, 1, engine="openvino").recogniser, OpenVinoRecogniser)
    with pytest.raises(UsageError, match="but got 'tpu'"):
        load_recogniser(bands_model, engine="tpu")


def test_the_error_for_a_missing_engine_has_its_install_command(
    bands_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"inkdigits\[openvino\]"):
        load_recogniser(bands_model, engine="openvino")
