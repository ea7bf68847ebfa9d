"""Results in the order of their tasks, as they come, with a bounded number of tasks and results in memory."""

import queue
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from inkdigits.errors import MissingExtraError, PictureError
from inkdigits.workers.pending import TaskFuture
from inkdigits.workers.tasks import PictureFailure, Task

_N_AHEAD = 2
"""Number of tasks per worker that are submitted and not done: one runs, one waits, so that no worker waits."""

MAX_RESULTS = 512
"""Number of results that wait for an earlier one: 8 s of pictures of one digit while a page is read."""

MAX_RESULT_BYTES = 32 * 2**20
"""Length of the results that wait for an earlier one, in bytes as they were sent; objects need four times that."""


def run_in_order(
    submit: Callable[[Task[Any]], TaskFuture], tasks: Iterable[Task[Any] | PictureFailure], n_workers: int
) -> Iterator[Any | PictureFailure]:
    """Run tasks, and yield their results in the order of the tasks.

    Parameters
    ----------
    submit
        Submits a task.
    tasks
        The tasks; they are taken as they are needed. An error is yielded in its place.
    n_workers
        Number of tasks that run at a time.

    Yields
    ------
    object
        The result of each task, or the error of its picture.

    Raises
    ------
    InkdigitsError
        If a task fails for another reason than its picture.
    """
    remaining = iter(tasks)
    pending: deque[TaskFuture] = deque()
    finished: queue.SimpleQueue[TaskFuture] = queue.SimpleQueue()
    n_running = n_bytes = 0
    has_more = True
    try:
        while True:
            while (
                has_more
                and n_running < _N_AHEAD * n_workers
                and len(pending) - n_running < MAX_RESULTS
                and n_bytes < MAX_RESULT_BYTES
            ):
                task = next(remaining, None)
                if task is None:
                    has_more = False
                    break
                future = submit(task) if isinstance(task, Task) else _fail(task)
                pending.append(future)
                n_running += 1
                future.add_done_callback(finished.put)  # type: ignore[arg-type]
            if not pending:
                return
            is_late = not pending[0].done()
            while is_late or not finished.empty():
                n_bytes += finished.get().n_bytes
                n_running -= 1
                is_late = False
            if pending[0].done():
                first = pending.popleft()
                n_bytes -= first.n_bytes
                yield _get_outcome(first)
    finally:
        for future in pending:
            future.cancel()


def _fail(error: PictureFailure) -> TaskFuture:
    future = TaskFuture()
    future.set_exception(error)
    return future


def _get_outcome(future: TaskFuture) -> Any | PictureFailure:
    try:
        return future.result()
    except (PictureError, MissingExtraError) as error:
        return error
