"""A service with other routes, on a real socket, in a thread of the test.

A busy machine may stop a test at any point for seconds. Tests therefore wait for events, their limits are so long that
only a defect reaches them, and what depends on the time of the service has a clock that the test can set.
"""

import asyncio
import io
import json
import socket
import threading
import time
from contextlib import contextmanager, suppress

import httpx
import pytest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from inkdigits.service.connections.listening import open_sockets
from inkdigits.service.lifecycle import Lifecycle
from inkdigits.service.logs import make_logger
from inkdigits.service.metrics import Metrics
from inkdigits.service.middleware.gate import Gate
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.refusals import Refusal
from inkdigits.service.server import Server
from inkdigits.service.settings import Settings


class SmallService:
    """The server and the middleware with small routes instead of models.

    Attributes
    ----------
    port
        Its port.
    events
        What its routes noted: begun, cancelled, ended.
    may_end
        What ``/v1/hold`` waits for before it answers.
    """

    def __init__(self, settings, check=lambda: None):
        self.settings, self.lifecycle, self.metrics = settings, Lifecycle(), Metrics()
        self.events = []
        self.may_end = threading.Event()
        self._log = io.TextIOWrapper(io.BytesIO())
        journal = Journal(self.metrics, make_logger(settings, self._log))
        routes = [
            Route("/v1/echo", self._echo, methods=["GET", "POST"]),
            Route("/v1/ignore", self._ignore, methods=["POST"]),
            Route("/v1/hold", self._hold),
            Route("/v1/sleep/{seconds:float}", self._sleep, methods=["GET", "POST"]),
            Route("/v1/refuse", self._refuse),
            Route("/v1/fail", self._fail),
            Route("/v1/long/{n_bytes:int}", self._send_long),
            Route("/", self._page),
            Route("/health/live", self._page),
        ]
        router = Router(routes, redirect_slashes=False)

        async def app(scope, receive, send):
            scope["app"] = self
            self._loop = asyncio.get_running_loop()
            await router(scope, receive, send)

        self.server = Server(
            Gate(app, settings, self.lifecycle, journal), settings, self.lifecycle, journal, check
        )
        self._sockets = open_sockets(settings.host, 0)
        self.port = self._sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.server.run, args=(self._sockets,))
        self.lifecycle.become_ready()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self):
        """The lines of the log."""
        return [json.loads(line) for line in self._log.buffer.getvalue().splitlines()]

    def wait_for_line(self, n=1):
        """Return the last log line of a request, when there are n: it is written after the answer."""
        wait_until(lambda: len(self._list_requests()) >= n)
        return self._list_requests()[-1]

    def get_figure(self, name, **labels):
        return self.metrics.registry.get_sample_value(name, labels)

    def sum_requests(self):
        """All requests that were counted."""
        family = next(each for each in self.metrics.registry.collect() if each.name == "inkdigits_requests")
        return sum(each.value for each in family.samples if each.name.endswith("_total"))

    def get_connection(self):
        """Return the server's side of the only connection, when there is one."""
        wait_until(lambda: len(self.server.server_state.connections) == 1)
        (connection,) = self.server.server_state.connections
        return connection

    def change(self, **settings):
        """Change settings while the service runs: for what begins from now on."""
        for name, value in settings.items():
            assert hasattr(self.settings, name)
            object.__setattr__(self.settings, name, value)

    def call_in_loop(self, function):
        """Call a function in the event loop, which has answered a request before."""
        self._loop.call_soon_threadsafe(function)

    def connect(self):
        """A connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def send_raw(self, data):
        """Send bytes on a new connection; return what comes until it is closed, for at most some seconds."""
        with self.connect() as connection:
            connection.sendall(data)
            return receive_all(connection)

    def _list_requests(self):
        return [line for line in self.lines if line["event"] == "request"]

    async def _echo(self, request):
        body = await request.body()
        return JSONResponse({"length": len(body), "method": request.method})

    async def _ignore(self, request):
        return JSONResponse({"ignored": True})

    async def _sleep(self, request):
        await request.body()
        self.events.append("begun")
        try:
            await asyncio.sleep(request.path_params["seconds"])
        except asyncio.CancelledError:
            self.events.append("cancelled")
            raise
        self.events.append("ended")
        return JSONResponse({"slept": True})

    async def _hold(self, request):
        self.events.append("begun")
        while not self.may_end.is_set():
            await asyncio.sleep(0.005)
        return JSONResponse({"held": True})

    async def _refuse(self, request):
        raise Refusal(429, "too much", "queue_full", {"Retry-After": "7"})

    async def _fail(self, request):
        raise ValueError("secret detail")

    async def _send_long(self, request):
        return Response(b"x" * request.path_params["n_bytes"])

    async def _page(self, request):
        return Response("<!doctype html>", media_type="text/html")


def receive_all(connection):
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


class Clock:
    """Stands in for the module ``time``: a clock that the test can advance."""

    def __init__(self):
        self.advance_seconds = 0.0

    def monotonic(self):
        return time.monotonic() + self.advance_seconds

    def perf_counter(self):
        return time.perf_counter() + self.advance_seconds


PATIENT = {
    "log_format": "json",
    "stop_delay_seconds": 0.0,
    "drain_seconds": 60.0,
    "header_seconds": 120.0,
    "keep_alive_seconds": 120.0,
    "body_grace_seconds": 60.0,
}
"""Settings with which nothing is refused because the machine is busy."""


@contextmanager
def run_small_service(check=lambda: None, **settings):
    service = SmallService(Settings(**{**PATIENT, **settings}), check)
    service.thread.start()
    wait_until(lambda: service.server.started)
    try:
        yield service
    finally:
        service.may_end.set()
        service.server.stop()
        service.thread.join(100)
        assert not service.thread.is_alive(), "the service did not stop"


@pytest.fixture
def start_small_service():
    """A context manager that runs a `SmallService` with some settings."""
    return run_small_service


@pytest.fixture(scope="module")
def service():
    """A `SmallService` with the default settings."""
    with run_small_service() as running:
        yield running


@pytest.fixture
def client(service):
    with httpx.Client(base_url=service.url, timeout=60) as opened:
        yield opened
