"""The options ``--jobs`` and ``--timeout``, and the choice between worker processes and this one."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from inkdigits.workers.in_process import InProcess
    from inkdigits.workers.pool import Pool

MANY_PICTURES = 8
"""Smallest number of pictures for which worker processes are started if it is not asked for."""

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that read pictures; 1 reads them in this process, without limits on time and memory. Starting "
    f"them takes half a second.  [default: one for each core; 1 for less than {MANY_PICTURES} pictures]",
)
"""The option ``--jobs``."""

timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Longest time for a picture; one that takes longer is reported and skipped. Pictures are then always read in "
    "other processes.  [default: 60 there]",
)
"""The option ``--timeout``."""


def open_runner(
    n_pictures: int,
    jobs: int | None,
    timeout: float | None,
    options: Mapping[str, Any],
    *,
    model: str | None,
    engine: str,
    detector: str | None,
) -> "Pool | InProcess":
    """Return a pool of worker processes if it is faster or asked for, else a runner in this process.

    Parameters
    ----------
    n_pictures
        Number of pictures.
    jobs, timeout
        The options of the command.
    options
        Options of `Reader.read` for all pictures.
    model, engine, detector
        See `Reader`.

    Raises
    ------
    ModelError, UsageError, MissingExtraError
        If a model cannot be loaded in this process; a pool raises them later.
    WorkerError
        If there is a time limit, on Windows.
    """
    from inkdigits.workers.limits import Limits, count_cores

    n_workers = max(1, min(jobs or count_cores(), n_pictures))
    is_worth_it = n_workers > 1 and (jobs is not None or n_pictures >= MANY_PICTURES)
    if timeout is not None or (is_worth_it and sys.platform != "win32"):
        from inkdigits.workers.pool import Pool

        limits = Limits() if timeout is None else Limits(seconds=timeout)
        return Pool(n_workers, model=model, engine=engine, detector=detector, options=options, limits=limits)
    from inkdigits.recognition.reader import Reader
    from inkdigits.workers.in_process import InProcess

    # One thread: starting more threads takes 12 ms, which pays off only for hundreds of digits.
    return InProcess(Reader(model, n_threads=1, engine=engine, detector=detector), options)
