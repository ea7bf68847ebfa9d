"""Shipped models in engines that do not ship with them, to compare the engines: Keras, and a detector in OpenVINO.

Keras networks get the weights of the ONNX files. The export folds the scaling of pixels and batch normalisation into
convolutions, and a temperature into the last layer. Here the folded weights are put into a network that is built as for
a training: the normalisations only add the folded offsets, and the first kernel is multiplied by 255. A difference in
padding, strides, order of layers or activations between the network and its export would change the outputs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from inkdigits.contract import SIDE, DigitImages, Scores, check_digit_images
from inkdigits.recognition.engines.openvino import PRECISIONS, import_openvino
from inkdigits.training.networks.classifiers import IS_DIGIT, NETWORKS, PROBABILITIES
from inkdigits.training.networks.detector import detector

Weights = tuple[NDArray[np.float32], NDArray[np.float32]]
"""A kernel in Keras's layout, and an offset."""

_BATCH_SIZE = 1000


class KerasRecogniser:
    """A shipped classifier, run by Keras.

    Parameters
    ----------
    path
        Its ``.onnx`` file.
    network
        Name of its network.
    """

    def __init__(self, path: Path, network: str) -> None:
        self._network = NETWORKS[network](dropout=0.0)
        _set_weights(self._network, list(_read_weights(path)), 255.0)

    def score(self, images: DigitImages) -> Scores:
        """Score digit images, ``uint8`` of shape (n, 28, 28); see `inkdigits.contract.Recogniser`."""
        images = check_digit_images(images)
        n = len(images)
        if n == 0:  # TensorFlow cannot reshape an empty batch
            images = np.zeros((1, SIDE, SIDE), np.uint8)
        # Called directly: `predict` is not thread-safe.
        outputs = [
            self._call(images[start : start + _BATCH_SIZE]) for start in range(0, len(images), _BATCH_SIZE)
        ]
        probabilities = np.concatenate([each[PROBABILITIES] for each in outputs])
        ones = np.ones((len(images), 1), np.float32)
        is_digit = np.concatenate([each[IS_DIGIT] for each in outputs]) if IS_DIGIT in outputs[0] else ones
        return Scores(probabilities[:n], is_digit[:n, 0])

    def _call(self, images: DigitImages) -> dict[str, NDArray[np.float32]]:
        outputs = self._network(images, training=False)
        named = outputs if isinstance(outputs, dict) else {PROBABILITIES: outputs}
        return {name: keras.ops.convert_to_numpy(value) for name, value in named.items()}


class KerasDetector:
    """A shipped detector, run by Keras.

    Parameters
    ----------
    path
        Its ``.onnx`` file.
    """

    def __init__(self, path: Path) -> None:
        self._network = detector()
        _set_weights(self._network, list(_read_weights(path)), 1.0)

    def predict_cells(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the output for each cell; see `inkdigits.recognition.detection.detector.Detector`."""
        cells: NDArray[np.float32] = keras.ops.convert_to_numpy(self._network(pictures, training=False))
        return cells


class OpenVinoDetector:
    """A shipped detector, run by OpenVINO in float32 on one core.

    Parameters
    ----------
    path
        Its ``.onnx`` file.
    """

    def __init__(self, path: Path) -> None:
        core = import_openvino().Core()
        settings = {"INFERENCE_PRECISION_HINT": PRECISIONS["float32"], "INFERENCE_NUM_THREADS": 1}
        self._model = core.compile_model(core.read_model(path), "CPU", settings)

    def predict_cells(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the output for each cell; see `inkdigits.recognition.detection.detector.Detector`."""
        cells: NDArray[np.float32] = self._model({"pictures": pictures})[0].copy()
        return cells


def _read_weights(path: Path) -> Iterator[Weights]:
    """Yield the kernels and offsets of an ONNX graph, in the order of its nodes."""
    graph = onnx.load(path).graph
    constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv":
            kernel, bias = (constants[name] for name in node.input[1:])
            yield kernel.transpose(2, 3, 1, 0), bias
        elif node.op_type == "MatMul":
            (addition,) = (each for each in graph.node if node.output[0] in each.input)
            (bias,) = (constants[name] for name in addition.input if name in constants)
            yield constants[node.input[1]], bias


def _set_weights(network: keras.Model, weights: list[Weights], scale: float) -> None:
    """Set the weights of a network.

    Parameters
    ----------
    network
        The network, as it is built for a training.
    weights
        Kernels and offsets. Each layer takes the first of its shape that is left.
    scale
        Factor on the first kernel.
    """
    offset: Any = None
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            n = layer.moving_mean.shape[0]
            layer.moving_variance.assign(np.full(n, 1.0 - layer.epsilon))
            layer.moving_mean.assign(np.zeros(n))
            layer.beta.assign(offset)
        elif isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)):
            index = next(i for i, (kernel, _) in enumerate(weights) if kernel.shape == layer.kernel.shape)
            kernel, offset = weights.pop(index)
            layer.kernel.assign(kernel * np.float32(scale))
            scale = 1.0
            if layer.use_bias:
                layer.bias.assign(offset)
    assert not weights, f"{len(weights)} kernels of the file have no layer"
