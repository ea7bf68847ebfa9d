"""Hostile requests of the Open Inference Protocol: JSON and binary tensors."""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.service.requests.request import HostileRequest, head, make, make_harmless, post

_INFER = "/v2/models/quick/infer"
_IMAGE = [0] * 784
_LENGTH = "Inference-Header-Content-Length"


def make_requests() -> Iterator[HostileRequest]:
    """Yield the requests."""
    for name, body in (*_make_json(), *_make_values()):
        yield make(name, 400, post(_INFER, body))
    yield from _binary()
    yield from _others()


def _encode(data: Any = _IMAGE, shape: Any = (1, 28, 28), datatype: Any = "UINT8", **more: Any) -> bytes:
    tensor = {"name": "images", "shape": shape, "datatype": datatype, "data": data}
    return json.dumps({"inputs": [tensor], **more}).encode()


def _make_json() -> Iterator[tuple[str, bytes]]:
    """Yield JSON that is damaged, or expensive to parse."""
    n = 1_000_000
    yield "an empty JSON", b""
    yield "a JSON array", b"[" + _encode() + b"]"
    yield "two JSON objects", _encode() * 2
    yield "half a JSON object", _encode()[:-1]
    yield "JSON in UTF-16", _encode().decode().encode("utf-16")
    yield "JSON with a byte order mark", b"\xef\xbb\xbf" + _encode()
    yield "JSON with a byte that is no UTF-8", _encode(id="x").replace(b'"x"', b'"\xff"')
    yield "JSON with half a surrogate pair", _encode(id="\ud800")
    yield "arrays a million deep", b'{"x":' + b"[" * n
    yield "arrays ten thousand deep", b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    yield "objects ten thousand deep", b'{"x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001
    yield "a million integers", _encode([1] * n)
    yield "half a million empty lists", _encode([[]] * (n // 2))
    yield "a quarter of a million lists of lists", _encode([[[]]] * (n // 4))
    yield "a hundred thousand outputs", _encode(outputs=[{"name": "probabilities"}] * 100_000)
    yield "a hundred thousand inputs", b'{"inputs":[' + b"{}," * 100_000 + b"{}]}"
    yield "a hundred thousand parameters", _encode(parameters={str(i): i for i in range(100_000)})
    yield "a thousand outputs", _encode(outputs=[{"name": "probabilities"}] * 1000)
    yield "an output twice", _encode(outputs=[{"name": "probabilities"}] * 2)
    yield "an identifier of a megabyte", _encode(id="x" * 2**20)
    yield "an integer of a million digits", _encode().replace(b"[0,", b"[" + b"9" * n + b",", 1)


def _make_values() -> Iterator[tuple[str, bytes]]:
    """Yield JSON with wrong values."""
    for text in (
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1",
        "256",
        "0.5",
        "true",
        "null",
        '"0"',
        "[0]",
        "9" * 30,
    ):
        yield f"{text:.12} as a pixel", _encode().replace(b"[0,", f"[{text},".encode(), 1)
    for n in (1e30, -1, 0, 1.5, True, None, "1"):
        yield f"the shape [{n}, 28, 28]", _encode(shape=[n, 28, 28])
    shapes: tuple[Any, ...] = (
        [1],
        [],
        [28, 28],
        [2**32, 2**32, 2**32],
        [1, 28, 28, 1],
        [1] * 9,
        [3] * 10_000,
        [2, 28, 28],
        {},
        "1",
    )
    for shape in shapes:
        yield f"the shape {shape!s:.24}", _encode(shape=shape)
    for datatype in ("FP32", "BYTES", "uint8", "", None, 8, "x" * 10_000):
        yield f"the type {datatype!s:.12}", _encode(datatype=datatype)
    inputs: Any
    for inputs in ([], None, {}, [{}], [None], [{"name": "images"}] * 2):
        yield f"the inputs {inputs}", json.dumps({"inputs": inputs}).encode()
    for name in ("logits", "", "x" * 10_000, 5, None):
        yield f"the output {name!s:.12}", _encode(outputs=[{"name": name}])
    for timeout in (-1, 2**70, 1.5, "1", True):
        yield f"the timeout {timeout}", _encode(parameters={"timeout": timeout})
    region = {"shared_memory_region": "/dev/shm/secret", "shared_memory_byte_size": 784}
    tensor = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "parameters": region}
    yield "shared memory", json.dumps({"inputs": [tensor]}).encode()


def _binary() -> Iterator[HostileRequest]:
    """Yield binary tensors whose sizes lie."""

    def encode(size: Any, **more: Any) -> bytes:
        tensor = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", **more}
        return json.dumps({"inputs": [{**tensor, "parameters": {"binary_data_size": size}}]}).encode()

    for size in (0, 783, 785, -784, 2**62, 2**70, 784.0, "784", True, None):
        content = encode(size)
        yield make(
            f"binary_data_size {size}", 400, post(_INFER, content + bytes(784), f"{_LENGTH}: {len(content)}")
        )
    content = encode(784)
    for n, name in (
        (0, "no bytes"),
        (783, "a byte too few"),
        (785, "a byte too many"),
        (100_000, "far too many bytes"),
    ):
        yield make(
            f"{name} behind the JSON", 400, post(_INFER, content + bytes(n), f"{_LENGTH}: {len(content)}")
        )
    length: int | str
    for length in (len(content) - 1, len(content) + 1, 10**6, 10**30, -1, "1e2", "", "0x10"):
        name = f"{_LENGTH} {length}"[:60]
        yield make(name, 400, post(_INFER, content + bytes(784), f"{_LENGTH}: {length}"))
    both = encode(784, data=_IMAGE)
    yield make("data and bytes", 400, post(_INFER, both + bytes(784), f"{_LENGTH}: {len(both)}"))
    yield make("bytes of half an image", 400, post(_INFER, bytes(392), f"{_LENGTH}: 0"))
    yield make("no bytes of images", 400, post(_INFER, b"", f"{_LENGTH}: 0"))
    yield make("257 images in bytes", 413, post(_INFER, bytes(257 * 784), f"{_LENGTH}: 0"))


def _others() -> Iterator[HostileRequest]:
    for n in (257, 2**32, 2**62, 2**63, 2**64, 10**30):
        yield make(f"the shape [{n}, 28, 28]", 413, post(_INFER, _encode(shape=[n, 28, 28])))
    yield make("257 images", 413, post(_INFER, _encode(_IMAGE * 257, (257, 28, 28))))
    yield make("4 MB of spaces", 413, post(_INFER, b" " * (4 * 2**20)))
    yield make("an unknown model", 404, post("/v2/models/unknown/infer", _encode()))
    yield make("another version", 404, post("/v2/models/quick/versions/2/infer", _encode()))
    yield make("a deadline of a nanosecond", 429, post(_INFER, _encode(), "X-Deadline-Seconds: 1e-9"))
    yield make("the body of another request", 400, post(_INFER, head("GET /metrics")))
    yield make_harmless(
        "unknown fields and types", post(_INFER, _encode(x=1, __proto__={}), "Content-Type: text/html")
    )
    yield make_harmless("the same field a thousand times", post(_INFER, _repeat_field()))


def _repeat_field() -> bytes:
    return b"{" + b'"id":"a",' * 1000 + _encode()[1:]
