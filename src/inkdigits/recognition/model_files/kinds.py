"""The kind of a model, by its inputs and outputs, and that of classifiers of digit images."""

from collections.abc import Mapping
from dataclasses import dataclass

from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.errors import ModelError
from inkdigits.recognition.model_files.graph import Graph, Value

_FLOAT, _UINT8 = 1, 2
"""Values of ``TensorProto.DataType``."""

_TYPE_NAMES = {_FLOAT: "float32", _UINT8: "uint8"}

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class ModelKind:
    """The inputs and outputs of a kind of model.

    Attributes
    ----------
    description
        The kind, for messages.
    input_name, input_shape
        Name and shape of the only input, ``uint8``; None for axes of any length.
    outputs
        The allowed shapes of each output, ``float32``, by name.
    required
        Name of the output that a model must have.
    """

    description: str
    input_name: str
    input_shape: Shape
    outputs: Mapping[str, tuple[Shape, ...]]
    required: str

    def check(self, graph: Graph, name: str) -> None:
        """Check the inputs and outputs of a graph.

        Raises
        ------
        ModelError
            If they are of another kind.
        """
        expected = f"{self.input_name} uint8 {_format(self.input_shape)}"
        if not (
            len(graph.inputs) == 1
            and graph.inputs[0].name == self.input_name
            and graph.inputs[0].data_type == _UINT8
            and _fits(graph.inputs[0].shape, self.input_shape)
        ):
            raise ModelError(
                f"expected one input, {expected}, in {name}, but got {_list(graph.inputs)}; use {self.description}"
            )
        is_known = all(
            value.data_type == _FLOAT
            and any(_fits(value.shape, shape) for shape in self.outputs.get(value.name, ()))
            for value in graph.outputs
        )
        if not is_known or self.required not in {value.name for value in graph.outputs}:
            allowed = ", ".join(
                f"{each} float32 {_format(shapes[0])}" for each, shapes in self.outputs.items()
            )
            raise ModelError(
                f"expected the outputs {allowed} in {name}, but got {_list(graph.outputs)}; use {self.description}"
            )


CLASSIFIER = ModelKind(
    "a model that classifies digit images",
    "images",
    (None, SIDE, SIDE),
    {"probabilities": ((None, N_CLASSES),), "is_digit": ((None,), (None, 1))},
    "probabilities",
)
"""Scores digit images; ``is_digit`` is optional."""


def _fits(shape: Shape | None, expected: Shape) -> bool:
    """Return whether a declared shape is the expected one; lengths that are not declared fit."""
    return shape is None or (
        len(shape) == len(expected)
        and all(
            None in (length, other) or length == other for length, other in zip(shape, expected, strict=True)
        )
    )


def _list(values: tuple[Value, ...]) -> str:
    described = (
        f"{value.name:.40} {_TYPE_NAMES.get(value.data_type, f'type {value.data_type}')} {_format(value.shape)}"
        for value in values[:4]
    )
    return ", ".join(described) or "none"


def _format(shape: Shape | None) -> str:
    if shape is None:
        return "of any shape"
    return f"({', '.join('n' if length is None else str(length) for length in shape)})"
