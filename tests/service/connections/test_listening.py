import errno
import os
import resource
import socket
import sys
import time

import pytest

from inkdigits.errors import InkdigitsError, UsageError
from inkdigits.service.connections.listening import (
    accept_waiting,
    allow_descriptors,
    check_exposure,
    is_loopback,
    open_sockets,
    refuse_new_connections,
)
from inkdigits.service.settings import Settings


def accept(listener, n=1):
    """Accept connections; a busy system may complete them a little later than it says to their clients."""
    accepted = []
    deadline = time.monotonic() + 60
    while len(accepted) < n:
        accepted += accept_waiting(listener)
        assert time.monotonic() < deadline
    return accepted


def test_socket_listens_before_anything_is_loaded():
    (listener,) = open_sockets("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname(), timeout=60):
        (accepted,) = accept(listener)
        accepted.close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such filter")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connections_that_have_begun_are_completed_and_new_ones_ignored(host):
    (listener,) = open_sockets(host, 0)
    with listener, socket.create_connection(listener.getsockname()[:2], timeout=60) as client:
        refuse_new_connections(listener)
        (accepted,) = accept(listener)
        with accepted:
            client.sendall(b"request")
            accepted.settimeout(60)
            assert accepted.recv(100) == b"request"
            accepted.sendall(b"answer")
            assert client.recv(100) == b"answer"
        with pytest.raises(TimeoutError):
            socket.create_connection(listener.getsockname()[:2], timeout=0.2)


def test_taken_port_is_named():
    (listener,) = open_sockets("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with listener, pytest.raises(InkdigitsError, match=f"port {port} of 127.0.0.1 is taken .* --port"):
        open_sockets("127.0.0.1", port)


def test_port_can_be_taken_again_at_once():
    (listener,) = open_sockets("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)):
        (accepted,) = accept(listener)
        accepted.close()  # the closing side keeps the address for a minute
    listener.close()
    (listener,) = open_sockets("127.0.0.1", port)
    listener.close()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 300, "1.2.3.4.5"])
def test_unknown_host(host):
    with pytest.raises(UsageError, match="--host"):
        open_sockets(host, 0)


def test_address_of_another_machine():
    with pytest.raises(UsageError, match="address of this machine"):
        open_sockets("192.0.2.1", 0)


def test_reserved_port(monkeypatch):
    def refuse(self, address):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(InkdigitsError, match="administrator"):
        open_sockets("127.0.0.1", 80)


def test_all_waiting_connections_are_accepted():
    (listener,) = open_sockets("127.0.0.1", 0)
    with listener:
        clients = [socket.create_connection(listener.getsockname(), timeout=60) for _ in range(10)]
        accepted = accept(listener, 10)
        assert len(accepted) == 10
        assert accept_waiting(listener) == []
        for each in clients + accepted:
            each.close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
    ],
)
def test_loopback(host, expected):
    assert is_loopback(host) is expected


def test_limit_on_open_files_is_raised(monkeypatch):
    limits = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: limits.append(pair))
    allow_descriptors(512)
    assert limits == []
    allow_descriptors(2000)
    assert limits == [(2200, 4096)]
    with pytest.raises(UsageError, match=r"--max-connections of at most 3896, .* 4096 files"):
        allow_descriptors(3897)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    allow_descriptors(10**6)
    assert limits == [(2200, 4096)]


def test_token_is_needed_beyond_this_machine():
    with pytest.raises(UsageError, match="--token-file or INKDIGITS_TOKEN, or give --insecure"):
        check_exposure(Settings(host="0.0.0.0"))
    check_exposure(Settings(host="0.0.0.0", token="correct-horse-battery"))
    check_exposure(Settings(host="0.0.0.0", is_insecure=True))
    check_exposure(Settings())
