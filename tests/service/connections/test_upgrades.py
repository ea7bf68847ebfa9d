import pytest


def test_websockets_are_no_http(service):
    headers = (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n"
    )
    request = f"GET /v1/echo HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode()
    with service.connect() as connection:
        connection.sendall(request)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")  # as HTTP asks: the header may be ignored


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_upgrade_to_http2_is_ignored(service, method):
    """Java's client asks for it in each request."""
    body = b"hello" if method == "POST" else b""
    head = (
        f"{method} /v1/echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        f"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with service.connect() as connection:
        connection.sendall(head.encode() + body)
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"length":%d' % len(body) in answer


CHUNKED = "Transfer-Encoding: chunked\r\n"
H2C = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"


def receive_answers(connection, n):
    received = b""
    while received.count(b'"method"') < n:
        received += connection.recv(65536)
    return received


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_body_arrives_in_any_parts(service, size):
    head = f"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\n{H2C}{CHUNKED}\r\n"
    data = head.encode() + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    with service.connect() as connection:
        for start in range(0, len(data), size):
            connection.sendall(data[start : start + size])
        assert b'"length":11' in receive_answers(connection, 1)


def test_connection_is_used_again(service):
    request = f"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\n{H2C}Content-Length: 3\r\n\r\nabc".encode()
    plain = b"GET /v1/echo HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with service.connect() as connection:
        for sent in (request, plain, request):
            connection.sendall(sent)
            assert (b'"length":3' if sent is request else b'"length":0') in receive_answers(connection, 1)
        connection.sendall(request + plain + request)
        answers = receive_answers(connection, 3)
    assert answers.count(b'"length":3') == 2
    assert answers.count(b'"length":0') == 1


def test_framing_that_differs_between_parsers_is_refused(service):
    head = f"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\n{H2C}{CHUNKED}Content-Length: 3\r\n\r\n"
    assert service.send_raw(head.encode() + b"0\r\n\r\n").startswith(b"HTTP/1.1 400 ")
