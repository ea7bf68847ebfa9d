"""A pool of worker processes that read pictures, each within limits on time and memory."""

import os
import pickle
import sys
import weakref
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from inkdigits.errors import PoolFullError, UsageError, WorkerError
from inkdigits.workers.dispatcher import Dispatcher
from inkdigits.workers.limits import Limits, count_cores
from inkdigits.workers.ordered import run_in_order
from inkdigits.workers.pending import PendingTask, TaskFuture
from inkdigits.workers.tasks import PictureFailure, Result, Task, make_reading_task, make_reading_tasks
from inkdigits.workers.worker import Worker, make_environment

if TYPE_CHECKING:
    from inkdigits.pictures.io.decode import PictureSource
    from inkdigits.recognition.numbers.lexicon import Roster
    from inkdigits.recognition.reading import Reading


class Pool:
    """A pool of worker processes that decode and read pictures.

    A picture that takes too much time or memory, or crashes its worker, fails with a `PictureError`; its worker is
    replaced, and the other pictures are read. The workers are started at once, in the background, and killed by
    `close`, when the process ends, or when the pool is deleted. A pool belongs to the process that made it, and can
    be used from several threads. Linux and macOS only.

    Parameters
    ----------
    n_workers
        Number of workers; by default one for each core. Each computes with one thread.
    model, engine, detector
        See `Reader`; the model is given by name or path.
    options
        Options of `Reader.read` for all pictures, such as a large roster: they are sent to each worker once.
    models
        Names or paths of further models, by the name with which `read` chooses one. A worker loads each when it first
        uses it.
    rosters
        Rosters, by the name with which `read` chooses one. They are sent to each worker once.
    limits
        Limits on the time and memory of each worker.
    max_waiting
        Number of pictures that may wait for a worker in `read`; by default any number.

    Raises
    ------
    UsageError
        If the number of workers is less than 1, or an argument cannot be sent to another process.
    WorkerError
        On Windows.

    Examples
    --------
    >>> with Pool() as pool:  # doctest: +SKIP
    ...     for reading in pool.read_all(paths):
    ...         print(reading if isinstance(reading, Exception) else reading.text)
    """

    def __init__(
        self,
        n_workers: int | None = None,
        *,
        model: "str | os.PathLike[str] | None" = None,
        engine: str = "auto",
        detector: "str | os.PathLike[str] | None" = None,
        options: Mapping[str, Any] | None = None,
        models: "Mapping[str, str | os.PathLike[str]] | None" = None,
        rosters: "Mapping[str, Roster] | None" = None,
        limits: Limits | None = None,
        max_waiting: int | None = None,
    ) -> None:
        from inkdigits.workers.process import Setup

        if sys.platform == "win32":
            raise WorkerError("worker processes need Linux or macOS; read with one process (--jobs 1)")
        self.n_workers = count_cores() if n_workers is None else n_workers
        if self.n_workers < 1:
            raise UsageError(f"expected at least 1 worker, but got {n_workers}")
        self.limits = limits or Limits()
        self._max_waiting = max_waiting
        self._process = os.getpid()
        setup = Setup(
            None if model is None else os.fspath(model),
            engine,
            None if detector is None else os.fspath(detector),
            dict(options or {}),
            {name: os.fspath(path) for name, path in (models or {}).items()},
            dict(rosters or {}),
            self.limits,
            self._process,
        )
        start_worker = partial(Worker, _pickle(setup, "the options"), Path.cwd(), make_environment())
        self._dispatcher = Dispatcher(self.n_workers, start_worker, self.limits)
        self._dispatcher.start()
        self._close = weakref.finalize(self, self._dispatcher.close)

    def read(self, picture: "PictureSource", **options: Any) -> "Future[Reading]":
        """Read a picture in a worker.

        Parameters
        ----------
        picture
            See `Reader.read`; a relative path begins at the working directory in which the pool was made.
        **options
            Options of `Reader.read`, besides those of the pool; ``model`` and ``roster_name`` choose one of the pool's
            models and rosters.

        Returns
        -------
        concurrent.futures.Future
            Of the `Reading`. It fails with a `PictureError` or `MissingExtraError` of this picture, or with another
            `InkdigitsError` if the options or the models are wrong. In asyncio, await ``asyncio.wrap_future(future)``.

        Raises
        ------
        PictureError
            If the picture is an open file that cannot be read.
        PoolFullError
            If as many pictures wait as the pool accepts.
        WorkerError
            If the pool is closed, or its workers cannot be started.
        """
        return self.submit(make_reading_task(picture, options))

    def read_all(
        self, pictures: "Iterable[PictureSource]", **options: Any
    ) -> "Iterator[Reading | PictureFailure]":
        """Read pictures in the workers.

        Parameters
        ----------
        pictures
            The pictures; they are taken as they are needed, and only a bounded number is in memory.
        **options
            Options of `Reader.read`, besides those of the pool.

        Yields
        ------
        Reading, PictureError or MissingExtraError
            The reading of each picture or its error, in the order of the pictures, as soon as it is known.

        Raises
        ------
        InkdigitsError
            If the options or the models are wrong, or workers cannot be started.
        """
        return self.run_all(make_reading_tasks(pictures, options))

    def submit(self, task: Task[Any]) -> TaskFuture:
        """Run a task of `inkdigits.workers.tasks` in a worker; see `read`."""
        return self._submit(task, self._max_waiting)

    def check_room(self) -> None:
        """Check whether a picture would be accepted now: before it is received, say.

        Raises
        ------
        PoolFullError
            If as many pictures wait as the pool accepts.
        """
        if self._max_waiting is not None and self.n_waiting >= self._max_waiting:
            raise _describe_full(self._max_waiting)

    def run(self, task: Task[Result]) -> Result:
        """Run a task in a worker, and return its result; errors as of `read`."""
        result: Result = self._submit(task, None).result()
        return result

    def run_all(self, tasks: Iterable[Task[Any] | PictureFailure]) -> Iterator[Any | PictureFailure]:
        """Run tasks in the workers, and yield their results in order; see `run_in_order`."""
        return run_in_order(partial(self._submit, max_waiting=None), tasks, self.n_workers)

    @property
    def tasks_by_process(self) -> dict[int, str | None]:
        """The process identifier of each worker, and the name of the picture that it reads; None if it waits."""
        return self._dispatcher.tasks_by_process

    @property
    def n_waiting(self) -> int:
        """Number of pictures that wait for a worker."""
        return self._dispatcher.n_waiting

    @property
    def n_replaced(self) -> int:
        """Number of workers that were started in place of others, which crashed or were killed."""
        return self._dispatcher.n_replaced

    def wait_until_ready(self) -> None:
        """Wait until the first worker has loaded the models; `read` can be called before, too.

        Raises
        ------
        InkdigitsError
            If the models cannot be loaded, or the workers cannot be started, or the pool is closed.
        """
        self._dispatcher.wait_until_ready()

    def close(self) -> None:
        """Kill the workers; pictures that are not read yet fail with a `WorkerError`."""
        if os.getpid() == self._process:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _submit(self, task: Task[Any], max_waiting: int | None) -> TaskFuture:
        if os.getpid() != self._process:
            raise WorkerError(
                "a pool of workers belongs to the process that made it; make one in each process"
            )
        future = TaskFuture()
        content = _pickle((task.function, task.arguments), task.name)
        if not self._dispatcher.put(PendingTask(content, task.result_type, task.name, future), max_waiting):
            raise _describe_full(max_waiting)
        return future


def _describe_full(max_waiting: int | None) -> PoolFullError:
    return PoolFullError(f"{max_waiting} pictures wait for a worker; try again later")


def _pickle(value: object, name: str) -> bytes:
    try:
        return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{name} cannot be sent to another process: {error}; give a path, bytes, an image or an array"
        ) from error
