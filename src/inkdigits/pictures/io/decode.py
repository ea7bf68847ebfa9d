"""Decoding of pictures from files, bytes, Pillow images and arrays to upright 8-bit arrays of limited size."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import PictureError
from inkdigits.pictures.io import formats
from inkdigits.pictures.io.arrays import convert_array
from inkdigits.pictures.io.picture_size import MAX_BYTES, WORKING_PIXELS, check_bytes

if TYPE_CHECKING:
    from PIL import Image

PictureSource: TypeAlias = Union[
    str, "os.PathLike[str]", bytes, bytearray, memoryview, IO[bytes], "Image.Image", NDArray[Any]
]
"""Input of `decode`: a path, the bytes of a file, an open file, a Pillow image, or an array."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    Attributes
    ----------
    pixels
        ``uint8`` of shape (height, width), grey, or (height, width, 3), RGB; upright.
    given_size
        Width and height of the given picture, upright, in pixels; larger than those of ``pixels`` if the picture was
        scaled down.
    """

    pixels: NDArray[np.uint8]
    given_size: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of the given picture per pixel of ``pixels``, horizontally and vertically."""
        height, width = self.pixels.shape[:2]
        return self.given_size[0] / width, self.given_size[1] / height


def decode(picture: PictureSource) -> Picture:
    """Decode a picture.

    Files may be PNG, JPEG, WebP, BMP, GIF (first frame) or TIFF (first page), with any EXIF orientation and any colour
    mode; with the extra ``heic`` HEIC, and with the extra ``pdf`` PDF (first page; see
    `inkdigits.pictures.io.pdf.render_pages` for all). Arrays are grey (h, w), RGB (h, w, 3) or RGBA (h, w, 4), of any
    number type; see `convert_array` for their ranges.

    Parameters
    ----------
    picture
        A path, the bytes of a file, a file opened for binary reading, a Pillow image or an array.

    Returns
    -------
    Picture
        At most `WORKING_PIXELS` pixels.

    Raises
    ------
    PictureError
        If the picture is missing, damaged, empty, of an unknown format, or larger than `MAX_BYTES` or `MAX_PIXELS`;
        both are checked before decoding.
    MissingExtraError
        If the package for such a file is not installed.
    """
    if isinstance(picture, np.ndarray):
        return _shrink(convert_array(picture))
    name = "the picture"
    if isinstance(picture, (str, os.PathLike)):
        name = str(picture)
        content: bytes = read_file(Path(picture))
    elif isinstance(picture, (bytes, bytearray, memoryview)):
        content = bytes(picture)
    elif formats.is_pillow_image(picture):
        return _shrink(*formats.convert_image(picture, name, WORKING_PIXELS))
    elif hasattr(picture, "read"):
        name = str(getattr(picture, "name", name))
        content = read_open_file(picture, name)
    elif hasattr(picture, "__array__"):
        return _shrink(convert_array(np.asarray(picture)))
    else:
        raise PictureError(
            f"expected a path, bytes, an open file, a Pillow image or an array, but this is a "
            f"{type(picture).__name__}"
        )
    check_bytes(len(content), name)
    return _shrink(*formats.decode_file(io.BytesIO(content), name, WORKING_PIXELS))


def read_file(path: Path) -> bytes:
    """Read a whole file of at most `MAX_BYTES`.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    PictureError
        If the file is missing, a folder, unreadable, empty or too large.
    """
    try:
        with path.open("rb") as file:
            check_bytes(min(os.fstat(file.fileno()).st_size, MAX_BYTES + 1) or 1, str(path))
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise PictureError(f"{path} does not exist: expected a picture") from error
    except IsADirectoryError as error:
        raise PictureError(f"{path} is a folder: expected a picture") from error
    except (OSError, ValueError) as error:  # a null byte in the name raises ValueError
        reason = getattr(error, "strerror", None) or error
        raise PictureError(f"{path} cannot be read: {reason}") from error
    check_bytes(len(content), str(path))
    return content


def read_open_file(file: Any, name: str) -> bytes:
    """Read an open file, up to one byte more than `MAX_BYTES`.

    Parameters
    ----------
    file
        The file.
    name
        Its name in messages.

    Returns
    -------
    bytes
        The rest of its content.

    Raises
    ------
    PictureError
        If it cannot be read, or is opened as text.
    """
    try:
        content: object = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PictureError(f"{name} cannot be read: {error.strerror or error}") from error
    if not isinstance(content, bytes):
        raise PictureError(f"{name} is opened as text: open it for binary reading")
    return content


def _shrink(pixels: NDArray[np.uint8], given_size: tuple[int, int] | None = None) -> Picture:
    height, width = pixels.shape[:2]
    given_size = given_size or (width, height)
    if width * height > WORKING_PIXELS:
        import cv2

        # Rounded down, and of a strip whose shorter side cannot be less than one pixel the longer side is reduced more.
        shorter, longer = sorted((width, height))
        shorter = max(1, int(shorter * (WORKING_PIXELS / (width * height)) ** 0.5))
        longer = min(int(longer * (WORKING_PIXELS / (width * height)) ** 0.5), WORKING_PIXELS // shorter)
        size = (longer, shorter) if width > height else (shorter, longer)
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Picture(pixels, given_size)
