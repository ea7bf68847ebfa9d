"""Progress of long computations: a bar on a terminal, one line per step in a log."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from inkdigits.data.progress import Progress
    from inkdigits.training.loop.history import Step, StepCallback


@contextlib.contextmanager
def show_progress() -> "Iterator[Progress]":
    """Yield a progress callback that draws a bar if stderr is a terminal, else prints one line per step to stderr."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _LinePerStep()
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=None)

        def progress(message: str, done: int, total: int) -> None:
            bars.update(task, description=message, completed=done, total=total or None)

        yield progress


class _LinePerStep:
    """Prints each message once, for logs."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, message: str, done: int, total: int) -> None:
        if message != self._last:
            click.echo(message, err=True)
            self._last = message


@contextlib.contextmanager
def show_training() -> "Iterator[StepCallback]":
    """Yield a callback for training steps: one line per epoch on stderr, and a bar if stderr is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: click.echo(str(step), err=True) if step.epoch_done else None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), TextColumn("left"))
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("starting", total=None)

        def watch(step: "Step") -> None:
            done = (step.epoch - 1) * step.batches + step.batch
            bars.update(task, description=str(step), completed=done, total=step.epochs * step.batches)
            if step.epoch_done:
                bars.console.print(str(step), highlight=False)

        yield watch
