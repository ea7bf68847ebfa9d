"""ONNX models from strangers: they are refused, or loaded and run on one image."""

import numpy as np

from fuzz.targets.files import write_input
from fuzz.targets.target import Target
from inkdigits.errors import ModelError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser

_IMAGES = np.zeros((1, 28, 28), np.uint8)


def run(data: bytes) -> None:
    """Load a model, and score an image with it."""
    recogniser = OnnxRecogniser(write_input("model.onnx", data), n_threads=1)
    scores = recogniser.score(_IMAGES)
    assert scores.probabilities.shape == (1, 10)
    assert scores.is_digit.shape == (1,)


def make_seeds() -> list[bytes]:
    """Make a model without weights: a softmax over the means of ten rows; with and without a card."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["rows"], axes=[2], keepdims=0),
        helper.make_node("MaxPool", ["pixels"], ["pooled"], kernel_shape=[10], strides=[2]),
        helper.make_node("Unsqueeze", ["rows", "axis"], ["pixels"]),
        helper.make_node("Flatten", ["pooled"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ReduceMax", ["probabilities"], ["is_digit"], axes=[1], keepdims=0),
    ]
    nodes[2], nodes[3] = nodes[3], nodes[2]
    graph = helper.make_graph(
        nodes,
        "rows",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", 28, 28])],
        [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 10]),
            helper.make_tensor_value_info("is_digit", TensorProto.FLOAT, ["n"]),
        ],
        [helper.make_tensor("axis", TensorProto.INT64, [1], [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    plain = model.SerializeToString()
    helper.set_model_props(model, {"inkdigits_card": '{"name": "rows"}'})
    return [bytes(plain), bytes(model.SerializeToString())]


TARGET = Target(
    run,
    make_seeds,
    refusals=(ModelError,),
    tokens=(
        b"Loop",
        b"If",
        b"Tile",
        b"Expand",
        b"ConstantOfShape",
        b"Resize",
        b"Reshape",
        b"external_data",
        b"../x",
    ),
)
