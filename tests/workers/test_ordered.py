import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.errors import MissingExtraError, ModelError, PictureError
from inkdigits.workers import ordered
from inkdigits.workers.ordered import run_in_order
from inkdigits.workers.pending import TaskFuture
from inkdigits.workers.tasks import Task


def make_task(number: int) -> Task[int]:
    return Task(int, (number,), int, f"task {number}")


class Workers:
    """Workers of which the test decides when they finish; a thread finishes those that are listed in advance."""

    def __init__(self) -> None:
        self.futures: list[TaskFuture] = []

    def submit(self, task: Task[int]) -> TaskFuture:
        future = TaskFuture()
        self.futures.append(future)
        return future

    def finish(self, place: int, n_bytes: int = 1) -> None:
        self.futures[place].n_bytes = n_bytes
        self.futures[place].set_result(place)


class EagerWorkers(Workers):
    """Workers that finish at once, except tasks that are held back until others are done."""

    def __init__(self, held: set[int], n_bytes: int = 1) -> None:
        super().__init__()
        self.held, self.n_bytes = held, n_bytes

    def submit(self, task: Task[int]) -> TaskFuture:
        future = super().submit(task)
        if len(self.futures) - 1 not in self.held:
            self.finish(len(self.futures) - 1, self.n_bytes)
        return future


@settings(max_examples=20)
@given(st.permutations(range(12)), st.integers(1, 4))
def test_results_are_in_the_order_of_the_tasks(order: list[int], n_workers: int) -> None:
    workers = Workers()
    results = run_in_order(workers.submit, map(make_task, range(12)), n_workers)
    given_up = threading.Event()

    def finish() -> None:
        left = list(order)
        while left and not given_up.is_set():
            ready = [place for place in left if place < len(workers.futures)]
            for place in ready:
                workers.finish(place)
                left.remove(place)
            time.sleep(0)  # the other thread continues

    thread = threading.Thread(target=finish)
    thread.start()
    try:
        assert list(results) == list(range(12))
    finally:
        given_up.set()
        thread.join()


def test_no_more_tasks_are_submitted_than_two_for_each_worker() -> None:
    workers = Workers()
    results = run_in_order(workers.submit, map(make_task, range(100)), 3)
    threading.Timer(0.05, lambda: workers.finish(0)).start()
    assert next(results) == 0
    assert len(workers.futures) == 6
    workers.finish(1)
    assert next(results) == 1
    assert len(workers.futures) == 7


def test_results_behind_a_slow_task_are_limited_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "MAX_RESULTS", 10)
    workers = EagerWorkers(held={0})
    results = run_in_order(workers.submit, map(make_task, range(100)), 2)
    threading.Timer(0.2, lambda: workers.finish(0)).start()
    assert next(results) == 0
    assert 11 <= len(workers.futures) <= 14  # at most one for each that runs comes on top
    assert list(results) == list(range(1, 100))


def test_results_behind_a_slow_task_are_limited_in_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "MAX_RESULT_BYTES", 1000)
    workers = EagerWorkers(held={0, 50}, n_bytes=100)
    results = run_in_order(workers.submit, map(make_task, range(100)), 2)
    threading.Timer(0.2, lambda: workers.finish(0, 100)).start()
    assert next(results) == 0
    assert 11 <= len(workers.futures) <= 14
    for expected in range(1, 50):
        assert next(results) == expected
    threading.Timer(0.2, lambda: workers.finish(50, 100)).start()
    assert list(results) == list(range(50, 100))  # the bytes of all results that were yielded are free again


def test_errors_of_pictures_are_yielded_and_others_raised() -> None:
    def submit(task: Task[int]) -> TaskFuture:
        future = TaskFuture()
        number = task.arguments[0]
        errors = {
            1: PictureError("1"),
            2: MissingExtraError("2", "pdf", "pypdfium2"),
            5: ModelError("5"),
        }
        if number in errors:
            future.set_exception(errors[number])
        else:
            future.set_result(number)
        return future

    given = PictureError("given")
    results = run_in_order(submit, [make_task(0), make_task(1), given, *map(make_task, (2, 3, 5, 6))], 2)
    found = [next(results) for _ in range(5)]
    assert [found[0], found[4]] == [0, 3]
    assert (str(found[1]), found[2] is given, type(found[3])) == ("1", True, MissingExtraError)
    with pytest.raises(ModelError, match="5"):
        next(results)


def test_an_error_of_the_tasks_themselves_is_raised() -> None:
    def fail() -> Iterator[Task[int]]:
        yield make_task(0)
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(run_in_order(EagerWorkers(set()).submit, fail(), 1))


def test_tasks_that_wait_are_cancelled_when_nobody_wants_the_results() -> None:
    workers = Workers()
    results = run_in_order(workers.submit, map(make_task, range(10)), 2)
    threading.Timer(0.05, lambda: workers.finish(0)).start()
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert [future.cancelled() for future in workers.futures] == [False, True, True, True]


def test_no_tasks_give_no_results() -> None:
    assert list(run_in_order(Workers().submit, [], 2)) == []
