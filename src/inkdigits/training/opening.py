"""Opening of a run directory for a training: new or resumed, and locked."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from inkdigits.errors import RunError
from inkdigits.files.locks import lock_folder
from inkdigits.files.storage import remove_partial_files
from inkdigits.runs.run_directory import CONFIG, MANIFEST, is_new


@contextlib.contextmanager
def open_run(run: Path, resume: bool) -> Iterator[bool]:
    """Hold the lock of a run directory, after a check that it is new, or that the run in it can be resumed.

    Parameters
    ----------
    run
        The run directory.
    resume
        Whether to resume the run in it.

    Yields
    ------
    bool
        Whether the run is new: its configuration is not written yet.

    Raises
    ------
    RunError
        If it is not new, or without ``resume`` exists already, or is finished.
    LockedError
        If another process is writing it.
    OutputError
        If it cannot be written.
    """
    _check(run, resume)
    with lock_folder(run):
        _check(run, resume)  # another process may have written it between the two
        remove_partial_files(run)
        yield not resume


def _check(run: Path, resume: bool) -> None:
    if resume and not (run / CONFIG).is_file():
        raise RunError(f"there is no run to resume in {run}; start one without --resume")
    if resume and (run / MANIFEST).exists():
        raise RunError(f"the run in {run} is finished; start another one with --out")
    if not resume and not is_new(run):
        raise RunError(f"{run} exists already; resume it with --resume, or choose another folder with --out")
