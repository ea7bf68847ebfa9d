"""The picture arguments of a command line: files, folders, pages of documents, and stdin."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.choices import PDF_BEGINNING, PICTURE_SUFFIXES, TIFF_BEGINNINGS
from inkdigits.errors import MissingExtraError, PictureError

if TYPE_CHECKING:
    from inkdigits.pictures.io.decode import PictureSource
    from inkdigits.pictures.io.documents import DocumentPage

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
        The picture, or the error if it could not be found or opened.
    is_page
        Whether the picture is a page of a document.
    is_last
        Whether it is the last picture of its file.
    """

    name: str
    source: "PictureSource | DocumentPage | PictureError | MissingExtraError"
    is_page: bool = False
    is_last: bool = True


class PictureFiles:
    """The files of a command line.

    Parameters
    ----------
    arguments
        Files, folders, and "-" for stdin.

    Attributes
    ----------
    files
        The files; a folder is replaced by the picture files in it, sorted. A folder without picture files is kept, so
        that it is reported as an error.
    """

    def __init__(self, arguments: tuple[str, ...]) -> None:
        self.files = _list_files(arguments)
        self._stdin: bytes | None = None

    def count(self, enough: int) -> int:
        """Count the pictures, with the pages of documents; files are opened only if there are less than ``enough``."""
        from inkdigits.pictures.io.documents import count_pages

        if len(self.files) >= enough:
            return len(self.files)
        n_pictures = 0
        for file in self.files:
            n_pages = 0
            with suppress(PictureError, MissingExtraError):  # reported when the file is read
                document = self._find_document(file)
                n_pages = 0 if document is None else count_pages(document, printable_name(file))
            n_pictures += max(1, n_pages)
        return n_pictures

    def list_pictures(self, count_pages: Callable[[Path | bytes, str], int]) -> Iterator[NamedPicture]:
        """Yield the pictures of the files one by one: the files themselves, or the pages of documents.

        Parameters
        ----------
        count_pages
            Counts the pages of a document, the path or the bytes of a file and its name; 0 if it is one picture. It may
            raise a `PictureError` or `MissingExtraError`.
        """
        for file in self.files:
            try:
                yield from self._list_pictures_of_file(file, count_pages)
            except (PictureError, MissingExtraError) as error:
                yield NamedPicture(printable_name(file), error)

    def _list_pictures_of_file(
        self, file: str, count_pages: Callable[[Path | bytes, str], int]
    ) -> Iterator[NamedPicture]:
        name = printable_name(file)
        document = self._find_document(file)
        n_pages = 0 if document is None else count_pages(document, name)
        if document is None or n_pages == 0:
            yield NamedPicture(name, self._open(file, name))
            return
        from inkdigits.pictures.io.documents import DocumentPage

        for number in range(n_pages):
            page = DocumentPage(document, name, number)
            yield NamedPicture(f"{name}#{number + 1}", page, is_page=True, is_last=number == n_pages - 1)

    def _open(self, file: str, name: str) -> "PictureSource":
        """Return the picture of a file that is not a document."""
        if file == "-":
            return self._read_stdin()
        path = Path(file)
        if path.is_dir():
            raise PictureError(
                f"{name} contains no pictures; expected files of type {', '.join(sorted(_SUFFIXES))}"
            )
        with suppress(OSError, ValueError):  # reported when the file is read
            if path.exists() and not path.is_file():  # a pipe, which another process may not have
                from inkdigits.pictures.io.decode import read_file

                content = io.BytesIO(read_file(path))
                content.name = name  # for messages
                return content
        return path

    def _read_stdin(self) -> bytes:
        if self._stdin is None:
            from inkdigits.pictures.io.picture_size import MAX_BYTES

            self._stdin = sys.stdin.buffer.read(MAX_BYTES + 1)
        return self._stdin

    def _find_document(self, file: str) -> Path | bytes | None:
        """Return the path or the bytes of a file that may have pages, else None."""
        if file == "-":
            content = self._read_stdin()
            return content if content.startswith((PDF_BEGINNING, *TIFF_BEGINNINGS)) else None
        path = Path(file)
        return path if _may_have_pages(path) else None


def _list_files(arguments: tuple[str, ...]) -> list[str]:
    """Return the files of the arguments; see `PictureFiles`."""
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
