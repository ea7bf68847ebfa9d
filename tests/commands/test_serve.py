"""``inkdigits serve`` as a process: start, signals, errors."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from inkdigits.commands import main

SAMPLE = Path(__file__).parents[2] / "samples" / "seven.png"
TOKEN = "correct-horse-battery"
HEAVY = ("tensorflow", "keras", "jax", "pandas", "sklearn", "matplotlib", "scipy")


def run(*arguments):
    """The exit status of the command in this process: for errors before it serves."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", *arguments])
    return ended.value.code


@contextmanager
def start(*arguments, **environment):
    """A service as a process, when it is ready; yields the process and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "inkdigits", "serve", "--port", "0", "--workers", "1", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        greeting = process.stdout.readline()
        assert greeting, process.stderr.read()
        yield process, re.search(r"http://\S+?:\d+", greeting)[0]
    finally:
        process.kill()
        process.communicate()


def find_workers(process):
    lists = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(child) for children in lists for child in children.read_text().split()]


@pytest.mark.slow
def test_service_starts_reads_and_stops():
    with start(INKDIGITS_TOKEN=TOKEN, INKDIGITS_STOP_DELAY="0.2") as (process, url):
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as client:
            assert client.get("/health/ready").json() == {"ready": True}
            answer = client.post(
                "/v1/read", content=SAMPLE.read_bytes(), headers={"Content-Type": "image/png"}
            )
            assert answer.json()["text"] == "7"
            figures = client.get("/metrics").text
            assert 'inkdigits_requests_total{method="POST",route="/v1/read",status="200"} 1.0' in figures
            assert "_created{" not in figures
            assert 'inkdigits_model_info{name="accurate",sha256="' in figures
            assert httpx.get(f"{url}/metrics", timeout=60).status_code == 401
            assert client.get("/").headers["content-type"] == "text/html; charset=utf-8"
        with Path(f"/proc/{process.pid}/maps").open() as maps:
            loaded = maps.read()
        assert not [name for name in HEAVY if f"/{name}/" in loaded]
        workers = find_workers(process)
        assert len(workers) == 1
        # The process that reads pictures of strangers does not know the token.
        assert TOKEN not in Path(f"/proc/{workers[0]}/environ").read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(100) == 0
        errors = process.stderr.read()
    lines = [json.loads(line) for line in errors.splitlines()]
    assert lines[0]["event"] == "listening"
    assert lines[-1]["event"] == "stopped"
    assert [line["status"] for line in lines if line.get("route") == "/v1/read"] == [200]
    assert TOKEN not in errors
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


@pytest.mark.slow
def test_interrupt_stops_and_a_second_signal_ends_at_once():
    with start("--stop-delay", "300") as (process, url):
        process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + 60
        while (answer := httpx.get(f"{url}/health/ready", timeout=60)).status_code != 503:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert answer.json() == {"error": "the service is draining"}
        assert httpx.get(f"{url}/v2/health/ready", timeout=60).status_code == 503
        assert httpx.get(f"{url}/health/live", timeout=60).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(100) == 1  # less than the delay
        assert "second signal" in process.stderr.read()


@pytest.mark.slow
def test_stop_before_the_models_are_loaded():
    process = subprocess.Popen(
        [sys.executable, "-m", "inkdigits", "serve", "--port", "0", "--stop-delay", "0", "--workers", "1"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "listening" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=100)[1]
    assert process.returncode == 0, errors


@pytest.mark.slow
def test_model_that_cannot_be_loaded_ends_the_service():
    command = [
        sys.executable,
        "-m",
        "inkdigits",
        "serve",
        "--port",
        "0",
        "--workers",
        "1",
        "--log-level",
        "error",
    ]
    ended = subprocess.run([*command, "--model", "missing.onnx"], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr == (
        "inkdigits: expected an .onnx file, but the model missing.onnx cannot be read: No such file or directory\n"
    )


def test_taken_port(capsys):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert run("--port", str(port)) == 1
    message = f"inkdigits: port {port} of 127.0.0.1 is taken by another program; choose another with --port\n"
    assert capsys.readouterr().err == message


def test_token_is_needed_beyond_this_machine(capsys, monkeypatch):
    monkeypatch.delenv("INKDIGITS_TOKEN", raising=False)
    assert run("--host", "0.0.0.0") == 2
    assert "give a token in --token-file or INKDIGITS_TOKEN, or give --insecure" in capsys.readouterr().err


def test_bad_token(capsys, monkeypatch):
    monkeypatch.setenv("INKDIGITS_TOKEN", "short")
    assert run() == 2
    error = capsys.readouterr().err
    assert "expected a token of at least 16" in error
    assert "short" not in error


@pytest.mark.parametrize("missing", ["uvicorn", "structlog"])
def test_missing_package_is_named_with_its_extra(missing):
    program = f"import sys; sys.modules[{missing!r}] = None; from inkdigits.commands import main; main(sys.argv[1:])"
    ended = subprocess.run(
        [sys.executable, "-c", program, "serve", "--port", "0", "--workers", "1"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        f"inkdigits: inkdigits serve needs the package {missing}, which is not installed: run "
        'pip install "inkdigits[serve]"\n'
    )
