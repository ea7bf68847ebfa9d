"""A user's own labelled images: arrays in an .npz file, or picture files in folders or a CSV."""

import csv
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.choices import PICTURE_SUFFIXES
from inkdigits.contract import N_CLASSES
from inkdigits.data.images import LabelledImages, LabelledPictures
from inkdigits.data.places import is_file, is_folder
from inkdigits.errors import DataError

__all__ = ["LabelledImages", "LabelledPictures", "load_labelled"]

_FORMS = "a FILE.npz, a FILE.csv or a folder with sub-folders 0 to 9"

# What a damaged archive raises depends on the byte that is damaged.
_DAMAGE = (OSError, EOFError, ValueError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


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
          one or several digits. Where a column ``layout`` says ``page``, the label is that of a page: numbers in
          reading order, with spaces between them and ``|`` between lines.

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
    if is_folder(path):
        return _load_folder(path)
    if not is_file(path):
        raise DataError(f"{path} is no file and no folder; give {_FORMS}")
    match path.suffix.lower():
        case ".npz":
            return _load_npz(path)
        case ".csv":
            return _load_csv(path)
    raise DataError(f"{path} is no data set; give {_FORMS}")


def _load_npz(path: Path) -> LabelledImages:
    try:
        arrays = _read_npz(path)
    except _DAMAGE as error:
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
    if not any(map(is_folder, classes)):
        raise DataError(f"{folder} has no sub-folders 0 to 9; put the pictures of each digit into its own")
    paths, labels = [], []
    for place in classes:
        if is_folder(place):
            found = sorted(p for p in place.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES and is_file(p))
            paths += found
            labels += [place.name] * len(found)
    if not paths:
        raise DataError(
            f"the sub-folders of {folder} hold no pictures; expected {', '.join(sorted(PICTURE_SUFFIXES))}"
        )
    return LabelledPictures(tuple(paths), tuple(labels), str(folder))


def _load_csv(path: Path) -> LabelledPictures:
    paths, labels, pages = [], [], []
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
                lines = None
                if (row.get("layout") or "").strip() == "page":
                    lines = tuple(tuple(line.split()) for line in (row["label"] or "").split("|"))
                label = row["label"] if lines is None else "".join(map("".join, lines))
                labels.append(_csv_label(path, rows.line_num, label))
                pages.append(lines)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as CSV in UTF-8 ({_one_line(error)})") from error
    if not paths:
        raise DataError(f"{path} has no rows below its first line")
    return LabelledPictures(tuple(paths), tuple(labels), str(path), tuple(pages) if any(pages) else ())


def _csv_picture(source: Path, row: int, name: str | None) -> Path:
    if not name or not name.strip():
        raise DataError(f"{source}, row {row}: the file is empty; give a path relative to the CSV")
    path = source.parent / name.strip()
    if not is_file(path):
        raise DataError(f"{source}, row {row}: there is no file {str(path)!r}; paths are relative to the CSV")
    return path


def _csv_label(source: Path, row: int, text: str | None) -> str:
    label = (text or "").strip()
    if not (label.isascii() and label.isdigit()):
        raise DataError(f"{source}, row {row}: the label should be digits from 0 to 9, but is {label[:40]!r}")
    return label


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
