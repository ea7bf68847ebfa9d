"""The rows of one request, from their submission to their scores."""

import asyncio
from collections.abc import Callable

import numpy as np

from inkdigits.contract import DigitImages, Scores


class Submission:
    """The rows of one request, which one pass or several compute.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28), n at least 1.
    deadline
        Time of ``time.monotonic`` after which no pass is begun for these rows.
    future
        Receives the `Scores` of all rows, or the error.
    forget
        Called with the number of rows that no pass has taken, when they are dropped.
    """

    __slots__ = ("_forget", "_found", "deadline", "future", "images", "n_taken")

    def __init__(
        self,
        images: DigitImages,
        deadline: float,
        future: "asyncio.Future[Scores]",
        forget: Callable[[int], None],
    ) -> None:
        self.images = images
        self.deadline = deadline
        self.future = future
        self.n_taken = 0
        self._found: list[Scores] = []
        self._forget = forget

    @property
    def n_left(self) -> int:
        """Number of rows that no pass has taken."""
        return len(self.images) - self.n_taken

    @property
    def is_over(self) -> bool:
        """Whether its scores or its error are known, or nobody waits for them."""
        return self.future.done()

    async def wait(self) -> Scores:
        """Return the scores of all rows, or raise the error.

        If the task that waits is cancelled, because its client has gone, the rows that no pass has taken are dropped.
        """
        try:
            return await self.future
        except asyncio.CancelledError:
            self._drop()
            raise

    def take(self, n: int) -> DigitImages:
        """Return the next rows, at most ``n``, for a pass."""
        start = self.n_taken
        self.n_taken = min(start + n, len(self.images))
        return self.images[start : self.n_taken]

    def add(self, scores: Scores) -> None:
        """Add the scores of the rows that a pass took; the last ones complete the future."""
        if self.future.done():
            return
        if len(scores.is_digit) == len(self.images):
            self.future.set_result(scores)
            return
        self._found.append(scores)
        if sum(len(each.is_digit) for each in self._found) == len(self.images):
            self.future.set_result(
                Scores(
                    np.concatenate([each.probabilities for each in self._found]),
                    np.concatenate([each.is_digit for each in self._found]),
                )
            )

    def fail(self, error: Exception) -> None:
        """Complete the future with an error, unless it is complete; the rows that no pass took are dropped."""
        if not self.future.done():
            self.future.set_exception(error)
            self._drop()

    def _drop(self) -> None:
        """Count the rows that no pass has taken as no longer waiting, once."""
        self._forget(self.n_left)
        self.n_taken = len(self.images)
