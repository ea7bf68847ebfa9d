"""Inference requests from bytes, and responses as bytes: JSON, followed by binary tensors."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from inkdigits.contract import DigitImages, Scores
from inkdigits.files.json_records import describe_fault
from inkdigits.service.v2.records import Parameter, Request, RequestOutput, Response
from inkdigits.service.v2.structure import check_structure
from inkdigits.service.v2.tensors import decode_images, decode_raw_images, encode_output, refuse

VERSION = "1"
"""Version of every model: the service has one of each."""

_CONTROLS = frozenset({"binary_data_output"})
"""Parameters of a request that describe its response, and are not returned."""

_UNSUPPORTED = {
    "classification": "classes as text; ask for probabilities",
    "shared_memory_region": "shared memory; ask for the data in the response",
}
"""Parameters of Triton's other extensions that change an output."""

_decode = msgspec.json.Decoder(Request).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Inference:
    """A checked inference request.

    Attributes
    ----------
    images
        ``uint8`` of shape (n, 28, 28), n at least 1.
    outputs
        Whether each requested output is binary, by name, in their order.
    id
        Identifier to return, or None.
    parameters
        Parameters to return.
    timeout
        Seconds within which the client wants the answer, or None.
    """

    images: DigitImages
    outputs: dict[str, bool]
    id: str | None = None
    parameters: dict[str, Parameter] | None = None
    timeout: float | None = None


def decode_request(body: bytes, json_bytes: int | None, outputs: Collection[str], largest: int) -> Inference:
    """Decode and check the body of an inference request.

    Parameters
    ----------
    body
        The body.
    json_bytes
        Length of the JSON object at its beginning, from the header ``Inference-Header-Content-Length``; None if there
        is nothing else, 0 if there is no JSON object and the body is the bytes of the images.
    outputs
        Names of the outputs of the model.
    largest
        Number of images that a request may have.

    Returns
    -------
    Inference

    Raises
    ------
    Refusal
        400 or 413 if the request is not valid.
    """
    if json_bytes is None:
        json_bytes = len(body)
    elif json_bytes > len(body):
        raise refuse(
            f"expected a JSON object of {json_bytes} bytes according to Inference-Header-Content-Length, but the body "
            f"has {len(body)}; correct the header",
            reason="invalid_request",
        )
    binary = memoryview(body)[json_bytes:]
    if json_bytes == 0 and binary:
        return Inference(decode_raw_images(binary, largest), dict.fromkeys(outputs, True))
    content = body if not binary else body[:json_bytes]
    check_structure(content, largest)
    request = _parse(content)
    if len(request.inputs) != 1:
        raise refuse(f"expected one input, but got {len(request.inputs)}; send the images as one tensor")
    images, n_used = decode_images(request.inputs[0], binary, largest)
    if n_used != len(binary):
        raise refuse(
            f"expected {n_used} bytes after the JSON object, but got {len(binary)}; set binary_data_size of the input, "
            "and Inference-Header-Content-Length"
        )
    return Inference(
        images,
        _select_outputs(request, outputs),
        request.id,
        {name: value for name, value in request.parameters.items() if name not in _CONTROLS},
        _read_timeout(request.parameters.get("timeout")),
    )


def encode_response(model: str, inference: Inference, scores: Scores) -> tuple[bytes, int | None]:
    """Encode the response to an inference request.

    Parameters
    ----------
    model
        Name of the model.
    inference
        The request.
    scores
        Its scores.

    Returns
    -------
    body
        The body.
    json_bytes
        Length of the JSON object at its beginning if binary tensors follow, else None.
    """
    encoded = [encode_output(name, scores, is_binary) for name, is_binary in inference.outputs.items()]
    outputs = [output for output, _ in encoded]
    head = _encode(Response(model, VERSION, outputs, inference.id, inference.parameters or {}))
    if True not in inference.outputs.values():
        return head, None
    return b"".join([head, *(binary for _, binary in encoded)]), len(head)


def _parse(content: bytes) -> Request:
    """Return the record of a JSON object."""
    try:
        return _decode(content)
    except msgspec.ValidationError as error:
        fault = describe_fault(error)
    except msgspec.DecodeError as error:
        fault = str(error)
    except UnicodeDecodeError:
        fault = "it is not UTF-8"
    except RecursionError:
        fault = "it is nested too deeply"
    raise refuse(
        f"expected an inference request of the Open Inference Protocol as JSON: {fault[:200]}",
        reason="invalid_request",
    )


def _select_outputs(request: Request, available: Collection[str]) -> dict[str, bool]:
    """Return whether each output of the response is binary, by name."""
    is_binary = _read_flag(request.parameters.get("binary_data_output", False), "binary_data_output")
    if not request.outputs:
        return dict.fromkeys(available, is_binary)
    selected: dict[str, bool] = {}
    for output in request.outputs:
        if output.name not in available or output.name in selected:
            raise refuse(
                f"expected each of the outputs {' and '.join(available)} at most once, but got {output.name[:40]!r}",
                reason="invalid_output",
            )
        _check_supported(output)
        selected[output.name] = _read_flag(output.parameters.get("binary_data", is_binary), "binary_data")
    return selected


def _check_supported(output: RequestOutput) -> None:
    for name, meaning in _UNSUPPORTED.items():
        if output.parameters.get(name):
            raise refuse(
                f"the output {output.name} has the parameter {name}, but this service does not return {meaning}",
                reason="invalid_output",
            )


def _read_flag(value: Parameter, name: str) -> bool:
    if not isinstance(value, bool):
        raise refuse(f"expected true or false as {name}; correct the parameter", reason="invalid_request")
    return value


def _read_timeout(value: Parameter | None) -> float | None:
    """Return the parameter ``timeout``, in microseconds, in seconds; Triton's clients send it, and 0 is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise refuse(
            "expected a whole number of microseconds as timeout; correct the parameter",
            reason="invalid_request",
        )
    return value / 1e6 or None
