"""The run directory: the files that a training run writes and a report reads.

RUN/
├── config.json          recipe, seed, data (name, n_train, n_test, sha256), layers, command
├── environment.json     versions, machine, precision
├── history.csv          epoch,seconds,learning_rate,loss,accuracy[,val_loss,val_accuracy]
├── tensorboard/         event files, for  tensorboard --logdir RUN/tensorboard; after a crash they may be cut
├── checkpoint-a.npz     the last two states of the training, in turn; deleted when the run is finished
├── checkpoint-b.npz
├── model.keras          the trained network
├── model.onnx           the same network, with its model card in the metadata
├── evaluation.json      the metrics on the test images
├── arrays.npz           the arrays that the report draws: see `run_arrays`
├── figures/*.png        the plots of the report
├── report.html, report.pdf
└── manifest.json        SHA-256 and size of every file above but the checkpoints; a run with it is finished

While a process writes the run, it holds the lock ``.lock``. Other hidden files are what a crash left, see
`inkdigits.files.storage`. Every entry of the manifest is true at any time, also after a power cut.
"""

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from inkdigits.errors import RunError
from inkdigits.files.locks import LOCK, lock_folder
from inkdigits.files.storage import (
    PARTIAL,
    list_files,
    remove_partial_files,
    sha256_of_file,
    sync_tree,
    write_json,
)
from inkdigits.files.text_files import read_json_file

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
HISTORY = "history.csv"
TENSORBOARD = "tensorboard"
CHECKPOINTS = ("checkpoint-a.npz", "checkpoint-b.npz")
KERAS_MODEL = "model.keras"
ONNX_MODEL = "model.onnx"
EVALUATION = "evaluation.json"
ARRAYS = "arrays.npz"
FIGURES = "figures"
REPORT_HTML = "report.html"
REPORT_PDF = "report.pdf"
MANIFEST = "manifest.json"


def require(run: Path, name: str) -> Path:
    """Return the path of one of the run's files, after a check that it exists.

    Raises
    ------
    RunError
        If the file is missing.
    """
    path = run / name
    if not path.is_file():
        raise RunError(
            f"{run} has no {name}: expected the directory of a run of inkdigits train with all its files"
        )
    return path


def check_is_there(run: Path) -> None:
    """Check that a run that is being written was not moved or deleted meanwhile.

    Writing would create its folder again, and the run would end without the files from its beginning.

    Raises
    ------
    RunError
        If its first file is missing.
    """
    if not (run / CONFIG).is_file():
        raise RunError(f"{run} was moved or deleted while it was written; leave it in place, and train again")


def read_json(run: Path, name: str) -> Any:
    """Return the content of one of the run's JSON files.

    Raises
    ------
    RunError
        If the file is missing or is not JSON.
    """
    path = require(run, name)
    try:
        return read_json_file(path)
    except (OSError, ValueError) as error:
        raise damaged_file(path, error) from error


def damaged_file(path: Path, fault: object) -> RunError:
    """Return the error for a file of a run that is damaged, with its first fault."""
    return RunError(f"{path} is damaged ({fault}); train the run again")


def is_new(run: Path) -> bool:
    """Return whether the path can become a run directory: it is missing, or a folder that is empty but for a lock."""
    if not run.is_dir():
        return not run.exists()
    return all(path.name == LOCK or path.name.startswith(PARTIAL) for path in run.iterdir())


def has_checkpoint(run: Path) -> bool:
    """Return whether an interrupted run can be resumed after its beginning."""
    return any((run / name).exists() for name in CHECKPOINTS)


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
    _check_openable(run, resume)
    with lock_folder(run):
        _check_openable(run, resume)  # another process may have written it between the two
        remove_partial_files(run)
        yield not resume


def _check_openable(run: Path, resume: bool) -> None:
    if resume and not (run / CONFIG).is_file():
        raise RunError(f"there is no run to resume in {run}; start one without --resume")
    if resume and (run / MANIFEST).exists():
        raise RunError(f"the run in {run} is finished; start another one with --out")
    if not resume and not is_new(run):
        raise RunError(f"{run} exists already; resume it with --resume, or choose another folder with --out")


def write_manifest(run: Path) -> None:
    """Write ``manifest.json`` with the SHA-256 and the size in bytes of every file in the run.

    Raises
    ------
    OutputError
        If a file cannot be synchronised or written.
    RunError
        If the run was moved or deleted.
    """
    check_is_there(run)
    sync_tree(run)  # the event files of TensorBoard too, or their entries could be false after a power cut
    files = [path for path in list_files(run) if path.name not in (MANIFEST, *CHECKPOINTS)]
    write_json(
        run / MANIFEST,
        {
            path.relative_to(run).as_posix(): {"sha256": sha256_of_file(path), "bytes": path.stat().st_size}
            for path in files
        },
    )


def remove_from_manifest(run: Path, paths: Collection[Path]) -> None:
    """Remove the entries of files that are about to be written again, so that no entry is ever false.

    Raises
    ------
    OutputError
        If the manifest cannot be written.
    """
    try:
        before = read_json(run, MANIFEST)
    except RunError:
        before = None
    if not isinstance(before, dict):
        return  # nothing is claimed
    names = {path.relative_to(run).as_posix() for path in paths}
    kept = {name: entry for name, entry in before.items() if name not in names}
    if kept != before:
        write_json(run / MANIFEST, kept)
