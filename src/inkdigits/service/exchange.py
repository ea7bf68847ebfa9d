"""One request and its answer, as the connection, the middleware and the log see it."""

import asyncio
import time
from collections.abc import MutableMapping, Sized
from dataclasses import dataclass
from typing import Any

from inkdigits.service.refusals import Refusal

EXCHANGE_KEY = "inkdigits.exchange"
"""Key of a request's scope under which its `Exchange` is kept."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The place of a request in a trace.

    Attributes
    ----------
    trace_id
        Identifier of the trace, 32 hexadecimal digits.
    parent_id
        Identifier of the caller's span, 16 hexadecimal digits.
    span_id
        Identifier of the span of this request, made here.
    flags
        Two hexadecimal digits; 01 means that the caller records the trace.
    """

    trace_id: str
    parent_id: str
    span_id: str
    flags: str

    @property
    def traceresponse(self) -> bytes:
        """The header that tells the caller the span of this request."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}".encode()


class Exchange:
    """One request and its answer.

    Attributes
    ----------
    began
        Time at which the header of the request was complete, of ``time.perf_counter``.
    received
        Time at which the connection had the whole body, likewise; until then that of the header.
    request_id
        Its identifier, in the log and in the header ``X-Request-Id`` of the answer.
    trace
        Trace and span of W3C Trace Context, if the request has a valid ``traceparent``.
    reason
        Why it was refused, for log and metrics; empty if it was not.
    refusal
        Why it is refused, if that was decided while it was being received or answered.
    deadline_seconds
        Time for the answer from the end of its body, in seconds; the service's, or a shorter one that it asks for.
    n_received
        Length of the body that was received so far, in bytes.
    is_received
        Whether the whole body was received.
    status
        Status of the answer; 0 until it begins.
    followers
        What the client has sent behind this request on the same connection, and waits for its answer.
    n_sent
        Length of the answer's body so far, in bytes.
    """

    __slots__ = (
        "_task",
        "began",
        "deadline_seconds",
        "followers",
        "is_received",
        "n_received",
        "n_sent",
        "reason",
        "received",
        "refusal",
        "request_id",
        "status",
        "trace",
    )

    def __init__(self) -> None:
        self.began = self.received = time.perf_counter()
        self.request_id = ""
        self.trace: Trace | None = None
        self.refusal: Refusal | None = None
        self.reason = ""
        self.deadline_seconds = float("inf")
        self.n_received = 0
        self.is_received = False
        self.status = 0
        self.n_sent = 0
        self.followers: Sized = ()
        self._task: asyncio.Task[object] | None = None

    def begin(self) -> None:
        """Let `interrupt` cancel the task that runs now."""
        self._task = asyncio.current_task()

    def end(self) -> None:
        """Let `interrupt` do nothing any more."""
        self._task = None

    def interrupt(self, refusal: Refusal) -> None:
        """Refuse a request whose work is in progress, and cancel that work."""
        if self.refusal is None and self.status == 0:
            self.refusal = refusal
            if self._task is not None:
                self._task.cancel()


def get_deadline_seconds(scope: MutableMapping[str, Any]) -> float:
    """Return the time for the answer to a request, from the end of its body, in seconds.

    A route that can say more about a passed deadline, such as whether a worker had begun, keeps it itself; one second
    later the middleware ends the work, and answers 504.
    """
    exchange: Exchange = scope[EXCHANGE_KEY]
    return exchange.deadline_seconds


def get_waited_seconds(scope: MutableMapping[str, Any]) -> float:
    """Return the seconds since the body of a request was complete: so long did the event loop do something else."""
    exchange: Exchange = scope[EXCHANGE_KEY]
    return time.perf_counter() - exchange.received
