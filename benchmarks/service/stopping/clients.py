"""Clients that record the outcome of each request: plain sockets, one thread each."""

import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

_TIMEOUT_SECONDS = 30.0


class EndedError(Exception):
    """The service accepts no connection any more."""


class LostError(Exception):
    """A request was sent on an accepted connection, and got no full answer."""


@dataclass
class Outcomes:
    """What became of the requests of one client.

    Attributes
    ----------
    kind
        Its kind.
    answered
        Times of ``time.monotonic`` at which full answers with status 200 came.
    others
        Status of each other full answer.
    lost
        A description of each lost request.
    """

    kind: str
    answered: list[float] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Client(threading.Thread):
    """Sends requests one after the other until the service accepts no connection.

    Parameters
    ----------
    kind
        ``kept``: on one connection, at once; ``fresh``: each on a new connection; ``thinking``: on one connection, with
        pauses of up to half a second, longer than the delay of the service.
    port
        Of the service on this machine.
    request
        The bytes of a request.
    seed
        Of the pauses.
    """

    def __init__(self, kind: str, port: int, request: bytes, seed: int) -> None:
        super().__init__(name=f"{kind} {seed}", daemon=True)
        self.outcomes = Outcomes(kind)
        self._port, self._request = port, request
        self._random = random.Random(seed)
        self._connection: socket.socket | None = None

    def run(self) -> None:
        """Send requests."""
        with suppress(EndedError):
            while True:
                if self.outcomes.kind == "thinking":
                    time.sleep(self._random.uniform(0.0, 0.5))
                self._ask()
        if self._connection is not None:
            self._connection.close()

    def _ask(self) -> None:
        connection, is_new = self._connect()
        try:
            status, is_kept = exchange(connection, self._request)
        except (LostError, OSError) as error:
            place = "a new connection" if is_new else "a used connection"
            self.outcomes.lost.append(f"{type(error).__name__} on {place}: {error}")
            self._drop()
            return
        if status == 200:
            self.outcomes.answered.append(time.monotonic())
        else:
            self.outcomes.others.append(status)
        if not is_kept or self.outcomes.kind == "fresh":
            self._drop()

    def _connect(self) -> tuple[socket.socket, bool]:
        """Return a connection, and whether it is new. One that the service has closed is not used, as HTTP asks."""
        if self._connection is not None:
            if not _is_closed_by_peer(self._connection):
                return self._connection, False
            self._drop()
        try:
            self._connection = socket.create_connection(("127.0.0.1", self._port), _TIMEOUT_SECONDS)
        except (ConnectionRefusedError, ConnectionResetError) as error:
            raise EndedError from error
        return self._connection, True

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def exchange(connection: socket.socket, request: bytes) -> tuple[int, bool]:
    """Send a request and receive its answer.

    Parameters
    ----------
    connection
        A connection.
    request
        The bytes of the request.

    Returns
    -------
    status : int
        Of the answer.
    is_kept : bool
        Whether the connection stays open.

    Raises
    ------
    LostError, OSError
        If the connection ends before the end of the answer.
    """
    connection.sendall(request)
    received = _receive_until(connection, b"", lambda received: b"\r\n\r\n" in received)
    header, _, body = received.partition(b"\r\n\r\n")
    first, *lines = header.decode("latin-1").lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    length = int(fields["content-length"])
    _receive_until(connection, body, lambda received: len(received) >= length)
    return int(first.split()[1]), fields.get("connection") != "close"


def _receive_until(connection: socket.socket, received: bytes, is_complete: Callable[[bytes], bool]) -> bytes:
    while not is_complete(received):
        part = connection.recv(65536)
        if not part:
            raise LostError(f"closed after {len(received)} bytes of the answer")
        received += part
    return received


def _is_closed_by_peer(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        connection.settimeout(_TIMEOUT_SECONDS)
