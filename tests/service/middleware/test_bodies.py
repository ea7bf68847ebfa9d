import httpx
import pytest

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
    assert httpx.post(f"{small.url}/v1/echo", content=b"x" * LIMIT).json()["length"] == LIMIT
    assert httpx.post(f"{small.url}/v1/echo", content=send_chunks(600, 400)).json()["length"] == LIMIT


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
    answer = httpx.post(f"{small.url}/v1/echo", content=send_chunks(600, 400, 1))
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
        answer = httpx.post(f"{small.url}/v1/echo", content=send_chunks(600, 401))
    finally:
        small_app._app = former
    assert answer.status_code == 413


def test_refused_client_can_read_the_answer_while_it_sends(small):
    """A connection that is closed before the body was read is reset, and the answer may be lost."""
    for _ in range(10):
        answer = httpx.post(f"{small.url}/v1/echo", content=b"x" * 3_000_000)
        assert answer.status_code == 413


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "identity, gzip"])
def test_compressed_body_is_refused(small, encoding):
    answer = httpx.post(f"{small.url}/v1/echo", content=b"x", headers={"Content-Encoding": encoding})
    assert answer.status_code == 415


def test_identity_is_no_compression():
    for encoding in (None, b"", b"identity", b" Identity "):
        check_announced_body(b"3", encoding, Settings())
    with pytest.raises(Refusal):
        check_announced_body(b"3", b"deflate", Settings())
