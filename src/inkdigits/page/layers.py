"""The layers and weights of a classifier, from its model file, for the network in JavaScript of the static page.

Only the operations of the recipe ``quick`` are known: convolutions, rectification, one matrix product and softmax. The
layers are checked against ONNX Runtime, so that a graph that is taken for another one is never written.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from inkdigits.contract import SIDE, DigitImages
from inkdigits.errors import ModelError
from inkdigits.files.limits import MAX_MODEL_FIELDS
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.model_card import ModelCard
from inkdigits.recognition.model_files.kinds import CLASSIFIER
from inkdigits.recognition.model_files.model_file import read_model_file
from inkdigits.recognition.model_files.onnx_fields import MODEL
from inkdigits.recognition.model_files.wire import WireReader

_FLOAT = 1
"""Value of ``TensorProto.DataType`` of ``float32``."""

_OF_SHAPES = frozenset({"Shape", "Gather", "Cast", "Slice", "Concat"})
"""Operators with which the exporter computes the number of images for a reshape; no pixel passes through them."""

_WITHOUT_ARITHMETIC = frozenset({"Reshape", "Cast", "Transpose"})
"""Operators that only rearrange or convert values: between layers to the order of the axes that ONNX needs."""

_MAX_DIFFERENCE = 1e-5
"""Largest difference of a probability from ONNX Runtime: rounding in float32 makes some 1e-7."""

_N_CHECKED = 16
"""Number of random images on which the layers are compared with ONNX Runtime."""


def _make_empty() -> NDArray[np.float32]:
    return np.zeros(0, np.float32)


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    kind
        ``convolution``, ``dense`` (a matrix product) or ``relu``.
    weights
        ``float32``: of a convolution (outputs, inputs, height, width), of a dense layer (inputs, outputs), whose inputs
        are ordered by row, column and channel; empty of ``relu``.
    biases
        ``float32`` (outputs,); empty of ``relu``.
    strides
        Of a convolution: steps down and across, in pixels.
    pads
        Of a convolution: zeros above, on the left, below and on the right, in pixels.
    """

    kind: str
    weights: NDArray[np.float32] = field(default_factory=_make_empty)
    biases: NDArray[np.float32] = field(default_factory=_make_empty)
    strides: tuple[int, ...] = ()
    pads: tuple[int, ...] = ()


@dataclass(frozen=True)
class LayeredNetwork:
    """A classifier as a list of layers; softmax follows the last one.

    Attributes
    ----------
    card
        Its model card.
    layers
        The layers, in the order in which they are computed.
    """

    card: ModelCard
    layers: tuple[Layer, ...]

    def score(self, images: DigitImages) -> NDArray[np.float64]:
        """Return the probabilities, ``float64`` (n, 10), of digit images, ``uint8`` (n, 28, 28)."""
        values: NDArray[Any] = images[:, np.newaxis].astype(np.float64)
        for layer in self.layers:
            if layer.kind == "relu":
                values = np.maximum(values, 0)
            elif layer.kind == "dense":
                values = values.transpose(0, 2, 3, 1).reshape(len(values), -1) @ layer.weights + layer.biases
            else:
                values = _convolve(values, layer)
        exponentials = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def read_layers(path: Path) -> LayeredNetwork:
    """Read the layers of a classifier.

    Parameters
    ----------
    path
        Its ``.onnx`` file.

    Returns
    -------
    LayeredNetwork

    Raises
    ------
    ModelError
        If the file is not allowed, see `read_model_file`, or if the network has other operations than the recipe
        ``quick``.
    """
    model = read_model_file(path, CLASSIFIER)
    graph = WireReader(MAX_MODEL_FIELDS).read_message(memoryview(model.content), MODEL)["graph"]
    try:
        if "is_digit" in model.outputs:
            raise _UnknownOperationError("the output is_digit")
        network = LayeredNetwork(model.card, _follow_pixels(graph))
        difference = _compare_with_engine(network, path)
    except _UnknownOperationError as error:
        raise ModelError(
            f"expected a network of the recipe quick, with convolutions, ReLU and one matrix product, but {path} has "
            f"{error}; use quick"
        ) from error
    if not difference <= _MAX_DIFFERENCE:
        raise ModelError(
            f"expected a network of the recipe quick, but the probabilities of the layers of {path} differ by "
            f"{difference:.1g} from those of ONNX Runtime; use quick"
        )
    return network


class _UnknownOperationError(Exception):
    """A part of a network that the static page cannot compute; the message describes it."""


def _follow_pixels(graph: dict[str, Any]) -> tuple[Layer, ...]:
    """Return the layers on the path of the pixels through a graph."""
    tensors = {each["name"]: each for each in graph["initializer"]}
    layers: list[Layer] = []
    value = "images"
    for node in graph["node"]:
        operator, inputs = node["op_type"], node["input"]
        if inputs[0] != value or operator == "Shape":
            if operator not in _OF_SHAPES:
                raise _UnknownOperationError(f"a branch with {operator}")
            continue
        if operator == "Conv":
            layers.append(_build_convolution(inputs, node["attribute"], tensors))
        elif operator == "Relu":
            layers.append(Layer("relu"))
        elif operator == "MatMul":
            layers.append(Layer("dense", _get_weights(inputs[1], tensors, 2)))
        elif operator == "Add" and layers and layers[-1].kind == "dense":
            layers[-1] = replace(layers[-1], biases=_get_weights(inputs[1], tensors, 1))
        elif operator not in _WITHOUT_ARITHMETIC and node["output"] != ["probabilities"]:
            raise _UnknownOperationError(f"the operation {operator}")
        value = node["output"][0]
    return tuple(layers)


def _build_convolution(
    inputs: list[str], attributes: list[dict[str, Any]], tensors: dict[str, dict[str, Any]]
) -> Layer:
    if len(inputs) != 3:
        raise _UnknownOperationError("a convolution without biases")
    given: dict[str, Any] = {each["name"]: each["integers"] or each.get("integer") for each in attributes}
    strides, pads = given.pop("strides", [1, 1]), given.pop("pads", [0, 0, 0, 0])
    given.pop("kernel_shape", None)  # the shape of the weights
    other = [name for name, setting in given.items() if setting not in (1, [1, 1])]
    if other:
        raise _UnknownOperationError(f"a convolution with {other[0]}")
    weights, biases = _get_weights(inputs[1], tensors, 4), _get_weights(inputs[2], tensors, 1)
    return Layer("convolution", weights, biases, tuple(strides), tuple(pads))


def _get_weights(name: str, tensors: dict[str, dict[str, Any]], n_axes: int) -> NDArray[np.float32]:
    tensor = tensors.get(name, {})
    if tensor.get("data_type") != _FLOAT or "raw_data" not in tensor or len(tensor["dims"]) != n_axes:
        raise _UnknownOperationError(f"weights {name!r:.80} of another form")
    return np.frombuffer(tensor["raw_data"], "<f4").reshape(tensor["dims"])


def _compare_with_engine(network: LayeredNetwork, path: Path) -> float:
    """Return the largest difference of a probability from ONNX Runtime, on random images."""
    rng = np.random.default_rng(0)
    images = (rng.random((_N_CHECKED, SIDE, SIDE)) * np.linspace(32, 255, _N_CHECKED)[:, None, None]).astype(
        np.uint8
    )
    try:
        probabilities = network.score(images)
    except ValueError as error:  # shapes that do not fit
        raise _UnknownOperationError("layers in another order") from error
    return float(np.abs(probabilities - OnnxRecogniser(path).score(images).probabilities).max())


def _convolve(values: NDArray[Any], layer: Layer) -> NDArray[Any]:
    """Convolve values of shape (n, inputs, height, width)."""
    top, left, bottom, right = layer.pads
    padded = np.pad(values, ((0, 0), (0, 0), (top, bottom), (left, right)))
    windows = sliding_window_view(padded, layer.weights.shape[2:], axis=(2, 3))
    windows = windows[:, :, :: layer.strides[0], :: layer.strides[1]]
    summed = np.einsum("nchwij,ocij->nohw", windows, layer.weights, optimize=True)
    return np.asarray(summed + layer.biases[:, np.newaxis, np.newaxis])
