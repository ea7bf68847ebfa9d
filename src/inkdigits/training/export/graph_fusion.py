"""Graph optimisation: fuses redundant operations of an exported ONNX graph."""

import numpy as np
import onnx
from onnx import numpy_helper

_MOVES = ("Reshape", "Transpose", "Unsqueeze", "Squeeze")
"""Operations that change the layout of a tensor but not its values."""


def fuse_operations(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy of the graph with the same outputs and fewer operations.

    The scaling of the pixels is folded into the weights of the first convolution. A normalisation after a max-pooling
    is folded into the convolution before it. Each ReLU after a max-pooling is moved before it, because inference
    engines fuse it with the convolution. In ONNX Runtime the scaling was one of the slowest operations of the classic
    network, and would be the slowest one of the quick network.

    Parameters
    ----------
    model
        An ONNX graph written by `keras.Model.export`.
    """
    simple = onnx.ModelProto()
    simple.CopyFrom(model)
    _fold_scaling(simple.graph)
    _fold_normalisation(simple.graph)
    _move_relu_before_pooling(simple.graph)
    _drop_unused_constants(simple.graph)
    return simple


def rename_value(model: onnx.ModelProto, old: str, new: str) -> None:
    """Rename a tensor everywhere in the graph."""
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        if value.name == old:
            value.name = new
    for node in model.graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]


def _fold_scaling(graph: onnx.GraphProto) -> None:
    """Fold a scalar factor of a convolution's input into its weights."""
    constants = {each.name: each for each in graph.initializer}
    for scaling in [node for node in graph.node if node.op_type == "Mul"]:
        factors = [name for name in scaling.input if name in constants and _is_scalar(constants[name])]
        if len(factors) != 1:
            continue
        consumer = _single_consumer(graph, scaling.output[0])
        while consumer is not None and consumer.op_type in _MOVES:
            consumer = _single_consumer(graph, consumer.output[0])
        if consumer is None or consumer.op_type != "Conv" or consumer.input[1] not in constants:
            continue
        weights = constants[consumer.input[1]]
        if sum(weights.name in node.input for node in graph.node) != 1:
            continue
        scaled = numpy_helper.to_array(weights) * numpy_helper.to_array(constants[factors[0]])
        weights.CopyFrom(numpy_helper.from_array(np.asarray(scaled, np.float32), weights.name))
        pixels = next(name for name in scaling.input if name != factors[0])
        _replace_input(graph, scaling.output[0], pixels)
        graph.node.remove(scaling)


def _fold_normalisation(graph: onnx.GraphProto) -> None:
    """Fold factor and offset of pooled channels into the convolution before the pooling.

    Only increasing functions commute with the maximum, so the factors must be positive.
    """
    for pooling in [node for node in graph.node if node.op_type == "MaxPool"]:
        convolution = next((node for node in graph.node if pooling.input[0] in node.output), None)
        if convolution is None or convolution.op_type != "Conv":
            continue
        if _single_consumer(graph, convolution.output[0]) is None:
            continue
        for kind in ("Mul", "Add"):
            step = _single_consumer(graph, pooling.output[0])
            if step is None or _single_consumer(graph, step.output[0]) is None:
                continue
            if step.op_type == kind and _fold_step(graph, convolution, step):
                _replace_input(graph, step.output[0], pooling.output[0])
                graph.node.remove(step)


def _fold_step(graph: onnx.GraphProto, convolution: onnx.NodeProto, step: onnx.NodeProto) -> bool:
    """Fold a factor or an offset of the channels into a convolution if possible; return whether it was folded."""
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


def _move_relu_before_pooling(graph: onnx.GraphProto) -> None:
    """Swap a max-pooling and the ReLU after it, which commute."""
    for pooling in [node for node in graph.node if node.op_type == "MaxPool"]:
        relu = _single_consumer(graph, pooling.output[0])
        if relu is None or relu.op_type != "Relu":
            continue
        source, between, result = pooling.input[0], pooling.output[0], relu.output[0]
        relu.input[:], relu.output[:] = [source], [between]
        pooling.input[:], pooling.output[:] = [between], [result]
        # The nodes of a graph are in topological order.
        moved = onnx.NodeProto()
        moved.CopyFrom(relu)
        graph.node.remove(relu)
        graph.node.insert(list(graph.node).index(pooling), moved)
        # The tensor between both nodes has another shape now.
        for value in [each for each in graph.value_info if each.name == between]:
            graph.value_info.remove(value)


def _drop_unused_constants(graph: onnx.GraphProto) -> None:
    """Remove constants without consumers."""
    used = {name for node in graph.node for name in node.input} | {each.name for each in graph.output}
    for constant in [each for each in graph.initializer if each.name not in used]:
        graph.initializer.remove(constant)


def _is_scalar(constant: onnx.TensorProto) -> bool:
    return not constant.dims


def _single_consumer(graph: onnx.GraphProto, name: str) -> onnx.NodeProto | None:
    """Return the only consumer of a tensor; None if there is none or more than one, or if the tensor is an output."""
    consumers = [node for node in graph.node if name in node.input]
    is_output = any(output.name == name for output in graph.output)
    return consumers[0] if len(consumers) == 1 and not is_output else None


def _replace_input(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
