"""The whole service on a real socket, in a thread of the test, with pictures and a roster."""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from inkdigits.service.application import create_application
from inkdigits.service.connections.listening import open_sockets
from inkdigits.service.logs import make_logger
from inkdigits.service.middleware.journal import Journal
from inkdigits.service.resources import Resources
from inkdigits.service.server import Server
from inkdigits.service.settings import Settings

SAMPLES = Path(__file__).parents[3] / "samples"


class Service:
    """A running service.

    Attributes
    ----------
    url
        Its address.
    resources
        What its routes use.
    client
        A client that is connected to it.
    """

    def __init__(self, **settings: Any) -> None:
        # A worker that is occupied stays so for longer than any test waits.
        defaults = {
            "n_workers": 1,
            "stop_delay_seconds": 0.0,
            "picture_seconds": 120.0,
            "deadline_seconds": 120.0,
        }
        self.resources = Resources(Settings(**{**defaults, **settings}))
        self.resources.start_workers()
        self._log = io.TextIOWrapper(io.BytesIO())
        journal = Journal(
            self.resources.metrics,
            make_logger(self.resources.settings, self._log),
        )
        app = create_application(self.resources, journal)
        self._server = Server(app, self.resources.settings, self.resources.lifecycle, journal)
        sockets = open_sockets("127.0.0.1", 0)
        self._thread = threading.Thread(target=self._server.run, args=(sockets,))
        self.port = sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=100)
        self._thread.start()
        self.resources.load_models()
        self.resources.lifecycle.become_ready()
        while not self._server.started:
            time.sleep(0.002)

    def read(self, content: bytes, query: str = "", media_type: str = "image/png") -> httpx.Response:
        """Send a picture as the body."""
        return self.client.post(f"/v1/read{query}", content=content, headers={"Content-Type": media_type})

    def count_refusals(self, reason: str) -> float:
        return (
            self.resources.metrics.registry.get_sample_value("inkdigits_refusals_total", {"reason": reason})
            or 0.0
        )

    def close(self) -> None:
        self.client.close()
        self._server.stop()
        self._thread.join(100)
        self.resources.close()
        assert not self._thread.is_alive(), "the service did not stop"


@contextmanager
def run_service(**settings: Any) -> Iterator[Service]:
    service = Service(**settings)
    try:
        yield service
    finally:
        service.close()


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with one worker and the roster ``pupils``."""
    roster = tmp_path_factory.mktemp("rosters") / "pupils.txt"
    roster.write_text("7\n12\n345\n")
    with run_service(rosters=(("pupils", roster),)) as service:
        yield service


@pytest.fixture(scope="session")
def seven() -> bytes:
    return (SAMPLES / "seven.png").read_bytes()
