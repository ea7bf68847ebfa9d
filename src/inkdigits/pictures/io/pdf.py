"""Rendering of PDF pages by PDFium; needs the extra ``pdf``."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import MissingExtraError, PictureError
from inkdigits.pictures.io.picture_size import WORKING_PIXELS, check_size

DOTS_PER_INCH = 200
"""Resolution at which a page is rendered: digits are about 30 pixels high, and an A4 page has `WORKING_PIXELS`."""

_POINTS_PER_INCH = 72


def count_pages(content: bytes, name: str) -> int:
    """Return the number of pages of a PDF; parameters and errors as of `render_pages`."""
    with _open(content, name) as document:
        return len(document)


def render_pages(content: bytes, name: str, first: int = 0) -> "Iterator[NDArray[np.uint8] | PictureError]":
    """Render the pages of a PDF one by one.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        Name of the file in messages; its pages are ``NAME#1`` and so on.
    first
        The page to begin with, from 0.

    Yields
    ------
    ndarray or PictureError
        ``uint8`` of shape (h, w, 3), RGB, at `DOTS_PER_INCH`, or less for a large page; or the error of a page that
        cannot be rendered.

    Raises
    ------
    PictureError
        If the file is damaged or encrypted, or has no pages.
    MissingExtraError
        If PDFium is not installed.
    """
    with _open(content, name) as document:
        for number in range(first, len(document)):
            try:
                page = _render(document, number, f"{name}#{number + 1}")
            except PictureError as error:
                yield error
            else:
                yield page


def render_first_page(content: bytes, name: str) -> NDArray[np.uint8]:
    """Render the first page of a PDF; parameters and errors as of `render_pages`."""
    with _open(content, name) as document:
        return _render(document, 0, name)


def _open(content: bytes, name: str) -> Any:
    try:
        import pypdfium2
    except ImportError as error:
        raise MissingExtraError(f"{name} is a PDF; reading it", "pdf", "pypdfium2") from error
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise PictureError(
            f"{name} is a PDF that is damaged or needs a password; save it again without a password"
        ) from error
    if not len(document):
        document.close()
        raise PictureError(f"{name} is a PDF without pages: expected at least one")
    return document


def _render(document: Any, number: int, name: str) -> NDArray[np.uint8]:
    import pypdfium2

    try:
        page = document[number]
        scale = DOTS_PER_INCH / _POINTS_PER_INCH
        width, height = (side * scale for side in page.get_size())
        if not (np.isfinite(width) and np.isfinite(height)):
            raise PictureError(f"{name} cannot be rendered: the page has no finite size")
        scale *= min(1.0, (WORKING_PIXELS / max(1.0, width * height)) ** 0.5)
        # Each side is at least one pixel, so a very long page may still have too many pixels.
        check_size(round(page.get_width() * scale) or 1, round(page.get_height() * scale) or 1, name)
        rendered: NDArray[np.uint8] = page.render(scale=scale, rev_byteorder=True).to_numpy()
        pixels = np.ascontiguousarray(rendered[:, :, :3])
        page.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise PictureError(f"{name} cannot be rendered: the page is damaged") from error
    return pixels
