"""What an exported graph is spared: work that a network's training needs, or Keras writes, and its answers do not."""

import numpy as np
import onnx
from onnx import numpy_helper

_MOVES = ("Reshape", "Transpose", "Unsqueeze", "Squeeze")
"""Operations that move values and change none."""


def simplify(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy of the graph that gives the same answers with less work.

    The scaling of raw pixels goes into the weights of the first convolution, a normalisation behind a max-pooling into
    those of the convolution before it, and each ReLU goes before the max-pooling that it followed, where engines
    compute it with the convolution in one pass. For ONNX Runtime, the
    scaling was among the dearest steps of the classic network, and would be the dearest of the quickest one.

    Parameters
    ----------
    model
        An ONNX graph as `keras.Model.export` writes it.
    """
    simple = onnx.ModelProto()
    simple.CopyFrom(model)
    _scale_weights_instead_of_pixels(simple.graph)
    _normalise_before_pooling(simple.graph)
    _rectify_before_pooling(simple.graph)
    _drop_unused_constants(simple.graph)
    return simple


def rename(model: onnx.ModelProto, old: str, new: str) -> None:
    """Rename a tensor wherever the graph speaks of it."""
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        if value.name == old:
            value.name = new
    for node in model.graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]


def _scale_weights_instead_of_pixels(graph: onnx.GraphProto) -> None:
    """Multiply a convolution's weights by what all of its inputs were multiplied by."""
    constants = {each.name: each for each in graph.initializer}
    for scaling in [node for node in graph.node if node.op_type == "Mul"]:
        factors = [name for name in scaling.input if name in constants and _is_scalar(constants[name])]
        if len(factors) != 1:
            continue
        user = _only_user(graph, scaling.output[0])
        while user is not None and user.op_type in _MOVES:
            user = _only_user(graph, user.output[0])
        if user is None or user.op_type != "Conv" or user.input[1] not in constants:
            continue
        weights = constants[user.input[1]]
        if sum(weights.name in node.input for node in graph.node) != 1:
            continue
        scaled = numpy_helper.to_array(weights) * numpy_helper.to_array(constants[factors[0]])
        weights.CopyFrom(numpy_helper.from_array(np.asarray(scaled, np.float32), weights.name))
        pixels = next(name for name in scaling.input if name != factors[0])
        _replace_input(graph, scaling.output[0], pixels)
        graph.node.remove(scaling)


def _normalise_before_pooling(graph: onnx.GraphProto) -> None:
    """Let a convolution do what its pooled channels are multiplied by and what is added to them.

    A maximum changes places with a rising function alone, so channels must be multiplied by what is above nought.
    """
    for pooling in [node for node in graph.node if node.op_type == "MaxPool"]:
        convolution = next((node for node in graph.node if pooling.input[0] in node.output), None)
        if convolution is None or convolution.op_type != "Conv":
            continue
        if _only_user(graph, convolution.output[0]) is None:
            continue
        for kind in ("Mul", "Add"):
            step = _only_user(graph, pooling.output[0])
            if step is None or _only_user(graph, step.output[0]) is None:
                continue
            if step.op_type == kind and _take_up(graph, convolution, step):
                _replace_input(graph, step.output[0], pooling.output[0])
                graph.node.remove(step)


def _take_up(graph: onnx.GraphProto, convolution: onnx.NodeProto, step: onnx.NodeProto) -> bool:
    """Change a convolution's weights so that it does a step on its channels, if it can; tell whether it does."""
    constants = {each.name: each for each in graph.initializer}
    values = [numpy_helper.to_array(constants[name]) for name in step.input if name in constants]
    parameters = list(convolution.input[1:])
    if len(values) != 1 or any(name not in constants for name in parameters):
        return False
    if any(sum(name in node.input for node in graph.node) != 1 for name in parameters):
        return False
    weights, *biases = [numpy_helper.to_array(constants[name]) for name in parameters]
    n_channels = len(weights)
    if values[0].shape not in {(1, n_channels, 1, 1), (n_channels, 1, 1)}:
        return False
    by_channel = values[0].reshape(n_channels)
    bias = biases[0] if biases else np.zeros(n_channels, np.float32)
    if step.op_type == "Add":
        bias = bias + by_channel
    elif (by_channel > 0).all():
        weights, bias = weights * by_channel[:, np.newaxis, np.newaxis, np.newaxis], bias * by_channel
    else:
        return False
    if not biases:
        parameters.append(f"{parameters[0]}_bias")
        graph.initializer.append(numpy_helper.from_array(np.asarray(bias, np.float32), parameters[1]))
        convolution.input.append(parameters[1])
        constants[parameters[1]] = graph.initializer[-1]
    for name, changed in zip(parameters, (weights, bias), strict=True):
        constants[name].CopyFrom(numpy_helper.from_array(np.asarray(changed, np.float32), name))
    return True


def _rectify_before_pooling(graph: onnx.GraphProto) -> None:
    """Exchange a max-pooling and the ReLU after it: the maximum of what is rectified is the rectified maximum."""
    for pooling in [node for node in graph.node if node.op_type == "MaxPool"]:
        relu = _only_user(graph, pooling.output[0])
        if relu is None or relu.op_type != "Relu":
            continue
        source, between, result = pooling.input[0], pooling.output[0], relu.output[0]
        relu.input[:], relu.output[:] = [source], [between]
        pooling.input[:], pooling.output[:] = [between], [result]
        # A graph lists what makes a tensor before what takes it.
        moved = onnx.NodeProto()
        moved.CopyFrom(relu)
        graph.node.remove(relu)
        graph.node.insert(list(graph.node).index(pooling), moved)
        # The tensor in between has another shape now.
        for value in [each for each in graph.value_info if each.name == between]:
            graph.value_info.remove(value)


def _drop_unused_constants(graph: onnx.GraphProto) -> None:
    """Remove the constants that went into others."""
    used = {name for node in graph.node for name in node.input} | {each.name for each in graph.output}
    for constant in [each for each in graph.initializer if each.name not in used]:
        graph.initializer.remove(constant)


def _is_scalar(constant: onnx.TensorProto) -> bool:
    return not constant.dims


def _only_user(graph: onnx.GraphProto, name: str) -> onnx.NodeProto | None:
    """Return the one node that takes a tensor; None where there is none, or more, or where it is an answer."""
    users = [node for node in graph.node if name in node.input]
    is_answer = any(output.name == name for output in graph.output)
    return users[0] if len(users) == 1 and not is_answer else None


def _replace_input(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
