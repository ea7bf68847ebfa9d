"""Inference requests and responses, byte for byte."""

import json

import numpy as np
import pytest

from inkdigits.contract import Scores
from inkdigits.service.refusals import Refusal
from inkdigits.service.v2.messages import decode_request, encode_response

OUTPUTS = ["probabilities", "is_digit"]
IMAGE = np.arange(784, dtype=np.uint8).reshape(1, 28, 28)
TENSOR = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": IMAGE.ravel().tolist()}
HEAD = {**TENSOR, "parameters": {"binary_data_size": 784}}
del HEAD["data"]


def decode(content, json_bytes=None, outputs=OUTPUTS, largest=8):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return decode_request(body, json_bytes, outputs, largest)


def decode_binary(head, binary, **others):
    content = json.dumps(head).encode()
    return decode(content + binary, len(content), **others)


def test_flat_and_nested_data_are_the_same_images():
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    for data in (images.ravel().tolist(), images.tolist()):
        inference = decode({"inputs": [{**TENSOR, "shape": [3, 28, 28], "data": data}]})
        assert inference.images.dtype == np.uint8
        np.testing.assert_array_equal(inference.images, images)


def test_binary_data_follows_the_json_object():
    inference = decode_binary({"inputs": [HEAD]}, IMAGE.tobytes())
    np.testing.assert_array_equal(inference.images, IMAGE)


def test_bytes_without_a_json_object_are_images_and_ask_for_bytes():
    images = np.random.default_rng(0).integers(0, 256, (2, 28, 28), np.uint8)
    inference = decode(images.tobytes(), 0)
    np.testing.assert_array_equal(inference.images, images)
    assert inference.outputs == {"probabilities": True, "is_digit": True}


def test_all_outputs_of_the_model_are_returned_unless_some_are_requested():
    assert decode({"inputs": [TENSOR]}).outputs == {"probabilities": False, "is_digit": False}
    assert decode({"inputs": [TENSOR]}, outputs=["probabilities"]).outputs == {"probabilities": False}
    request = {"inputs": [TENSOR], "outputs": [{"name": "is_digit"}, {"name": "probabilities"}]}
    assert list(decode(request).outputs) == ["is_digit", "probabilities"]


@pytest.mark.parametrize(
    ("whole", "single", "is_binary"),
    [(None, None, False), (True, None, True), (True, False, False), (False, True, True), (None, True, True)],
)
def test_the_flag_of_an_output_overrides_that_of_the_request(whole, single, is_binary):
    request = {
        "inputs": [TENSOR],
        "parameters": {} if whole is None else {"binary_data_output": whole},
        "outputs": [{"name": "is_digit", "parameters": {} if single is None else {"binary_data": single}}],
    }
    assert decode(request).outputs == {"is_digit": is_binary}


def test_identifier_and_parameters_are_kept_to_be_returned():
    parameters = {"a": 1, "b": "x", "c": True, "d": 0.5, "binary_data_output": True}
    inference = decode({"id": "7é", "inputs": [TENSOR], "parameters": parameters})
    assert inference.id == "7é"
    assert inference.parameters == {"a": 1, "b": "x", "c": True, "d": 0.5}


@pytest.mark.parametrize(("microseconds", "seconds"), [(250_000, 0.25), (0, None), (None, None)])
def test_the_timeout_of_tritons_clients_is_a_deadline(microseconds, seconds):
    parameters = {} if microseconds is None else {"timeout": microseconds}
    assert decode({"inputs": [TENSOR], "parameters": parameters}).timeout == seconds


def test_unknown_fields_are_ignored():
    assert decode({"inputs": [{**TENSOR, "layout": {"order": [1, 2]}}], "new": None, "id": "1"}).id == "1"


def nested(change):
    data = IMAGE.tolist()
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": [0] * 783}, "expected 784 integers"),
        ({"data": [0] * 785}, "expected 784 integers"),
        ({"data": []}, "expected 784 integers"),
        ({"data": [256] + [0] * 783}, "from 0 to 255"),
        ({"data": [-1] + [0] * 783}, "from 0 to 255"),
        ({"data": [10**30] + [0] * 783}, "from 0 to 255"),
        ({"data": [1.5] + [0] * 783}, "got `float` at inputs[0].data[0]"),
        ({"data": [1.0] + [0] * 783}, "got `float`"),
        ({"data": [True] + [0] * 783}, "got `bool`"),
        ({"data": [None] + [0] * 783}, "got `null`"),
        ({"data": ["0"] + [0] * 783}, "got `str`"),
        ({"data": "0"}, "got `str`"),
        ({"data": nested(lambda data: data.append(data[0]))}, "expected 784 integers"),
        ({"data": nested(lambda data: data[0].pop())}, "expected 784 integers"),
        ({"data": nested(lambda data: data[0][3].pop())}, "expected 784 integers"),
        ({"data": nested(lambda data: data[0][3].extend(data[0][4]))}, "expected 784 integers"),
        ({"data": IMAGE[0].tolist()}, "got `int`"),
        ({"data": [IMAGE[0].tolist(), *[0] * 783]}, "expected 784 integers"),
        ({"data": [[IMAGE[0].tolist()]]}, "got `array`"),
        ({"shape": [28, 28]}, "shape [n, 28, 28]"),
        ({"shape": [1, 28, 28, 1]}, "shape [n, 28, 28]"),
        ({"shape": [1, 1, 784]}, "shape [n, 28, 28]"),
        ({"shape": []}, "shape [n, 28, 28]"),
        ({"shape": [0, 28, 28], "data": []}, "at least one image"),
        ({"shape": [-1, 28, 28]}, "expected `int` >= 0"),
        ({"shape": [2**32 + 1, 2**32, 2**32]}, "shape [n, 28, 28]"),
        ({"shape": [10**4000, 10**4000, 28]}, "a number of more than 12 digits"),
        ({"shape": [1.0, 28, 28]}, "got `float`"),
        ({"shape": [1] * 9}, "length <= 8"),
        ({"name": "image"}, "expected the input images"),
        ({"datatype": "FP32"}, "of type UINT8"),
        ({"datatype": 3}, "got `int`"),
        ({"parameters": {"binary_data_size": 784}}, "but got both"),
        ({"parameters": {"shared_memory_region": "a"}}, "shared memory"),
        ({"parameters": {"x": [1]}}, "got `array`"),
        ({"parameters": {str(i): 0 for i in range(33)}}, "length <= 32"),
    ],
)
def test_a_wrong_tensor_is_refused(change, message):
    with pytest.raises(Refusal) as caught:
        decode({"inputs": [{**TENSOR, **change}]})
    assert caught.value.status == 400
    assert message in caught.value.message
    assert len(caught.value.message) < 400


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "missing required field `inputs`"),
        ({"inputs": []}, "length >= 1"),
        ({"inputs": {}}, "got `object`"),
        ({"inputs": [TENSOR, TENSOR]}, "expected one input, but got 2"),
        ({"inputs": [{key: value for key, value in TENSOR.items() if key != "data"}]}, "expected data"),
        ({"inputs": [{key: value for key, value in TENSOR.items() if key != "shape"}]}, "missing required"),
        ({"inputs": [TENSOR], "id": 3}, "got `int` at id"),
        ({"inputs": [TENSOR], "id": "x" * 1025}, "length <= 1024"),
        ({"inputs": [TENSOR], "outputs": [{"name": "logits"}]}, "outputs probabilities and is_digit"),
        ({"inputs": [TENSOR], "outputs": [{"name": "is_digit"}] * 2}, "at most once"),
        ({"inputs": [TENSOR], "outputs": [{"name": "is_digit"}] * 17}, "length <= 16"),
        (
            {"inputs": [TENSOR], "outputs": [{"name": "is_digit"}] * 100_000},
            "in the JSON object of a request",
        ),
        (
            {"inputs": [TENSOR], "outputs": [{"name": "is_digit", "parameters": {"classification": 3}}]},
            "ask for",
        ),
        (
            {"inputs": [TENSOR], "parameters": {"binary_data_output": 1}},
            "true or false as binary_data_output",
        ),
        (
            {"inputs": [TENSOR], "outputs": [{"name": "is_digit", "parameters": {"binary_data": "x"}}]},
            "as binary_data",
        ),
        ({"inputs": [TENSOR], "parameters": {"timeout": -1}}, "microseconds"),
        ({"inputs": [TENSOR], "parameters": {"timeout": 2**63}}, "microseconds"),
        ({"inputs": [TENSOR], "parameters": {"timeout": True}}, "microseconds"),
        ({"inputs": [TENSOR], "parameters": {"timeout": 0.5}}, "microseconds"),
        (b"", "truncated"),
        (b"[]", "got `array`"),
        (b'{"inputs":[{"name":"images","data":[NaN]}]}', "invalid character"),
        (b'{"inputs":[{"name":"images","data":[1e999]}]}', "out of range"),
        (b'{"id":"\\ud800","inputs":[]}', "JSON"),
        (b'{"id":"\xff","inputs":[]}', "JSON"),
        (b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested too deeply"),
        (b'{"x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}", "nested too deeply"),
        (json.dumps({"inputs": [TENSOR]}).encode() + b"\0", "malformed"),
    ],
)
def test_a_wrong_request_is_refused(request_, message):
    with pytest.raises(Refusal) as caught:
        decode(request_)
    assert caught.value.status == 400
    assert message in caught.value.message
    assert len(caught.value.message) < 400
    json.dumps(caught.value.message, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("size", "binary", "message"),
    [
        (784, bytes(783), "expected 784 bytes"),
        (784, bytes(785), "expected 784 bytes"),
        (783, bytes(784), "binary_data_size 784"),
        (785, bytes(784), "binary_data_size 784"),
        (-784, bytes(784), "binary_data_size 784"),
        (2**64 + 784, bytes(784), "binary_data_size 784"),
        (784.0, bytes(784), "binary_data_size 784"),
        (True, bytes(784), "binary_data_size 784"),
        ("784", bytes(784), "binary_data_size 784"),
        (784, b"", "expected 784 bytes"),
    ],
)
def test_a_lying_size_is_refused(size, binary, message):
    with pytest.raises(Refusal) as caught:
        decode_binary({"inputs": [{**HEAD, "parameters": {"binary_data_size": size}}]}, binary)
    assert caught.value.status == 400
    assert message in caught.value.message


def test_binary_data_beside_data_in_json_is_refused():
    with pytest.raises(Refusal, match="expected 0 bytes after the JSON object, but got 784"):
        decode_binary({"inputs": [TENSOR]}, bytes(784))


@pytest.mark.parametrize("json_bytes", [1, 10, 300, 10**17])
def test_a_lying_length_of_the_json_object_is_refused(json_bytes):
    with pytest.raises(Refusal) as caught:
        decode(json.dumps({"inputs": [HEAD]}).encode() + bytes(784), json_bytes)
    assert caught.value.status == 400


def test_a_length_of_the_json_object_beyond_the_body_is_refused():
    content = json.dumps({"inputs": [TENSOR]}).encode()
    assert decode(content, len(content)).outputs
    with pytest.raises(Refusal, match="but the body has"):
        decode(content, len(content) + 1)


def test_images_of_other_heights_that_add_up_are_refused():
    rows = [[0] * 28] * 56
    tensor = {**TENSOR, "shape": [2, 28, 28], "data": [rows[:27], rows[27:]]}
    with pytest.raises(Refusal, match="expected 1568 integers"):
        decode({"inputs": [tensor]})
    assert len(decode({"inputs": [{**tensor, "data": [rows[:28], rows[28:]]}]}).images) == 2


@pytest.mark.parametrize("n_bytes", [1, 783, 785])
def test_bytes_of_no_whole_images_are_refused(n_bytes):
    with pytest.raises(Refusal, match="784 bytes for each image") as caught:
        decode(bytes(n_bytes), 0)
    assert caught.value.status == 400


def test_too_many_images_are_too_large():
    for request in (
        lambda: decode({"inputs": [{**TENSOR, "shape": [9, 28, 28]}]}),
        lambda: decode({"inputs": [{**TENSOR, "shape": [2**70, 28, 28]}]}),
        lambda: decode_binary({"inputs": [{**HEAD, "shape": [9, 28, 28]}]}, bytes(9 * 784)),
        lambda: decode(bytes(9 * 784), 0),
    ):
        with pytest.raises(Refusal, match="at most 8 images") as caught:
            request()
        assert caught.value.status == 413


SCORES = Scores(np.linspace(0, 1, 20, dtype=np.float32).reshape(2, 10), np.array([0.25, 1], np.float32))


def test_a_response_in_json_has_the_exact_values():
    inference = decode({"id": "a", "inputs": [TENSOR], "parameters": {"x": 1}})
    body, json_bytes = encode_response("accurate", inference, SCORES)
    assert json_bytes is None
    response = json.loads(body)
    probabilities = response["outputs"][0].pop("data")
    assert response == {
        "model_name": "accurate",
        "model_version": "1",
        "outputs": [
            {"name": "probabilities", "shape": [2, 10], "datatype": "FP32"},
            {"name": "is_digit", "shape": [2, 1], "datatype": "FP32", "data": [0.25, 1.0]},
        ],
        "id": "a",
        "parameters": {"x": 1},
    }
    np.testing.assert_array_equal(np.array(probabilities, np.float32), SCORES.probabilities.ravel())


def test_a_response_has_no_identifier_and_no_parameters_that_the_request_lacks():
    body, _ = encode_response("quick", decode({"inputs": [TENSOR]}), SCORES)
    assert set(json.loads(body)) == {"model_name", "model_version", "outputs"}


def test_a_response_with_mixed_outputs_has_the_binary_ones_at_its_end():
    outputs = [{"name": "is_digit", "parameters": {"binary_data": True}}, {"name": "probabilities"}]
    body, json_bytes = encode_response("accurate", decode({"inputs": [TENSOR], "outputs": outputs}), SCORES)
    is_digit, probabilities = json.loads(body[:json_bytes])["outputs"]
    assert is_digit == {
        "name": "is_digit", "shape": [2, 1], "datatype": "FP32", "parameters": {"binary_data_size": 8},
    }  # fmt: skip
    assert len(probabilities["data"]) == 20
    assert body[json_bytes:] == np.array([0.25, 1], "<f4").tobytes()
