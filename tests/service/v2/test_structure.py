"""Long JSON objects with too many values are refused before they are parsed."""

import json

import numpy as np
import pytest

from inkdigits.service.refusals import Refusal
from inkdigits.service.v2 import messages
from inkdigits.service.v2.structure import SMALL_BYTES, check_structure

OUTPUTS = ("probabilities", "is_digit")
LARGEST = 256


def make_input(data):
    return b'{"inputs":[{"name":"images","shape":[1,28,28],"datatype":"UINT8","data":[' + data + b"]}]}"


@pytest.mark.parametrize(
    "content",
    [
        make_input(b"1," * 300_000 + b"1"),
        make_input(b"[]," * 100_000 + b"[]"),
        make_input(b"[[]]," * 50_000 + b"[[]]"),
        b'{"parameters":{' + b",".join(b'"%d":1' % i for i in range(50_000)) + b"}}",
        b'{"outputs":[' + b'{"name":"a"},' * 100_000 + b'{"name":"a"}]}',
        b'{"inputs":[' + b"{}," * 100_000 + b"{}]}",
    ],
)
def test_too_many_values_are_refused_before_parsing(content, monkeypatch):
    monkeypatch.setattr(messages, "_decode", lambda _: pytest.fail("it was parsed"))
    with pytest.raises(Refusal, match="in the JSON object of a request") as error:
        messages.decode_request(content, None, OUTPUTS, LARGEST)
    assert error.value.status == 400


@pytest.mark.parametrize("is_nested", [False, True])
@pytest.mark.parametrize("indent", [None, 1])
def test_the_largest_request_is_accepted(is_nested, indent):
    images = np.random.default_rng(0).integers(0, 256, (LARGEST, 28, 28), dtype=np.uint8)
    data = images.tolist() if is_nested else images.ravel().tolist()
    tensor = {"name": "images", "shape": list(images.shape), "datatype": "UINT8", "data": data}
    parameters = {f"name {i}": i for i in range(32)}
    tensor["parameters"] = parameters
    outputs = [{"name": name, "parameters": parameters} for name in OUTPUTS]
    content = json.dumps({"inputs": [tensor], "outputs": outputs, "parameters": parameters}, indent=indent)
    inference = messages.decode_request(content.encode(), None, OUTPUTS, LARGEST)
    assert np.array_equal(inference.images, images)


def test_short_objects_are_not_counted():
    check_structure(b"," * SMALL_BYTES, 0)
    with pytest.raises(Refusal):
        check_structure(b"," * (SMALL_BYTES + 1), 0)
