"""Tasks that wait or run, and their futures."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from inkdigits.workers import failures
from inkdigits.workers.messages import Kind, rebuild_error


class TaskFuture(Future[Any]):
    """The result of a task.

    Attributes
    ----------
    n_bytes
        Length of the result as it was sent, in bytes; set when the future is done.
    """

    n_bytes = 0


@dataclass
class PendingTask:
    """A task that waits or runs.

    Attributes
    ----------
    content
        The pickle of its function and arguments.
    result_type
        Type of its result; see `inkdigits.workers.messages.decode_result`.
    name
        Name of the picture in messages.
    future
        Its result.
    is_started
        Whether a worker has begun with it.
    is_repeated
        Whether it is repeated in another worker, because the first one may have failed for another reason.
    """

    content: bytes
    result_type: Any
    name: str
    future: TaskFuture
    is_started: bool = False
    is_repeated: bool = False


def settle(task: PendingTask, kind: int, result: Any) -> None:
    """Set the outcome of a task.

    Parameters
    ----------
    task
        The task.
    kind
        The `Kind` of the worker's message.
    result
        Its content: the result, or a `ReportedError`.
    """
    if kind == Kind.RESULT:
        task.future.set_result(result)
    elif kind == Kind.ERROR:
        task.future.set_exception(rebuild_error(result))
    else:
        task.future.set_exception(failures.describe_unexpected_error(task.name, result))
