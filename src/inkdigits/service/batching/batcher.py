"""The batcher: concurrent requests for a model share its forward passes."""

import asyncio
import contextlib
import math
import os
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from inkdigits.contract import DigitImages, Recogniser, Scores
from inkdigits.service.batching.limits import BatcherClosedError, BatchLimits, QueueFullError
from inkdigits.service.batching.pace import Pace
from inkdigits.service.batching.queue import Part, RowQueue, deliver, join_rows
from inkdigits.service.batching.submission import Submission

_ROWS_AHEAD = 8
"""Waiting rows from which the next pass is handed to the thread of a model while one still runs there: the thread then
goes on at once, instead of after two turns of the event loop of up to 5 ms each. Fewer rows wait for others."""

_SHARE_OF_DEADLINE = 0.6
"""Share of the time for an answer that its estimate may take: the estimate is a mean, and at most one answer in a
hundred should take longer than allowed. With 0.8, requests for 16 images of `accurate` that came five times too often
had a 99th percentile of 263 ms for a deadline of 250 on a busy machine."""

_LESS_PRIORITY = 3
"""Steps by which the thread of passes has less priority than the event loop, on Linux (the nice value): on one core the
loop then gets two thirds, if it needs them. With the same priority, 4,900 requests a second for 4 images of `accurate`,
five times what one core computes, made turns of the loop of up to 90 ms: the 99th percentile of liveness was 88 and 99
ms in two runs of 6 s, and 5 and 30 ms with less priority. As many images were computed."""


class PassObserver(Protocol):
    """What wants to know about each pass, such as metrics."""

    def __call__(self, n_rows: int, n_requests: int, seconds: float) -> None:
        """Observe a pass over ``n_rows`` rows of ``n_requests`` requests, which took ``seconds``."""
        ...


class Batcher:
    """Computes the rows of concurrent requests together, within one event loop.

    No pass waits for a fuller batch: a pass takes whatever arrived during the previous one (unless the limits have a
    longest wait). A model whose passes are short runs in the thread of the event loop, other models each in a
    thread of its own: ONNX Runtime releases the interpreter lock during a pass.

    Parameters
    ----------
    recogniser
        The model. Its method `score` is called by one thread at a time.
    limits
        The limits.
    pace
        How long its passes take; see `inkdigits.service.batching.pace.measure_pace`.
    observe
        Called after each pass, in the event loop.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        limits: BatchLimits,
        pace: Pace,
        observe: PassObserver = lambda n_rows, n_requests, seconds: None,
    ) -> None:
        self.limits = limits
        self.pace = pace
        self._recogniser = recogniser
        self._observe = observe
        self._queue = RowQueue()
        self._apart: deque[Part] = deque()
        self._next: asyncio.Handle | None = None
        self._n_passes = 0
        self._n_running = 0
        self._last_end = 0.0
        self._is_closed = False
        self._executor = (
            None
            if pace.is_short(limits.largest_batch)
            else ThreadPoolExecutor(1, thread_name_prefix="passes", initializer=_give_way)
        )

    @property
    def n_waiting(self) -> int:
        """Number of rows that wait for a pass."""
        return self._queue.n_rows

    @property
    def runs_in_loop(self) -> bool:
        """Whether passes run in the thread of the event loop."""
        return self._executor is None

    def estimate_seconds(self, n_rows: int = 0) -> float:
        """Return the estimated seconds until ``n_rows`` rows that arrive now are computed."""
        return self.pace.estimate(self._queue.n_rows + self._n_running + n_rows)

    def check_room(self, n_rows: int, seconds: float, around: float = 0.0) -> None:
        """Check whether rows could be submitted now: cheap, so that a request is refused before its body is read.

        Parameters
        ----------
        n_rows
            Number of rows, 1 if it is not known yet.
        seconds
            Seconds until their deadline.
        around
            Estimated seconds of the event loop before and after the passes, such as for parsing other requests.

        Raises
        ------
        QueueFullError
            If the queue is full, or the rows would wait for longer than ``seconds``.
        BatcherClosedError
            If the batcher is closed.
        """
        if self._is_closed:
            raise BatcherClosedError("expected a running service, but it is stopping; try another one")
        n_waiting = self._queue.n_rows
        if n_waiting + n_rows > self.limits.n_waiting and n_waiting:
            self._refuse(f"expected at most {self.limits.n_waiting} waiting images, but {n_waiting} wait")
        estimate, limit = self.estimate_seconds(n_rows) + around, _SHARE_OF_DEADLINE * seconds
        # Rows that find the model idle are computed whatever its estimate says: that is how it is renewed.
        if estimate > limit and (n_waiting or self._n_passes or around > limit):
            self._refuse(
                f"expected time for an answer, but it takes about {estimate:.2g} of {seconds:.3g} s", around
            )

    def _refuse(self, reason: str, around: float = 0.0) -> None:
        wait = (self.estimate_seconds() + around) / 2
        raise QueueFullError(f"{reason}; try again in {max(1, math.ceil(wait))} s", wait)

    def submit(self, images: DigitImages, seconds: float) -> Submission:
        """Submit the rows of a request.

        Parameters
        ----------
        images
            ``uint8`` of shape (n, 28, 28), n from 1 to the number of rows that may wait.
        seconds
            Seconds until the deadline: rows for which no pass has begun by then are not computed.

        Returns
        -------
        Submission
            Its `wait` returns the scores, or raises `DeadlinePassedError`, `BatcherClosedError`, or the error of the
            model. Rows of one request do not fail because of those of another.

        Raises
        ------
        QueueFullError, BatcherClosedError
            See `check_room`.
        """
        self.check_room(len(images), seconds)
        loop = asyncio.get_running_loop()
        submission = Submission(images, time.monotonic() + seconds, loop.create_future(), self._queue.forget)
        self._queue.append(submission)
        if self._executor is None:
            # At once: at the end of the turn of the loop, in which others are parsed, more rows may wait than can.
            while self._queue.n_rows >= self.limits.largest_batch:
                self._begin_pass(loop)
        elif isinstance(self._next, asyncio.TimerHandle) and self._queue.n_rows >= self.limits.largest_batch:
            self._begin_pass(loop)
        if self._next is None and self._queue.n_rows and (not self._n_passes or self._can_run_ahead()):
            # The pass begins after the callbacks that are ready now, and takes the rows that those submit.
            self._next = loop.call_soon(self._begin_pass, loop)
        return submission

    def close(self) -> None:
        """Fail what waits, wait for the pass that runs, and end the thread."""
        self._is_closed = True
        self._apart.clear()
        self._queue.fail_all(
            BatcherClosedError("expected a running service, but it has stopped; try another one")
        )
        if self._executor is not None:
            self._executor.shutdown()

    def _begin_pass(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin a pass over the rows that wait, if any."""
        now = time.monotonic()
        if self._next is not None:
            self._next.cancel()
            self._next = None
        parts = [self._apart.popleft()] if self._apart else self._queue.take(self.limits.largest_batch, now)
        if not parts:
            return
        batch = join_rows(parts)
        self._n_passes += 1
        self._n_running += len(batch)
        if self._executor is None:
            self._end_pass(loop, parts, now, *_score(self._recogniser, batch))
            return
        self._executor.submit(self._run_in_thread, loop, parts, now, batch)
        if self._can_run_ahead():
            self._begin_pass(loop)

    def _can_run_ahead(self) -> bool:
        """Return whether a second pass should be handed to the thread while one runs."""
        enough = min(_ROWS_AHEAD, self.limits.largest_batch)
        return self._executor is not None and self._n_passes == 1 and self._queue.n_rows >= enough

    def _run_in_thread(
        self, loop: asyncio.AbstractEventLoop, parts: list[Part], begun: float, batch: DigitImages
    ) -> None:
        outcome = _score(self._recogniser, batch)
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile: nobody waits
            loop.call_soon_threadsafe(self._end_pass, loop, parts, begun, *outcome)

    def _end_pass(
        self,
        loop: asyncio.AbstractEventLoop,
        parts: list[Part],
        begun: float,
        scores: Scores | None,
        error: Exception | None,
        seconds: float,
    ) -> None:
        """Begin the next pass, then deliver the scores of this one."""
        n_rows = sum(len(part.images) for part in parts)
        self._n_passes -= 1
        self._n_running -= n_rows
        # Not the time of the pass alone: while the loop has much to do, the next one begins late, and rows wait longer.
        now = time.monotonic()
        self.pace.add_pass(n_rows, now - max(begun, self._last_end), self.limits.largest_batch)
        self._last_end = now
        if error is not None and len(parts) > 1:
            self._apart.extend(parts)
        self._schedule_next(loop)
        if scores is not None:
            deliver(parts, scores)
        elif len(parts) == 1:
            parts[0].submission.fail(error or RuntimeError("no scores"))
        self._observe(n_rows, len(parts), seconds)

    def _schedule_next(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._next is not None:
            return
        n_rows, wait = self._queue.n_rows, self.limits.longest_wait
        if self._n_passes:
            if self._can_run_ahead():
                self._begin_pass(loop)
        elif self._apart or n_rows >= self.limits.largest_batch or (n_rows and not wait):
            if self._executor is None:
                # The loop receives and sends in between.
                self._next = loop.call_soon(self._begin_pass, loop)
            else:
                self._begin_pass(loop)
        elif n_rows:
            self._next = loop.call_later(wait, self._begin_pass, loop)


def _score(recogniser: Recogniser, batch: DigitImages) -> tuple[Scores | None, Exception | None, float]:
    """Return the scores, or the error: any, since a pass must end for those that wait; and the seconds."""
    begun = time.monotonic()
    try:
        return recogniser.score(batch), None, time.monotonic() - begun
    except Exception as error:
        return None, error, time.monotonic() - begun


def _give_way() -> None:
    """Lower the priority of the calling thread: on Linux each has its own, elsewhere the process has one."""
    if sys.platform == "linux":
        os.nice(_LESS_PRIORITY)
