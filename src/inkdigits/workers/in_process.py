"""The tasks of workers in this process: no start, no limits."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from inkdigits.errors import MissingExtraError, PictureError
from inkdigits.workers.tasks import PictureFailure, Result, Task, make_reading_tasks

if TYPE_CHECKING:
    from inkdigits.pictures.io.decode import PictureSource
    from inkdigits.recognition.reader import Reader
    from inkdigits.recognition.reading import Reading


class InProcess:
    """Reads pictures in this process, with the methods of `inkdigits.workers.pool.Pool`.

    Parameters
    ----------
    reader
        The reader.
    options
        Options of `Reader.read` for all pictures.
    """

    def __init__(self, reader: "Reader", options: Mapping[str, Any] | None = None) -> None:
        self._read = partial(reader.read, **(options or {}))

    def read_all(
        self, pictures: "Iterable[PictureSource]", **options: Any
    ) -> "Iterator[Reading | PictureFailure]":
        """Yield the reading of each picture, or its error; see `Pool.read_all`."""
        return self.run_all(make_reading_tasks(pictures, options))

    def run_all(self, tasks: Iterable[Task[Any] | PictureFailure]) -> Iterator[Any | PictureFailure]:
        """Yield the result of each task, or the error of its picture; see `Pool.run_all`."""
        for task in tasks:
            if isinstance(task, Task):
                try:
                    result = self.run(task)
                except (PictureError, MissingExtraError) as error:
                    yield error
                else:
                    yield result
            else:
                yield task

    def run(self, task: Task[Result]) -> Result:
        """Run a task and return its result; see `Pool.run`."""
        return task.function(self._read, *task.arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing: there is nothing to close."""
