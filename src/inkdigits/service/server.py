"""Listen, start, serve and stop."""

import asyncio
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator
from functools import partial
from types import FrameType

import uvicorn
from prometheus_client import disable_created_metrics
from starlette.types import ASGIApp

from inkdigits.errors import InkdigitsError
from inkdigits.service.application import create_application
from inkdigits.service.connections.listening import accept_waiting, refuse_new_connections
from inkdigits.service.connections.protocol import HttpProtocol
from inkdigits.service.lifecycle import Lifecycle
from inkdigits.service.logs import forward_library_messages, make_logger
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import Resources
from inkdigits.service.settings import Settings

_TICK_SECONDS = 0.05
"""Time between two looks at the connections while the service stops, in seconds."""

_HANDSHAKE_SECONDS = 0.2
"""Time for handshakes that have begun to be completed before the listening sockets are closed, in seconds: a round
trip, which takes 0.2 s to the other side of the earth."""

_CANCEL_SECONDS = 1.0
"""Time in which cancelled requests are answered at the drain limit, in seconds."""


def serve(
    resources: Resources,
    sockets: list[socket.socket],
    on_ready: Callable[[], None],
) -> None:
    """Serve until the process gets SIGTERM or SIGINT; a second signal ends it at once.

    Parameters
    ----------
    resources
        What the routes use; the models are loaded here, while the service already answers that it lives.
    sockets
        Listening sockets.
    on_ready
        Called when the models are loaded.

    Raises
    ------
    InkdigitsError
        If models or workers cannot be loaded, or no worker can be started any more.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call] # the time at which each figure began, which would double their number
    logger = make_logger(resources.settings)
    forward_library_messages(logger)
    journal = Journal(resources.metrics, logger)
    app = create_application(resources, journal)
    server = Server(
        app, resources.settings, resources.lifecycle, journal, resources.get_pool().wait_until_ready
    )
    start = _Start(resources, on_ready, server.stop)
    with server.handle_signals():
        start.thread.start()
        try:
            logger.info("listening", addresses=[_format_address(each) for each in sockets])
            server.run(sockets)
        finally:
            resources.close()  # ends the wait for a worker, too
            start.thread.join()
    error = start.error or server.fault
    if error is not None:
        raise error
    logger.info("stopped")


class Server(uvicorn.Server):
    """uvicorn's server with another end: it closes no connection that may have a request.

    Parameters
    ----------
    app
        The application.
    settings, lifecycle
        Of the service.
    journal
        Where connections are recorded that are refused before they have a request.
    check
        Called ten times a second while the service is ready; an error that it raises stops the service. A service whose
        workers cannot be started any more is restarted by whoever watches the process.

    Attributes
    ----------
    fault
        The error that stopped the service.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        lifecycle: Lifecycle,
        journal: Journal,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http=partial(HttpProtocol, settings=settings, journal=journal),  # type: ignore[arg-type]
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=settings.keep_alive_seconds,  # type: ignore[arg-type]
        )
        super().__init__(config)
        self._settings, self._lifecycle, self._check = settings, lifecycle, check
        self.fault: InkdigitsError | None = None

    def stop(self) -> None:
        """Begin to stop, from any thread or signal handler."""
        self._lifecycle.drain()
        self.should_exit = True

    @contextlib.contextmanager
    def handle_signals(self) -> Generator[None, None, None]:
        """Stop on SIGTERM and SIGINT, end at once on a second one."""
        former = {number: signal.signal(number, self._handle_signal) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals to `handle_signals`: uvicorn's handler closes the sockets first, and repeats the signal."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Renew the date of the headers, check the service, and return whether it is to stop."""
        if self._lifecycle.is_ready:
            try:
                self._check()
            except InkdigitsError as error:
                self.fault = error
                self.stop()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take requests for the delay, close the listening sockets, and answer all accepted requests."""
        settings = self._settings
        await self._tick_until(time.monotonic() + settings.stop_delay_seconds, lambda: False)
        await self._close_listeners(sockets or [])
        deadline = time.monotonic() + settings.drain_seconds
        if not await self._tick_until(deadline, self._close_silent_connections):
            for connection in list(self.server_state.connections):
                connection.interrupt(  # type: ignore[union-attr]
                    Refusal(
                        503,
                        "the service was stopped before the answer; send the request again",
                        "draining",
                        {"Retry-After": "1"},
                    )
                )
            await self._tick_until(time.monotonic() + _CANCEL_SECONDS, self._close_silent_connections)
            for connection in list(self.server_state.connections):
                connection.transport.abort()

    async def _tick_until(self, end: float, is_done: Callable[[], bool]) -> bool:
        """Call a function until it returns true or a time has come; return its last result."""
        counter = 0
        while not (result := is_done()) and time.monotonic() < end:
            await asyncio.sleep(min(_TICK_SECONDS, max(0.0, end - time.monotonic())))
            counter += 10  # of tenths of a second: renews the date in the headers
            await self.on_tick(counter)
        return result

    async def _close_listeners(self, sockets: list[socket.socket]) -> None:
        """Stop listening, and take the connections that the system has accepted meanwhile."""
        loop = asyncio.get_running_loop()
        for each in sockets:
            refuse_new_connections(each)
        await self._tick_until(time.monotonic() + _HANDSHAKE_SECONDS, lambda: False)
        copies = [each.dup() for each in sockets]  # listening goes on until these are closed, too
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()
        accepted = []
        for copy in copies:
            accepted += accept_waiting(copy)
            copy.close()
        for each in accepted:
            await loop.connect_accepted_socket(self._create_protocol, each)

    def _create_protocol(self) -> asyncio.Protocol:
        create: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return create(config=self.config, server_state=self.server_state, app_state={})

    def _close_silent_connections(self) -> bool:
        """Close the connections without a request; return whether none is left."""
        for connection in list(self.server_state.connections):
            connection.close_if_silent(self._settings.stop_delay_seconds)  # type: ignore[union-attr]
        return not self.server_state.connections

    def _handle_signal(self, number: int, frame: FrameType | None) -> None:
        if self._lifecycle.is_draining:
            os.write(2, b"inkdigits: stopped at once by a second signal; requests were lost\n")
            os._exit(1)
        self.stop()


_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Start:
    """Loads the resources in a thread, while the event loop answers that the process lives."""

    def __init__(self, resources: Resources, on_ready: Callable[[], None], stop: Callable[[], None]) -> None:
        self._resources, self._on_ready, self._stop = resources, on_ready, stop
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name="start")

    def _run(self) -> None:
        try:
            self._resources.load_models()
        except Exception as error:
            if not self._resources.lifecycle.is_draining:  # else it got a signal to stop before it was ready
                self.error = error
                self._stop()
            return
        self._resources.lifecycle.become_ready()
        self._on_ready()


def _format_address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
