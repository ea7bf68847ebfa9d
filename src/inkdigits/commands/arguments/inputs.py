"""The picture arguments of a command line: files, folders, pages of documents, and stdin."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.choices import PDF_BEGINNING, PICTURE_SUFFIXES, TIFF_BEGINNINGS
from inkdigits.errors import PictureError

if TYPE_CHECKING:
    from inkdigits.pictures.io.decode import PictureSource

_SUFFIXES = PICTURE_SUFFIXES | {".pdf"}
"""Suffixes of the files that are read from a folder."""


@dataclass(frozen=True)
class NamedPicture:
    """A picture and its name in the output.

    Attributes
    ----------
    name
        The path as given, with ``#2`` for the second page of a PDF or TIFF file; "-" for stdin.
    source
        The argument of `decode`, or the error if the picture could not be extracted.
    is_page
        Whether the picture is a page of a document.
    """

    name: str
    source: "PictureSource | PictureError"
    is_page: bool = False


def list_files(arguments: tuple[str, ...]) -> list[str]:
    """Return the files of the arguments; a folder is replaced by the picture files in it, sorted.

    A folder without picture files is kept in the list, so that it is reported as an error.
    """
    files: list[str] = []
    for argument in arguments:
        if argument != "-" and Path(argument).is_dir():
            files += sorted(_find_pictures(argument)) or [argument]
        else:
            files.append(argument)
    return files


def _find_pictures(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in _SUFFIXES:  # noqa: PTH122
                yield os.path.join(place, name)  # noqa: PTH118 # a Path would drop a leading "./"


def open_pictures(file: str) -> Iterator[NamedPicture]:
    """Yield the pictures of one file: the file itself, or the pages of a PDF or TIFF file, rendered lazily.

    Raises
    ------
    PictureError, MissingExtraError
        If the pages of a PDF file cannot be rendered.
    """
    from inkdigits.pictures.io.decode import read_file
    from inkdigits.pictures.io.limits import MAX_BYTES

    name, path = printable_name(file), Path(file)
    content = None
    if file == "-":
        content = sys.stdin.buffer.read(MAX_BYTES + 1)
    elif path.is_dir():
        raise PictureError(
            f"{name} contains no pictures; expected files of type {', '.join(sorted(_SUFFIXES))}"
        )
    elif _may_have_pages(path):
        content = read_file(path)
    if content is not None and content.startswith(PDF_BEGINNING):
        from inkdigits.pictures.io import pdf

        for number, page in enumerate(pdf.render_pages(content, name), start=1):
            yield NamedPicture(f"{name}#{number}", page, is_page=True)
        return
    number = 0
    if content is not None and content.startswith(TIFF_BEGINNINGS):
        from inkdigits.pictures.io.formats import decode_tiff_pages

        for number, sheet in enumerate(decode_tiff_pages(content, name), start=1):
            yield NamedPicture(f"{name}#{number}", sheet, is_page=True)
    if number == 0:
        yield NamedPicture(name, path if file != "-" or content is None else content)


def _may_have_pages(path: Path) -> bool:
    try:
        if not path.is_file():  # a pipe can be read only once
            return False
        with path.open("rb") as file:
            return file.read(len(PDF_BEGINNING)).startswith((PDF_BEGINNING, *TIFF_BEGINNINGS))
    except (OSError, ValueError):  # reported later, when the file is read
        return False


def printable_name(name: str) -> str:
    """Return a file name as valid Unicode; bytes that are not UTF-8 are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")
