"""Connections to the service: bytes in any pieces, through the protocol and the middleware to a small application."""

import asyncio
import functools
import logging
import os
import re
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, Router

from fuzz.targets.target import Target
from inkdigits.service.exchange import Exchange
from inkdigits.service.lifecycle import Lifecycle
from inkdigits.service.logs import make_logger
from inkdigits.service.metrics import Metrics
from inkdigits.service.middleware.gate import Gate
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.server import Server
from inkdigits.service.settings import Settings

_TURNS = 12
"""Turns of the event loop after each piece: a request is answered in three."""

_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5]\d\d) [A-Za-z -]+\r\n")


class _Transport:
    """A connection in memory, as strict as that of uvloop."""

    def __init__(self) -> None:
        self.sent = b""
        self._is_closing = self._is_at_end = False

    def write(self, data: bytes) -> None:
        assert not self._is_at_end, "something was sent after the end"
        if not self._is_closing:
            self.sent += data

    def write_eof(self) -> None:
        self._is_at_end = True

    def close(self) -> None:
        self._is_closing = True

    abort = close

    def is_closing(self) -> bool:
        return self._is_closing

    def get_extra_info(self, name: str) -> Any:
        return None

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """Do nothing."""

    resume_reading = pause_reading


class _Journal(Journal):
    """A journal that keeps defects."""

    defects: list[BaseException]

    def record_defect(self, exchange: Exchange, error: BaseException) -> None:
        self.defects.append(error)


class _Defects(logging.Handler):
    """Hands exceptions that uvicorn logs to the journal."""

    def __init__(self, journal: _Journal) -> None:
        super().__init__(logging.ERROR)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._journal.defects.append(error or RuntimeError(record.getMessage()))


async def _echo(request: Request) -> JSONResponse:
    return JSONResponse({"length": len(await request.body())})


async def _ignore(request: Request) -> JSONResponse:
    return JSONResponse({})


class _Service:
    """The server without sockets."""

    def __init__(self) -> None:
        settings = Settings(
            token="a-token-of-no-secret-service",
            max_header_bytes=512,
            max_headers=12,
            max_url_bytes=128,
            max_body_bytes=512,
            log_format="json",
        )
        self.lifecycle = Lifecycle()
        self.lifecycle.become_ready()
        self.loop = asyncio.new_event_loop()
        self._log = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it is open until the process ends
        self.journal = _Journal(Metrics(), make_logger(settings, self._log))
        logging.getLogger("uvicorn.error").addHandler(_Defects(self.journal))
        routes = [
            Route("/echo", _echo, methods=["GET", "POST"]),
            Route("/ignore", _ignore, methods=["GET", "POST"]),
        ]
        self.gate = Gate(Router(routes, redirect_slashes=False), settings, self.lifecycle, self.journal)
        self.server = Server(self.gate, settings, self.lifecycle, self.journal)
        self.server.config.load()

    def connect(self, transport: _Transport) -> Any:
        """Begin a connection."""
        create: Any = self.server.config.http_protocol_class
        protocol = create(
            config=self.server.config, server_state=self.server.server_state, app_state={}, _loop=self.loop
        )
        protocol.connection_made(transport)
        return protocol

    def turn(self) -> None:
        """Run what is ready."""
        for _ in range(_TURNS):
            self.loop.call_soon(self.loop.stop)
            self.loop.run_forever()


@functools.cache
def _get_service() -> _Service:
    return _Service()


def run(data: bytes) -> None:
    """Send bytes in pieces, close the connection, and check what was sent and what is left.

    The first byte is the number of further ones that are lengths of pieces, in 16 bytes; the last piece is the rest.
    """
    service = _get_service()
    service.journal.defects = []
    n_lengths = data[0] % 8 if data else 0
    lengths, rest = data[1 : 1 + n_lengths], data[1 + n_lengths :]
    transport = _Transport()
    protocol = service.connect(transport)
    for length in (*(16 * each for each in lengths), len(rest)):
        piece, rest = rest[:length], rest[length:]
        if piece and not transport.is_closing():
            protocol.data_received(piece)
            service.turn()
    protocol.connection_lost(None)
    service.turn()
    if service.journal.defects:
        raise service.journal.defects[0]
    state = service.server.server_state
    assert not state.connections
    assert not state.tasks, "a task does not end"
    assert service.lifecycle.n_requests == 0
    assert service.gate.room.n_used == 0
    _check_answers(transport.sent)


def _check_answers(sent: bytes) -> None:
    """Check that answers follow each other without gap, and that no status says that the service failed."""
    while sent:
        match = _STATUS_LINE.match(sent)
        assert match is not None, f"no answer begins with {sent[:40]!r}"
        assert int(match[1]) < 500, f"an answer has the status {int(match[1])}"
        header, _, sent = sent.partition(b"\r\n\r\n")
        if match[1] == b"100":
            continue
        length = re.search(rb"\r\ncontent-length: (\d+)", header)
        assert length is not None, "an answer has no length"
        sent = sent[int(length[1]) :]


def make_seeds() -> list[bytes]:
    """Make requests with and without body, chunked, pipelined, in pieces, and with each field that is looked at."""
    host = b"Host: localhost\r\nAuthorization: Bearer a-token-of-no-secret-service\r\n"
    get = b"GET /echo HTTP/1.1\r\n" + host + b"\r\n"
    post = b"POST /echo HTTP/1.1\r\n" + host + b"Content-Length: 5\r\n\r\nhello"
    chunked = (
        b"POST /echo HTTP/1.1\r\n"
        + host
        + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nA: b\r\n\r\n"
    )
    fields = (
        b"X-Request-Id: a\r\ntraceparent: 00-"
        + b"a" * 32
        + b"-"
        + b"b" * 16
        + b"-01\r\nX-Deadline-Seconds: 1\r\n"
    )
    upgrade = b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello"
    requests = [
        get,
        get * 3 + post,
        post + chunked,
        b"GET http://localhost:80/ignore?a=b HTTP/1.1\r\n" + host + fields + b"\r\n",
        b"POST /ignore HTTP/1.1\r\n" + host + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello" + get,
        b"POST /echo HTTP/1.1\r\n" + host + upgrade + get,
        b"POST /echo HTTP/1.0\r\n" + host + b"Connection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
        b"POST /nowhere HTTP/1.1\r\n" + host + b"Origin: http://evil\r\nContent-Length: 99\r\n\r\nhello",
        b"OPTIONS * HTTP/1.1\r\nHost: evil\r\n\r\n",
    ]
    return [prefix + each for each in requests for prefix in (b"\0", bytes((3, 4, 1, 2)))]


TARGET = Target(
    run,
    make_seeds,
    tokens=(
        *(
            b"GET /echo HTTP/1.1\r\n",
            b"POST /ignore HTTP/1.1\r\n",
            b"Host: localhost\r\n",
            b"\r\n",
            b"\r\n\r\n",
        ),
        *(
            b"Content-Length: 0\r\n",
            b"Content-Length: 5\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"0\r\n\r\n",
            b"1\r\nx\r\n",
        ),
        *(
            b"Connection: close\r\n",
            b"Connection: upgrade\r\nUpgrade: websocket\r\n",
            b"Expect: 100-continue\r\n",
        ),
        *(
            b"CONNECT a:1 HTTP/1.1\r\n",
            b"HEAD",
            b"OPTIONS",
            b"HTTP/1.0",
            b"http://a:1/",
            b"%00",
            b"%",
            b"?",
            b"#",
        ),
        *(
            b"Content-Encoding: gzip\r\n",
            b"X-Deadline-Seconds: nan\r\n",
            b"Origin: null\r\n",
            b"Authorization: ",
        ),
    ),
    max_bytes=2048,
)
