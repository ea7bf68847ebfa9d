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


_TURNS = 3
"""Turns of the event loop between the arrival of a request and its answer, besides those in which its rows wait: its
bytes are received in one, its rows are taken by a pass in the next, and its answer is sent in a third."""


class Pace:
    """The estimated times of passes and of the event loop, moving averages.

    Parameters
    ----------
    seconds_per_row
        The first estimate.

    Attributes
    ----------
    seconds_per_row
        Seconds of a row in a full batch, since rows wait only if batches are full.
    turn_seconds
        Seconds of a turn of the event loop: long if many requests arrive at once, also if they are refused.
    """

    def __init__(self, seconds_per_row: float) -> None:
        self.seconds_per_row = seconds_per_row
        self.turn_seconds = 0.0

    def is_short(self, n_rows: int) -> bool:
        """Return whether a pass over so many rows is short enough for the thread of the event loop."""
        return self.seconds_per_row * n_rows <= SHORT_PASS_SECONDS

    def estimate(self, n_rows: int) -> float:
        """Return the estimated seconds from the arrival of a request to its answer.

        Parameters
        ----------
        n_rows
            Number of its rows, and of those before them.
        """
        return self.seconds_per_row * n_rows + _TURNS * self.turn_seconds

    def add_pass(self, n_rows: int, seconds: float, largest_batch: int) -> None:
        """Take a pass into account.

        Parameters
        ----------
        n_rows, seconds
            Its rows and its time.
        largest_batch
            Rows of a full batch. A pass over fewer rows takes longer for each, and counts less.
        """
        share = _SHARE_OF_NEW * n_rows / largest_batch
        self.seconds_per_row += share * (seconds / n_rows - self.seconds_per_row)

    def add_turn(self, seconds: float) -> None:
        """Take into account how long the event loop took to run something that it had to run next."""
        self.turn_seconds += _SHARE_OF_NEW * (seconds - self.turn_seconds)


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
