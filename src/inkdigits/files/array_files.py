"""Read arrays from ``.npz`` files that may come from strangers: no Python objects, and no more memory than declared."""

import io
import math
import tokenize
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.files.limits import MAX_ARCHIVE_DIRECTORY_BYTES, MAX_ARRAY_BYTES
from inkdigits.files.text_files import LimitError


class MissingArraysError(KeyError):
    """An archive lacks arrays.

    Attributes
    ----------
    missing, found
        Names of the arrays that it lacks, and of those that it has.
    """

    def __init__(self, missing: list[str], found: list[str]) -> None:
        super().__init__(missing, found)
        self.missing, self.found = missing, found

    def __str__(self) -> str:
        return f"it lacks the arrays {' and '.join(self.missing)}"


class ObjectArrayError(ValueError):
    """An array contains Python objects, which would be unpickled: code from a stranger.

    Attributes
    ----------
    name
        Name of the array.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"the array {name} contains Python objects")
        self.name = name


def read_arrays(path: Path, names: Collection[str] | None = None) -> dict[str, NDArray[Any]]:
    """Read arrays from an ``.npz`` file.

    Parameters
    ----------
    path
        The file.
    names
        The arrays to read; by default all.

    Returns
    -------
    dict
        The arrays by name.

    Raises
    ------
    MissingArraysError
        If it lacks one of ``names``.
    ObjectArrayError
        If an array contains Python objects.
    LimitError
        If the arrays, or the directory of the archive, are too large.
    OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error
        If the file is missing or damaged; the exception depends on the place of the damage.
    """
    with _LimitedFile(path) as file, zipfile.ZipFile(file) as archive:
        found = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        chosen = found if names is None else list(names)
        missing = [name for name in chosen if name not in found]
        if missing:
            raise MissingArraysError(missing, found)
        arrays, n_bytes = {}, 0
        for name in chosen:
            with archive.open(f"{name}.npy") as member:
                n_bytes += _read_size(member, name, archive.getinfo(f"{name}.npy").file_size)
                if n_bytes > MAX_ARRAY_BYTES:
                    raise LimitError(f"its arrays have more than {MAX_ARRAY_BYTES:,} bytes")
            with archive.open(f"{name}.npy") as member:
                arrays[name] = np.lib.format.read_array(member, allow_pickle=False)
        return arrays


def _read_size(member: Any, name: str, n_bytes: int) -> int:
    """Return the size of an array in bytes, from its header, after a check that the archive has as many.

    NumPy allocates an array before it reads it, and a header can declare any shape.
    """
    version = np.lib.format.read_magic(member)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise ValueError(f"the array {name} has the unknown version {version}")
    try:
        shape, _, dtype = readers[version](member)
    except tokenize.TokenError as error:  # NumPy tokenises a header that it cannot parse
        raise ValueError(f"the array {name} has a damaged header") from error
    if dtype.hasobject:
        raise ObjectArrayError(name)
    size = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or size > n_bytes:
        raise ValueError(
            f"the array {name} of shape {shape!s:.80} is longer than its data, {n_bytes:,} bytes"
        )
    return size


class _LimitedFile(io.FileIO):
    """A file of which each read is limited; `zipfile` reads the directory of an archive at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        limit = MAX_ARCHIVE_DIRECTORY_BYTES
        content = super().read(limit + 1 if size is None or size < 0 else min(size, limit + 1))
        if len(content) > limit:
            raise LimitError(f"its directory is larger than {limit:,} bytes")
        return content
