"""The formats of picture files that are decoded, through Pillow, and how each becomes 8-bit pixels."""

import importlib
import re
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import PictureError
from inkdigits.pictures import heic, pdf
from inkdigits.pictures.decode import check_size, flatten_alpha, to_8_bits

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
    if file.getbuffer()[: len(pdf.BEGINNING)] == pdf.BEGINNING:
        page = pdf.first_page(file.getvalue(), name)
        return page, (page.shape[1], page.shape[0])
    with _one_line(name), _open(file, name) as image:
        width, height = image.size
        check_size(width, height, name)
        if image.format in ("JPEG", "MPO"):
            # The decoder itself can leave out half, three quarters or seven eighths of each side;
            # what it draws is still at least as large as what is asked for.
            shrink = max(1.0, (width * height / enough_pixels) ** 0.5)
            image.draft(None, (int(width / shrink), int(height / shrink)))
        return _upright_pixels(image, enough_pixels, (width, height))


def _open(file: BytesIO, name: str) -> "Image.Image":
    """Read the header alone. `Image.open` is passed by: its limit on the size is not ours."""
    content = file.getbuffer()
    for beginning, module, decoder in FORMATS:
        if re.match(beginning, content, re.DOTALL):
            image: Image.Image = getattr(importlib.import_module(f"PIL.{module}"), decoder)(file)
            return image
    if re.match(heic.BEGINNING, content, re.DOTALL):
        return heic.open_image(file, name)
    raise PictureError(
        f"{name} is no picture that can be read: expected PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC or PDF, "
        f"but it begins with {bytes(content[:8])!r}"
    )


def pixels_of_image(
    image: "Image.Image", name: str, enough_pixels: int
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Turn a Pillow image upright and into 8-bit pixels; as `pixels_of_file`."""
    check_size(*image.size, name)
    with _one_line(name):
        return _upright_pixels(image, enough_pixels, image.size)


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
    image: "Image.Image", enough_pixels: int, given_size: tuple[int, int]
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    orientation = _orientation(image)
    image.load()
    pixels = _upright(_pixels(image, enough_pixels), orientation)
    return pixels, (given_size[::-1] if orientation >= 5 else given_size)


def _pixels(image: "Image.Image", enough_pixels: int) -> NDArray[np.uint8]:
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return to_8_bits(_reduced(np.asarray(image), enough_pixels))
    if mode in ("PA", "LA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    else:
        image = image.convert("L" if mode in ("1", "L") else "RGB")
    pixels: NDArray[np.uint8] = np.asarray(_reduced_image(image, enough_pixels))
    if image.mode == "RGBA":
        pixels = flatten_alpha(pixels)
    return pixels


def _reduced_image(image: "Image.Image", enough_pixels: int) -> "Image.Image":
    factor = int((image.width * image.height / enough_pixels) ** 0.5)
    return image.reduce(factor) if factor >= 2 else image


def _reduced(values: NDArray[Any], enough_pixels: int) -> NDArray[Any]:
    factor = int((values.size / enough_pixels) ** 0.5)
    return values[::factor, ::factor] if factor >= 2 else values


def _orientation(image: "Image.Image") -> int:
    """Return the EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    if image.format not in ("JPEG", "MPO", "PNG", "WEBP"):  # Pillow turns TIFF upright by itself
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
