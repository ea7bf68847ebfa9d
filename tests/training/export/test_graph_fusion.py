"""A simplified graph gives the answers of the graph that it was made from."""

import itertools

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from inkdigits.training.export import onnx_export as export
from inkdigits.training.export.graph_fusion import fuse_operations
from inkdigits.training.networks.classifiers import NETWORKS


def answers(model, feed):
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, feed)


@pytest.mark.parametrize("name", NETWORKS)
def test_exported_networks_answer_as_before_with_less_work(name, small_test, monkeypatch):
    keras.utils.set_random_seed(1)
    network = NETWORKS[name]()
    simple = export.convert_to_onnx(network, "images", (None, 28, 28))
    monkeypatch.setattr(export, "fuse_operations", lambda model: model)
    plain = export.convert_to_onnx(network, "images", (None, 28, 28))
    feed = {"images": small_test.images[:64]}
    for expected, found in zip(answers(plain, feed), answers(simple, feed), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
        assert expected.std() > 1e-3
    operations = [node.op_type for node in simple.graph.node]
    assert "Mul" in [node.op_type for node in plain.graph.node]
    assert "Mul" not in operations
    assert ("MaxPool", "Relu") not in itertools.pairwise(operations)


def test_what_training_found_of_each_channel_goes_into_the_convolutions(small_test, monkeypatch):
    network = NETWORKS["accurate"]()
    rng = np.random.default_rng(1)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            offset, mean, _ = layer.get_weights()
            layer.set_weights(
                [
                    rng.normal(0, 0.3, offset.shape),
                    rng.normal(0, 0.3, mean.shape),
                    rng.uniform(0.1, 3, mean.shape),
                ]
            )
    simple = export.convert_to_onnx(network, "images", (None, 28, 28))
    images = small_test.images[:64]
    found = {each.shape[1]: each for each in answers(simple, {"images": images})}
    expected = network.predict(images, verbose=0)
    np.testing.assert_allclose(found[10], expected["probabilities"], atol=1e-5)
    np.testing.assert_allclose(found[1], expected["is_digit"], atol=1e-5)
    assert {"Mul", "Add"}.isdisjoint(node.op_type for node in simple.graph.node)


def pooled_and_changed(*steps, **constants):
    """A convolution of two channels, pooled, then changed by steps such as ("Mul", "scale")."""
    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["c"], kernel_shape=[2, 2]),
        helper.make_node("MaxPool", ["c"], ["p0"], kernel_shape=[2, 2]),
        *(
            helper.make_node(kind, [f"p{index}", name], [f"p{index + 1}"])
            for index, (kind, name) in enumerate(steps)
        ),
        helper.make_node("Relu", [f"p{len(steps)}"], ["y"]),
    ]
    return graph_of(nodes, ["y"], {"kernel": KERNEL, **constants})


@pytest.mark.parametrize(
    ("scale", "n_left"), [([0.5, 3.0], 0), ([0.5, -3.0], 2)], ids=["rising", "not rising"]
)
def test_channels_are_changed_before_the_maximum_only_where_that_is_the_same(scale, n_left):
    scale, offset = np.reshape(scale, (1, 2, 1, 1)), np.reshape([-4.0, 7.0], (1, 2, 1, 1))
    model = pooled_and_changed(("Mul", "scale"), ("Add", "offset"), scale=scale, offset=offset)
    feed = {"x": np.random.default_rng(2).normal(size=(1, 1, 6, 6)).astype(np.float32)}
    simple = fuse_operations(model)
    np.testing.assert_allclose(answers(simple, feed)[0], answers(model, feed)[0], atol=1e-5)
    left = [node.op_type for node in simple.graph.node if node.op_type in ("Mul", "Add")]
    assert len(left) == n_left


def graph_of(nodes, outputs, constants):
    return helper.make_model(
        helper.make_graph(
            nodes,
            "test",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 6, 6])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 4) for name in outputs],
            [
                numpy_helper.from_array(np.asarray(value, np.float32), name)
                for name, value in constants.items()
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
    )


KERNEL = np.arange(8.0).reshape(2, 1, 2, 2) - 3


@pytest.mark.parametrize(
    ("nodes", "outputs"),
    [
        # What is scaled, or pooled, has another user.
        (
            [("Mul", ["x", "half"], "scaled"), ("Conv", ["scaled", "w"], "y"), ("Relu", ["scaled"], "z")],
            ["y", "z"],
        ),
        # It is an answer itself.
        ([("Mul", ["x", "half"], "scaled"), ("Conv", ["scaled", "w"], "y")], ["y", "scaled"]),
        # One kernel, two convolutions.
        (
            [("Mul", ["x", "half"], "scaled"), ("Conv", ["scaled", "w"], "y"), ("Conv", ["x", "w"], "z")],
            ["y", "z"],
        ),
        # Not one factor for all.
        ([("Mul", ["x", "rows"], "scaled"), ("Conv", ["scaled", "w"], "y")], ["y"]),
    ],
    ids=["another user", "an answer", "a shared kernel", "no scalar"],
)
def test_what_would_change_an_answer_is_left_alone(nodes, outputs):
    constants = {"half": 0.5, "w": KERNEL, "rows": np.arange(6.0).reshape(6, 1)}
    made = [helper.make_node(kind, inputs, [output]) for kind, inputs, output in nodes]
    model = graph_of(made, outputs, constants)
    x = {"x": np.random.default_rng(0).normal(size=(1, 1, 6, 6)).astype(np.float32)}
    for expected, found in zip(answers(model, x), answers(fuse_operations(model), x), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert len(fuse_operations(model).graph.node) == len(nodes)
