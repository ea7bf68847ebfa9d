"""The pages of a PDF as pictures, through PDFium; needs the extra ``pdf``."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import MissingExtraError, PictureError
from inkdigits.pictures.io.limits import WORKING_PIXELS, check_size

DOTS_PER_INCH = 200
"""At which a page is drawn: digits some 30 pixels high, and an A4 page of `WORKING_PIXELS`."""

_POINTS_PER_INCH = 72


def pages(content: bytes, name: str) -> "Iterator[NDArray[np.uint8] | PictureError]":
    """Draw the pages of a PDF, one after the other.

    Parameters
    ----------
    content
        Of the file.
    name
        What it is called in messages; its pages are ``NAME#1`` and so on.

    Yields
    ------
    ndarray or PictureError
        ``uint8`` of shape (h, w, 3), RGB, at `DOTS_PER_INCH`, a large page at less; or why a page
        cannot be drawn.

    Raises
    ------
    PictureError
        If the file is damaged or encrypted, or has no pages.
    MissingExtraError
        If PDFium is not installed.
    """
    with _opened(content, name) as document:
        for number in range(len(document)):
            try:
                page = _drawn(document, number, f"{name}#{number + 1}")
            except PictureError as error:
                yield error
            else:
                yield page


def first_page(content: bytes, name: str) -> NDArray[np.uint8]:
    """Draw the first page of a PDF's content; as `pages`."""
    with _opened(content, name) as document:
        return _drawn(document, 0, name)


def _opened(content: bytes, name: str) -> Any:
    try:
        import pypdfium2
    except ImportError as error:
        raise MissingExtraError(f"{name} is a PDF; reading it", "pdf", "pypdfium2") from error
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise PictureError(
            f"{name} is a PDF that is damaged or needs a password; save it again without"
        ) from error
    if not len(document):
        document.close()
        raise PictureError(f"{name} is a PDF without pages")
    return document


def _drawn(document: Any, number: int, name: str) -> NDArray[np.uint8]:
    import pypdfium2

    try:
        page = document[number]
        scale = DOTS_PER_INCH / _POINTS_PER_INCH
        width, height = (side * scale for side in page.get_size())
        if not (np.isfinite(width) and np.isfinite(height)):
            raise PictureError(f"{name} has a page of no size")
        scale *= min(1.0, (WORKING_PIXELS / max(1.0, width * height)) ** 0.5)
        # A page far longer than wide is a pixel wide at the least, so the product is checked once more.
        check_size(round(page.get_width() * scale) or 1, round(page.get_height() * scale) or 1, name)
        drawn: NDArray[np.uint8] = page.render(scale=scale, rev_byteorder=True).to_numpy()
        pixels = np.ascontiguousarray(drawn[:, :, :3])
        page.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise PictureError(f"{name} cannot be drawn: the page is damaged") from error
    return pixels
