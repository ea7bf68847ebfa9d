"""The end of the service, on real sockets; the signals are tested in `tests/commands/test_serve.py`."""

import re
import threading
import time
from contextlib import suppress

import httpx
import pytest
from tests.service.conftest import receive_all

from inkdigits.errors import WorkerError
from inkdigits.service.lifecycle import Phase

GET = b"GET /v1/echo HTTP/1.1\r\nHost: localhost\r\n"
SLEEP = GET.replace(b"echo", b"sleep/0.4")


def stop(service):
    service.server.stop()
    return time.monotonic()


def wait_until_begun(service):
    while "begun" not in service.events:
        time.sleep(0.005)


def test_request_in_hand_is_answered(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(SLEEP + b"\r\n")
        wait_until_begun(service)
        stop(service)
        answer = receive_all(connection)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close\r\n" in answer
        assert answer.endswith(b'{"slept":true}')
        service.thread.join(10)
        assert not service.thread.is_alive()


def test_requests_are_taken_during_the_delay(start_small_service):
    with start_small_service(stop_delay_seconds=1.0) as service:
        stop(service)
        assert service.lifecycle.phase is Phase.DRAINING
        for _ in range(3):
            answer = service.send_raw(GET + b"\r\n")
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert b"connection: close\r\n" in answer
        service.thread.join(10)
        with pytest.raises(ConnectionRefusedError):
            service.connect()


def test_connection_that_waits_in_the_backlog_is_answered(start_small_service):
    """It is accepted by the system, so its client has sent a request; closing the socket would reset it."""
    with start_small_service() as service:
        blocked = threading.Event()

        def block():
            blocked.set()
            time.sleep(0.5)

        with httpx.Client(base_url=service.url) as client:
            client.get("/v1/echo")
        service.call_in_loop(block)
        blocked.wait(5)
        connections = [service.connect() for _ in range(5)]  # while nobody accepts
        for connection in connections:
            connection.sendall(GET + b"\r\n")
        service.server.stop()
        for connection in connections:
            assert receive_all(connection).startswith(b"HTTP/1.1 200 ")
            connection.close()


def test_silent_connections_are_closed_after_the_delay(start_small_service):
    with start_small_service(stop_delay_seconds=0.2) as service:
        with service.connect() as used, service.connect() as unused:
            used.sendall(GET + b"\r\n")
            assert used.recv(65536).startswith(b"HTTP/1.1 200 ")
            begun = stop(service)
            assert receive_all(used) == receive_all(unused) == b""
        service.thread.join(10)
        assert 0.15 < time.monotonic() - begun < 5


def test_connection_is_not_closed_on_a_request_that_was_not_read_yet(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(GET + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        is_blocked = threading.Event()

        def close():
            is_blocked.set()
            time.sleep(0.3)
            for each in list(service.server.server_state.connections):
                each.close_if_silent(0.0)

        service.call_in_loop(close)
        is_blocked.wait(5)
        connection.sendall(GET + b"Connection: close\r\n\r\n")
        assert receive_all(connection).startswith(b"HTTP/1.1 200 ")


def test_all_requests_that_were_sent_together_are_answered(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall((SLEEP + b"\r\n") * 2 + GET + b"\r\n")
        wait_until_begun(service)
        stop(service)
        answers = receive_all(connection)
    assert answers.count(b"HTTP/1.1 200 ") == 3
    assert answers.count(b"connection: close\r\n") == 1
    assert answers.index(b"connection: close") > answers.rindex(b"HTTP/1.1 200 ")


def test_request_within_the_delay_on_a_kept_connection_is_answered(start_small_service):
    with start_small_service(stop_delay_seconds=0.5) as service, service.connect() as connection:
        connection.sendall(GET + b"\r\n")
        assert b"connection: close" not in connection.recv(65536)
        stop(service)
        time.sleep(0.1)
        connection.sendall(GET + b"\r\n")
        assert b"connection: close" in receive_all(connection)


def test_half_a_request_is_waited_for(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(GET)
        time.sleep(0.1)
        stop(service)
        time.sleep(0.2)
        connection.sendall(b"\r\n")
        assert receive_all(connection).startswith(b"HTTP/1.1 200 ")


def test_requests_at_the_drain_limit_are_refused(start_small_service):
    with start_small_service(drain_seconds=0.2) as service, service.connect() as connection:
        connection.sendall(SLEEP.replace(b"0.4", b"60") + b"\r\n")
        wait_until_begun(service)
        begun = stop(service)
        answer = receive_all(connection)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"send the request again" in answer
        service.thread.join(10)
        assert time.monotonic() - begun < 4
        assert service.events == ["begun", "cancelled"]


def test_half_a_request_at_the_drain_limit_is_dropped(start_small_service):
    with start_small_service(drain_seconds=0.1) as service, service.connect() as connection:
        connection.sendall(GET)
        time.sleep(0.05)
        begun = stop(service)
        service.thread.join(10)
        assert not service.thread.is_alive()
        assert time.monotonic() - begun < 4


def test_date_is_renewed_while_requests_are_taken(start_small_service):
    with start_small_service(stop_delay_seconds=1.5) as service:
        stop(service)
        dates = set()
        with suppress(ConnectionRefusedError):
            while len(dates) < 2:
                dates.add(re.search(rb"\r\ndate: (.*?)\r\n", service.send_raw(GET + b"\r\n"))[1])
                time.sleep(0.05)
        assert len(dates) == 2


def test_service_that_cannot_work_any_more_stops(start_small_service):
    errors = []

    def check():
        if errors:
            raise errors[0]

    with start_small_service(check=check) as service:
        assert httpx.get(f"{service.url}/v1/echo").status_code == 200
        errors.append(WorkerError("worker processes cannot be started"))
        service.thread.join(10)
        assert not service.thread.is_alive()
        assert service.server.fault is errors[0]
