import socket
import threading
import time

import pytest
from tests.service.conftest import receive_all, run_small_service, wait_until

from inkdigits.service.connections import protocol
from inkdigits.service.middleware import gate

GET = b"GET /v1/echo HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def strict():
    with run_small_service(max_header_bytes=2000, max_headers=20, max_url_bytes=300) as service:
        yield service


def test_long_address(strict):
    def ask(n):
        return strict.send_raw(GET.replace(b"echo", b"echo?" + b"a" * n) + b"Connection: close\r\n\r\n")

    assert ask(250).startswith(b"HTTP/1.1 200 ")
    assert ask(300).startswith(b"HTTP/1.1 414 ")


def test_many_header_fields(strict):
    def ask(n):
        fields = b"".join(b"X-%d: 1\r\n" % number for number in range(n))
        return strict.send_raw(GET + fields + b"Connection: close\r\n\r\n")

    assert ask(18).startswith(b"HTTP/1.1 200 ")
    assert ask(19).startswith(b"HTTP/1.1 431 ")


def test_long_header_in_one_packet(strict):
    def ask(n):
        return strict.send_raw(GET + b"X: " + b"a" * n + b"\r\nConnection: close\r\n\r\n")

    assert ask(1900).startswith(b"HTTP/1.1 200 ")
    answer = ask(2000)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'{"error":"expected at most 20 header fields of 2000 bytes' in answer


def test_long_body_is_no_long_header(strict):
    body = b"x" * 10_000
    head = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n"
    with strict.connect() as connection:
        for _ in range(3):  # on one connection, whose bytes add up
            connection.sendall(head + body)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(("start", "status"), [(b"GET /", b"414"), (GET + b"X: ", b"431"), (GET, b"431")])
def test_header_without_end_is_refused_before_it_fills_the_memory(strict, start, status, monkeypatch):
    monkeypatch.setattr(protocol, "_CLOSING_SECONDS", 60.0)
    with strict.connect() as connection:
        connection.sendall(start)
        for _ in range(30):
            connection.sendall(b"a" * 1000)
            time.sleep(0.001)
        answer = receive_all(connection)
    assert answer.startswith(b"HTTP/1.1 " + status), answer


def test_connection_without_a_request_is_closed(start_small_service):
    with start_small_service(header_seconds=0.3) as service:
        start = time.monotonic()
        with service.connect() as connection:
            assert receive_all(connection) == b""
        assert time.monotonic() - start > 0.25  # the event loop's clock has whole milliseconds


def test_header_that_comes_too_slowly_is_refused(start_small_service, monkeypatch):
    monkeypatch.setattr(protocol, "_CLOSING_SECONDS", 60.0)
    with start_small_service(header_seconds=2.0) as service, service.connect() as connection:
        connection.settimeout(0.05)
        answer = b""
        for byte in GET + b"X: " + b"a" * 1000:
            connection.sendall(bytes([byte]))
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue
            break
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_second_header_that_comes_too_slowly_is_refused(start_small_service):
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(GET + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        service.change(header_seconds=0.3)
        connection.sendall(b"GET")
        assert receive_all(connection).startswith(b"HTTP/1.1 408 ")


def test_used_connection_is_closed_after_a_while(start_small_service):
    with start_small_service(keep_alive_seconds=0.3) as service, service.connect() as connection:
        start = time.monotonic()
        connection.sendall(GET + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert receive_all(connection) == b""
        assert time.monotonic() - start > 0.25  # the event loop's clock has whole milliseconds


def test_end_of_a_body_is_no_beginning_of_a_request(start_small_service):
    """It comes in a packet of its own; the connection is then without a request, as any other."""
    chunked = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(chunked)
        wait_until(lambda: service.get_connection().cycle is not None)
        service.change(header_seconds=0.2)
        connection.sendall(b"0\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(65536)  # no refusal of a header that nobody began
        connection.settimeout(50)  # less than requests in hand are waited for
        service.server.stop()
        assert receive_all(connection) == b""  # and it is closed as a silent one


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
        GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        GET + b"Content-Length: -1\r\n\r\n",
        GET + b"X : 1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a client that speaks TLS
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused(service, request_bytes):
    answer = service.send_raw(request_bytes)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"}")
    assert b'{"error":"' in answer
    assert b"nosniff" in answer


def test_damaged_chunk_is_refused_once(start_small_service, monkeypatch):
    monkeypatch.setattr(gate, "_LINGER_SECONDS", 0.1)
    head = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with start_small_service() as service:
        answer = service.send_raw(head + b"5\r\nhello\r\nno length\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.count(b"date: ") == 1
        line = service.wait_for_line()
        assert (line["status"], line["reason"]) == (400, "invalid_http")
        assert service.sum_requests() == 1


def test_requests_on_one_connection_are_answered_in_order(service):
    body = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
    answer = service.send_raw(body + GET + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert answer.index(b'"length":3') < answer.index(b'"length":0')


def test_too_many_connections_get_an_answer(start_small_service):
    with start_small_service(max_connections=3) as service:
        held = [service.connect() for _ in range(3)]
        for connection in held:  # so that the server has accepted them
            connection.sendall(GET + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        with service.connect() as connection:
            connection.sendall(GET + b"\r\n")
            answer = receive_all(connection)
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b"retry-after: 1\r\n" in answer
        assert service.get_figure("inkdigits_refusals_total", reason="connections") == 1
        held.pop().close()
        wait_until(lambda: len(service.server.server_state.connections) < 3)
        assert service.send_raw(GET + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        for connection in held:
            connection.close()


def test_flood_of_connections_is_cut_off(start_small_service, monkeypatch):
    monkeypatch.setattr(protocol, "_MAX_REFUSED_CONNECTIONS", 2)
    monkeypatch.setattr(protocol, "_CLOSING_SECONDS", 60.0)
    with start_small_service(max_connections=1) as service:
        opened = [service.connect() for _ in range(8)]
        answers = []
        for connection in opened[1:]:
            answers.append(receive_all(connection)[:13])
        for connection in opened:
            connection.close()
    assert answers.count(b"HTTP/1.1 429 ") == 2
    assert answers.count(b"") == 5


def test_client_that_reads_nothing_is_dropped(start_small_service, monkeypatch):
    monkeypatch.setattr(protocol, "_STALLED_SECONDS", 0.2)
    with start_small_service() as service, service.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(GET.replace(b"echo", b"long/50000000") + b"\r\n")
        wait_until(lambda: service.lines and not service.server.server_state.connections)


def test_slow_reader_gets_the_whole_answer(start_small_service, monkeypatch):
    """What a client reads begins the time anew."""
    monkeypatch.setattr(protocol, "_STALLED_SECONDS", 1000.0)
    with start_small_service() as service, service.connect() as connection:
        connection.sendall(GET.replace(b"echo", b"long/20000000") + b"\r\n")
        side = service.get_connection()
        wait_until(lambda: side._stall_timer is not None)
        n_received = 0
        while n_received < 20_000_000:
            n_received += len(connection.recv(300_000))
        wait_until(lambda: side._stall_timer is None)


def test_other_clients_are_served_meanwhile(service):
    """Twenty connections with half a request each do not slow down another client."""
    held = [service.connect() for _ in range(20)]
    for connection in held:
        connection.sendall(GET[:-5])
    threads = [
        threading.Thread(target=service.send_raw, args=(GET + b"Connection: close\r\n\r\n",))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)  # less than a header may take
    assert not any(thread.is_alive() for thread in threads)
    for connection in held:
        connection.close()


def test_long_nonsense_is_refused_once(start_small_service):
    with start_small_service() as service:
        assert service.send_raw(b"\x16" * 100_000).count(b"HTTP/1.1 400 ") == 1
        service.wait_for_line()
        assert [line["event"] for line in service.lines] == ["request"]


def test_address_longer_than_the_parser_of_addresses_takes(service):
    answer = service.send_raw(GET.replace(b"echo", b"a" * 70_000) + b"Connection: close\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 414 ", b"HTTP/1.1 431 "))  # 431 if it arrives in parts
