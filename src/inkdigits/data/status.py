"""What is known of the data sets on this machine, without fetching anything."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inkdigits.data.mnist_files import FILES, MnistFile, find, read_verified
from inkdigits.data.places import cache_folder, named_folder
from inkdigits.errors import DataError


@dataclass(frozen=True)
class FileStatus:
    """What is known of one file.

    Attributes
    ----------
    name
        The published name.
    path
        Where its copy lies, or None if there is none.
    n_bytes
        Size of the copy, 0 if there is none.
    state
        ``missing``; ``present``, when nobody looked inside; ``whole`` or ``damaged``, when it was verified.
    problem
        What is wrong with a damaged copy, else empty.
    """

    name: str
    path: Path | None
    n_bytes: int
    state: Literal["missing", "present", "whole", "damaged"]
    problem: str = ""


@dataclass(frozen=True)
class MnistStatus:
    """Where MNIST lies, or would be put.

    Attributes
    ----------
    folder
        The folder that `load_mnist` looks into first.
    is_cache
        Whether that is the cache, which is filled on demand, rather than a folder of the user's.
    files
        The four files.
    """

    folder: Path
    is_cache: bool
    files: tuple[FileStatus, ...]

    @property
    def state(self) -> Literal["missing", "present", "whole", "damaged"]:
        """The state of the worst file."""
        states = {file.state for file in self.files}
        return next(state for state in ("damaged", "missing", "present", "whole") if state in states)


def mnist_status(folder: str | os.PathLike[str] | None = None, *, verify: bool = False) -> MnistStatus:
    """Tell where `load_mnist` would find MNIST on this machine, without fetching anything.

    Parameters
    ----------
    folder
        As in `load_mnist`.
    verify
        Whether to read the files and check their digests.
    """
    named = named_folder(folder)
    place = cache_folder() if named is None else named
    return MnistStatus(place, named is None, tuple(_file_status(place, file, verify) for file in FILES))


def _file_status(folder: Path, file: MnistFile, verify: bool) -> FileStatus:
    path = find(folder, file)
    if path is None:
        return FileStatus(file.name, None, 0, "missing")
    n_bytes = path.stat().st_size
    if not verify:
        return FileStatus(file.name, path, n_bytes, "present")
    try:
        read_verified(path, file)
    except DataError as error:
        return FileStatus(file.name, path, n_bytes, "damaged", str(error))
    return FileStatus(file.name, path, n_bytes, "whole")
