"""What workers do: read pictures, draw readings, count the pages of documents."""

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from inkdigits.errors import MissingExtraError, PictureError, UsageError

if TYPE_CHECKING:
    from inkdigits.pictures.io.decode import PictureSource
    from inkdigits.pictures.io.documents import DocumentPage
    from inkdigits.recognition.reading import Reading
    from inkdigits.recognition.reading_json import JsonReading

Result = TypeVar("Result")

PictureFailure: TypeAlias = PictureError | MissingExtraError
"""The errors of a single picture: the others can be read."""

Read: TypeAlias = "Callable[..., Reading]"
"""`Reader.read` of a worker, with the pool's options."""


@dataclass(frozen=True)
class Task(Generic[Result]):
    """A call of a function in a worker.

    Attributes
    ----------
    function
        A function of a module, with `Read` as its first parameter.
    arguments
        Its other arguments.
    result_type
        The type of its result; see `inkdigits.workers.messages.decode_result`.
    name
        Name of the picture in messages.
    """

    function: Callable[..., Result]
    arguments: tuple[Any, ...]
    result_type: Any
    name: str


def make_reading_task(
    picture: "PictureSource | DocumentPage", options: Mapping[str, Any] | None = None
) -> "Task[Reading]":
    """Make the task that reads a picture.

    Parameters
    ----------
    picture
        The picture, or a page of a document. An open file is read at once.
    options
        Options of `Reader.read`, besides those of the pool.
    """
    from inkdigits.recognition.reading import Reading

    return Task(read_picture, (_freeze(picture), dict(options or {})), Reading, name_picture(picture))


def make_reading_tasks(
    pictures: "Iterable[PictureSource]", options: Mapping[str, Any]
) -> "Iterator[Task[Reading] | PictureFailure]":
    """Make the tasks that read pictures, one by one; an open file that cannot be read gives its error instead."""
    for picture in pictures:
        try:
            task = make_reading_task(picture, options)
        except PictureError as error:
            yield error
        else:
            yield task


def make_drawing_task(picture: "PictureSource | DocumentPage", suffix: str) -> "Task[tuple[Reading, bytes]]":
    """Make the task that reads a picture and draws the reading; see `draw_reading`."""
    from inkdigits.recognition.reading import Reading

    return Task(draw_reading, (_freeze(picture), suffix), tuple[Reading, bytes], name_picture(picture))


def make_content_task(
    content: bytes, page: int | None = None, options: Mapping[str, Any] | None = None, images: bool = False
) -> "Task[tuple[JsonReading, int]]":
    """Make the task that reads the content of a file; see `read_content`."""
    from inkdigits.recognition.reading_json import JsonReading

    arguments = (content, page, dict(options or {}), images)
    return Task(read_content, arguments, tuple[JsonReading, int], name_picture(content))


def make_counting_task(document: "Path | bytes", name: str) -> Task[int]:
    """Make the task that counts the pages of a document; see `count_pages`."""
    return Task(count_pages, (document, name), int, name)


def read_picture(
    read: Read, picture: "PictureSource | DocumentPage", options: Mapping[str, Any]
) -> "Reading":
    """Read a picture, or a page of a document; see `Reader.read` for the options and errors."""
    return read(_extract(picture), **options)


def draw_reading(read: Read, picture: "PictureSource | DocumentPage", suffix: str) -> "tuple[Reading, bytes]":
    """Read a picture, and draw the reading.

    Parameters
    ----------
    read, picture
        As of `read_picture`.
    suffix
        Suffix of the drawing's file, such as ``.png``.

    Returns
    -------
    reading : Reading
    drawing : bytes
        The content of the drawing's file; see `inkdigits.recognition.annotation.draw_annotation`.
    """
    from inkdigits.pictures.io.decode import decode
    from inkdigits.recognition.annotation import encode_annotation

    source = _extract(picture)
    reading = read(source)
    return reading, encode_annotation(decode(source), reading, suffix)


def read_content(
    read: Read, content: bytes, page: int | None, options: Mapping[str, Any], images: bool
) -> "tuple[JsonReading, int]":
    """Read the content of a file: a picture, or one page of a document. The record of the JSON is made here too.

    Parameters
    ----------
    read
        As of `read_picture`.
    content
        The content of the file.
    page
        The page of a document, from 1; by default its only one.
    options
        Options of `Reader.read`.
    images
        Whether the record contains the images of the digits.

    Returns
    -------
    reading : JsonReading
    n_pages : int
        The number of pages of the document; 1 for a picture.

    Raises
    ------
    UsageError
        If the document has several pages and none is chosen, or it does not have the page.
    InkdigitsError
        See `Reader.read`.
    """
    from inkdigits.pictures.io.documents import DocumentPage

    name = name_picture(content)
    n_pages = count_pages(read, content, name)
    chosen = 1 if page is None else page
    if page is None and n_pages > 1:
        raise UsageError(f"{name} has {n_pages} pages: choose one, from page=1 to page={n_pages}")
    if not 1 <= chosen <= max(n_pages, 1):
        raise UsageError(
            f"{name} has {max(n_pages, 1)} page{'s' * (n_pages > 1)}, but page={chosen} was chosen"
        )
    picture = DocumentPage(content, name, chosen - 1) if n_pages else content
    return read_picture(read, picture, options).to_record(images), max(n_pages, 1)


def count_pages(_: Read, document: "Path | bytes", name: str) -> int:
    """Count the pages of a document; see `inkdigits.pictures.io.documents.count_pages`."""
    from inkdigits.pictures.io import documents

    return documents.count_pages(document, name)


def name_picture(picture: "PictureSource | DocumentPage") -> str:
    """Return the name of a picture in messages, as in those of `decode`."""
    from inkdigits.pictures.io.documents import DocumentPage

    if isinstance(picture, DocumentPage):
        return f"{picture.name}#{picture.number + 1}"
    if isinstance(picture, (str, os.PathLike)):
        return str(picture)
    return str(getattr(picture, "name", "the picture"))


def _freeze(picture: "PictureSource | DocumentPage") -> "PictureSource | DocumentPage":
    """Return a picture that can be sent to another process: the content of an open file, or of a view."""
    if isinstance(picture, memoryview):
        return bytes(picture)
    if hasattr(picture, "read") and not hasattr(picture, "__array_interface__"):
        from inkdigits.pictures.io.decode import read_open_file

        name = name_picture(picture)
        file = io.BytesIO(read_open_file(picture, name))
        file.name = name  # `decode` names the picture by it
        return file
    return picture


def _extract(picture: "PictureSource | DocumentPage") -> "PictureSource":
    from inkdigits.pictures.io.documents import DocumentPage, extract_page

    return extract_page(picture) if isinstance(picture, DocumentPage) else picture
