"""What the server and its models are, and whether they are ready."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

import inkdigits
from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import ServedModel, find_resources
from inkdigits.service.v2.messages import VERSION
from inkdigits.service.v2.models import find_model
from inkdigits.service.v2.records import ModelMetadata, ModelReady, ServerMetadata
from inkdigits.service.v2.tensors import IMAGES, OUTPUTS

EXTENSIONS = ("binary_tensor_data",)
"""Extensions of the protocol, by Triton's names."""

PLATFORM = "onnx_onnxv1"
"""The protocol's name for models in ONNX format."""


async def describe_server(request: Request) -> Response:
    """Answer ``GET /v2``."""
    return _answer(ServerMetadata("inkdigits", inkdigits.__version__, EXTENSIONS))


async def report_live(request: Request) -> Response:
    """Answer ``GET /v2/health/live``."""
    return _answer({"live": True})


async def report_ready(request: Request) -> Response:
    """Answer ``GET /v2/health/ready``: 200 if requests should be sent here."""
    _check_ready(request)
    return _answer({"ready": True})


async def describe_model(request: Request) -> Response:
    """Answer ``GET /v2/models/{name}``."""
    model = _find(request)
    outputs = tuple(OUTPUTS[name] for name in model.recogniser.outputs)
    return _answer(ModelMetadata(model.name, (VERSION,), PLATFORM, (IMAGES,), outputs))


async def report_model_ready(request: Request) -> Response:
    """Answer ``GET /v2/models/{name}/ready``: the models are ready when the server is."""
    model = _find(request)
    _check_ready(request)
    return _answer(ModelReady(model.name, True))


def _find(request: Request) -> ServedModel:
    return find_model(
        find_resources(request), request.path_params["name"], request.path_params.get("version")
    )


def _check_ready(request: Request) -> None:
    lifecycle = find_resources(request).lifecycle
    if not lifecycle.is_ready:
        phase = lifecycle.phase.value
        raise Refusal(
            503, f"expected a service that is ready, but it is {phase}", phase, {"Retry-After": "1"}
        )


def _answer(record: object) -> Response:
    return Response(msgspec.json.encode(record), media_type="application/json")
