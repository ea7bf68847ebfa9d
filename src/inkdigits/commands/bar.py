"""A bar on the terminal while results go to the standard output."""

import contextlib
import sys
from collections.abc import Callable, Iterator

MANY = 8
"""Steps from which on a bar is drawn."""


@contextlib.contextmanager
def bar(message: str, n_steps: int) -> Iterator[Callable[[], None]]:
    """Give a function that is called after each step, and draw a bar on stderr if it is a terminal.

    What is written to the standard output meanwhile goes where it would have gone: above the bar on
    a terminal, else into the file or pipe.
    """
    if n_steps < MANY or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bars:
        task = bars.add_task(message, total=n_steps)
        yield lambda: bars.advance(task)
