import time

import httpx
import pytest
from tests.service.conftest import Clock, wait_until

from inkdigits.service.middleware import timing
from inkdigits.service.middleware.timing import parse_deadline
from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings

HEAD = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture(scope="module")
def impatient():
    from tests.service.conftest import run_small_service

    with run_small_service(
        body_grace_seconds=0.2, min_body_bytes_per_second=100, body_seconds=600.0, deadline_seconds=600.0
    ) as service:
        yield service


def receive_answer(connection):
    return connection.recv(65536)


def test_body_that_does_not_come_is_refused(impatient):
    with impatient.connect() as connection:
        start = time.monotonic()
        connection.sendall(HEAD)
        answer = receive_answer(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"0 bytes in" in answer
    assert time.monotonic() - start > 0.2


def test_body_that_comes_too_slowly_is_refused(impatient):
    with impatient.connect() as connection:
        connection.sendall(HEAD.replace(b"100", b"1000"))
        connection.settimeout(0.05)
        answer = b""
        for _ in range(999):
            connection.sendall(b"x")  # at most 20 bytes a second
            try:
                answer = receive_answer(connection)
            except TimeoutError:
                continue
            break
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_body_that_never_ends_is_refused(start_small_service):
    """However fast it is."""
    with start_small_service(body_seconds=0.6) as service, service.connect() as connection:
        connection.settimeout(0.05)
        start, answer = time.monotonic(), b""
        connection.sendall(HEAD.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked"))
        while not answer and time.monotonic() - start < 60:
            connection.sendall(b"40\r\n" + b"x" * 64 + b"\r\n")
            try:
                answer = receive_answer(connection)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"all within 0.6 s" in answer
    assert time.monotonic() - start > 0.6


def test_steady_body_is_read(start_small_service):
    settings = {"body_grace_seconds": 0.1, "min_body_bytes_per_second": 1}
    with start_small_service(**settings) as service, service.connect() as connection:
        connection.sendall(HEAD + b"x" * 60)  # enough for a minute
        for _ in range(8):
            time.sleep(0.05)
            connection.sendall(b"x" * 5)
        assert receive_answer(connection).startswith(b"HTTP/1.1 200 ")


def test_request_may_ask_for_an_answer_sooner(impatient):
    start = time.monotonic()
    answer = httpx.get(f"{impatient.url}/v1/sleep/1000", headers={"X-Deadline-Seconds": "0.1"}, timeout=60)
    assert answer.status_code == 504
    assert "no answer within 0.1 s" in answer.json()["error"]
    assert time.monotonic() - start > 1.0  # a route has a second to answer itself
    assert impatient.events[-1] == "cancelled"


def test_deadline_counts_from_the_end_of_the_body(start_small_service, monkeypatch):
    monkeypatch.setattr(timing, "GRACE_SECONDS", 0.0)
    clock = Clock()
    monkeypatch.setattr(timing, "time", clock)
    settings = {"body_grace_seconds": 0.2, "min_body_bytes_per_second": 1, "body_seconds": 1e6}
    # The clock is read again after 0.2 s, while the route sleeps.
    head = HEAD.replace(b"/v1/echo", b"/v1/sleep/0.4").replace(b"100", b"2000")
    with (
        start_small_service(deadline_seconds=60.0, picture_seconds=1.0, **settings) as service,
        service.connect() as connection,
    ):
        connection.sendall(head + b"x" * 1999)
        wait_until(lambda: service.get_connection().cycle is not None)
        clock.advance_seconds = 1000.0
        connection.sendall(b"x")
        assert receive_answer(connection).startswith(b"HTTP/1.1 200 ")
    # And it is kept, though the body was not there when the request began.
    with (
        start_small_service(deadline_seconds=0.2, picture_seconds=0.2, **settings) as service,
        service.connect() as connection,
    ):
        connection.sendall(head.replace(b"0.4", b"1000") + b"x" * 1999)
        wait_until(lambda: service.get_connection().cycle is not None)
        connection.sendall(b"x")
        assert receive_answer(connection).startswith(b"HTTP/1.1 504 ")


def test_deadline_of_the_service(start_small_service):
    with start_small_service(deadline_seconds=0.1, picture_seconds=0.1) as service:
        answer = httpx.get(f"{service.url}/v1/sleep/1000", timeout=60)
        longer = httpx.get(f"{service.url}/v1/sleep/1000", headers={"X-Deadline-Seconds": "90"}, timeout=60)
    assert (answer.status_code, longer.status_code) == (504, 504)


@pytest.mark.parametrize("given", [b"0", b"-1", b"nan", b"inf", b"soon", b"", b"1e9", b"3601"])
def test_deadline_is_a_number_above_zero(given):
    with pytest.raises(Refusal) as caught:
        parse_deadline(given, Settings())
    assert caught.value.status == 400


def test_shorter_deadline_counts():
    settings = Settings(deadline_seconds=30.0)
    assert parse_deadline(None, settings) == 30.0
    assert parse_deadline(b"2.5", settings) == 2.5
    assert parse_deadline(b"300", settings) == 30.0
