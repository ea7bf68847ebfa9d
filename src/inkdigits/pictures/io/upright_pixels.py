"""Conversion of Pillow images of any mode to upright 8-bit pixels."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.io.arrays import convert_to_8_bits, flatten_alpha
from inkdigits.pictures.io.library_messages import suppress_library_messages
from inkdigits.pictures.io.pillow_errors import DAMAGE

if TYPE_CHECKING:
    from PIL import Image

_ORIENTATION_TAG = 0x0112
"""EXIF tag of the orientation (Exif 2.32, table 4)."""

_EXIF_KEYS = ("exif", "Raw profile type exif", "XML:com.adobe.xmp", "xmp")
"""Keys of Pillow's ``info`` that may contain the orientation."""

_WITH_ALPHA = ("PA", "LA", "La", "RGBA", "RGBa")
_EIGHT_BITS = (*_WITH_ALPHA, "1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "LAB", "HSV")
"""Pillow's modes with an alpha channel, and those of at most 8 bits per channel."""

_BAND_PIXELS = 4_000_000
"""Number of pixels of a large picture that are converted at a time."""


def decode_upright(
    image: "Image.Image", name: str, min_pixels: int, given_size: tuple[int, int]
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Decode a Pillow image to upright 8-bit pixels.

    Parameters
    ----------
    image
        The image, of any mode; its pixels may not be decoded yet.
    name
        Name of the picture in messages.
    min_pixels
        Number of pixels from which a picture is reduced while it is converted.
    given_size
        Width and height as stored in the file, in pixels.

    Returns
    -------
    pixels : ndarray
        ``uint8`` of shape (h, w) or (h, w, 3).
    upright_size : tuple of int
        Width and height of the upright picture before it was reduced, in pixels.
    """
    with suppress_library_messages() if image.format == "TIFF" else nullcontext():
        image.load()
    orientation = _read_orientation(image)
    pixels = _apply_orientation(_convert_pixels(image, name, min_pixels), orientation)
    return pixels, (given_size[::-1] if orientation >= 5 else given_size)


def _convert_pixels(image: "Image.Image", name: str, min_pixels: int) -> NDArray[np.uint8]:
    factor = max(1, int((image.width * image.height / min_pixels) ** 0.5))
    has_alpha = image.mode in _WITH_ALPHA or ("transparency" in image.info and image.mode in _EIGHT_BITS)
    if factor == 1:
        pixels = _convert_band(image, has_alpha)
    else:
        # Band by band, so that there is only one copy of a large picture: 150 megapixels need 600 MB.
        rows = max(1, _BAND_PIXELS // (image.width * factor)) * factor
        pixels = np.concatenate(
            [
                _convert_band(
                    image.crop((0, top, image.width, min(top + rows, image.height))), has_alpha, factor
                )
                for top in range(0, image.height, rows)
            ]
        )
    if has_alpha:
        return flatten_alpha(pixels)
    return (
        pixels if pixels.dtype == np.uint8 and image.mode in _EIGHT_BITS else convert_to_8_bits(pixels, name)
    )


def _convert_band(band: "Image.Image", has_alpha: bool, factor: int = 1) -> NDArray[Any]:
    """Return the values of some rows, reduced by ``factor`` in both directions."""
    if band.mode not in _EIGHT_BITS:
        return np.asarray(band)[::factor, ::factor]
    mode = "RGBA" if has_alpha else "L" if band.mode in ("1", "L") else "RGB"
    if band.mode != mode:
        band = band.convert(mode)
    return np.asarray(band.reduce(factor) if factor > 1 else band)


def _read_orientation(image: "Image.Image") -> int:
    """Return the EXIF orientation, 1 to 8; 1 if it is missing or damaged."""
    if image.format not in ("JPEG", "MPO", "PNG", "WEBP"):  # Pillow applies the orientation of a TIFF itself
        return 1
    if not any(key in image.info for key in _EXIF_KEYS):  # getexif would import the TIFF decoder: 8 ms
        return 1
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except DAMAGE:
        return 1
    return orientation if orientation in range(1, 9) else 1


def _apply_orientation(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Rotate and mirror pixels to upright by their EXIF orientation."""
    if orientation >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
