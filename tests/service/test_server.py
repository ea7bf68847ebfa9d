"""The end of the service, on real sockets; the signals are tested in `tests/commands/test_serve.py`."""

import re
import threading
import time

import httpx
import pytest
from tests.service.conftest import Clock, receive_all, wait_until

from inkdigits.errors import WorkerError
from inkdigits.service import server
from inkdigits.service.lifecycle import Phase

GET = b"GET /v1/echo HTTP/1.1\r\nHost: localhost\r\n"
HOLD = GET.replace(b"echo", b"hold")


@pytest.fixture
def clock(monkeypatch):
    """The clock by which the service stops."""
    clock = Clock()
    monkeypatch.setattr(server, "time", clock)
    return clock


def wait_until_begun(service):
    wait_until(lambda: "begun" in service.events)


def wait_for_end(service):
    wait_until(lambda: not service.thread.is_alive())


def end_delay(service, clock):
    """End the delay, whether it has begun yet or not, and wait for the end of the service."""

    def advance():
        clock.advance_seconds += 1000.0
        return not service.thread.is_alive()

    wait_until(advance)


def test_request_in_hand_is_answered(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(HOLD + b"\r\n")
        wait_until_begun(service)
        service.server.stop()
        time.sleep(0.3)  # longer than connections without a request are kept
        service.may_end.set()
        answer = receive_all(connection)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close\r\n" in answer
        assert answer.endswith(b'{"held":true}')
        wait_for_end(service)


def test_requests_are_taken_during_the_delay(start_small_service, clock):
    with start_small_service(stop_delay_seconds=1000.0) as service:
        service.server.stop()
        assert service.lifecycle.phase is Phase.DRAINING
        for _ in range(3):
            answer = service.send_raw(GET + b"\r\n")
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert b"connection: close\r\n" in answer
        end_delay(service, clock)
        with pytest.raises(ConnectionRefusedError):
            service.connect()


def test_connection_that_waits_in_the_backlog_is_answered(start_small_service, monkeypatch):
    """It is accepted by the system, so its client has sent a request; closing the socket would reset it."""
    connections = []

    def connect_at_the_last_moment(listener):
        for _ in range(5):
            connections.append(service.connect())
            connections[-1].sendall(GET + b"\r\n")

    monkeypatch.setattr(server, "refuse_new_connections", connect_at_the_last_moment)
    monkeypatch.setattr(server, "_HANDSHAKE_SECONDS", 0.0)
    with start_small_service() as service:
        service.server.stop()
        wait_until(lambda: len(connections) == 5)
        for connection in connections:
            assert receive_all(connection).startswith(b"HTTP/1.1 200 ")
            connection.close()


def test_silent_connections_are_closed_after_the_delay(start_small_service):
    with start_small_service(stop_delay_seconds=0.2) as service:
        with service.connect() as used, service.connect() as unused:
            used.sendall(GET + b"\r\n")
            assert used.recv(65536).startswith(b"HTTP/1.1 200 ")
            begun = time.monotonic()
            service.server.stop()
            assert receive_all(used) == receive_all(unused) == b""
            assert time.monotonic() - begun > 0.2
        wait_for_end(service)


def test_connection_is_not_closed_on_a_request_that_was_not_read_yet(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(GET + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        is_blocked, may_close = threading.Event(), threading.Event()

        def close():
            is_blocked.set()
            may_close.wait(60)
            for each in list(service.server.server_state.connections):
                each.close_if_silent(0.0)

        service.call_in_loop(close)
        assert is_blocked.wait(60)
        connection.sendall(GET + b"Connection: close\r\n\r\n")
        may_close.set()
        assert receive_all(connection).startswith(b"HTTP/1.1 200 ")


def test_all_requests_that_were_sent_together_are_answered(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall((HOLD + b"\r\n") * 2 + GET + b"\r\n")
        wait_until_begun(service)
        service.server.stop()
        service.may_end.set()
        answers = receive_all(connection)
    assert answers.count(b"HTTP/1.1 200 ") == 3
    assert answers.count(b"connection: close\r\n") == 1
    assert answers.index(b"connection: close") > answers.rindex(b"HTTP/1.1 200 ")


def test_request_within_the_delay_on_a_kept_connection_is_answered(start_small_service, clock):
    with start_small_service(stop_delay_seconds=1000.0) as service, service.connect() as connection:
        connection.sendall(GET + b"\r\n")
        assert b"connection: close" not in connection.recv(65536)
        service.server.stop()
        time.sleep(0.3)  # longer than connections without a request are kept without the delay
        connection.sendall(GET + b"\r\n")
        assert b"connection: close" in receive_all(connection)
        end_delay(service, clock)


def test_half_a_request_is_waited_for(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(GET)
        wait_until(lambda: service.get_connection()._n_header_bytes == len(GET))
        service.server.stop()
        time.sleep(0.3)
        connection.sendall(b"\r\n")
        assert receive_all(connection).startswith(b"HTTP/1.1 200 ")


def test_requests_at_the_drain_limit_are_refused(start_small_service):
    with start_small_service(drain_seconds=0.2) as service, service.connect() as connection:
        connection.sendall(GET.replace(b"echo", b"sleep/1000") + b"\r\n")
        wait_until_begun(service)
        service.server.stop()
        answer = receive_all(connection)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"send the request again" in answer
        wait_for_end(service)
        assert service.events == ["begun", "cancelled"]


def test_half_a_request_at_the_drain_limit_is_dropped(start_small_service):
    with start_small_service(drain_seconds=0.1) as service, service.connect() as connection:
        connection.sendall(GET)
        wait_until(lambda: service.get_connection()._n_header_bytes == len(GET))
        service.server.stop()
        wait_for_end(service)


def test_date_is_renewed_while_requests_are_taken(start_small_service, clock):
    def ask_for_date():
        return re.search(rb"\r\ndate: (.*?)\r\n", service.send_raw(GET + b"\r\n"))[1]

    with start_small_service(stop_delay_seconds=1000.0) as service:
        service.server.stop()
        first = ask_for_date()
        wait_until(lambda: ask_for_date() != first)
        end_delay(service, clock)


def test_service_that_cannot_work_any_more_stops(start_small_service):
    errors = []

    def check():
        if errors:
            raise errors[0]

    with start_small_service(check=check) as service:
        assert httpx.get(f"{service.url}/v1/echo", timeout=60).status_code == 200
        errors.append(WorkerError("worker processes cannot be started"))
        wait_for_end(service)
        assert service.server.fault is errors[0]
