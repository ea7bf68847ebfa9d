"""Loading of a user's own labelled images: arrays in an .npz file, or picture files in folders or a CSV file."""

import csv
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from inkdigits.choices import PICTURE_SUFFIXES
from inkdigits.contract import N_CLASSES
from inkdigits.data.folders import is_file, is_folder
from inkdigits.data.images import LabelledImages, LabelledPictures
from inkdigits.errors import DataError
from inkdigits.files.array_files import MissingArraysError, ObjectArrayError, read_arrays
from inkdigits.files.limits import MAX_IMAGES
from inkdigits.files.text_files import LimitError, read_lines

__all__ = ["LabelledImages", "LabelledPictures", "load_labelled"]

_FORMS = "a FILE.npz, a FILE.csv or a folder with sub-folders 0 to 9"

# The exceptions that a damaged archive can raise; they depend on the position of the damage.
_DAMAGE = (OSError, EOFError, ValueError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


def load_labelled(source: str | os.PathLike[str]) -> LabelledImages | LabelledPictures:
    """Load a user's own labelled images.

    Parameters
    ----------
    source
        One of

        - ``FILE.npz`` with ``images``, ``uint8`` of shape (n, height, width), and ``labels``, integers
          from 0 to 9 of shape (n,);
        - a folder with one sub-folder per class, ``0`` to ``9``, of picture files;
        - ``FILE.csv`` in UTF-8 with the columns ``file`` and ``label``: paths relative to the CSV file, labels of
          one or several digits. If the column ``layout`` is ``page``, the label is that of a page: numbers in
          reading order, separated by spaces, and lines separated by ``|``.

    Returns
    -------
    LabelledImages or LabelledPictures
        Arrays for an ``.npz`` file; paths for a folder or a CSV file, which are decoded later.

    Raises
    ------
    DataError
        If the source is missing, empty or damaged, or contains an invalid value.
    """
    path = Path(source).expanduser()
    if is_folder(path):
        return _load_folder(path)
    if not is_file(path):
        raise DataError(f"{path} does not exist; give {_FORMS}")
    match path.suffix.lower():
        case ".npz":
            return _load_npz(path)
        case ".csv":
            return _load_csv(path)
    raise DataError(f"{path} is not a data set; give {_FORMS}")


def _load_npz(path: Path) -> LabelledImages:
    try:
        arrays = read_arrays(path, ("images", "labels"))
    except MissingArraysError as error:
        raise DataError(
            f"{path} lacks {' and '.join(error.missing)}: expected the arrays images and labels, but found "
            f"{', '.join(error.found)[:200] or 'no arrays'}"
        ) from error
    except ObjectArrayError as error:
        raise DataError(
            f"{error.name} of {path} are Python objects; save images as uint8 and labels as integers"
        ) from error
    except LimitError as error:
        raise DataError(f"{path} is too large: {error}; split it into several files") from error
    except _DAMAGE as error:
        raise DataError(
            f"{path} is damaged or not an .npz file ({_one_line(error)}); save it again with numpy.savez"
        ) from error
    images, labels = arrays["images"], arrays["labels"]
    if np.issubdtype(images.dtype, np.floating):
        # The range, 0 to 1 or 0 to 255, cannot be inferred safely from the values, and a wrong guess would be silent.
        raise DataError(
            f"expected uint8 images in {path}, but they are {images.dtype}; save them as uint8, 0 to 255 "
            f"(for values from 0 to 1: (images * 255).round().astype('uint8'))"
        )
    if labels.size > MAX_IMAGES:
        raise DataError(
            f"{path} is too large: it has more than {MAX_IMAGES:,} labels; split it into several files"
        )
    data = LabelledImages(images, labels, str(path))
    if not images.size:
        raise DataError(f"{path} contains no images; give a file with at least one image")
    return data


def _load_folder(folder: Path) -> LabelledPictures:
    classes = [folder / str(digit) for digit in range(N_CLASSES)]
    if not any(map(is_folder, classes)):
        raise DataError(
            f"{folder} has no sub-folders 0 to 9; put the pictures of each digit into the sub-folder of its name"
        )
    paths, labels = [], []
    for place in classes:
        if is_folder(place):
            found = sorted(p for p in place.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES and is_file(p))
            paths += found
            labels += [place.name] * len(found)
    if not paths:
        raise DataError(
            f"the sub-folders of {folder} contain no pictures; expected files of type "
            f"{', '.join(sorted(PICTURE_SUFFIXES))}"
        )
    return LabelledPictures(tuple(paths), tuple(labels), str(folder))


def _load_csv(path: Path) -> LabelledPictures:
    paths, labels, pages = [], [], []
    try:
        rows = csv.DictReader(read_lines(path), strict=True, skipinitialspace=True)
        columns = rows.fieldnames or []
        missing = [column for column in ("file", "label") if column not in columns]
        if missing:
            raise DataError(
                f"{path} lacks the column {' and '.join(missing)}: expected the first line  file,label  "
                f"but found  {','.join(columns)[:80] or '(empty)'}"
            )
        for row in rows:
            paths.append(_csv_picture(path, rows.line_num, row["file"]))
            lines = None
            if (row.get("layout") or "").strip() == "page":
                lines = tuple(tuple(line.split()) for line in (row["label"] or "").split("|"))
            label = row["label"] if lines is None else "".join(map("".join, lines))
            labels.append(_csv_label(path, rows.line_num, label))
            pages.append(lines)
    except LimitError as error:
        raise DataError(f"{path} is too large: {error}; split it into several files") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{path} cannot be read as CSV in UTF-8 ({_one_line(error)}); save it as CSV in UTF-8"
        ) from error
    if not paths:
        raise DataError(f"{path} has no rows after its first line; add one row per picture")
    return LabelledPictures(tuple(paths), tuple(labels), str(path), tuple(pages) if any(pages) else ())


def _csv_picture(source: Path, row: int, name: str | None) -> Path:
    if not name or not name.strip():
        raise DataError(f"{source}, row {row}: the file name is empty; give a path relative to the CSV file")
    path = source.parent / name.strip()
    if not is_file(path):
        raise DataError(
            f"{source}, row {row}: the file {str(path)[:300]!r} does not exist; give a path relative to the CSV file"
        )
    return path


def _csv_label(source: Path, row: int, text: str | None) -> str:
    label = (text or "").strip()
    if not (label.isascii() and label.isdigit()):
        raise DataError(
            f"{source}, row {row}: expected a label of digits from 0 to 9, but got {label[:40]!r}; correct the label"
        )
    return label


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
