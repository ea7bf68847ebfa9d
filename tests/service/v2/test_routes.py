"""The routes of the Open Inference Protocol, by raw requests."""

import asyncio
import json
import re

import httpx
import numpy as np
import pytest

from inkdigits.contract import SIDE, Scores
from inkdigits.errors import ModelError
from inkdigits.service.application import create_application
from inkdigits.service.batching.batcher import Batcher
from inkdigits.service.batching.limits import BatchLimits
from inkdigits.service.batching.pace import Pace
from inkdigits.service.logs import make_logger
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.resources import Resources, ServedModel
from inkdigits.service.settings import Settings
from inkdigits.service.v2.body import MAX_BODY_BYTES, MAX_IMAGES

INFER = "/v2/models/echo/infer"


class Echo:
    """A model whose outputs show the first pixel; 13 makes it fail."""

    outputs = ("probabilities", "is_digit")

    def score(self, images):
        if 13 in images[:, 0, 0]:
            raise ModelError("the model echo cannot be computed")
        values = images[:, 0, 0].astype(np.float32)
        return Scores(np.repeat(values[:, None], 10, axis=1), values)


class Client:
    """Sends requests to the application, without a socket."""

    def __init__(self, application):
        self._transport = httpx.ASGITransport(application)

    def request(self, method, path, content=None, headers=None):
        async def send():
            client = httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1:8000")
            sent = content if content is None or isinstance(content, bytes) else iterate(content)
            return await client.request(method, path, content=sent, headers=headers)

        return asyncio.run(send())

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, content, headers=None):
        return self.request("POST", path, content, headers)


async def iterate(parts):
    for part in parts:
        yield part


@pytest.fixture
def resources():
    found = Resources(Settings(log_level="error"))
    batcher = Batcher(Echo(), BatchLimits(n_waiting=MAX_IMAGES), Pace(1e-9))
    found.models["echo"] = ServedModel("echo", Echo(), "0" * 64, batcher)
    found.lifecycle.become_ready()
    return found


@pytest.fixture
def client(resources):
    journal = Journal(resources.metrics, make_logger(resources.settings))
    return Client(create_application(resources, journal))


def images_of(*values):
    return np.stack([np.full((SIDE, SIDE), value, np.uint8) for value in values])


def post(client, body, json_bytes=None, path=INFER, **headers):
    if json_bytes is not None:
        headers["Inference-Header-Content-Length"] = str(json_bytes)
    return client.post(path, content=body, headers=headers)


@pytest.mark.parametrize("path", [INFER, "/v2/models/echo/versions/1/infer"])
def test_json_in_and_out(client, make_body, path):
    body, _ = make_body(images_of(3, 5), id="b")
    response = post(client, body, path=path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    content = response.json()
    assert content["id"] == "b"
    assert content["outputs"][1] == {
        "name": "is_digit",
        "shape": [2, 1],
        "datatype": "FP32",
        "data": [3.0, 5.0],
    }


def test_bytes_in_and_out(client, make_body):
    parameters = {"binary_data_output": True}
    response = post(client, *make_body(images_of(3, 5), is_binary=True, parameters=parameters))
    assert response.headers["content-type"] == "application/octet-stream"
    json_bytes = int(response.headers["inference-header-content-length"])
    assert [each["parameters"] for each in json.loads(response.content[:json_bytes])["outputs"]] == [
        {"binary_data_size": 80}, {"binary_data_size": 8},
    ]  # fmt: skip
    assert response.content[json_bytes:] == np.float32([3] * 10 + [5] * 10 + [3, 5]).astype("<f4").tobytes()


def test_images_without_json(client):
    response = post(client, images_of(9).tobytes(), 0)
    assert response.status_code == 200
    assert response.content.endswith(np.array([9], "<f4").tobytes())


def test_the_largest_request_is_answered(client):
    response = post(client, images_of(*[1] * MAX_IMAGES).tobytes(), 0)
    assert response.status_code == 200


@pytest.mark.parametrize("value", ["-1", "x", "", "1e3", "9" * 30])
def test_a_length_of_json_that_is_no_number_is_refused(client, make_body, value):
    body, _ = make_body(images_of(1))
    response = post(client, body, value)
    assert response.status_code == 400
    assert "Inference-Header-Content-Length" in response.json()["error"]


def test_a_body_that_is_too_long_is_refused_by_its_header_and_without_one(client):
    for content in (bytes(MAX_BODY_BYTES + 1), iter([bytes(MAX_BODY_BYTES), b"0", b""])):
        response = client.post(INFER, content=content)
        assert response.status_code == 413
        assert "send several" in response.json()["error"]


def test_too_many_images_are_refused(client):
    response = post(client, images_of(*[1] * (MAX_IMAGES + 1)).tobytes(), 0)
    assert response.status_code == 413


def test_a_body_in_parts_is_answered(client, make_body):
    body, _ = make_body(images_of(4))
    response = client.post(INFER, content=(body[i : i + 100] for i in range(0, len(body), 100)))
    assert response.json()["outputs"][1]["data"] == [4.0]


def test_a_full_queue_is_429_with_retry_after(client, resources, make_body):
    batcher = resources.models["echo"].batcher
    batcher.pace.seconds_per_row = 0.1
    batcher._queue.n_rows = MAX_IMAGES
    for body in (make_body(images_of(4))[0], b"not JSON: it is not parsed"):
        response = client.post(INFER, content=body)
        assert response.status_code == 429
        assert response.headers["retry-after"] == "13"
        assert "256 wait" in response.json()["error"]
    batcher._queue.n_rows = 0
    assert client.post(INFER, content=make_body(images_of(4))[0]).status_code == 200


def test_a_request_that_cannot_be_answered_in_its_time_is_429(client, resources, make_body):
    batcher = resources.models["echo"].batcher
    batcher.pace.seconds_per_row = 0.1
    batcher._queue.n_rows = 100
    body, _ = make_body(images_of(4), parameters={"timeout": 5_000_000})
    response = client.post(INFER, content=body)
    assert response.status_code == 429
    assert 0 < float(re.search(r"of (\S+) s", response.json()["error"])[1]) <= 5


def test_a_stopping_model_is_503(client, resources, make_body):
    resources.models["echo"].batcher.close()
    response = client.post(INFER, content=make_body(images_of(4))[0])
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"


def test_a_model_that_fails_is_500_without_its_paths(client, make_body):
    response = client.post(INFER, content=make_body(images_of(13))[0])
    assert response.status_code == 500
    assert "echo" not in response.json()["error"]


def test_metadata_and_health(client, resources):
    assert client.get("/v2").json()["name"] == "inkdigits"
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}
    assert client.get("/v2/models/echo/ready").json() == {"name": "echo", "ready": True}
    assert client.get("/v2/models/echo/versions/1").json() == {
        "name": "echo",
        "versions": ["1"],
        "platform": "onnx_onnxv1",
        "inputs": [{"name": "images", "datatype": "UINT8", "shape": [-1, 28, 28]}],
        "outputs": [
            {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]},
            {"name": "is_digit", "datatype": "FP32", "shape": [-1, 1]},
        ],
    }
    resources.lifecycle.drain()
    assert client.get("/v2/health/live").status_code == 200
    for path in ("/v2/health/ready", "/v2/models/echo/ready"):
        assert client.get(path).status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v2/models/none/infer", 404),
        ("POST", "/v2/models/echo/versions/2/infer", 404),
        ("GET", "/v2/models/none", 404),
        ("GET", "/v2/models/none/ready", 404),
        ("GET", "/v2/models/echo/config", 404),
        ("POST", "/v2/repository/index", 404),
        ("GET", INFER, 405),
        ("POST", "/v2/models/echo", 405),
        ("DELETE", "/v2", 405),
    ],
)
def test_other_addresses_are_refused_with_an_error(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert isinstance(response.json()["error"], str)
