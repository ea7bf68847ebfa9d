"""Send hostile requests over plain sockets, and judge the answers."""

import json
import re
import select
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.service.requests.request import CLOSED, HostileRequest, Part

TIMEOUT_SECONDS = 60.0
"""Time after which the service has failed to answer or to close the connection."""

_STATUS = re.compile(rb"(?:\A|\r\n\r\n|[}>\n0])HTTP/1\.1 (\d{3}) ")
_RESET = struct.pack("ii", 1, 0)
_SECRETS = (b"Traceback", b"site-packages", b"/inkdigits", b"root:")
"""What no answer to these requests may contain: parts of a traceback or a path."""


@dataclass(frozen=True)
class Answer:
    """What became of a request.

    Attributes
    ----------
    received
        What the service sent.
    is_closed
        Whether it closed the connection.
    seconds
        Time from the connection to its end.
    """

    received: bytes
    is_closed: bool
    seconds: float

    @property
    def statuses(self) -> list[int]:
        """Status of each answer."""
        return [int(each) for each in _STATUS.findall(self.received)]


def send_all(
    requests: Iterable[HostileRequest], port: int, n_clients: int
) -> Iterator[tuple[HostileRequest, Answer]]:
    """Send requests, several at a time, and yield the answer to each."""
    listed = list(requests)
    with ThreadPoolExecutor(n_clients) as pool:
        yield from zip(listed, pool.map(lambda each: send(each, port), listed), strict=True)


def send(request: HostileRequest, port: int) -> Answer:
    """Send a request to a port of this machine, and receive until the connection is closed."""
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        received: list[bytes] = []
        is_closed = False
        for part in request.make_parts():
            if is_closed:
                break
            is_closed = _send_part(connection, part, received)
        if request.leaves:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        else:
            while not is_closed and time.monotonic() - start < TIMEOUT_SECONDS:
                is_closed = _receive(connection, 1.0, received)
    return Answer(b"".join(received), is_closed, time.monotonic() - start)


def _send_part(connection: socket.socket, part: Part, received: list[bytes]) -> bool:
    """Send bytes or wait, and receive meanwhile; return whether the connection was closed."""
    if isinstance(part, float):
        end = time.monotonic() + part
        while (left := end - time.monotonic()) > 0:
            if _receive(connection, left, received):
                return True
        return False
    view = memoryview(part)
    while view:
        readable, writable, _ = select.select([connection], [connection], [], TIMEOUT_SECONDS)
        if readable and _receive(connection, 0.0, received):
            return True
        if not (readable or writable):
            return False  # it neither reads nor closes
        if writable:
            try:
                view = view[connection.send(view[: 2**18]) :]
            except ConnectionError:
                return _receive_rest(connection, received)
    return False


def _receive(connection: socket.socket, seconds: float, received: list[bytes]) -> bool:
    """Receive for some time; return whether the connection was closed."""
    if not select.select([connection], [], [], seconds)[0]:
        return False
    try:
        data = connection.recv(2**18)
    except ConnectionError:
        return True
    received.append(data)
    return not data


def _receive_rest(connection: socket.socket, received: list[bytes]) -> bool:
    while not _receive(connection, 1.0, received):
        pass
    return True


def find_fault(request: HostileRequest, answer: Answer) -> str | None:
    """Return what is wrong with the answer to a request, or None."""
    if request.leaves:
        return None
    statuses = answer.statuses
    if not answer.is_closed:
        return f"the connection was not closed, after {statuses}"
    if request.status == CLOSED:
        return f"expected no answer, but got {answer.received[:60]!r}" if answer.received else None
    if not statuses or statuses[0] != request.status:
        return f"expected status {request.status}, but got {statuses[:3]}: {answer.received[-200:]!r}"
    if request.n_answers >= 0 and len(statuses) != request.n_answers:
        return f"expected {request.n_answers} answers, but got {statuses}"
    is_injected = b"INJECTED" in answer.received.partition(b"\r\n\r\n")[0]
    if is_injected or any(secret in answer.received for secret in _SECRETS):
        return f"the answer says too much: {answer.received[-200:]!r}"
    return None if request.status < 400 or request.n_answers != 1 else _find_fault_of_error(answer.received)


def _find_fault_of_error(received: bytes) -> str | None:
    """Return what is wrong with an answer with an error: its body must be a line of text in JSON."""
    header, _, body = received.partition(b"\r\n\r\n")
    if not body and b"content-length: 0" not in header.lower():
        return None  # to HEAD
    try:
        message = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return f"the answer has no error in JSON: {body[:200]!r}"
    return None if message and "\n" not in message else f"the error is not one line: {message!r}"
