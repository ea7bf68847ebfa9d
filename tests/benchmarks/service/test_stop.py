"""A short version of the proof that no accepted request is lost when the service stops."""

import json

import pytest

from benchmarks.service import stop as service_stop
from benchmarks.service.stopping.clients import LostError, exchange


@pytest.mark.slow
def test_no_request_is_lost(tmp_path):
    out = tmp_path / "service-stop.json"
    assert service_stop.main(["--rounds", "3", "--control-rounds", "0", "--out", str(out)]) == 0
    service = json.loads(out.read_text())["service"]
    assert service["lost"] == 0
    assert service["exit_statuses"] == {"0": 3}
    assert service["answered_before"] > 0
    assert service["answered_after"] > 0


def test_recorded_proof_has_no_loss_but_its_control_has():
    found = json.loads(service_stop.RESULTS.read_text())
    assert (found["service"]["rounds"], found["service"]["lost"]) == (50, 0)
    assert found["service"]["exit_statuses"] == {"0": 50}
    assert found["control"]["lost"] > 0


class Connection:
    """Answers with given parts."""

    def __init__(self, *parts):
        self._parts = [*parts, b""]

    def sendall(self, data):
        self.sent = data

    def recv(self, n):
        return self._parts.pop(0)


def test_full_answer_is_recognised():
    answer = Connection(b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 5\r\n\r\nhel", b"lo")
    assert exchange(answer, b"request") == (200, True)
    closing = Connection(b"HTTP/1.1 429 Too Many Requests\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
    assert exchange(closing, b"request") == (429, False)


@pytest.mark.parametrize(
    "parts", [(), (b"HTTP/1.1 200 OK\r\n",), (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell",)]
)
def test_answer_that_ends_early_is_a_loss(parts):
    with pytest.raises(LostError):
        exchange(Connection(*parts), b"request")


def test_losses_and_other_answers_make_the_proof_fail(tmp_path, monkeypatch):
    lossy = {
        "answered_before": 5,
        "answered_after": 1,
        "other_statuses": [],
        "lost": ["fresh: reset"],
        "exit_status": 0,
        "seconds": 1.0,
        "seconds_to_ready": 1.0,
    }
    for fault in ({}, {"lost": [], "other_statuses": [503]}, {"lost": [], "exit_status": 1}):
        monkeypatch.setattr(
            service_stop, "stop_once", lambda seed, is_control=False, fault=fault: {**lossy, **fault}
        )
        assert (
            service_stop.main(["--rounds", "1", "--control-rounds", "0", "--out", str(tmp_path / "x.json")])
            == 1
        )
