"""The pictures that a command line names: files, folders, pages, the standard input."""

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
"""Suffixes of the files of a folder that are read."""


@dataclass(frozen=True)
class Named:
    """A picture with the name that it has in the output.

    Attributes
    ----------
    name
        The path as it was given, with ``#2`` for the second page of a PDF or TIFF; "-" for the standard input.
    source
        What `decode` takes, or the reason why there is nothing to decode.
    is_page
        Whether it is a page of a document.
    """

    name: str
    source: "PictureSource | PictureError"
    is_page: bool = False


def files_of(arguments: tuple[str, ...]) -> list[str]:
    """Return the files that are named, folders replaced by the picture files in them, sorted.

    A folder without picture files stays, so that it is named as a failure and not passed over.
    """
    files: list[str] = []
    for argument in arguments:
        if argument != "-" and Path(argument).is_dir():
            files += sorted(_walk(argument)) or [argument]
        else:
            files.append(argument)
    return files


def _walk(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in _SUFFIXES:  # noqa: PTH122
                yield os.path.join(place, name)  # noqa: PTH118 # a Path would drop a leading "./"


def pictures_in(file: str) -> Iterator[Named]:
    """Give the pictures of one file: itself, or the pages of a PDF or TIFF, each drawn when it is asked for.

    Raises
    ------
    PictureError, MissingExtraError
        If the pages of a PDF cannot be had.
    """
    from inkdigits.pictures.io.decode import read_file
    from inkdigits.pictures.io.limits import MAX_BYTES

    name, path = shown(file), Path(file)
    content = None
    if file == "-":
        content = sys.stdin.buffer.read(MAX_BYTES + 1)
    elif path.is_dir():
        raise PictureError(f"{name} holds no pictures: expected {', '.join(sorted(_SUFFIXES))}")
    elif _may_have_pages(path):
        content = read_file(path)
    if content is not None and content.startswith(PDF_BEGINNING):
        from inkdigits.pictures.io import pdf

        for number, page in enumerate(pdf.pages(content, name), start=1):
            yield Named(f"{name}#{number}", page, is_page=True)
        return
    number = 0
    if content is not None and content.startswith(TIFF_BEGINNINGS):
        from inkdigits.pictures.io.formats import tiff_pages

        for number, sheet in enumerate(tiff_pages(content, name), start=1):
            yield Named(f"{name}#{number}", sheet, is_page=True)
    if number == 0:
        yield Named(name, path if file != "-" or content is None else content)


def _may_have_pages(path: Path) -> bool:
    try:
        if not path.is_file():  # a pipe can be read only once
            return False
        with path.open("rb") as file:
            return file.read(len(PDF_BEGINNING)).startswith((PDF_BEGINNING, *TIFF_BEGINNINGS))
    except (OSError, ValueError):  # told by whoever reads it
        return False


def shown(name: str) -> str:
    """Return a file's name as text that can be written anywhere, whatever bytes it has."""
    return os.fsencode(name).decode("utf-8", "replace")
