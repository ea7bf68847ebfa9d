"""The time that a request may take: to be received, and to be answered."""

import asyncio
import time

from inkdigits.service.exchange import Exchange
from inkdigits.service.refusals import Refusal
from inkdigits.service.settings import Settings

MAX_DEADLINE_SECONDS = 3600.0
"""Longest deadline in seconds that a request may send; it is shortened to the service's own."""

GRACE_SECONDS = 1.0
"""Time after the deadline, in seconds, in which a route can answer itself: it knows whether the work had begun."""


class Stopwatch:
    """Interrupts a request that is received too slowly, or not answered in time.

    One timer does for both: setting a timer takes as long as parsing a header.

    Parameters
    ----------
    exchange
        The request.
    settings
        Of the service.
    """

    __slots__ = ("_exchange", "_loop", "_received", "_settings", "_timer")

    def __init__(self, exchange: Exchange, settings: Settings) -> None:
        self._exchange, self._settings = exchange, settings
        self._received = exchange.began
        self._loop = asyncio.get_running_loop()
        answer_seconds = exchange.deadline_seconds + GRACE_SECONDS
        is_received = exchange.is_received
        first = answer_seconds
        if not is_received:
            first = min(answer_seconds, settings.body_grace_seconds, settings.body_seconds)
        self._timer = self._loop.call_later(first, self._check)

    def note_received(self) -> None:
        """Begin the time for the answer: the whole body has arrived."""
        self._received = time.perf_counter()

    def stop(self) -> None:
        """End the supervision."""
        self._timer.cancel()

    def _check(self) -> None:
        now = time.perf_counter()
        remaining = self._check_answer(now) if self._exchange.is_received else self._check_body(now)
        if remaining > 0:
            self._timer = self._loop.call_later(remaining, self._check)

    def _check_answer(self, now: float) -> float:
        """Return the seconds until the deadline, or interrupt the request."""
        remaining = self._received + self._exchange.deadline_seconds + GRACE_SECONDS - now
        if remaining <= 0:
            # 504, not 408: the client sent its request in time, and 408 has browsers and proxies send it again.
            # gRPC's DEADLINE_EXCEEDED is mapped to 504, too.
            self._exchange.interrupt(
                Refusal(
                    504,
                    f"no answer within {self._exchange.deadline_seconds:g} s; try again later, or send less at a time",
                    "deadline",
                )
            )
        return remaining

    def _check_body(self, now: float) -> float:
        """Return the seconds until the next check, or interrupt the request."""
        settings, seconds = self._settings, now - self._exchange.began
        least = settings.min_body_bytes_per_second * seconds
        is_too_slow = seconds >= settings.body_grace_seconds and self._exchange.n_received < least
        if is_too_slow or seconds >= settings.body_seconds:
            self._exchange.interrupt(
                Refusal(
                    408,
                    f"the body arrives too slowly: {self._exchange.n_received} bytes in {seconds:.1f} s; expected "
                    f"{settings.min_body_bytes_per_second} bytes a second, and all within {settings.body_seconds:g} s",
                    "slow_body",
                )
            )
            return 0.0
        return min(1.0, max(settings.body_grace_seconds - seconds, 0.05), settings.body_seconds - seconds)


def parse_deadline(given: bytes | None, settings: Settings) -> float:
    """Return the time for an answer in seconds: that of the service, or a shorter one that the request asks for.

    Parameters
    ----------
    given
        Value of the header ``X-Deadline-Seconds``, if there is one.
    settings
        Of the service.

    Raises
    ------
    Refusal
        400 if it is not a number above 0.
    """
    if given is None:
        return settings.deadline_seconds
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MAX_DEADLINE_SECONDS:  # false for NaN
        raise Refusal(
            400,
            f"expected X-Deadline-Seconds above 0 and at most {MAX_DEADLINE_SECONDS:g}, but got "
            f"{given[:40].decode('latin-1')!r}",
            "deadline_header",
        )
    return min(seconds, settings.deadline_seconds)
