"""A bar on the terminal while results go to the standard output."""

import contextlib
import sys
from collections.abc import Callable, Iterator

MANY = 8
"""Steps from which on a bar is drawn."""


@contextlib.contextmanager
def bar(message: str, n_steps: int, has_long_lines: bool) -> Iterator[Callable[[], None]]:
    """Give a function that is called after each step, and draw a bar on stderr if it is a terminal.

    Parameters
    ----------
    message
        What is being done.
    n_steps
        How often the function will be called; below `MANY` there is no bar.
    has_long_lines
        Whether lines written to the standard output meanwhile are longer than a terminal is wide. Above a bar
        they would be broken up, so that there is none when they go to a terminal, too.
    """
    on_terminal = sys.stdout.isatty()
    if n_steps < MANY or not sys.stderr.isatty() or (on_terminal and has_long_lines):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=on_terminal,  # else it goes into its file or pipe as ever
    ) as bars:
        task = bars.add_task(message, total=n_steps)
        yield lambda: bars.advance(task)
