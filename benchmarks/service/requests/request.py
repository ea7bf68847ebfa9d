"""The form of a hostile request, and the bytes of which most are made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

TOKEN = "a-token-of-no-secret-service"
"""Token of the service that gets the requests."""

CLOSED = 0
"""Expected status of a request after which the connection is closed without an answer."""

MAX_BODY_BYTES = 4 * 2**20
"""Length of the longest body that the service accepts: small, so that a longer one is soon sent."""

Part = bytes | float
"""Bytes to send, or a pause in seconds."""

HOST = "Host: 127.0.0.1"
BEARER = f"Authorization: Bearer {TOKEN}"
CLOSE = "Connection: close"
STANDARD = (HOST, BEARER, CLOSE)
"""Fields that most requests have."""


@dataclass(frozen=True)
class HostileRequest:
    """A request, or several on one connection.

    Attributes
    ----------
    name
        What is hostile about it.
    status
        Status of its first answer, or `CLOSED`.
    make_parts
        Makes what is sent.
    n_answers
        Number of answers on the connection; further ones would be those to a smuggled request.
    leaves
        Whether the client closes the connection, by a reset, once it has sent all, and waits for no answer.
    is_harmless
        Whether it is answered as if nothing was wrong with it, since the standard has the odd part ignored.
    """

    name: str
    status: int
    make_parts: Callable[[], Iterable[Part]]
    n_answers: int = 1
    leaves: bool = False
    is_harmless: bool = False


def make(name: str, status: int, *parts: Part, n_answers: int = 1) -> HostileRequest:
    """Return a request of some parts."""
    return HostileRequest(name, status, lambda: parts, n_answers if status else 0)


def make_harmless(name: str, *parts: Part, status: int = 200, n_answers: int = 1) -> HostileRequest:
    """Return a request that is answered as any other."""
    return HostileRequest(name, status, lambda: parts, n_answers, is_harmless=True)


def head(first: str, *fields: str, standard: tuple[str, ...] = STANDARD) -> bytes:
    """Return the header of a request: its first line without the version, and its fields besides the standard ones."""
    return "\r\n".join((f"{first} HTTP/1.1", *standard, *fields, "", "")).encode("latin-1")


def post(path: str, body: bytes, *fields: str, standard: tuple[str, ...] = STANDARD) -> bytes:
    """Return a request with a body."""
    return head(f"POST {path}", f"Content-Length: {len(body)}", *fields, standard=standard) + body


def in_chunks(*chunks: bytes) -> bytes:
    """Return a chunked body."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
