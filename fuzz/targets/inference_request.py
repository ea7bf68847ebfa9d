"""Requests of the Open Inference Protocol: JSON, followed by binary tensors."""

import json

import numpy as np

from fuzz.targets.target import Target
from inkdigits.contract import N_CLASSES, SIDE, Scores
from inkdigits.service.refusals import Refusal
from inkdigits.service.v2.messages import decode_request, encode_response

_OUTPUTS = ("probabilities", "is_digit")
_LARGEST = 4
_WIDTHS = {"probabilities": N_CLASSES, "is_digit": 1}


def run(data: bytes) -> None:
    """Decode a request, and encode its response.

    The first two bytes are the length of the JSON object; 65535 stands for no such header.
    """
    given, body = int.from_bytes(data[:2]), data[2:]
    inference = decode_request(body, None if given == 0xFFFF else given, _OUTPUTS, _LARGEST)
    images = inference.images
    assert images.dtype == np.uint8
    assert 1 <= len(images) <= _LARGEST
    assert images.shape[1:] == (SIDE, SIDE)
    assert inference.outputs
    assert set(inference.outputs) <= set(_OUTPUTS)
    assert inference.timeout is None or inference.timeout > 0
    scores = Scores(np.full((len(images), N_CLASSES), 0.1, np.float32), np.ones((len(images), 1), np.float32))
    content, json_bytes = encode_response("model", inference, scores)
    assert (json_bytes is None) == (not any(inference.outputs.values()))
    response = json.loads(content[:json_bytes])
    assert response.get("id") == inference.id
    assert [each["name"] for each in response["outputs"]] == list(inference.outputs)
    n_binary = 0
    for output in response["outputs"]:
        assert output["shape"] == [len(images), _WIDTHS[output["name"]]]
        n_binary += output.get("parameters", {}).get("binary_data_size", 0)
    assert len(content) - (json_bytes or len(content)) == n_binary


def make_seeds() -> list[bytes]:
    """Make requests with JSON and binary tensors, flat and nested, and without JSON."""
    zeros = [0] * (SIDE * SIDE)
    nested = np.zeros((1, SIDE, SIDE), int).tolist()
    flag = {"binary_data": True}
    outputs = [{"name": "is_digit", "parameters": flag}, {"name": "probabilities"}]
    timed = {"timeout": 5, "priority": 0, "sequence_id": "a", "binary_data_output": True}
    seeds = [
        _encode(_tensor(data=zeros)),
        _encode(_tensor(data=nested), id="an id", outputs=outputs),
        _encode(_tensor(data=zeros, parameters={"content_type": "np"}), parameters=timed, outputs=[]),
    ]
    bound = _encode(_tensor(parameters={"binary_data_size": SIDE * SIDE}), outputs=outputs[:1])
    sized = [len(bound).to_bytes(2) + bound + bytes(SIDE * SIDE)]
    return [b"\xff\xff" + seed for seed in seeds] + sized + [bytes(2) + bytes(2 * SIDE * SIDE)]


def _tensor(**fields: object) -> dict[str, object]:
    return {"name": "images", "shape": [1, SIDE, SIDE], "datatype": "UINT8", **fields}


def _encode(tensor: dict[str, object], **fields: object) -> bytes:
    return json.dumps({"inputs": [tensor], **fields}, separators=(",", ":")).encode()


TARGET = Target(
    run,
    make_seeds,
    refusals=(Refusal,),
    tokens=(
        *(b'"inputs":[', b'"outputs":[', b'"parameters":{', b'"data":[', b'"shape":[', b'"datatype":"UINT8"'),
        *(
            b'"name":"images"',
            b'"name":"is_digit"',
            b'"binary_data_size":784',
            b'"binary_data":true',
            b'"id":"',
        ),
        *(
            b'"timeout":',
            b"784",
            b"28",
            b"[[",
            b"]]",
            b"{}",
            b"null",
            b"true",
            b"1e999",
            b"-0",
            b"\\ud800",
            b"\xff\xff",
        ),
    ),
)
