"""The JSON objects of the Open Inference Protocol, as records.

Source: the protocol's HTTP/REST specification, version 2 (github.com/kserve/open-inference-protocol), and its
binary tensor data extension as Triton documents it. Unknown fields are ignored: later versions may add some.
"""

from typing import Annotated

import msgspec

MAX_ID_CHARACTERS = 1024
"""Length of the longest ``id`` of a request: it is returned. A UUID has 36 characters, a trace context 55."""

MAX_PARAMETERS = 32
"""Number of parameters of a request or a tensor: they are returned. Triton's client sends up to six of its own."""

MAX_OUTPUTS = 16
"""Number of outputs that a request may list. A model has two at most."""

MAX_AXES = 8
"""Number of axes of a shape. Digit images have three."""

Parameter = bool | int | float | str

Parameters = Annotated[dict[str, Parameter], msgspec.Meta(max_length=MAX_PARAMETERS)]

Shape = Annotated[list[Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(max_length=MAX_AXES)]

TensorData = list[int | list[list[int]]]
"""Elements in row-major order, or lists nested as in the shape (n, 28, 28). Elements are checked when they become
bytes: their range costs nothing there."""


class RequestInput(msgspec.Struct, frozen=True, gc=False):
    """An input tensor of an inference request."""

    name: str
    shape: Shape
    datatype: str
    parameters: Parameters = {}
    data: TensorData | msgspec.UnsetType = msgspec.UNSET


class RequestOutput(msgspec.Struct, frozen=True, gc=False):
    """An output tensor that an inference request asks for."""

    name: str
    parameters: Parameters = {}


class Request(msgspec.Struct, frozen=True, gc=False):
    """An inference request."""

    inputs: Annotated[list[RequestInput], msgspec.Meta(min_length=1, max_length=MAX_OUTPUTS)]
    id: Annotated[str, msgspec.Meta(max_length=MAX_ID_CHARACTERS)] | None = None
    parameters: Parameters = {}
    outputs: Annotated[list[RequestOutput], msgspec.Meta(max_length=MAX_OUTPUTS)] = []


class ResponseOutput(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An output tensor of an inference response. The data of a binary one follows the JSON."""

    name: str
    shape: tuple[int, ...]
    datatype: str
    parameters: dict[str, Parameter] = {}
    data: list[float] | msgspec.UnsetType = msgspec.UNSET


class Response(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An inference response."""

    model_name: str
    model_version: str
    outputs: list[ResponseOutput]
    id: str | None = None
    parameters: dict[str, Parameter] = {}


class TensorMetadata(msgspec.Struct, frozen=True):
    """Name, type and shape of a tensor of a model; -1 is any length."""

    name: str
    datatype: str
    shape: tuple[int, ...]


class ModelMetadata(msgspec.Struct, frozen=True):
    """What a model is, and its tensors."""

    name: str
    versions: tuple[str, ...]
    platform: str
    inputs: tuple[TensorMetadata, ...]
    outputs: tuple[TensorMetadata, ...]


class ModelReady(msgspec.Struct, frozen=True):
    """Whether a model can be used."""

    name: str
    ready: bool


class ServerMetadata(msgspec.Struct, frozen=True):
    """What the server is."""

    name: str
    version: str
    extensions: tuple[str, ...]
