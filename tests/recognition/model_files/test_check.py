"""The check of model files: hostile ones are refused before a session exists, valid ones accepted."""

import time
import tracemalloc
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from benchmarks.limits.hostile.models import build_model, make_models
from inkdigits.errors import ModelError
from inkdigits.files.limits import MAX_MODEL_BYTES
from inkdigits.recognition.detection.detector import DETECTOR, SHIPPED, Detector
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser
from inkdigits.recognition.engines.registry import shipped_models
from inkdigits.recognition.model_files.check import check_model
from inkdigits.recognition.model_files.kinds import CLASSIFIER
from inkdigits.recognition.model_files.operators import ALLOWED

HOSTILE = make_models()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_model_is_refused_in_one_line(name: str) -> None:
    content, reason = HOSTILE[name]
    start = time.thread_time()
    with pytest.raises(ModelError, match=reason) as caught:
        check_model(content, "hostile.onnx", CLASSIFIER)
    assert time.thread_time() - start < 2
    message = str(caught.value)
    assert "hostile.onnx" in message
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize("load", [OnnxRecogniser, OpenVinoRecogniser, lambda path: Detector(path)])
def test_no_engine_sees_a_hostile_model(load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise AssertionError("a session was created")

    monkeypatch.setattr(onnxruntime, "InferenceSession", fail)
    path = tmp_path / "hostile.onnx"
    for name in ("external-data", "if", "custom", "function", "constant-of-shape", "nodes"):
        path.write_bytes(HOSTILE[name][0])
        with pytest.raises(ModelError, match=HOSTILE[name][1]):
            load(path)


def test_the_base_of_the_hostile_models_is_accepted() -> None:
    """Otherwise they could be refused for another reason."""
    content = build_model().SerializeToString()
    assert check_model(content, "valid.onnx", CLASSIFIER).outputs[0].name == "probabilities"
    with pytest.raises(ModelError, match="use a digit detector"):
        check_model(content, "valid.onnx", DETECTOR)


def test_the_weights_are_not_copied() -> None:
    weights = onnx.numpy_helper.from_array(np.zeros(MAX_MODEL_BYTES // 4 - 20_000, np.float32), "large")
    content = build_model([], [weights]).SerializeToString()
    assert len(content) > 0.99 * MAX_MODEL_BYTES
    tracemalloc.start()
    check_model(content, "large.onnx", CLASSIFIER)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_every_allowed_operator_exists_and_needs_no_graph() -> None:
    for operator in ALLOWED:
        schema = onnx.defs.get_schema(operator)
        kinds = {attribute.type.name for attribute in schema.attributes.values()}
        assert not {"GRAPH", "GRAPHS", "TYPE_PROTO"} & kinds, operator
        types = {text for each in (*schema.inputs, *schema.outputs) for text in each.types}
        assert not any(text.startswith(("seq(", "optional(")) for text in types) or operator in {
            "Identity",
            "Size",
        }


def test_the_operators_of_the_shipped_models_are_allowed() -> None:
    used = {
        node.op_type for path in (*shipped_models().values(), SHIPPED) for node in onnx.load(path).graph.node
    }
    assert used <= ALLOWED
    assert len(used) > 15


def test_a_path_that_is_no_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.onnx", Path("a\0b.onnx")):
        with pytest.raises(ModelError, match="cannot be read"):
            OnnxRecogniser(path)
