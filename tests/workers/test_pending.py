import pytest

from inkdigits.errors import WorkerError
from inkdigits.workers.pending import PendingTask, TaskFuture, TaskQueue


def make_task(content: bytes = b"") -> PendingTask:
    return PendingTask(content, int, "a picture", TaskFuture())


def test_tasks_are_taken_in_order_and_are_then_running() -> None:
    queue, tasks = TaskQueue(), [make_task() for _ in range(3)]
    assert all(queue.put(task, None) for task in tasks[1:])
    queue.put_first(tasks[0])
    assert len(queue) == 3
    assert [queue.take() for _ in range(4)] == [*tasks, None]
    assert all(task.future.running() for task in tasks)


def test_a_full_queue_has_no_room_until_a_task_is_taken_or_cancelled() -> None:
    queue, tasks = TaskQueue(), [make_task() for _ in range(4)]
    assert [queue.put(task, 2) for task in tasks] == [True, True, False, False]
    assert tasks[1].future.cancel()
    assert len(queue) == 1  # not only when it would have been taken
    assert queue.put(tasks[2], 2)
    assert [queue.take(), queue.take(), queue.take()] == [tasks[0], tasks[2], None]
    assert queue.put(tasks[3], 1)


def test_a_repeated_task_is_taken_though_it_is_running() -> None:
    queue, task = TaskQueue(), make_task()
    queue.put(task, None)
    assert queue.take() is task
    queue.put_first(task)
    assert queue.take() is task


def test_a_closed_queue_fails_what_waits_and_what_comes() -> None:
    queue, tasks, fault = TaskQueue(), [make_task() for _ in range(3)], WorkerError("closed")
    for task in tasks:
        queue.put(task, None)
    tasks[0].future.cancel()
    queue.take()
    queue.close(fault)
    assert len(queue) == 0
    assert not tasks[1].future.done()  # a worker has it
    assert tasks[2].future.exception() is fault
    with pytest.raises(WorkerError, match="closed"):
        queue.put(make_task(), None)
