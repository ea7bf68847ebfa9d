"""Requests of the Open Inference Protocol."""

import json

import numpy as np
import pytest

from inkdigits.contract import SIDE


@pytest.fixture(scope="session")
def digits(mnist):
    """Five test images of MNIST: 7 2 1 0 4."""
    return mnist.test.images[:5]


@pytest.fixture
def make_body():
    """A function that returns the body of a request, and the length of its JSON object."""

    def make(images, is_binary=False, **fields):
        tensor = {"name": "images", "shape": [len(images), SIDE, SIDE], "datatype": "UINT8"}
        if is_binary:
            tensor["parameters"] = {"binary_data_size": images.nbytes}
        else:
            tensor["data"] = np.asarray(images).ravel().tolist()
        head = json.dumps({"inputs": [tensor], **fields}).encode()
        return (head + images.tobytes(), len(head)) if is_binary else (head, None)

    return make
