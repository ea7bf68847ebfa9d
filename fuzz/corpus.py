"""The inputs with which a campaign begins: seeds of a target, its saved corpus, and inputs that were findings once."""

import hashlib
import shutil
from pathlib import Path

from fuzz.targets import load_target

FOLDER = Path(__file__).parent / "corpus"
"""The saved corpora, a folder for each target; a file is named by the digest of its content."""

REGRESSIONS = Path(__file__).parent / "regressions"
"""Inputs that were findings once, a folder for each target; a file is named after its finding."""

_MAX_BYTES = 30_000
"""Size of the saved corpus of one target, so that all of them are a few hundred kB."""


def list_saved_inputs(target: str) -> list[Path]:
    """Return the saved inputs of a target: its corpus, and inputs that were findings once."""
    return [path for folder in (FOLDER, REGRESSIONS) for path in sorted((folder / target).glob("*"))]


def prepare_folder(target: str, work: Path, *, has_saved: bool = True) -> None:
    """Make an empty working folder for a campaign with the seeds of a target, and with its saved inputs if wanted."""
    shutil.rmtree(work, ignore_errors=True)
    (work / "corpus").mkdir(parents=True)
    for path in list_saved_inputs(target) if has_saved else ():
        shutil.copyfile(path, work / "corpus" / path.name)
    for data in load_target(target).make_seeds():
        write_input(work / "corpus", data)


def write_input(folder: Path, data: bytes) -> Path:
    """Write an input into a folder, named by its digest."""
    path = folder / hashlib.sha256(data).hexdigest()[:20]
    path.write_bytes(data)
    return path


def save_corpus(target: str, folder: Path, kept: list[str]) -> int:
    """Replace the saved corpus of a target.

    Parameters
    ----------
    target
        Name of the target.
    folder
        The corpus of a campaign.
    kept
        The names of the inputs that reach new lines, small ones first.

    Returns
    -------
    int
        Size of the saved corpus, in bytes.
    """
    shutil.rmtree(FOLDER / target, ignore_errors=True)
    (FOLDER / target).mkdir(parents=True)
    size = 0
    for name in kept:
        data = (folder / name).read_bytes()
        if size + len(data) <= _MAX_BYTES:
            write_input(FOLDER / target, data)
            size += len(data)
    return size
