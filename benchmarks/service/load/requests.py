"""The requests of the measurement, byte for byte."""

import io
import json

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.service.load.connections import make_request
from inkdigits.contract import SIDE
from inkdigits.data import load_mnist


def make_inference(model: str, kind: str, n_images: int = 1, deadline_seconds: float | None = None) -> bytes:
    """Return a request of the Open Inference Protocol for test images of MNIST.

    Parameters
    ----------
    model
        Name of the model.
    kind
        ``json`` or ``binary``, for the input and the outputs.
    n_images
        Number of images.
    deadline_seconds
        Time within which the client wants the answer.
    """
    images = load_mnist().test.images[:n_images]
    tensor: dict[str, object] = {"name": "images", "shape": [n_images, SIDE, SIDE], "datatype": "UINT8"}
    headers = {} if deadline_seconds is None else {"X-Deadline-Seconds": str(deadline_seconds)}
    path = f"/v2/models/{model}/infer"
    if kind == "json":
        tensor["data"] = images.ravel().tolist()
        return make_request("POST", path, json.dumps({"inputs": [tensor]}).encode(), headers)
    tensor["parameters"] = {"binary_data_size": images.nbytes}
    head = json.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}}).encode()
    headers["Inference-Header-Content-Length"] = str(len(head))
    return make_request("POST", path, head + images.tobytes(), headers)


def make_picture(n_bytes: int = 100_000) -> bytes:
    """Return a PNG of about ``n_bytes`` bytes: a photo of one digit, with the grain of a camera."""
    digit = load_mnist().test.images[0]
    generator = np.random.default_rng(0)
    side = 24
    while len(content := _encode(digit, side, generator)) < n_bytes:
        side += max(8, int(side * (np.sqrt(n_bytes / len(content)) - 1)))
    return content


def _encode(digit: NDArray[np.uint8], side: int, generator: np.random.Generator) -> bytes:
    ink = cv2.resize(digit, (side, side), interpolation=cv2.INTER_CUBIC).astype(float)
    grain = generator.normal(0, 4, (side, side, 1)) + generator.normal(0, 1, (side, side, 3))
    pixels = (225 - 0.75 * ink[:, :, None] + grain).clip(0, 255).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def make_reading(picture: bytes, deadline_seconds: float | None = None) -> bytes:
    """Return a request to read a picture."""
    headers = {"Content-Type": "image/png"}
    if deadline_seconds is not None:
        headers["X-Deadline-Seconds"] = str(deadline_seconds)
    return make_request("POST", "/v1/read", picture, headers)
