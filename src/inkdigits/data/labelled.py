"""A user's own labelled images: arrays in an .npz file, or picture files in folders or a CSV."""

import csv
import functools
import hashlib
import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES, check_labels
from inkdigits.data import idx
from inkdigits.errors import DataError, UsageError

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif"}
)
"""Endings by which picture files are told from other files in a class's folder."""

_FORMS = "a FILE.npz, a FILE.csv or a folder with sub-folders 0 to 9"

# What a damaged archive raises depends on the byte that is damaged.
_DAMAGE = (OSError, EOFError, ValueError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class LabelledImages:
    """Images of one size with the digit that each shows.

    Attributes
    ----------
    images
        ``uint8`` of shape (n, height, width); digit images are (n, 28, 28), ink 255 on
        background 0.
    labels
        ``int64`` of shape (n,), each from 0 to 9.
    name
        What to call the data set in results.

    Raises
    ------
    DataError
        If the arrays are not of that shape, or do not match.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    name: str

    def __post_init__(self) -> None:
        images = np.asarray(self.images)
        if images.dtype != np.uint8 or images.ndim != 3:
            raise DataError(
                f"images of {self.name} should be uint8 of shape (n, height, width), 0 to 255, but are "
                f"{images.dtype} of shape {images.shape}; convert them first"
            )
        object.__setattr__(self, "images", images)
        try:
            object.__setattr__(self, "labels", check_labels(self.labels, len(images)))
        except DataError as error:
            raise DataError(f"{self.name}: {error}") from error

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, chosen: slice | NDArray[Any] | Sequence[int]) -> "LabelledImages":
        """Return the images that a slice, a mask or indices choose, under the same name."""
        which = chosen if isinstance(chosen, slice) else np.asarray(chosen)
        return LabelledImages(self.images[which], self.labels[which], self.name)

    @functools.cached_property
    def sha256(self) -> str:
        """SHA-256 over the images and then the labels, each as the IDX file that would hold them."""
        digest = hashlib.sha256()
        for array in (self.images, self.labels.astype(np.uint8)):
            digest.update(idx.header(array.shape))
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def held_out(self, n: int) -> tuple["LabelledImages", "LabelledImages"]:
        """Split the last ``n`` images off.

        Returns
        -------
        fit, held_out
            All images but the last ``n``, and the last ``n``.

        Raises
        ------
        UsageError
            If ``n`` leaves nothing on either side.
        """
        if not 0 < n < len(self):
            raise UsageError(f"of {len(self)} images, 1 to {len(self) - 1} can be held out, but not {n}")
        return self[: len(self) - n], self[len(self) - n :]


@dataclass(frozen=True)
class LabelledPictures:
    """Picture files of any size and form, not decoded yet, with the digits that each shows.

    Attributes
    ----------
    paths
        The files.
    labels
        One a file: "7", or several digits such as "04217".
    name
        What to call the data set in results.
    """

    paths: tuple[Path, ...]
    labels: tuple[str, ...]
    name: str

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def is_single(self) -> bool:
        """Whether every picture shows one digit only."""
        return all(len(label) == 1 for label in self.labels)


def load_labelled(source: str | os.PathLike[str]) -> LabelledImages | LabelledPictures:
    """Load a user's own labelled images.

    Parameters
    ----------
    source
        One of

        - ``FILE.npz`` with ``images``, ``uint8`` of shape (n, height, width), and ``labels``, whole numbers
          from 0 to 9 of shape (n,);
        - a folder with one sub-folder per class, ``0`` to ``9``, of picture files;
        - ``FILE.csv`` in UTF-8 with the columns ``file`` and ``label``: paths relative to the CSV, labels of
          one or several digits.

    Returns
    -------
    LabelledImages or LabelledPictures
        Arrays for an ``.npz``; for a folder or a CSV the paths, which are decoded when they are read.

    Raises
    ------
    DataError
        If the source is missing, empty or damaged, or says something that cannot be.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return _load_folder(path)
    if not path.exists():
        raise DataError(f"{path} does not exist; give {_FORMS}")
    match path.suffix.lower():
        case ".npz":
            return _load_npz(path)
        case ".csv":
            return _load_csv(path)
    raise DataError(f"{path} is no data set; give {_FORMS}")


def _load_npz(path: Path) -> LabelledImages:
    try:
        arrays = _read_npz(path)
    # What a damaged archive raises depends on the byte that is damaged.
    except (
        OSError,
        EOFError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        MemoryError,
    ) as error:
        raise DataError(f"{path} is damaged or no .npz file ({_one_line(error)})") from error
    images, labels = arrays["images"], arrays["labels"]
    if np.issubdtype(images.dtype, np.floating):
        # Neither 0..1 nor 0..255 can be told for sure from the values, and a wrong guess is silent.
        raise DataError(
            f"images of {path} are {images.dtype}; save them as uint8, 0 to 255 "
            f"(for values from 0 to 1: (images * 255).round().astype('uint8'))"
        )
    data = LabelledImages(images, labels, str(path))
    if not len(data):
        raise DataError(f"{path} holds no images")
    return data


def _read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays ``images`` and ``labels``; nothing else in the archive is looked at."""
    with zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist()]
        missing = [key for key in ("images", "labels") if key not in names]
        if missing:
            raise DataError(f"{path} lacks {' and '.join(missing)}; it has {', '.join(names) or 'no arrays'}")
        arrays = {}
        for key in ("images", "labels"):
            with archive.open(f"{key}.npy") as member:
                try:
                    arrays[key] = np.lib.format.read_array(member, allow_pickle=False)
                except ValueError as error:
                    if "Object arrays" not in str(error):
                        raise
                    raise DataError(
                        f"{key} of {path} are Python objects; save images as uint8 and labels as integers"
                    ) from error
        return arrays


def _load_folder(folder: Path) -> LabelledPictures:
    classes = [folder / str(digit) for digit in range(N_CLASSES)]
    if not any(place.is_dir() for place in classes):
        raise DataError(f"{folder} has no sub-folders 0 to 9; put the pictures of each digit into its own")
    paths, labels = [], []
    for place in classes:
        if place.is_dir():
            found = sorted(p for p in place.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES and p.is_file())
            paths += found
            labels += [place.name] * len(found)
    if not paths:
        raise DataError(
            f"the sub-folders of {folder} hold no pictures; expected {', '.join(sorted(PICTURE_SUFFIXES))}"
        )
    return LabelledPictures(tuple(paths), tuple(labels), str(folder))


def _load_csv(path: Path) -> LabelledPictures:
    paths, labels = [], []
    try:
        # utf-8-sig: spreadsheets start their files with a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True, skipinitialspace=True)
            columns = rows.fieldnames or []
            missing = [column for column in ("file", "label") if column not in columns]
            if missing:
                raise DataError(
                    f"{path} lacks the column {' and '.join(missing)}: its first line should be  file,label  "
                    f"but is  {','.join(columns)[:80] or '(empty)'}"
                )
            for row in rows:
                paths.append(_csv_picture(path, rows.line_num, row["file"]))
                labels.append(_csv_label(path, rows.line_num, row["label"]))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as CSV in UTF-8 ({_one_line(error)})") from error
    if not paths:
        raise DataError(f"{path} has no rows below its first line")
    return LabelledPictures(tuple(paths), tuple(labels), str(path))


def _csv_picture(source: Path, row: int, name: str | None) -> Path:
    if not name or not name.strip():
        raise DataError(f"{source}, row {row}: the file is empty; give a path relative to the CSV")
    path = source.parent / name.strip()
    try:
        is_file = path.is_file()
    except ValueError:  # a NUL inside the name
        is_file = False
    if not is_file:
        raise DataError(f"{source}, row {row}: there is no file {str(path)!r}; paths are relative to the CSV")
    return path


def _csv_label(source: Path, row: int, text: str | None) -> str:
    label = (text or "").strip()
    if not (label.isascii() and label.isdigit()):
        raise DataError(f"{source}, row {row}: the label should be digits from 0 to 9, but is {label[:40]!r}")
    return label


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
