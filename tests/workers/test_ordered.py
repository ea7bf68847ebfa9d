import itertools
import queue
from collections.abc import Callable, Iterator

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
    """Workers that finish the tasks in ``finished_at_once`` when they get them, and others when the test says so."""

    def __init__(
        self, finished_at_once: Callable[[int], bool] = lambda place: False, n_bytes: int = 1
    ) -> None:
        self.futures: list[TaskFuture] = []
        self.finished_at_once, self.n_bytes = finished_at_once, n_bytes

    def submit(self, task: Task[int]) -> TaskFuture:
        self.futures.append(TaskFuture())
        place = len(self.futures) - 1
        if self.finished_at_once(place):
            self.finish(place)
        return self.futures[place]

    def finish(self, place: int) -> None:
        self.futures[place].n_bytes = self.n_bytes
        self.futures[place].set_result(place)


class Waits:
    """Stands in for the module ``queue``: when nothing is finished, the next of some functions is called."""

    def __init__(self, *functions: Callable[[], object]) -> None:
        self._functions = iter(functions)

    def SimpleQueue(self) -> "queue.SimpleQueue[TaskFuture]":  # noqa: N802
        functions = self._functions

        class Queue(queue.SimpleQueue[TaskFuture]):
            def get(self) -> TaskFuture:  # type: ignore[override]
                if self.empty():
                    next(functions)()
                return super().get(block=False)

        return Queue()


@settings(max_examples=20)
@given(st.permutations(range(12)), st.integers(1, 4))
def test_results_are_in_the_order_of_the_tasks(order: list[int], n_workers: int) -> None:
    workers = Workers()
    left = list(order)

    def finish_next() -> None:
        place = next(place for place in left if place < len(workers.futures))
        left.remove(place)
        workers.finish(place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordered, "queue", Waits(*itertools.repeat(finish_next, 12)))
        results = run_in_order(workers.submit, map(make_task, range(12)), n_workers)
        assert list(results) == list(range(12))


def test_no_more_tasks_are_submitted_than_two_for_each_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers()
    monkeypatch.setattr(ordered, "queue", Waits(lambda: workers.finish(0)))
    results = run_in_order(workers.submit, map(make_task, range(100)), 3)
    assert next(results) == 0
    assert len(workers.futures) == 6
    workers.finish(1)
    assert next(results) == 1
    assert len(workers.futures) == 7


def test_results_behind_a_slow_task_are_limited_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "MAX_RESULTS", 10)
    workers = Workers(lambda place: place != 0)
    seen = []
    monkeypatch.setattr(
        ordered, "queue", Waits(lambda: (seen.append(len(workers.futures)), workers.finish(0)))
    )
    results = run_in_order(workers.submit, map(make_task, range(100)), 2)
    assert next(results) == 0
    assert seen == [13]  # while fewer than ten wait, three more are submitted: 12 behind the slow one
    assert list(results) == list(range(1, 100))


def test_results_behind_a_slow_task_are_limited_in_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "MAX_RESULT_BYTES", 1000)
    workers = Workers(lambda place: place not in (0, 50), n_bytes=100)
    seen = []

    def finish(place: int) -> Callable[[], None]:
        return lambda: (seen.append(len(workers.futures)), workers.finish(place))  # type: ignore[return-value]

    monkeypatch.setattr(ordered, "queue", Waits(finish(0), finish(50)))
    results = run_in_order(workers.submit, map(make_task, range(100)), 2)
    assert list(results) == list(range(100))
    assert seen == [13, 62]  # the bytes of all results that were yielded are free again


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
        list(run_in_order(Workers(lambda place: True).submit, fail(), 1))


def test_tasks_that_wait_are_cancelled_when_nobody_wants_the_results(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers()
    monkeypatch.setattr(ordered, "queue", Waits(lambda: workers.finish(0)))
    results = run_in_order(workers.submit, map(make_task, range(10)), 2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert [future.cancelled() for future in workers.futures] == [False, True, True, True]


def test_no_tasks_give_no_results() -> None:
    assert list(run_in_order(Workers().submit, [], 2)) == []
