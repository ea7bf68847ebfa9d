"""The formats of picture files that are decoded, through Pillow, and how each becomes 8-bit pixels."""

import importlib
import re
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from inkdigits.choices import PDF_BEGINNING
from inkdigits.errors import PictureError
from inkdigits.pictures.io import heic, pdf
from inkdigits.pictures.io.arrays import flatten_alpha, to_8_bits
from inkdigits.pictures.io.limits import check_size

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
"""How a file of each format begins, and Pillow's decoder of it. No other decoder is reachable, whatever
a file contains, and the five that `Image.open` would load first cost no time."""

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on files that are damaged in one way or another."""

_ORIENTATION_TAG = 0x0112

_EXIF_KEYS = ("exif", "Raw profile type exif", "XML:com.adobe.xmp", "xmp")

_WITH_ALPHA = ("PA", "LA", "La", "RGBA", "RGBa")
_EIGHT_BITS = (*_WITH_ALPHA, "1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "LAB", "HSV")

_BAND_PIXELS = 4_000_000

_ENOUGH_OF_JPEG = 0.72
"""Share of the pixels wanted with which a JPEG decoded at a fraction of its size is content: halving 12 megapixels,
which most telephones take, gives 3 in a fifth of the time of decoding them all and scaling them to 4."""

_MOST_WEBP_PIXELS = 40_000_000
"""Pixels of the largest WebP that is decoded. Pillow's decoder holds every pixel four times over in four bytes, and the
first two of these before it tells the size: 150 megapixels took 2.3 GB, and 40 take as much as 150 of a PNG."""

_MOST_PAGES, _MOST_SCANS, _MOST_SCANNED = 10_000, 100, 3_000_000_000


def is_pillow_image(picture: object) -> TypeGuard["Image.Image"]:
    """Tell whether ``picture`` is a Pillow image, without importing Pillow for anything else."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(picture, module.Image)


def pixels_of_file(file: BytesIO, name: str, enough_pixels: int) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Decode the content of a picture file.

    Parameters
    ----------
    file
        The whole content.
    name
        What the file is called in messages.
    enough_pixels
        A JPEG is decoded at a fraction of its size while that many pixels remain.

    Returns
    -------
    pixels : ndarray
        ``uint8`` of shape (h, w) or (h, w, 3).
    given_size : tuple of int
        Width and height of the picture in the file, upright.

    Raises
    ------
    PictureError
        If the file is no picture of a known format, damaged, empty or too large.
    MissingExtraError
        If the package for such a file is not installed.
    """
    if file.getbuffer()[: len(PDF_BEGINNING)] == PDF_BEGINNING:
        page = pdf.first_page(file.getvalue(), name)
        return page, (page.shape[1], page.shape[0])
    with _one_line(name), _open(file, name) as image:
        width, height = image.size
        check_size(width, height, name)
        if image.format in ("JPEG", "MPO"):
            _check_scans(file, width * height, name)
            # The decoder itself can leave out half, three quarters or seven eighths of each side;
            # what it draws is still at least as large as what is asked for.
            shrink = max(1.0, (width * height / (_ENOUGH_OF_JPEG * enough_pixels)) ** 0.5)
            image.draft(None, (int(width / shrink), int(height / shrink)))
        return _upright_pixels(image, name, enough_pixels, (width, height))


def tiff_pages(content: bytes, name: str) -> "Iterator[Image.Image | PictureError]":
    """Decode the pages of a TIFF that has several, one after the other.

    Parameters
    ----------
    content
        Of the file.
    name
        What it is called in messages; its pages are ``NAME#1`` and so on.

    Yields
    ------
    Image or PictureError
        A page as `decode` takes it, or why it cannot be decoded; nothing where there are no several pages.
    """
    try:
        with _one_line(name):
            image = _open(BytesIO(content), name)
    except PictureError:  # as a whole it is no picture either, which `decode` says
        return
    with suppress(PictureError), _one_line(name):  # where the second page is damaged, it is reported below
        if not _has_page(image, 1):
            return
    for number in range(_MOST_PAGES):
        page_name = f"{name}#{number + 1}"
        try:
            with _one_line(page_name):
                if not _has_page(image, number):
                    return
        except PictureError as error:  # nor can those behind it be found
            yield error
            return
        try:
            with _one_line(page_name):
                check_size(*image.size, page_name)
                page = image.copy()
        except PictureError as error:
            yield error
        else:
            yield page


def _has_page(image: "Image.Image", number: int) -> bool:
    """Go to a page of a TIFF, counted from 0; tell whether there is one."""
    with suppress(EOFError):
        image.seek(number)
        return True
    return False


def _open(file: BytesIO, name: str) -> "Image.Image":
    """Read the header alone. `Image.open` is passed by: its limit on the size is not ours."""
    content = file.getbuffer()
    for beginning, module, decoder in FORMATS:
        if re.match(beginning, content, re.DOTALL):
            if module == "WebPImagePlugin":
                _check_webp(bytes(content[:30]), name)
            image: Image.Image = getattr(importlib.import_module(f"PIL.{module}"), decoder)(file)
            return image
    if re.match(heic.BEGINNING, content, re.DOTALL):
        return heic.open_image(file, name)
    raise PictureError(
        f"{name} is no picture that can be read: expected PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC or PDF, "
        f"but it begins with {bytes(content[:8])!r}"
    )


def _check_webp(header: bytes, name: str) -> None:
    """Refuse a WebP that is too large by the size in its header (RFC 9649, sections 2.5 to 2.7)."""
    kind, width, height = header[12:16], 0, 0
    if len(header) < 30:
        return  # cut off, as Pillow will say
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(header[at : at + 3], "little") for at in (24, 27))
    elif kind == b"VP8L":
        bits = int.from_bytes(header[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (int.from_bytes(header[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    if width * height > _MOST_WEBP_PIXELS:
        raise PictureError(
            f"{name} is too large: {width} x {height} pixels, where {_MOST_WEBP_PIXELS // 10**6} million are read "
            "of a WebP; save it as PNG or JPEG, or scale it down or crop it first"
        )


def _check_scans(file: BytesIO, n_pixels: int, name: str) -> None:
    """Refuse a progressive JPEG that draws itself over and over.

    Each scan costs time by the picture's size, not by its own, which may be a few bytes: half a megabyte kept
    the decoder busy for 20 s. Encoders write up to a dozen scans.
    """
    n_scans = file.getvalue().count(b"\xff\xda")
    if n_scans > _MOST_SCANS or (n_scans > 1 and n_scans * n_pixels > _MOST_SCANNED):
        raise PictureError(
            f"{name} is damaged: a JPEG of {n_scans} scans, where a dozen are usual; save it again"
        )


def pixels_of_image(
    image: "Image.Image", name: str, enough_pixels: int
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Turn a Pillow image upright and into 8-bit pixels; as `pixels_of_file`."""
    check_size(*image.size, name)
    with _one_line(name):
        return _upright_pixels(image, name, enough_pixels, image.size)


@contextmanager
def _one_line(name: str) -> Iterator[None]:
    """Turn what Pillow raises into one line, and keep its warnings quiet: the checks are our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except PictureError:
            raise
        except DAMAGE as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise PictureError(f"{name} is damaged or cut off: {reason[:150]}") from error


def _upright_pixels(
    image: "Image.Image", name: str, enough_pixels: int, given_size: tuple[int, int]
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    image.load()
    orientation = _orientation(image)
    pixels = _upright(_pixels(image, name, enough_pixels), orientation)
    return pixels, (given_size[::-1] if orientation >= 5 else given_size)


def _pixels(image: "Image.Image", name: str, enough_pixels: int) -> NDArray[np.uint8]:
    factor = max(1, int((image.width * image.height / enough_pixels) ** 0.5))
    has_alpha = image.mode in _WITH_ALPHA or ("transparency" in image.info and image.mode in _EIGHT_BITS)
    if factor == 1:
        pixels = _band(image, has_alpha)
    else:
        # Band by band, so that of a large picture only one copy is ever held: 150 megapixels take 600 MB.
        rows = max(1, _BAND_PIXELS // (image.width * factor)) * factor
        pixels = np.concatenate(
            [
                _band(image.crop((0, top, image.width, min(top + rows, image.height))), has_alpha, factor)
                for top in range(0, image.height, rows)
            ]
        )
    if has_alpha:
        return flatten_alpha(pixels)
    return pixels if pixels.dtype == np.uint8 and image.mode in _EIGHT_BITS else to_8_bits(pixels, name)


def _band(band: "Image.Image", has_alpha: bool, factor: int = 1) -> NDArray[Any]:
    """Return the values of some rows, ``factor`` by ``factor`` pixels brought to one."""
    if band.mode not in _EIGHT_BITS:
        return np.asarray(band)[::factor, ::factor]
    mode = "RGBA" if has_alpha else "L" if band.mode in ("1", "L") else "RGB"
    if band.mode != mode:
        band = band.convert(mode)
    return np.asarray(band.reduce(factor) if factor > 1 else band)


def _orientation(image: "Image.Image") -> int:
    """Return the EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    if image.format not in ("JPEG", "MPO", "PNG", "WEBP"):  # Pillow turns TIFF upright by itself
        return 1
    if not any(key in image.info for key in _EXIF_KEYS):  # asking Pillow would load its TIFF decoder: 8 ms
        return 1
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except DAMAGE:
        return 1
    return orientation if orientation in range(1, 9) else 1


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo an EXIF orientation (Exif 2.32, table 4, tag 0112)."""
    if orientation >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
