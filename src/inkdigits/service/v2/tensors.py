"""Tensors of the protocol: digit images from JSON or bytes, and scores as JSON or bytes."""

import numpy as np

from inkdigits.contract import N_CLASSES, SIDE, DigitImages, Scores
from inkdigits.service.refusals import Refusal
from inkdigits.service.v2.records import RequestInput, ResponseOutput, TensorMetadata

IMAGES = TensorMetadata("images", "UINT8", (-1, SIDE, SIDE))
"""The input of every classifier."""

OUTPUTS = {
    "probabilities": TensorMetadata("probabilities", "FP32", (-1, N_CLASSES)),
    "is_digit": TensorMetadata("is_digit", "FP32", (-1, 1)),
}
"""The outputs of classifiers by name; some models have only the first."""

_IMAGE_BYTES = SIDE * SIDE


def decode_images(tensor: RequestInput, binary: memoryview, largest: int) -> tuple[DigitImages, int]:
    """Return the digit images of an input tensor.

    Parameters
    ----------
    tensor
        The tensor.
    binary
        The bytes after the JSON object, of which the first ones are those of this tensor if it is binary.
    largest
        Number of images that a request may have.

    Returns
    -------
    images
        ``uint8`` of shape (n, 28, 28), n from 1 to ``largest``.
    n_used
        How many bytes of ``binary`` it took.

    Raises
    ------
    Refusal
        400 if it is another tensor, or its data does not fit its shape; 413 if it has too many images.
    """
    if tensor.name != IMAGES.name or tensor.datatype != IMAGES.datatype:
        raise refuse(
            f"expected the input {IMAGES.name} of type {IMAGES.datatype}, but got "
            f"{tensor.name[:40]!r} of type {tensor.datatype[:20]!r}"
        )
    n = _check_shape(tensor.shape, largest)
    size = tensor.parameters.get("binary_data_size")
    if "shared_memory_region" in tensor.parameters:
        raise refuse("expected the data of a tensor in the request; this service does not use shared memory")
    if size is None:
        if not isinstance(tensor.data, list):
            raise refuse(
                f"expected data, or the parameter binary_data_size, in the input {IMAGES.name}; send one of them"
            )
        content: bytes | memoryview = _flatten(tensor.data, n)
        n_used = 0
    else:
        if isinstance(tensor.data, list):
            raise refuse(
                "expected either data or binary_data_size in the input, but got both; send one of them"
            )
        content, n_used = _take_bytes(binary, size, n)
    return np.frombuffer(content, np.uint8).reshape(n, SIDE, SIDE), n_used


def decode_raw_images(binary: memoryview, largest: int) -> DigitImages:
    """Return the digit images of a request without a JSON object: their bytes, at least one, and nothing else.

    Raises
    ------
    Refusal
        400 if the bytes are not those of whole images; 413 if there are too many images.
    """
    n, rest = divmod(len(binary), _IMAGE_BYTES)
    if rest:
        raise refuse(
            f"expected {_IMAGE_BYTES} bytes for each image, but got {len(binary)} bytes; send whole images"
        )
    _check_shape([n, SIDE, SIDE], largest)
    return np.frombuffer(binary, np.uint8).reshape(n, SIDE, SIDE)


def encode_output(name: str, scores: Scores, is_binary: bool) -> tuple[ResponseOutput, bytes]:
    """Return an output tensor, and its bytes if it is binary.

    Parameters
    ----------
    name
        A key of `OUTPUTS`.
    scores
        The scores.
    is_binary
        Whether its data follows the JSON object, little-endian and row-major.

    Returns
    -------
    output
        The tensor.
    binary
        Its bytes; none if it has its data as JSON.
    """
    values = scores.probabilities if name == "probabilities" else scores.is_digit
    shape = (len(values), *OUTPUTS[name].shape[1:])
    if not is_binary:
        return ResponseOutput(name, shape, "FP32", data=values.ravel().tolist()), b""
    binary = values.astype("<f4", copy=False).tobytes()
    return ResponseOutput(name, shape, "FP32", {"binary_data_size": len(binary)}), binary


def refuse(message: str, status: int = 400, reason: str = "invalid_tensor") -> Refusal:
    """Return the refusal of a tensor."""
    return Refusal(status, message, reason)


def _check_shape(shape: list[int], largest: int) -> int:
    """Return the number of images; the shape is never multiplied, so that no product overflows."""
    if len(shape) != 3 or shape[1:] != [SIDE, SIDE] or not shape[0]:
        raise refuse(
            f"expected the shape [n, {SIDE}, {SIDE}] of at least one image, but got [{', '.join(map(_shorten, shape))}]"
        )
    if shape[0] > largest:
        raise refuse(
            f"expected at most {largest} images in a request, but got {_shorten(shape[0])}; send several requests",
            413,
            "too_many_images",
        )
    return shape[0]


def _shorten(value: object) -> str:
    """Return a value as short text; a number may have thousands of digits."""
    if isinstance(value, int) and abs(value) >= 10**12:
        return "a number of more than 12 digits"
    return repr(value)[:20]


def _flatten(data: list[int | list[list[int]]], n: int) -> bytes:
    """Return the bytes of JSON data, flat or nested as (n, 28, 28)."""
    try:
        if len(data) == n * _IMAGE_BYTES:
            return bytes(data)  # type: ignore[arg-type] # raises TypeError if one is a list
        if len(data) == n:
            rows = [row for image in data for row in image]  # type: ignore[union-attr]
            if len(rows) == n * SIDE and all(len(row) == SIDE for row in rows) and _are_whole(data):
                return b"".join(map(bytes, rows))
    except (TypeError, ValueError, OverflowError):
        pass
    raise refuse(
        f"expected {n * _IMAGE_BYTES} integers from 0 to 255 as data of the shape [{n}, {SIDE}, {SIDE}], in one list "
        "or nested as the shape, but got others; compare data and shape"
    )


def _are_whole(data: list[int | list[list[int]]]) -> bool:
    return all(isinstance(image, list) and len(image) == SIDE for image in data)


def _take_bytes(binary: memoryview, size: object, n: int) -> tuple[memoryview, int]:
    """Return the bytes of a binary tensor, whose stated size may be a lie."""
    expected = n * _IMAGE_BYTES
    if type(size) is not int or size != expected:
        raise refuse(
            f"expected binary_data_size {expected} for the shape [{n}, {SIDE}, {SIDE}], but got {_shorten(size)}"
        )
    if len(binary) < expected:
        raise refuse(
            f"expected {expected} bytes after the JSON object, but got {len(binary)}; check the header "
            "Inference-Header-Content-Length"
        )
    return binary[:expected], expected
