import time

import httpx
import pytest
from tests.service.conftest import wait_until

from inkdigits.service.middleware import bodies, gate
from inkdigits.service.middleware.bodies import check_announced_body
from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings

LIMIT = 1000


@pytest.fixture(scope="module")
def small():
    from tests.service.conftest import run_small_service

    with run_small_service(max_body_bytes=LIMIT) as service:
        yield service


def send_chunks(*sizes):
    for size in sizes:
        yield b"x" * size


def test_longest_body_is_read(small):
    assert httpx.post(f"{small.url}/v1/echo", timeout=60, content=b"x" * LIMIT).json()["length"] == LIMIT
    assert (
        httpx.post(f"{small.url}/v1/echo", timeout=60, content=send_chunks(600, 400)).json()["length"]
        == LIMIT
    )


def test_longer_body_is_refused_by_its_announcement(small):
    head = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    with small.connect() as connection:
        connection.sendall(head % (LIMIT + 1))  # nothing of the body
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("length", [b"9" * 30, b"18446744073709551616"])
def test_length_beyond_any_number_is_refused(small, length):
    head = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: %s\r\nConnection: close\r\n\r\n"
    assert small.send_raw(head % length).split()[1] in (b"400", b"413")


def test_longer_body_is_refused_while_it_comes(small):
    answer = httpx.post(f"{small.url}/v1/echo", timeout=60, content=send_chunks(600, 400, 1))
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert f"at most {LIMIT} bytes" in answer.json()["error"]


def test_refusal_is_not_turned_into_another_error(small):
    """FastAPI answers 400 if a body cannot be received."""
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    async def convert(scope, receive, send):
        try:
            await Request(scope, receive).body()
        except Exception:
            await JSONResponse({"error": "another"}, 400)(scope, receive, send)

    small_app = small.server.config.loaded_app
    former, small_app._app = small_app._app, convert
    try:
        answer = httpx.post(f"{small.url}/v1/echo", timeout=60, content=send_chunks(600, 401))
    finally:
        small_app._app = former
    assert answer.status_code == 413


def test_refused_client_can_read_the_answer_while_it_sends(small, monkeypatch):
    """A connection that is closed before the body was read is reset, and the answer may be lost."""
    monkeypatch.setattr(gate, "_LINGER_SECONDS", 60.0)
    with small.connect() as connection:
        connection.sendall(b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n")
        for _ in range(10):
            time.sleep(0.02)  # so that the answer comes before the end
            connection.sendall(b"x" * 10_000)
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert httpx.post(f"{small.url}/v1/echo", timeout=60, content=b"x" * 3_000_000).status_code == 413


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "identity, gzip"])
def test_compressed_body_is_refused(small, encoding):
    answer = httpx.post(
        f"{small.url}/v1/echo", timeout=60, content=b"x", headers={"Content-Encoding": encoding}
    )
    assert answer.status_code == 415


def test_identity_is_no_compression():
    for encoding in (None, b"", b"identity", b" Identity "):
        check_announced_body(b"3", encoding, Settings())
    with pytest.raises(Refusal):
        check_announced_body(b"3", b"deflate", Settings())


@pytest.fixture
def crowded(start_small_service, monkeypatch):
    """A service with room for 1,000 bytes of all bodies, without the first 100 of each."""
    monkeypatch.setattr(bodies, "FREE_BYTES", 100)
    with start_small_service(max_bodies_bytes=1000) as service:
        yield service


HEAD = b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\n"


def hold(service, n_bytes):
    """Send a body except for its last byte, when the service has received the rest."""
    connection = service.connect()
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (n_bytes + 1) + b"x" * n_bytes)
    wait_until(lambda: service.server.config.loaded_app.room.n_used == n_bytes - bodies.FREE_BYTES)
    return connection


def test_bodies_of_all_requests_together_are_bounded(crowded):
    with hold(crowded, 1050) as first:
        answer = crowded.send_raw(HEAD + b"Content-Length: 151\r\n\r\n" + b"x" * 151)
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b"retry-after: 1\r\n" in answer
        chunks = crowded.send_raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"97\r\n" + b"x" * 0x97)
        assert chunks.startswith(b"HTTP/1.1 429 ")
        assert httpx.post(f"{crowded.url}/v1/echo", timeout=60, content=b"x" * 150).status_code == 200
        assert httpx.post(f"{crowded.url}/v1/echo", timeout=60, content=b"x" * 100).status_code == 200
        first.sendall(b"x")
        assert first.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert crowded.get_figure("inkdigits_refusals_total", reason="bodies") == 2
    assert httpx.post(f"{crowded.url}/v1/echo", timeout=60, content=b"x" * 900).status_code == 200


def test_room_of_a_client_that_went_away_is_free_again(crowded):
    hold(crowded, 1050).close()
    crowded.wait_for_line()
    assert httpx.post(f"{crowded.url}/v1/echo", timeout=60, content=b"x" * 1000).status_code == 200


def test_body_alone_may_be_larger_than_the_room(crowded):
    assert httpx.post(f"{crowded.url}/v1/echo", timeout=60, content=b"x" * 5000).status_code == 200
    assert (
        httpx.post(f"{crowded.url}/v1/echo", timeout=60, content=send_chunks(3000, 3000)).status_code == 200
    )
