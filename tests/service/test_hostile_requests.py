"""Each hostile request gets its status from the running service, and leaves no trace in log, figures or workers."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from hostile.requests import make_requests
from hostile.requests.neighbour import Neighbour
from hostile.requests.request import HostileRequest, head, make
from hostile.requests.sending import Answer, find_fault, send_all
from hostile.requests.service import find_faults, start


@pytest.fixture(scope="module")
def requests():
    """All requests; making the pictures takes seconds."""
    return list(make_requests())


@pytest.mark.slow
@pytest.mark.xdist_group("hostile requests")
def test_hostile_requests(requests, tmp_path):
    with start(tmp_path) as service:
        with Neighbour(service.port) as neighbour:
            answers = list(send_all(requests, service.port, 24))
        faults = {
            request.name: fault
            for request, answer in answers
            if (fault := find_fault(request, answer)) is not None
        }
        assert faults == {}
        assert find_faults(service.port, tmp_path) == []
    assert neighbour.figures["statuses"].keys() == {"200"}


@pytest.mark.slow
@pytest.mark.xdist_group("hostile requests")
def test_there_are_many_of_each_kind(requests):
    assert len({request.name for request in requests}) == len(requests) > 300
    statuses = {request.status for request in requests if not request.is_harmless}
    assert statuses >= {400, 401, 403, 404, 405, 408, 413, 414, 415, 421, 422, 429, 431}
    assert all(request.status < 500 for request in requests)
    assert sum(request.is_harmless for request in requests) < 40


ERROR = b'HTTP/1.1 400 Bad Request\r\ncontent-length: 15\r\n\r\n{"error":"no"}'


@pytest.mark.parametrize(
    ("received", "is_closed", "fault"),
    [
        (ERROR, True, None),
        (ERROR, False, "not closed"),
        (b"", True, "expected status 400"),
        (ERROR.replace(b"400", b"500"), True, "expected status 400"),
        (ERROR + ERROR, True, "expected 1 answers"),
        (ERROR.replace(b"no", b"Traceback"), True, "says too much"),
        (ERROR.replace(b"content-length", b"x: INJECTED\r\ncontent-length"), True, "says too much"),
        (ERROR.replace(b'"error"', b'"detail"'), True, "no error in JSON"),
        (ERROR.replace(b"no", b"n\\no"), True, "not one line"),
    ],
)
def test_wrong_answers_are_found(received, is_closed, fault):
    request = make("wrong", 400, head("GET /"))
    found = find_fault(request, Answer(received, is_closed, 0.0))
    assert found is None if fault is None else fault in found


def test_an_answer_where_none_was_expected_is_found():
    request = HostileRequest("silent", 0, lambda: [])
    assert find_fault(request, Answer(b"", True, 0.0)) is None
    assert "expected no answer" in find_fault(request, Answer(ERROR, True, 0.0))
