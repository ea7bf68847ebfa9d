"""The four files of MNIST: names, digests, reading and verification."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkdigits.data import idx
from inkdigits.data.folders import is_file, is_folder
from inkdigits.errors import DataError
from inkdigits.files.text_files import LimitError, read_bytes


@dataclass(frozen=True)
class MnistFile:
    """One of MNIST's four IDX files, as published.

    Attributes
    ----------
    name
        Its published name, without ``.gz``.
    shape
        The shape of its ``uint8`` array.
    sha256
        SHA-256 of the decompressed file: IDX header and array.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def n_bytes(self) -> int:
        """Size of the decompressed file."""
        return len(idx.header(self.shape)) + int(np.prod(self.shape))

    @property
    def max_compressed_bytes(self) -> int:
        """Greatest size of the file, compressed or not: gzip enlarges data that cannot be compressed by 1%."""
        return self.n_bytes + self.n_bytes // 100 + 1024

    def names(self) -> list[str]:
        """Return the common names of this file, the fastest to load first."""
        dotted = self.name.replace("-idx", ".idx")
        return [self.name, dotted, f"{self.name}.gz", f"{dotted}.gz"]


FILES = (
    MnistFile(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    MnistFile(
        "train-labels-idx1-ubyte",
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    MnistFile(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    MnistFile(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)
"""Training images, training labels, test images and test labels, always in this order."""

FileContents = Sequence[bytes]
"""The decompressed content of the four files, in the order of `FILES`."""


def verify(file: MnistFile, content: bytes, origin: str) -> bytes:
    """Return ``content`` if its SHA-256 is that of the published file.

    Parameters
    ----------
    file
        The expected file.
    content
        The decompressed content.
    origin
        Path or URL of the content, for error messages.

    Raises
    ------
    DataError
        If the SHA-256 differs.
    """
    if len(content) != file.n_bytes:
        raise DataError(
            f"{origin} is not MNIST's {file.name}: expected {file.n_bytes:,} bytes, found {len(content):,}"
        )
    digest = hashlib.sha256(content).hexdigest()
    if digest != file.sha256:
        raise DataError(
            f"{origin} is not MNIST's {file.name}: "
            f"expected SHA-256 {file.sha256[:12]}..., found {digest[:12]}..."
        )
    return content


def decompress(file: MnistFile, compressed: bytes, origin: str) -> bytes:
    """Decompress a gzip file, up to the size of the expected file.

    Raises
    ------
    DataError
        If it is not a gzip file, or if it is truncated or damaged.
    """
    # The limit, one byte more than expected, prevents a malicious file from filling the memory.
    decompressor = zlib.decompressobj(wbits=31)
    try:
        content = decompressor.decompress(compressed, file.n_bytes + 1)
    except zlib.error as error:
        raise DataError(f"{origin} is not a complete gzip file ({error})") from error
    if not decompressor.eof and len(content) <= file.n_bytes:
        raise DataError(
            f"{origin} is not a complete gzip file (it ends after {len(content):,} decompressed bytes)"
        )
    return content


def find(folder: Path, file: MnistFile) -> Path | None:
    """Return the path of a file's copy in a folder, plain or compressed, or None if it is missing."""
    return next((path for name in file.names() if is_file(path := folder / name)), None)


def read_verified(path: Path, file: MnistFile) -> bytes:
    """Return the decompressed and verified content of a copy.

    Raises
    ------
    DataError
        If it cannot be read, or if it is not the published file.
    """
    try:
        content = read_bytes(path, file.max_compressed_bytes)
    except (OSError, LimitError) as error:
        raise DataError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if path.suffix == ".gz":
        content = decompress(file, content, str(path))
    return verify(file, content, str(path))


def read_folder(folder: Path) -> list[bytes]:
    """Return the verified content of the four files in a folder.

    Raises
    ------
    DataError
        If the folder or a file is missing, or a file is not the published one.
    """
    if not is_folder(folder):
        raise DataError(f"the folder {folder} does not exist or cannot be read")
    paths = [find(folder, file) for file in FILES]
    missing = [file.name for file, path in zip(FILES, paths, strict=True) if path is None]
    if len(missing) == len(FILES):
        raise DataError(f"{folder} contains none of the four files")
    if missing:
        raise DataError(f"{folder} lacks {', '.join(missing)} (plain or .gz)")
    return [read_verified(path, file) for path, file in zip(paths, FILES, strict=True) if path is not None]


def decode(contents: FileContents) -> list[NDArray[np.uint8]]:
    """Return the four arrays, ``uint8`` and read-only, in the order of `FILES`."""
    return [idx.decode(content, file.name) for file, content in zip(FILES, contents, strict=True)]
