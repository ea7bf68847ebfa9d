"""Requests that do not wait for answers, and what follows a request on its connection."""

import time

import pytest
from tests.service.conftest import receive_all, wait_until

from inkdigits.service.connections import pipelines
from inkdigits.service.middleware import gate

GET = b"GET /v1/echo HTTP/1.1\r\nHost: localhost\r\n\r\n"
HOLD = b"GET /v1/hold HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLEEP = b"GET /v1/sleep/0.3 HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_pipelined_requests_are_answered_in_order(service):
    last = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answers = service.send_raw(SLEEP + GET * 50 + last)
    assert answers.count(b"HTTP/1.1 200 ") == 52
    assert answers.index(b'"slept"') < answers.index(b'"length"')


def test_pipeline_is_bounded(start_small_service):
    """Those within the bound are answered; the connection is closed after them."""
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(HOLD + GET * 5000)
        wait_until(lambda: service.get_connection().ignores_rest)
        assert len(service.get_connection().pipeline) == pipelines.MAX_PIPELINED
        service.may_end.set()
        answers = receive_all(connection)
    assert answers.count(b"HTTP/1.1 200 ") == pipelines.MAX_PIPELINED + 1
    assert answers.rpartition(b"HTTP/1.1")[2].count(b"connection: close") == 1


def test_pipeline_that_goes_on_is_read_when_it_is_empty(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(GET + HOLD + GET * 50)
        wait_until(lambda: "begun" in service.events)
        connection.sendall(GET * 60)
        time.sleep(0.1)  # the service must not read them now, or more than it keeps would wait
        service.may_end.set()
        answers = b""
        while answers.count(b"HTTP/1.1 200 ") < 112:
            part = connection.recv(65536)
            assert part, f"closed after {answers.count(b'HTTP/1.1 200 ')} answers"
            answers += part


def test_request_in_hand_is_cancelled_with_its_connection_though_another_one_waits(start_small_service):
    with start_small_service() as service:
        with service.connect() as connection:
            connection.sendall(SLEEP.replace(b"0.3", b"1000.0") + GET)
            wait_until(lambda: "begun" in service.events)
            protocol = service.get_connection()
            protocol.loop.call_soon_threadsafe(protocol.transport.abort)
            line = service.wait_for_line()
        assert (line["status"], service.events) == (499, ["begun", "cancelled"])
        assert service.sum_requests() == 1


def test_complete_request_is_answered_though_nonsense_follows(service):
    answers = service.send_raw(SLEEP + GET + b"nonsense\r\n\r\n" + GET)
    assert answers.count(b"HTTP/1.1 200 ") == answers.count(b"HTTP/1.1") == 2
    assert answers.count(b"connection: close") == 1


def test_complete_request_is_answered_though_a_damaged_one_follows(service):
    answers = service.send_raw(SLEEP + GET + CHUNKED + b"no length\r\n")
    assert answers.count(b"HTTP/1.1 200 ") == answers.count(b"HTTP/1.1") == 2


def test_header_without_end_behind_a_request_in_hand_is_not_kept(start_small_service):
    with start_small_service(max_header_bytes=2000) as service, service.connect() as connection:
        connection.sendall(HOLD)
        wait_until(lambda: "begun" in service.events)
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        for _ in range(10):
            connection.sendall(b"a" * 1000)
            time.sleep(0.005)
        wait_until(lambda: service.get_connection().ignores_rest)
        service.may_end.set()
        assert receive_all(connection).count(b"HTTP/1.1 200 ") == 1


def test_trailers_are_no_header_fields(service):
    trailers = b"Host: evil.example\r\nAuthorization: Bearer x\r\nX-Request-Id: trailer\r\n"
    last = CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = service.send_raw(last + b"5\r\nhello\r\n0\r\n" + trailers + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"trailer" not in answer


@pytest.mark.parametrize("endless", [b"0\r\n" + b"a: b\r\n" * 200, b"0\r\nX: ", b"5;a="])
def test_trailers_and_extensions_without_end_are_refused(start_small_service, monkeypatch, endless):
    monkeypatch.setattr(gate, "_LINGER_SECONDS", 60.0)
    with start_small_service(max_header_bytes=2000) as service, service.connect() as connection:
        connection.sendall(CHUNKED + endless)
        for _ in range(10):
            connection.sendall(b"a: b\r\n" * 100 if b"a: b" in endless else b"a" * 1000)
            time.sleep(0.005)
        assert connection.recv(65536).startswith(b"HTTP/1.1 431 ")


def test_body_of_many_small_chunks_is_received(service):
    last = CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = service.send_raw(last + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n")
    assert answer.endswith(b'{"length":50000,"method":"POST"}')


def test_rest_of_a_body_that_no_route_reads_is_no_header(service):
    head = b"POST /v1/ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n"
    with service.connect() as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        for _ in range(30):
            connection.sendall(b"x" * 10_000)
        connection.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert receive_all(connection).startswith(b"HTTP/1.1 200 ")
