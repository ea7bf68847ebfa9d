"""Tasks that wait or run, and their futures."""

import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from inkdigits.errors import InkdigitsError
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


@dataclass(eq=False)
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
    n_repeated
        How often it was given to another worker, because the one before may have failed for another reason.
    """

    content: bytes
    result_type: Any
    name: str
    future: TaskFuture
    is_started: bool = False
    n_repeated: int = 0


class TaskQueue:
    """The tasks that wait for a worker; for several threads.

    Attributes
    ----------
    fault
        The error with which the queue was closed, or None.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: deque[PendingTask] = deque()
        self.fault: InkdigitsError | None = None

    def __len__(self) -> int:
        return len(self._tasks)

    def put(self, task: PendingTask, max_waiting: int | None) -> bool:
        """Append a task, and return whether there was room for it.

        Raises
        ------
        InkdigitsError
            If the queue is closed.
        """
        with self._lock:
            if self.fault is not None:
                raise self.fault
            if max_waiting is not None and len(self._tasks) >= max_waiting:
                return False
            self._tasks.append(task)
        # A cancelled task would take room and memory until a worker is free.
        task.future.add_done_callback(lambda future: self._remove(task) if future.cancelled() else None)
        return True

    def put_first(self, task: PendingTask) -> None:
        """Put a task before the others."""
        with self._lock:
            self._tasks.appendleft(task)

    def take(self) -> PendingTask | None:
        """Return the next task that is not cancelled, if there is one."""
        while True:
            with self._lock:
                if not self._tasks:
                    return None
                task = self._tasks.popleft()
            if task.future.running() or task.future.set_running_or_notify_cancel():
                return task

    def close(self, fault: InkdigitsError) -> None:
        """Take no more tasks; those that wait fail with the same error."""
        with self._lock:
            self.fault = fault
        while (task := self.take()) is not None:
            task.future.set_exception(fault)

    def _remove(self, task: PendingTask) -> None:
        with self._lock, suppress(ValueError):  # a worker may have been about to take it
            self._tasks.remove(task)


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
