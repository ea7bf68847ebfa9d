"""The status of the data sets on this machine, without downloads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inkdigits.data.folders import cache_folder, named_folder
from inkdigits.data.mnist_files import FILES, MnistFile, find, read_verified
from inkdigits.errors import DataError


@dataclass(frozen=True)
class FileStatus:
    """The status of one file.

    Attributes
    ----------
    name
        The published name.
    path
        Path of the copy, or None if it is missing.
    n_bytes
        Size of the copy, 0 if it is missing.
    state
        ``missing``; ``present`` if it was not verified; ``whole`` or ``damaged`` if it was verified.
    problem
        The error message of a damaged copy, else empty.
    """

    name: str
    path: Path | None
    n_bytes: int
    state: Literal["missing", "present", "whole", "damaged"]
    problem: str = ""


@dataclass(frozen=True)
class MnistStatus:
    """The status of MNIST.

    Attributes
    ----------
    folder
        The folder from which `load_mnist` loads the files.
    is_cache
        Whether the folder is the cache, which is filled on demand, or one given by the user.
    files
        The four files.
    """

    folder: Path
    is_cache: bool
    files: tuple[FileStatus, ...]

    @property
    def state(self) -> Literal["missing", "present", "whole", "damaged"]:
        """The worst state of the four files."""
        states = {file.state for file in self.files}
        return next(state for state in ("damaged", "missing", "present", "whole") if state in states)


def mnist_status(*, verify: bool = False) -> MnistStatus:
    """Return the status of MNIST on this machine, without downloading it.

    Parameters
    ----------
    verify
        Whether to read the files and check their SHA-256.
    """
    named = named_folder(None)
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
