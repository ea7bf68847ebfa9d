"""A progress bar on stderr while results are written to stdout."""

import contextlib
import sys
from collections.abc import Callable, Iterator

MANY = 8
"""Smallest number of steps for which a bar is drawn."""


@contextlib.contextmanager
def show_bar(message: str, n_steps: int, has_long_lines: bool) -> Iterator[Callable[[], None]]:
    """Yield a function to call after each step, and draw a progress bar if stderr is a terminal.

    Parameters
    ----------
    message
        The text beside the bar.
    n_steps
        Number of steps; below `MANY` no bar is drawn.
    has_long_lines
        Whether the lines written to stdout are wider than a terminal. Rich would wrap them above the bar, so no bar is
        drawn when stdout is a terminal too.
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
        redirect_stdout=on_terminal,  # a file or a pipe needs no redirection
    ) as bars:
        task = bars.add_task(message, total=n_steps)
        yield lambda: bars.advance(task)
