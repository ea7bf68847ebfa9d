"""Triton's client against the real service on a real socket."""

import re
import subprocess
import sys

import numpy as np
import pytest
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from inkdigits.recognition.engines.registry import load_recogniser

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("triton")]


@pytest.fixture(scope="module")
def client():
    command = [
        sys.executable,
        "-m",
        "inkdigits",
        "serve",
        "--port",
        "0",
        "--stop-delay",
        "0",
        "--workers",
        "1",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            port = int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline()).group(1))
            with InferenceServerClient(f"127.0.0.1:{port}") as found:
                yield found
        finally:
            process.terminate()
            assert process.wait(100) == 0


def make_input(images, is_binary):
    tensor = InferInput("images", list(images.shape), "UINT8")
    tensor.set_data_from_numpy(images, binary_data=is_binary)
    return tensor


def test_server_and_models_are_ready_and_described(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    for name, outputs in (("quick", ["probabilities"]), ("accurate", ["probabilities", "is_digit"])):
        assert client.is_model_ready(name)
        assert client.is_model_ready(name, "1")
        metadata = client.get_model_metadata(name)
        assert metadata["inputs"] == [{"name": "images", "datatype": "UINT8", "shape": [-1, 28, 28]}]
        assert [output["name"] for output in metadata["outputs"]] == outputs
    assert not client.is_model_ready("slow")
    assert not client.is_model_ready("quick", "2")


@pytest.mark.parametrize("is_binary_out", [True, False])
@pytest.mark.parametrize("is_binary_in", [True, False])
@pytest.mark.parametrize("name", ["quick", "accurate"])
def test_answers_are_those_of_the_model(client, digits, name, is_binary_in, is_binary_out):
    expected = load_recogniser(name, n_threads=1).score(digits)
    names = ["probabilities"] if name == "quick" else ["is_digit", "probabilities"]
    result = client.infer(
        name,
        [make_input(digits, is_binary_in)],
        outputs=[InferRequestedOutput(each, binary_data=is_binary_out) for each in names],
        request_id="a-1",
    )
    response = result.get_response()
    assert response["id"] == "a-1"
    assert [output["name"] for output in response["outputs"]] == names
    np.testing.assert_allclose(result.as_numpy("probabilities"), expected.probabilities, rtol=0, atol=1e-6)
    assert result.as_numpy("probabilities").argmax(axis=1).tolist() == [7, 2, 1, 0, 4]
    if name == "accurate":
        np.testing.assert_allclose(result.as_numpy("is_digit")[:, 0], expected.is_digit, rtol=0, atol=1e-6)


def test_all_outputs_come_as_bytes_by_default(client, digits):
    result = client.infer("accurate", [make_input(digits, True)], parameters={"x": 1}, timeout=5_000_000)
    assert result.as_numpy("probabilities").shape == (5, 10)
    assert result.as_numpy("is_digit").shape == (5, 1)
    assert result.get_response()["parameters"] == {"x": 1, "timeout": 5_000_000}


def test_concurrent_requests_get_their_own_answers(client, digits):
    expected = load_recogniser("accurate", n_threads=1).score(digits).probabilities
    port = client._client_stub.port
    with InferenceServerClient(f"127.0.0.1:{port}", concurrency=8) as several:
        requests = [
            several.async_infer("accurate", [make_input(digits[i % 5 : i % 5 + 1], True)]) for i in range(40)
        ]
        for i, request in enumerate(requests):
            found = request.get_result().as_numpy("probabilities")
            np.testing.assert_allclose(found, expected[i % 5 : i % 5 + 1], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message", "status"),
    [
        ({"model_name": "slow"}, "expected the model accurate", "404"),
        ({"model_name": "quick", "model_version": "7"}, "expected version 1", "404"),
        ({"outputs": [InferRequestedOutput("is_digit")]}, "outputs probabilities at most once", "400"),
        ({"outputs": [InferRequestedOutput("probabilities", class_count=3)]}, "classification", "400"),
        ({"request_compression_algorithm": "gzip"}, "without Content-Encoding", "415"),
    ],
)
def test_errors_reach_the_client(client, digits, arguments, message, status):
    with pytest.raises(InferenceServerException) as caught:
        client.infer(**{"model_name": "quick", "inputs": [make_input(digits, True)], **arguments})
    assert message in caught.value.message()
    assert caught.value.status() == status
