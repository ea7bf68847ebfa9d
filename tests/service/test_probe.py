"""The health check of the container, against real sockets."""

import contextlib
import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from inkdigits.commands import main
from inkdigits.errors import ServiceError
from inkdigits.service.probe import probe


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of a container may fail on a busy machine, and is repeated; a test must not."""
    monkeypatch.setattr("inkdigits.service.probe.probe.__defaults__", (60.0,))


@contextlib.contextmanager
def served(status: int, family: socket.AddressFamily = socket.AF_INET) -> Iterator[tuple[int, list[str]]]:
    """A server that answers with a status; its port and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    class Server(http.server.HTTPServer):
        address_family = family

    with Server(("127.0.0.1" if family == socket.AF_INET else "::1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_a_ready_service_passes(host: str) -> None:
    with served(200) as (port, asked):
        probe(host, port)
    assert asked == ["/health/ready"]


def test_every_address_of_ipv6_is_asked_on_its_loopback_address() -> None:
    with served(200, socket.AF_INET6) as (port, asked):
        probe("::", port)
    assert asked == ["/health/ready"]


def test_a_service_that_is_not_ready_fails() -> None:
    with (
        served(503) as (port, _),
        pytest.raises(ServiceError, match=f"127.0.0.1:{port} to be ready, but .* 503"),
    ):
        probe("0.0.0.0", port)


def test_a_port_on_which_nothing_listens_fails() -> None:
    with socket.socket() as taken:  # so that no other program takes it meanwhile
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ServiceError, match=r"http://127.0.0.1:\d+, but: Connection refused"):
            probe("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_ipv6_is_in_brackets() -> None:
    with socket.socket(socket.AF_INET6) as taken:
        taken.bind(("::1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=rf"http://\[::1\]:{port}, but: "):
            probe("::1", port)


def test_a_service_that_hangs_fails_within_the_time() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(ServiceError, match="but: timed out"),
    ):
        probe("127.0.0.1", silent.getsockname()[1], timeout_seconds=0.05)


def test_a_service_that_speaks_something_else_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(ServiceError, match="but: 220 mail"):
            probe("127.0.0.1", other.getsockname()[1])
        thread.join()


@pytest.mark.parametrize(("status", "exit_status"), [(200, 0), (503, 1)])
def test_the_command_asks_the_service_of_the_same_settings(
    status: int, exit_status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(status) as (port, asked):
        monkeypatch.setenv("INKDIGITS_HOST", "0.0.0.0")
        monkeypatch.setenv("INKDIGITS_PORT", str(port))
        with pytest.raises(SystemExit) as exit_info:
            main(["serve", "--check"])
    assert exit_info.value.code == exit_status
    assert asked == ["/health/ready"]
    assert capsys.readouterr().err.count("\n") == exit_status
