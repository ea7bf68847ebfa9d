"""Hostile ONNX models: each is refused before an inference engine sees it."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inkdigits.files.limits import MAX_MODEL_BYTES, MAX_MODEL_FIELDS, MAX_MODEL_NODES, MAX_MODEL_TENSORS

Change = Callable[[onnx.ModelProto], object]


def build_model(
    nodes: Iterable[onnx.NodeProto] = (), initialisers: Iterable[onnx.TensorProto] = ()
) -> onnx.ModelProto:
    """Return a small valid classifier of digit images, with additional nodes and initialisers before its own."""
    own = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["floats"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    weights = numpy_helper.from_array(np.full((784, 10), 0.01, np.float32), "weights")
    graph = helper.make_graph(
        [*nodes, *own],
        "graph",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", 28, 28])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 10])],
        [weights, *initialisers],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def make_models() -> dict[str, tuple[bytes, str]]:
    """Return hostile models by name: the bytes of the file, and a part of the message with which it is refused."""
    found = {}
    for name, (model, reason) in {**_other_contents(), **_with_nodes(), **_growing(), **_too_many()}.items():
        found[name] = (model if isinstance(model, bytes) else model.SerializeToString(), reason)
    return found


def _changed(change: Change) -> onnx.ModelProto:
    model = build_model()
    change(model)
    return model


def _constant(name: str, values: Any, dtype: Any = np.float32) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype), name)


def _external(location: str) -> onnx.TensorProto:
    tensor = TensorProto(name="outside", data_type=TensorProto.FLOAT, dims=[4])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def _branch() -> onnx.GraphProto:
    constant = helper.make_node("Constant", [], ["inner"], value_floats=[1.0])
    return helper.make_graph(
        [constant], "branch", [], [helper.make_tensor_value_info("inner", TensorProto.FLOAT, [1])]
    )


def _value(name: str, kind: int = TensorProto.FLOAT, shape: Any = ("n", 10)) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def _other_contents() -> dict[str, tuple[onnx.ModelProto | bytes, str]]:
    """Return models with references to files, functions, other types, and other inputs and outputs."""
    good = build_model().SerializeToString()
    sparse = onnx.SparseTensorProto(
        values=_constant("v", [1.0]), indices=_constant("i", [1], np.int64), dims=[9]
    )
    entry = _constant("outside", [1.0])  # with data, and a reference that another reader might follow
    entry.external_data.add(key="location", value="/etc/passwd")
    flag = _constant("outside", [1.0])
    flag.data_location = TensorProto.EXTERNAL
    lying = _constant("lying", [1.0])
    lying.dims[:] = [2**40]
    negative = _constant("negative", [1.0])
    negative.dims[:] = [-1]
    text = helper.make_tensor("text", TensorProto.STRING, [1], [b"a"])
    function = helper.make_function("mine", "F", ["x"], ["y"], [helper.make_node("Relu", ["x"], ["y"])], [])

    def replace_input(value: onnx.ValueInfoProto) -> Change:
        return lambda model: model.graph.input[0].CopyFrom(value)

    def replace_output(value: onnx.ValueInfoProto) -> Change:
        return lambda model: model.graph.output[0].CopyFrom(value)

    return {
        "empty": (b"", "it has no graph"),
        "text": (b"this is no model", "not one"),
        "cut": (good[:-9], "cut off"),
        "two-graphs": (good + good, "occurs twice"),
        "trailing-bytes": (good + b"\xff\xff\xff", "cut off"),
        "external-data": (build_model([], [_external("/etc/passwd")]), "external data"),
        "external-data-of-memory": (build_model([], [_external("*/_ORT_MEM_ADDR_/*")]), "external data"),
        "external-data-without-flag": (build_model([], [entry]), "external data"),
        "external-data-without-entry": (build_model([], [flag]), "external data"),
        "sparse": (_changed(lambda model: model.graph.sparse_initializer.append(sparse)), "sparse tensor"),
        "function": (_changed(lambda model: model.functions.append(function)), "a function"),
        "training": (_changed(lambda model: model.training_info.add()), "instructions for training"),
        "lying-shape": (build_model([], [lying]), "has only 4 bytes of data"),
        "negative-shape": (build_model([], [negative]), "has the shape"),
        "text-tensor": (build_model([], [text]), "a tensor of text"),
        "sequence-input": (
            _changed(
                replace_input(helper.make_tensor_sequence_value_info("images", TensorProto.UINT8, None))
            ),
            "a sequence",
        ),
        "float-input": (
            _changed(replace_input(_value("images", TensorProto.FLOAT, ["n", 28, 28]))),
            "expected one input",
        ),
        "flat-input": (
            _changed(replace_input(_value("images", TensorProto.UINT8, ["n", 784]))),
            "expected one input",
        ),
        "two-inputs": (
            _changed(lambda model: model.graph.input.append(_value("more"))),
            "expected one input",
        ),
        "eleven-classes": (
            _changed(replace_output(_value("probabilities", shape=["n", 11]))),
            "expected the outputs",
        ),
        "extra-output": (
            _changed(lambda model: model.graph.output.append(_value("logits"))),
            "expected the outputs",
        ),
        "no-output": (_changed(lambda model: model.graph.ClearField("output")), "expected the outputs"),
    }


def _with_nodes() -> dict[str, tuple[onnx.ModelProto | bytes, str]]:
    """Return models with operators that are not allowed."""
    node = helper.make_node
    nodes = {
        "if": (node("If", ["yes"], ["y"], then_branch=_branch(), else_branch=_branch()), "a graph within"),
        "loop": (node("Loop", ["n", "yes"], ["y"], body=_branch()), "a graph within"),
        "scan": (node("Scan", ["weights"], ["y"], body=_branch(), num_scan_inputs=1), "a graph within"),
        "loop-without-body": (node("Loop", ["weights"], ["y"]), "operator 'Loop'"),
        "custom": (node("Evil", ["weights"], ["y"], domain="com.evil"), "domain com.evil"),
        "microsoft": (node("FusedMatMul", ["weights"], ["y"], domain="com.microsoft"), "com.microsoft"),
        "random": (node("RandomNormal", [], ["y"], shape=[2]), "operator 'RandomNormal'"),
        "sequence": (node("SequenceEmpty", [], ["y"]), "operator 'SequenceEmpty'"),
        "no-operator": (node("", ["weights"], ["y"]), "operator ''"),
        "unordered": (node("Relu", ["logits"], ["y"]), "before it is computed"),
        "defined-twice": (node("Relu", ["weights"], ["weights"]), "defines 'weights' twice"),
    }
    return {name: (build_model([each]), reason) for name, (each, reason) in nodes.items()}


def _growing() -> dict[str, tuple[onnx.ModelProto | bytes, str]]:
    """Return small models whose constants would fill the memory when they are loaded."""
    node = helper.make_node
    huge = _constant("huge", [10**6, 10**6], np.int64)
    row, column = _constant("row", np.ones((1, 2**13))), _constant("column", np.ones((2**13, 1)))
    doubling = [
        node("Concat", [f"c{i}" if i else "row", f"c{i}" if i else "row"], [f"c{i + 1}"], axis=0)
        for i in range(40)
    ]
    adding = [node("Add", ["row", "column"], [f"a{i}"]) for i in range(3)]
    shape = node("Shape", ["images"], ["shape"])
    product = node("ReduceProd", ["shape"], ["product"], keepdims=1)
    return {
        "constant-of-shape": (build_model([node("ConstantOfShape", ["huge"], ["y"])], [huge]), "may grow"),
        "expand": (build_model([node("Expand", ["weights", "huge"], ["y"])], [huge]), "may grow"),
        "tile": (build_model([node("Tile", ["weights", "huge"], ["y"])], [huge]), "may grow"),
        "range": (build_model([node("Range", ["row", "row", "row"], ["y"])], [row]), "may grow"),
        "outer-sum": (build_model(adding, [row, column]), "may grow"),
        "outer-product": (build_model([node("MatMul", ["column", "row"], ["y"])], [row, column]), "may grow"),
        "doubling": (build_model(doubling, [row]), "may grow"),
        "tile-by-shape": (
            build_model([shape, product, node("Tile", ["row", "product"], ["y"])], [row]),
            "may grow",
        ),
    }


def _too_many() -> dict[str, tuple[onnx.ModelProto | bytes, str]]:
    """Return models with too many parts, or too large."""
    relus = [helper.make_node("Relu", ["weights"], [f"r{i}"]) for i in range(MAX_MODEL_NODES + 1)]
    tensors = [_constant(f"t{i}", [1.0]) for i in range(MAX_MODEL_TENSORS + 1)]
    wide = helper.make_node("Sum", ["weights"] * (MAX_MODEL_FIELDS + 1), ["y"])
    deep = _constant("deep", np.ones((1,) * 9))
    good = build_model().SerializeToString()
    return {
        "nodes": (build_model(relus), "nodes, at most"),
        "initialisers": (build_model([], tensors), "initialisers, at most"),
        "fields": (build_model([wide]), "more than 200,000 fields"),
        "small-fields": (good + b"\x12\x00" * (MAX_MODEL_BYTES // 2 - len(good)), "more than 200,000 fields"),
        "nine-axes": (build_model([], [deep]), "has the shape"),
        "metadata": (
            _changed(lambda model: helper.set_model_props(model, {"a": "x" * 2**19})),
            "metadata, at most",
        ),
        "bytes": (good + bytes(MAX_MODEL_BYTES), "too large"),
    }
