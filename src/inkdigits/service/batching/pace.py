"""How long the forward passes of a model take: where they run, and how long rows wait, depend on it."""

import time

import numpy as np

from inkdigits.contract import SIDE, DigitImages, Recogniser

SHORT_PASS_SECONDS = 2e-3
"""Longest pass, in seconds, that runs in the thread of the event loop, which answers nobody meanwhile.

Handing a pass to another thread costs more than it saves if passes are short: the two threads compete for Python's
interpreter lock. On one connection a request to ``quick`` took 150 microseconds of processor time in the loop and 235
with a thread, one to ``classic`` 175 and 225; on 16 connections 90 and 87, and 106 and 124. A pass over 32 rows takes
``quick`` 0.1 ms, ``compact`` and ``classic`` about 1 ms, ``accurate`` 8 ms."""

_LONGEST_MEASUREMENT_SECONDS = 0.2
"""Estimated time of a full batch, in seconds, above which only a single row is measured at the start; ``accurate``
takes 8 ms."""

_SHARE_OF_NEW = 0.1
"""Weight of a new pass in the moving average: the estimate follows the machine's load in about ten passes."""


class Pace:
    """The estimated time of passes, a moving average.

    Parameters
    ----------
    seconds_per_row
        The first estimate.

    Attributes
    ----------
    seconds_per_row
        Seconds of a row in a full batch, since rows wait only if batches are full.
    """

    def __init__(self, seconds_per_row: float) -> None:
        self.seconds_per_row = seconds_per_row

    def is_short(self, n_rows: int) -> bool:
        """Return whether a pass over so many rows is short enough for the thread of the event loop."""
        return self.seconds_per_row * n_rows <= SHORT_PASS_SECONDS

    def estimate(self, n_rows: int) -> float:
        """Return the estimated seconds until ``n_rows`` rows are computed, the last of which is that of a request."""
        return self.seconds_per_row * n_rows

    def add_pass(self, n_rows: int, seconds: float, largest_batch: int) -> None:
        """Take a pass into account.

        Parameters
        ----------
        n_rows, seconds
            Its rows, and the time from when it could begin until its scores arrived in the event loop.
        largest_batch
            Rows of a full batch. A pass over fewer rows takes longer for each: it counts less, unless it shows that
            the estimate is too long. Requests that are refused have no passes, so the few that are left must do.
        """
        change = seconds / n_rows - self.seconds_per_row
        share = _SHARE_OF_NEW if change < 0 else _SHARE_OF_NEW * n_rows / largest_batch
        self.seconds_per_row += share * change


def measure_pace(recogniser: Recogniser, largest_batch: int) -> Pace:
    """Measure full batches of a model, which also prepares it for its first request.

    Parameters
    ----------
    recogniser
        The model.
    largest_batch
        Rows of a full batch.

    Returns
    -------
    Pace
    """
    images = np.zeros((largest_batch, SIDE, SIDE), np.uint8)
    recogniser.score(images[:1])
    seconds_per_row = _measure(recogniser, images[:1])
    if seconds_per_row * largest_batch > _LONGEST_MEASUREMENT_SECONDS:
        return Pace(seconds_per_row)  # a network of the user that would delay the start
    # The shortest of three: other processes can only lengthen a pass.
    return Pace(min(_measure(recogniser, images) for _ in range(3)))


def _measure(recogniser: Recogniser, images: DigitImages) -> float:
    """Return the seconds of a row in a pass over all images."""
    start = time.perf_counter()
    recogniser.score(images)
    return (time.perf_counter() - start) / len(images)
