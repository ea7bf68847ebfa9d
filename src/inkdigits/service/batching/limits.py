"""Limits of a batcher, and the errors with which it refuses rows."""

from dataclasses import dataclass

from inkdigits.errors import InkdigitsError, UsageError


@dataclass(frozen=True)
class BatchLimits:
    """How many rows share a pass, and how many may wait.

    Attributes
    ----------
    largest_batch
        Rows of the largest forward pass. With 32 rows, ``accurate`` has reached its full rate (4,200 rows a second on
        one core; 3,800 with one row), and a pass takes 8 ms: a request waits that long at most for the pass before it.
    longest_wait
        Seconds that rows wait after a pass for others to fill the next one. 0, because on a processor a fuller
        batch saves little, and rows that arrive during a pass share the next one anyway. A request that finds the
        model idle never waits.
    n_waiting
        Rows that may wait for a pass. 1,024 rows of ``accurate`` take a quarter of a second on one core.
    """

    largest_batch: int = 32
    longest_wait: float = 0.0
    n_waiting: int = 1024

    def __post_init__(self) -> None:
        if self.largest_batch < 1 or self.n_waiting < 1:
            raise UsageError(
                f"expected batches and a queue of at least 1 row, but got {self.largest_batch} and {self.n_waiting}"
            )
        if not 0 <= self.longest_wait <= 60:
            raise UsageError(f"expected a wait of 0 to 60 seconds, but got {self.longest_wait}")


class BatchError(InkdigitsError):
    """Rows are not computed."""


class QueueFullError(BatchError):
    """More rows wait than may, or they would wait for longer than their deadline.

    Parameters
    ----------
    message
        The message.
    seconds
        Estimated seconds until there is room.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class DeadlinePassedError(BatchError):
    """The deadline of rows has passed before their pass."""


class BatcherClosedError(BatchError):
    """The batcher has been closed."""
