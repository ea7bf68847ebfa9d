"""The queue of rows in front of a model: in the order of arrival, with deadlines."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from inkdigits.contract import DigitImages, Scores
from inkdigits.service.batching.limits import DeadlinePassedError
from inkdigits.service.batching.submission import Submission


@dataclass(frozen=True)
class Part:
    """Rows of one submission within a pass.

    Attributes
    ----------
    submission
        The submission.
    images
        Its rows, ``uint8`` of shape (n, 28, 28).
    """

    submission: Submission
    images: DigitImages


class RowQueue:
    """The submissions that wait for a pass, in the order in which they arrived.

    Attributes
    ----------
    n_rows
        Number of rows that wait.
    """

    def __init__(self) -> None:
        self._waiting: deque[Submission] = deque()
        self.n_rows = 0

    def append(self, submission: Submission) -> None:
        """Add the rows of a submission."""
        self._waiting.append(submission)
        self.n_rows += len(submission.images)

    def forget(self, n: int) -> None:
        """Subtract ``n`` rows that will not be computed."""
        self.n_rows -= n

    def take(self, largest: int, now: float) -> list[Part]:
        """Return the parts of the next pass: at most ``largest`` rows.

        A submission whose deadline has passed fails. One that has more rows than fit stays the first: if others went
        before it, its wait would have no bound that is known when it arrives.

        Parameters
        ----------
        largest
            Rows of the largest pass.
        now
            The time, of ``time.monotonic``.

        Returns
        -------
        list of Part
            Empty if nothing waits.
        """
        parts: list[Part] = []
        n_free = largest
        waiting = self._waiting
        while waiting and n_free:
            submission = waiting.popleft()
            if submission.is_over:
                continue
            if submission.deadline < now:
                submission.fail(
                    DeadlinePassedError(
                        "expected free time before the deadline, but it has passed; try again later"
                    )
                )
                continue
            images = submission.take(n_free)
            n_free -= len(images)
            self.n_rows -= len(images)
            parts.append(Part(submission, images))
            if submission.n_left:
                waiting.appendleft(submission)
        return parts

    def fail_all(self, error: Exception) -> None:
        """Fail all that wait with an error."""
        while self._waiting:
            self._waiting.popleft().fail(error)


def join_rows(parts: list[Part]) -> DigitImages:
    """Return the rows of all parts as one batch, ``uint8`` of shape (n, 28, 28)."""
    return parts[0].images if len(parts) == 1 else np.concatenate([part.images for part in parts])


def deliver(parts: list[Part], scores: Scores) -> None:
    """Give each submission the scores of its rows of a pass."""
    if len(parts) == 1:
        parts[0].submission.add(scores)
        return
    start = 0
    for part in parts:
        end = start + len(part.images)
        part.submission.add(Scores(scores.probabilities[start:end], scores.is_digit[start:end]))
        start = end
