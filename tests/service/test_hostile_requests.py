"""Each hostile request gets its status from the running service, and leaves no trace in log, figures or workers."""

import pytest

from benchmarks.service.requests import make_requests
from benchmarks.service.requests.neighbour import Neighbour
from benchmarks.service.requests.sending import find_fault, send_all
from benchmarks.service.requests.service import find_faults, start


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
