"""Small ONNX models for the tests of the check."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def build_model(
    nodes: Sequence[onnx.NodeProto] = (), initialisers: Sequence[onnx.TensorProto] = (), opset: int = 17
) -> onnx.ModelProto:
    """Return a classifier of digit images with additional nodes and initialisers."""
    weights = numpy_helper.from_array(np.full((784, 10), 0.01, np.float32), "weights")
    own = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["floats"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        [*own, *nodes],
        "graph",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", 28, 28])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 10])],
        [weights, *initialisers],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def build_branch() -> onnx.GraphProto:
    """Return a graph for a branch or a loop."""
    value = helper.make_tensor_value_info("inner", TensorProto.FLOAT, [1])
    constant = helper.make_node("Constant", [], ["inner"], value_floats=[1.0])
    return helper.make_graph([constant], "branch", [], [value])


def node(operator: str, inputs: list[str], outputs: list[str], **attributes: Any) -> onnx.NodeProto:
    """Return a node; ``domain`` among the attributes is its domain."""
    return helper.make_node(operator, inputs, outputs, **attributes)


def constant(name: str, array: Any, dtype: Any = np.float32) -> onnx.TensorProto:
    """Return an initialiser."""
    return numpy_helper.from_array(np.asarray(array, dtype), name)
