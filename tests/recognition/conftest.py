"""A small ONNX classifier for tests that do not need a shipped model."""

from pathlib import Path

import numpy as np
import pytest

from inkdigits.recognition.model_card import METADATA_KEY, ModelCard


def write_model(
    path: Path, card: ModelCard | None = None, with_is_digit: bool = False, side: int = 28
) -> Path:
    """Write a linear classifier: a softmax over the sums of ink in ten bands of rows."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = np.zeros((side * side, 10), np.float32)
    for row in range(side):
        weights[row * side : (row + 1) * side, row * 10 // side] = 0.01
    nodes = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["floats"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    outputs = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 10])]
    if with_is_digit:
        nodes.append(helper.make_node("ReduceMax", ["probabilities"], ["is_digit"], axes=[1], keepdims=0))
        outputs.append(helper.make_tensor_value_info("is_digit", TensorProto.FLOAT, ["n"]))
    graph = helper.make_graph(
        nodes,
        "bands",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", side, side])],
        outputs,
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    if card is not None:
        helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    onnx.save(model, path)
    return path


@pytest.fixture(scope="session")
def bands_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = ModelCard(name="bands", seed=3, threshold=0.15)
    return write_model(tmp_path_factory.mktemp("models") / "bands.onnx", card)
