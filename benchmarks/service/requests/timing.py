"""Requests that arrive slowly or not at all, and clients that disconnect at every stage."""

from collections.abc import Iterator

from benchmarks.service.requests.forms import SEVEN
from benchmarks.service.requests.request import CLOSED, HostileRequest, Part, head, make, post

HEADER_SECONDS = 6.0
BODY_GRACE_SECONDS = 5.0
BODY_SECONDS = 10.0
"""Settings of the service that gets these requests: short, so that they are soon refused, but long enough for the other
requests on a busy machine."""

_PNG = "Content-Type: image/png"
_CHUNKED = "Transfer-Encoding: chunked"
_PATIENT = BODY_SECONDS + 3
"""Seconds after which a client stops sending: the service must have refused it long before."""


def make_requests() -> Iterator[HostileRequest]:
    """Yield the requests."""
    yield from _slow()
    yield from _leaving()


def _drip(data: bytes, each: int, pause: float) -> Iterator[Part]:
    for start in range(0, len(data), each):
        yield data[start : start + each]
        yield pause


def _slow() -> Iterator[HostileRequest]:
    live, long = head("GET /health/live", "X: " + "a" * 1000), "Content-Length: 3000000"
    n = round(_PATIENT / 0.1)
    yield make("no request", CLOSED, _PATIENT)
    yield make("half a header", 408, live[:50], _PATIENT)
    yield HostileRequest("a header byte by byte", 408, lambda: _drip(live[:n], 1, 0.1))
    yield make("a body that does not come", 408, head("POST /v1/read", _PNG, long), _PATIENT)
    yield make(
        "a body shorter than its length", 408, head("POST /v1/read", _PNG, long), bytes(1000), _PATIENT
    )
    slow = [head("POST /v1/read", _PNG, long), *_drip(bytes(n), 1, 0.1)]
    yield make("a body byte by byte", 408, *slow)
    steady = [head("POST /v1/read", _PNG, long), *_drip(bytes(500 * n), 500, 0.1)]
    yield make("a body that takes too long at a good rate", 408, *steady)
    chunks = [head("POST /v1/read", _PNG, _CHUNKED), *_drip(b"1\r\nx\r\n" * n, 6, 0.1)]
    yield make("chunks of a byte, one by one", 408, *chunks)
    form = "Content-Type: multipart/form-data; boundary=b"
    yield make("half a form", 408, head("POST /v1/read", form, long), b"--b\r\nContent-Disp", _PATIENT)
    tensor = head("POST /v2/models/quick/infer", long)
    yield make("half a tensor", 408, tensor, b'{"inputs":[', _PATIENT)


def _leaving() -> Iterator[HostileRequest]:
    request = post("/v1/read", SEVEN.read_bytes(), _PNG)
    end = request.index(b"\r\n\r\n") + 4
    chunked = head("POST /v1/read", _PNG, _CHUNKED) + b"ffff\r\nabc"
    stages = {
        "at once": b"",
        "within the first line": request[:9],
        "within the header": request[: end // 2],
        "before the end of the header": request[: end - 2],
        "behind the header": request[:end],
        "within the body": request[: end + 500],
        "before the last byte": request[:-1],
        "behind the body": request,
        "within a chunk": chunked,
        "with another request waiting": request.replace(b"close", b"keep-alive") + request[: end // 2],
    }
    for stage, data in stages.items():
        for pause in (0.0, 0.02):
            when = "" if pause else ", immediately"

            def send(data: bytes = data, pause: float = pause) -> tuple[Part, ...]:
                return data, pause

            yield HostileRequest(f"a client that leaves {stage}{when}", CLOSED, send, 0, leaves=True)
