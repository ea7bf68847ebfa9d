"""Layers of a network: those of its model file, with its weights, and errors for other networks."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from inkdigits.data import LabelledImages
from inkdigits.errors import ModelError
from inkdigits.page.layers import read_layers
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.registry import find_model

QUICK = find_model("quick")


def save(model: onnx.ModelProto, path: Path) -> Path:
    path.write_bytes(model.SerializeToString())
    return path


def find_node(model: onnx.ModelProto, operator: str) -> onnx.NodeProto:
    return next(each for each in model.graph.node if each.op_type == operator)


def test_the_weights_are_those_of_the_file() -> None:
    tensors = [numpy_helper.to_array(each) for each in onnx.load(QUICK).graph.initializer]
    network = read_layers(QUICK)
    for layer in network.layers:
        for values in (layer.weights, layer.biases):
            assert values.size == 0 or any(
                each.shape == values.shape and (each == values).all() for each in tensors
            )
    assert [each.kind for each in network.layers] == [*["convolution", "relu"] * 3, "dense"]
    assert [each.pads for each in network.layers if each.pads] == [(0, 0, 0, 0), (0, 0, 1, 1), (0, 0, 0, 0)]
    assert network.card == OnnxRecogniser(QUICK).card


def test_the_layers_score_images_like_onnx_runtime(small_train: LabelledImages) -> None:
    images = small_train.images[:300]
    expected = OnnxRecogniser(QUICK).score(images).probabilities
    assert np.abs(read_layers(QUICK).score(images) - expected).max() < 1e-5


@pytest.mark.parametrize(
    ("name", "part"),
    [("accurate", "the output is_digit"), ("compact", "MaxPool"), ("classic", "MaxPool")],
)
def test_other_networks_are_refused_with_what_they_have(name: str, part: str) -> None:
    with pytest.raises(ModelError, match=rf"expected a network of the recipe quick.*{part}.*; use quick"):
        read_layers(find_model(name))


def test_a_convolution_with_other_attributes_is_refused(tmp_path: Path) -> None:
    model = onnx.load(QUICK)
    convolution = [each for each in model.graph.node if each.op_type == "Conv"][-1]
    convolution.attribute.append(helper.make_attribute("auto_pad", "VALID"))
    with pytest.raises(ModelError, match="a convolution with auto_pad"):
        read_layers(save(model, tmp_path / "padded.onnx"))


def test_weights_of_another_type_are_refused(tmp_path: Path) -> None:
    model = onnx.load(QUICK)
    name = find_node(model, "MatMul").input[1]
    (weights,) = [each for each in model.graph.initializer if each.name == name]
    weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights).astype(np.float64), name))
    with pytest.raises(ModelError, match=r"weights .* of another form"):
        read_layers(save(model, tmp_path / "double.onnx"))


def test_a_graph_with_a_branch_is_refused(tmp_path: Path) -> None:
    model = onnx.load(QUICK)
    first = find_node(model, "Relu")
    place = list(model.graph.node).index(first)
    model.graph.node.insert(place, helper.make_node("Sigmoid", [first.input[0]], ["gate"]))
    model.graph.node.insert(place + 2, helper.make_node("Mul", [first.output[0], "gate"], ["gated"]))
    with pytest.raises(ModelError, match="the operation Sigmoid"):
        read_layers(save(model, tmp_path / "branch.onnx"))


def test_layers_that_give_other_probabilities_are_refused(tmp_path: Path) -> None:
    model = onnx.load(QUICK)
    node = find_node(model, "Transpose")
    node.attribute[0].ints[:] = [0, 3, 2, 1]
    with pytest.raises(ModelError, match=r"differ by .* from those of ONNX Runtime"):
        read_layers(save(model, tmp_path / "transposed.onnx"))


@pytest.mark.parametrize(("order", "part"), [((0, 1), "the operation Mul"), ((1, 0), "a branch with Mul")])
def test_a_scaling_after_the_input_is_refused(tmp_path: Path, order: tuple[int, int], part: str) -> None:
    model = onnx.load(QUICK)
    convolution = find_node(model, "Conv")
    model.graph.initializer.append(numpy_helper.from_array(np.float32(2.0), "scale"))
    factors = convolution.input[0], "scale"
    place = list(model.graph.node).index(convolution)
    model.graph.node.insert(place, helper.make_node("Mul", [factors[i] for i in order], ["scaled"]))
    convolution.input[0] = "scaled"
    with pytest.raises(ModelError, match=part):
        read_layers(save(model, tmp_path / "scaled.onnx"))
