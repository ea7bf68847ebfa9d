import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from inkdigits.data.mnist_mirrors import MIRRORS, fetch_from_mirror, fetch_from_mirrors
from inkdigits.errors import DataError


class Mirror:
    """A real HTTP server on this machine: path -> (status, body, announced length)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes, int]] = {}
        self.asked: list[str] = []
        self.silent = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.asked.append(self.path)
                if self.path.startswith("/silent/"):
                    mirror.silent.wait(10)
                    return
                status, body, length = mirror.answers.get(self.path, (404, b"", 0))
                self.send_response(status)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def offer(self, folder: str, contents: dict[str, bytes]) -> str:
        for name, content in contents.items():
            packed = gzip.compress(content)
            self.answers[f"{folder}{name}.gz"] = (200, packed, len(packed))
        return self.address + folder


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    mirror = Mirror()
    thread = threading.Thread(target=mirror.server.serve_forever, args=(0.01,))
    thread.start()
    yield mirror
    mirror.silent.set()
    mirror.server.shutdown()
    mirror.server.server_close()
    thread.join()


def test_addresses_are_https_folders() -> None:
    assert len(MIRRORS) == 2
    assert all(mirror.startswith("https://") and mirror.endswith("/mnist/") for mirror in MIRRORS)


def test_fetches_unpacks_and_verifies(small_mnist, mirror: Mirror) -> None:
    address = mirror.offer("/mnist/", small_mnist.contents)
    told: list[tuple[str, int, int]] = []
    assert fetch_from_mirror(address, lambda *step: told.append(step)) == list(small_mnist.contents.values())
    assert told[0][1] == 0
    assert told[-1][1] == told[-1][2] > 0
    assert "t10k-labels-idx1-ubyte from 127.0.0.1" in told[-1][0]


def test_one_failure_skips_the_mirrors_other_files(small_mnist, mirror: Mirror) -> None:
    whole = mirror.offer("/whole/", small_mnist.contents)
    contents, failures = fetch_from_mirrors([f"{mirror.address}/gone/", whole])
    assert contents == list(small_mnist.contents.values())
    assert len(failures) == 1
    assert "404" in failures[0]
    assert [path for path in mirror.asked if path.startswith("/gone/")] == [
        "/gone/train-images-idx3-ubyte.gz"
    ]


def test_tampered_file_is_refused(small_mnist, mirror: Mirror) -> None:
    name = "t10k-labels-idx1-ubyte"
    tampered = small_mnist.contents[name][:-1] + b"\xff"
    address = mirror.offer("/mnist/", small_mnist.contents | {name: tampered})
    with pytest.raises(DataError, match=f"{name}.gz is not MNIST's {name}: expected SHA-256"):
        fetch_from_mirror(address)


def test_transfer_that_breaks_off(small_mnist, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    address = mirror.offer("/mnist/", small_mnist.contents)
    path = "/mnist/train-images-idx3-ubyte.gz"
    _, body, length = mirror.answers[path]
    mirror.answers[path] = (200, body[:-10], length)
    monkeypatch.setattr(mirror.server.RequestHandlerClass, "timeout", 1)
    with pytest.raises(DataError, match="ended after"):
        fetch_from_mirror(address)


def test_body_larger_than_mnist_is_not_read_to_its_end(small_mnist, mirror: Mirror) -> None:
    address = mirror.offer("/mnist/", small_mnist.contents)
    body = bytes(100_000)
    mirror.answers["/mnist/train-images-idx3-ubyte.gz"] = (200, body, len(body))
    with pytest.raises(DataError, match="sends more bytes than"):
        fetch_from_mirror(address)


def test_silent_mirror_is_given_up(small_mnist, mirror: Mirror) -> None:
    with pytest.raises(DataError, match="timed out"):
        fetch_from_mirror(f"{mirror.address}/silent/", timeout_seconds=0.2)


def test_closed_port(small_mnist) -> None:
    with pytest.raises(DataError, match="cannot be reached"):
        fetch_from_mirror("http://127.0.0.1:9/mnist/", timeout_seconds=1)
