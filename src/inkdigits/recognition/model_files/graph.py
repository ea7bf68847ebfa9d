"""The parts of an ONNX file that are checked: nodes, tensors without their data, inputs, outputs and metadata."""

import math
from dataclasses import dataclass
from typing import Any

from inkdigits.files.limits import MAX_MODEL_FIELDS, MAX_TENSOR_RANK
from inkdigits.recognition.model_files.onnx_fields import MODEL
from inkdigits.recognition.model_files.wire import WireError, WireReader

_NUMBER_TYPES = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16, 21, 22})
"""Values of ``TensorProto.DataType`` that are allowed: floats, integers and booleans; no text, no complex numbers."""

_MAX_ELEMENTS_PER_BYTE = 2
"""Elements of a tensor that one byte of its data can contain: the smallest type, int4, has four bits."""


@dataclass(frozen=True)
class Tensor:
    """A tensor in a model file, without its data.

    Attributes
    ----------
    name
        Its name; empty in an attribute.
    data_type
        Its ``TensorProto.DataType``.
    shape
        Its shape.
    """

    name: str
    data_type: int
    shape: tuple[int, ...]

    @property
    def n_elements(self) -> int:
        """The number of its elements."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Node:
    """A node of the graph.

    Attributes
    ----------
    operator, domain
        Name of its operator, and the domain that defines it; the domain of ONNX itself is empty.
    inputs, outputs
        Names of its inputs and outputs; an empty name is an absent one.
    n_constants
        Of a constant: the number of its elements, at least 1.
    """

    operator: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    n_constants: int = 1


@dataclass(frozen=True)
class Value:
    """An input or an output of the graph.

    Attributes
    ----------
    name
        Its name.
    data_type
        Its ``TensorProto.DataType``.
    shape
        Its shape, None for variable axes; None if it is not declared.
    """

    name: str
    data_type: int
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class Graph:
    """The checked parts of an ONNX file.

    Attributes
    ----------
    nodes
        The nodes, in the order in which they are computed.
    initialisers
        The tensors with the weights.
    inputs
        The inputs that have no initialiser.
    outputs
        The outputs.
    metadata
        The texts in the metadata, by key.
    """

    nodes: tuple[Node, ...]
    initialisers: tuple[Tensor, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    metadata: dict[str, str]


def read_graph(content: bytes) -> Graph:
    """Read an ONNX file. The weights are not copied.

    Parameters
    ----------
    content
        The bytes of the file.

    Returns
    -------
    Graph

    Raises
    ------
    WireError
        If the bytes are not an ONNX file, or have parts that are refused.
    """
    model = WireReader(MAX_MODEL_FIELDS).read_message(memoryview(content), MODEL)
    graph = model.get("graph")
    if graph is None:
        raise WireError("it has no graph")
    initialisers = tuple(_build_tensor(each) for each in graph["initializer"])
    names = {each.name for each in initialisers}
    inputs = tuple(_build_value(each) for each in graph["input"])
    for value in graph["value_info"]:
        _build_value(value)
    metadata: dict[str, str] = {}
    for each in model["metadata_props"]:
        key = each.get("key", "")
        if key in metadata:
            raise WireError(f"its metadata has the key {key!r:.50} twice")
        metadata[key] = each.get("value", "")
    return Graph(
        tuple(_build_node(each) for each in graph["node"]),
        initialisers,
        tuple(each for each in inputs if each.name not in names),
        tuple(_build_value(each) for each in graph["output"]),
        metadata,
    )


def _build_node(message: dict[str, Any]) -> Node:
    n_constants = 1
    for attribute in message["attribute"]:
        if "tensor" in attribute:
            n_constants = max(n_constants, _build_tensor(attribute["tensor"]).n_elements)
        n_constants = max(n_constants, _count_bytes(attribute["numbers"]), len(attribute["integers"]))
    return Node(
        message.get("op_type", ""),
        message.get("domain", ""),
        tuple(message["input"]),
        tuple(message["output"]),
        n_constants,
    )


def _build_tensor(message: dict[str, Any]) -> Tensor:
    name, shape = message.get("name", ""), tuple(message["dims"])
    if message.get("data_location", 0):
        raise WireError("it has external data")
    if message.get("data_type", 0) not in _NUMBER_TYPES:
        raise WireError(f"the tensor {name!r:.50} has the type {message.get('data_type', 0)}")
    if len(shape) > MAX_TENSOR_RANK or any(length < 0 for length in shape):
        raise WireError(f"the tensor {name!r:.50} has the shape {shape!s:.80}")
    tensor = Tensor(name, message["data_type"], shape)
    n_bytes = len(message.get("raw_data", b"")) + _count_bytes(message["data"])
    if tensor.n_elements > _MAX_ELEMENTS_PER_BYTE * n_bytes:
        raise WireError(f"the tensor {name!r:.50} of shape {shape!s:.80} has only {n_bytes:,} bytes of data")
    return tensor


def _count_bytes(values: list[Any]) -> int:
    """Return the number of bytes of packed numbers, and one for each that is not packed."""
    return sum(1 if isinstance(value, int) else len(value) for value in values)


def _build_value(message: dict[str, Any]) -> Value:
    tensor = message.get("type", {}).get("tensor", {})
    shape = tensor.get("shape")
    lengths = None if shape is None else tuple(each.get("value") for each in shape["dim"])
    if lengths is not None and len(lengths) > MAX_TENSOR_RANK:
        raise WireError(f"{message.get('name', '')!r:.50} has {len(lengths)} axes")
    return Value(message.get("name", ""), tensor.get("elem_type", 0), lengths)
