"""What is wrong with an answer, a log, figures or memory is found."""

import json

import pytest

from benchmarks.service import hostile_requests as service_hostile
from benchmarks.service.requests import service
from benchmarks.service.requests.request import HostileRequest, head, make
from benchmarks.service.requests.sending import Answer, find_fault

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


REQUEST = {"event": "request", "route": "/v1/read", "status": 200}
LAST = {**REQUEST, "route": "/metrics"}
FIGURES = {
    'inkdigits_requests_total method="POST"': 1.0,
    "inkdigits_requests_in_progress": 1.0,
    'inkdigits_waiting queue="pictures"': 0.0,
}


@pytest.mark.parametrize(
    ("lines", "figures", "fault"),
    [
        ([REQUEST], {}, None),
        ([REQUEST, {"event": "library"}], {}, "library"),
        ([{**REQUEST, "status": 500}], {}, "500"),
        ([REQUEST, REQUEST], {}, "the figures have 1"),
        ([REQUEST], {"inkdigits_requests_in_progress": 2.0}, "in progress"),
        ([REQUEST], {'inkdigits_waiting queue="pictures"': 3.0}, "is 3"),
        ([REQUEST], {f"series {i}": 0.0 for i in range(1000)}, "time series"),
    ],
)
def test_wrong_logs_and_figures_are_found(lines, figures, fault, tmp_path, monkeypatch):
    (tmp_path / "service.log").write_text("".join(json.dumps(line) + "\n" for line in [*lines, LAST]))
    monkeypatch.setattr(service, "read_figures", lambda port: FIGURES | figures)
    faults = service.find_faults(0, tmp_path)
    assert faults == [] if fault is None else len(faults) == 1 and fault in faults[0]


def test_growth_is_that_of_the_mean():
    n = service_hostile.N_WARM_UP
    steady = [100.0, 120.0] * 45
    assert abs(service_hostile._measure_growth([50.0] * n + steady)) < 1.0
    leaking = [each + 0.2 * i for i, each in enumerate(steady)]
    assert (
        service_hostile._measure_growth([50.0] * n + leaking)
        > service_hostile.MAX_GROWTH_MEGABYTES["service"]
    )
    assert service_hostile._measure_growth([50.0]) == 0.0
