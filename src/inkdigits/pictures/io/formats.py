"""Decoding of picture files by Pillow, with limits on their format and size."""

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, TypeGuard

import numpy as np
from numpy.typing import NDArray

from inkdigits.choices import PDF_BEGINNING
from inkdigits.errors import PictureError
from inkdigits.pictures.io import heic, pdf
from inkdigits.pictures.io.library_messages import suppress_library_messages
from inkdigits.pictures.io.picture_size import check_size
from inkdigits.pictures.io.pillow_errors import convert_errors
from inkdigits.pictures.io.upright_pixels import decode_upright

if TYPE_CHECKING:
    from PIL import Image

FORMATS = (
    (rb"\x89PNG\r\n\x1a\n", "PngImagePlugin", "PngImageFile"),
    (rb"\xff\xd8\xff", "JpegImagePlugin", "JpegImageFile"),
    (rb"RIFF....WEBP", "WebPImagePlugin", "WebPImageFile"),
    (rb"BM", "BmpImagePlugin", "BmpImageFile"),
    (rb"GIF8[79]a", "GifImagePlugin", "GifImageFile"),
    (rb"II[*+]\0|MM\0[*+]", "TiffImagePlugin", "TiffImageFile"),
)
"""First bytes of each format, a regular expression, and Pillow's module and class for it. No file can reach another
decoder, and only the decoder of the file's format is imported."""

_HEADER_BYTES = 30
"""Length of the part in which the formats are searched: the size of a WebP ends there."""

_MIN_JPEG_SHARE = 0.72
"""Smallest share of the required pixels to which a JPEG is reduced while it is decoded: halving the 12 megapixels of
most telephones gives 3, in a fifth of the time of decoding all and scaling them to 4."""

_MAX_WEBP_PIXELS = 40_000_000
"""Number of pixels of the largest WebP that is decoded. Pillow's decoder stores four copies of four bytes per pixel,
two of them before it returns the size: 150 megapixels needed 2.3 GB, and 40 need as much as 150 of a PNG."""

_MAX_PAGES = 10_000
"""Largest number of pages of a TIFF that are decoded."""

_MAX_SCANS, _MAX_SCANNED_PIXELS = 100, 3_000_000_000
"""Largest number of scans of a progressive JPEG, and of scans times pixels."""


def is_pillow_image(picture: object) -> TypeGuard["Image.Image"]:
    """Return whether ``picture`` is a Pillow image; Pillow is not imported for this."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(picture, module.Image)


def decode_file(file: BytesIO, name: str, min_pixels: int) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Decode a picture file.

    Parameters
    ----------
    file
        The whole content.
    name
        Name of the file in messages.
    min_pixels
        Number of pixels from which a picture is reduced while it is decoded.

    Returns
    -------
    pixels : ndarray
        ``uint8`` of shape (h, w) or (h, w, 3).
    given_size : tuple of int
        Width and height of the picture in the file, upright.

    Raises
    ------
    PictureError
        If the file has an unknown format, or is damaged, empty or too large.
    MissingExtraError
        If the package for such a file is not installed.
    """
    if file.getvalue().startswith(PDF_BEGINNING):
        page = pdf.render_first_page(file.getvalue(), name)
        return page, (page.shape[1], page.shape[0])
    with convert_errors(name), _open(file, name) as image:
        width, height = image.size
        check_size(width, height, name)
        if image.format in ("JPEG", "MPO"):
            _check_scans(file, width * height, name)
            # The decoder can reduce each side by 2, 4 or 8; the result is at least as large as requested.
            shrink = max(1.0, (width * height / (_MIN_JPEG_SHARE * min_pixels)) ** 0.5)
            image.draft(None, (int(width / shrink), int(height / shrink)))
        return decode_upright(image, name, min_pixels, (width, height))


def count_tiff_pages(content: bytes, name: str) -> int:
    """Return the number of pages that `decode_tiff_pages` yields."""
    image = _open_pages(content, name)
    if image is None:
        return 0
    for number in range(_MAX_PAGES):
        try:
            with convert_errors(name):
                if not _has_page(image, number):
                    return number
        except PictureError:  # the last one that is found is yielded as an error
            return number + 1
    return _MAX_PAGES


def decode_tiff_pages(content: bytes, name: str, first: int = 0) -> "Iterator[Image.Image | PictureError]":
    """Decode the pages of a TIFF with several pages one by one.

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
    Image or PictureError
        A page as an input of `decode`, or the error of a page that cannot be decoded; nothing if there is one page.
    """
    image = _open_pages(content, name)
    if image is None:
        return
    for number in range(first, _MAX_PAGES):
        page_name = f"{name}#{number + 1}"
        try:
            with convert_errors(page_name):
                if not _has_page(image, number):
                    return
        except PictureError as error:  # the pages after it cannot be found either
            yield error
            return
        try:
            with convert_errors(page_name), suppress_library_messages():
                check_size(*image.size, page_name)
                page = image.copy()
        except PictureError as error:
            yield error
        else:
            yield page


def _open_pages(content: bytes, name: str) -> "Image.Image | None":
    """Open a TIFF; return None if it has only one page, or if `decode` raises an error for it."""
    with suppress(PictureError):
        with convert_errors(name):
            image = _open(BytesIO(content), name)
        with suppress(PictureError), convert_errors(name):  # a damaged second page is reported as such
            if not _has_page(image, 1):
                return None
        image.seek(0)  # after a failed seek, Pillow would take the second page for the current one
        return image
    return None


def _has_page(image: "Image.Image", number: int) -> bool:
    """Seek a page of a TIFF, counted from 0; return whether it exists."""
    with suppress(EOFError):
        image.seek(number)
        return True
    return False


def _open(file: BytesIO, name: str) -> "Image.Image":
    """Read the header of a file; without `Image.open`, whose size limit differs."""
    # A copy: in Python 3.13, a view that an exception keeps until the file is closed is reported on stderr.
    header = file.getvalue()[:_HEADER_BYTES]
    for beginning, module, decoder in FORMATS:
        if re.match(beginning, header, re.DOTALL):
            if module == "WebPImagePlugin":
                _check_webp_size(header, name)
            image: Image.Image = getattr(importlib.import_module(f"PIL.{module}"), decoder)(file)
            return image
    if re.match(heic.BEGINNING, header, re.DOTALL):
        return heic.open_image(file, name)
    raise PictureError(
        f"{name} has an unknown format: expected PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC or PDF, "
        f"but the file begins with {header[:8]!r}"
    )


def _check_webp_size(header: bytes, name: str) -> None:
    """Reject a WebP that is too large according to its header (RFC 9649, sections 2.5 to 2.7)."""
    kind, width, height = header[12:16], 0, 0
    if len(header) < 30:
        return  # truncated: Pillow raises an error
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(header[at : at + 3], "little") for at in (24, 27))
    elif kind == b"VP8L":
        bits = int.from_bytes(header[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (int.from_bytes(header[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    if width * height > _MAX_WEBP_PIXELS:
        raise PictureError(
            f"{name} is too large: {width} x {height} pixels, at most {_MAX_WEBP_PIXELS // 10**6} million are read "
            "of a WebP; save it as PNG or JPEG, or scale it down or crop it first"
        )


def _check_scans(file: BytesIO, n_pixels: int, name: str) -> None:
    """Reject a progressive JPEG with too many scans.

    The time of a scan depends on the size of the picture, but a scan may be a few bytes long: a file of half a megabyte
    needed 20 s. Encoders write up to a dozen scans.
    """
    n_scans = file.getvalue().count(b"\xff\xda")
    if n_scans > _MAX_SCANS or (n_scans > 1 and n_scans * n_pixels > _MAX_SCANNED_PIXELS):
        raise PictureError(
            f"{name} is damaged: the JPEG has {n_scans} scans, but a dozen are usual; save it again"
        )


def convert_image(
    image: "Image.Image", name: str, min_pixels: int
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Convert a Pillow image to upright 8-bit pixels; parameters, returns and errors as of `decode_file`."""
    check_size(*image.size, name)
    with convert_errors(name):
        return decode_upright(image, name, min_pixels, image.size)
