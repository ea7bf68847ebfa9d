"""Pictures in any form a person has them, as an upright 8-bit array of a size that can be worked on."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import PictureError

if TYPE_CHECKING:
    from PIL import Image

PictureSource: TypeAlias = Union[
    str, "os.PathLike[str]", bytes, bytearray, memoryview, IO[bytes], "Image.Image", NDArray[Any]
]
"""What `decode` takes: a path, the bytes of a file, an open file, a Pillow image, or an array."""

MAX_BYTES = 64 * 2**20
"""Size of the largest file that is read, in bytes."""

MAX_PIXELS = 150_000_000
"""Pixels of the largest picture that is decoded."""

WORKING_PIXELS = 4_000_000
"""Pixels that a picture is scaled down to: an A4 page at 200 dots per inch, digits some 30 pixels high."""

_LARGEST, _NEGLIGIBLE = 1e30, 1e-30
"""Values beyond the first are brought down before they are stretched, and values below 0 by less than the second are
none: single precision, in which values are stretched, holds neither their range nor its inverse."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture.

    Attributes
    ----------
    pixels
        ``uint8`` of shape (height, width), grey, or (height, width, 3), RGB; upright.
    given_size
        Width and height, in pixels, of the picture as it was given (and turned upright); larger
        than that of ``pixels`` when a large picture was scaled down.
    """

    pixels: NDArray[np.uint8]
    given_size: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of the given picture to one of ``pixels``, across and down."""
        height, width = self.pixels.shape[:2]
        return self.given_size[0] / width, self.given_size[1] / height


def decode(picture: PictureSource) -> Picture:
    """Decode a picture.

    Files may be PNG, JPEG, WebP, BMP, GIF (its first frame) or TIFF (its first page), with any
    EXIF orientation and any mode of colour; with the extra ``heic`` HEIC photos, and with the extra
    ``pdf`` PDFs (their first page; see `inkdigits.pictures.pdf.pages` for all).
    Arrays are grey (h, w), RGB (h, w, 3) or RGBA (h, w, 4), of any number type; see `pixels_of_array` for their ranges.

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
        If there is no such picture, if it is damaged, empty, of an unknown format, or over
        `MAX_BYTES` or `MAX_PIXELS`, both of which are checked before anything is decoded.
    MissingExtraError
        If the package for such a file is not installed.
    """
    if isinstance(picture, np.ndarray):
        return _shrink(pixels_of_array(picture))
    from inkdigits.pictures import formats

    name = "the picture"
    if isinstance(picture, (str, os.PathLike)):
        name = str(picture)
        content: bytes = read_file(Path(picture))
    elif isinstance(picture, (bytes, bytearray, memoryview)):
        content = bytes(picture)
    elif formats.is_pillow_image(picture):
        return _shrink(*formats.pixels_of_image(picture, name, WORKING_PIXELS))
    elif hasattr(picture, "read"):
        name = str(getattr(picture, "name", name))
        content = _read_open_file(picture, name)
    elif hasattr(picture, "__array__"):
        return _shrink(pixels_of_array(np.asarray(picture)))
    else:
        raise PictureError(
            f"a picture is a path, bytes, an open file, a Pillow image or an array, but this is a "
            f"{type(picture).__name__}"
        )
    _check_bytes(len(content), name)
    return _shrink(*formats.pixels_of_file(io.BytesIO(content), name, WORKING_PIXELS))


def pixels_of_array(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Bring an array of numbers to 8 bits.

    Booleans and values from 0 to 1 fill the whole range. Other values from 0 up are measured against
    the smallest common full scale that holds them: 1, 16 (as in scikit-learn's ``load_digits``),
    255, 1023, 4095, 16383, 65535, else their own largest value; with negative values among them,
    the range is that from the smallest to the largest.

    Parameters
    ----------
    array
        Shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), or with the channels first.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w) or (h, w, 3); transparency is laid over white or black paper.

    Raises
    ------
    PictureError
        If it has another shape, holds no pixels or too many, or something else than finite numbers.
    """
    if array.dtype.kind not in "buif":
        raise PictureError(
            f"an array of {array.dtype} is no picture: expected whole or floating-point numbers"
        )
    if array.ndim == 3 and array.shape[2] not in (1, 2, 3, 4) and array.shape[0] in (1, 3, 4):
        array = np.moveaxis(array, 0, -1)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise PictureError(
            f"an array of shape {array.shape} is no picture: expected (height, width), (height, width, 3) "
            "or (height, width, 4)"
        )
    check_size(array.shape[1], array.shape[0], "the array")
    pixels = to_8_bits(array)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels = flatten_alpha(pixels)
    return np.ascontiguousarray(pixels)


def to_8_bits(values: NDArray[Any], name: str = "the picture") -> NDArray[np.uint8]:
    """Bring numbers of any type to 0 to 255, as `pixels_of_array` describes."""
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    lowest, highest = float(values.min()), float(values.max())
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise PictureError(f"{name} holds values that are no finite numbers: expected 0 to 1, or 0 to 255")
    if values.dtype == np.uint8 and highest > 16:
        return values
    if max(-lowest, highest) > _LARGEST:  # in single precision these would be infinite
        largest = max(-lowest, highest)
        values, lowest, highest = values / largest, lowest / largest, highest / largest
    floor = lowest if lowest < -_NEGLIGIBLE else 0.0
    scale = next((full for full in (1, 16, 255, 1023, 4095, 16383, 65535) if highest <= full), highest)
    if floor < 0:
        scale = (highest - floor) or 1.0
    scaled: NDArray[Any] = (values.astype(np.float32) - np.float32(floor)) * np.float32(255.0 / scale)
    return np.asarray(np.clip(np.rint(scaled), 0, 255), np.uint8)


def flatten_alpha(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay a transparent picture over white paper, or over black where it would vanish on white.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w, 4), RGBA.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w, 3).
    """
    alpha = pixels[:, :, 3:]
    if alpha.min() == 255:
        return np.ascontiguousarray(pixels[:, :, :3])
    import cv2

    # In 8 bits, rounded: as floating-point numbers 16 megapixels would take the best part of a gigabyte.
    on_black = np.asarray(
        cv2.multiply(pixels[:, :, :3], cv2.merge([pixels[:, :, 3]] * 3), scale=1 / 255), np.uint8
    )
    on_white = on_black + (np.uint8(255) - alpha)
    return on_white if 3.0 * np.ptp(on_white) >= np.ptp(on_black) else on_black


def check_size(width: int, height: int, name: str) -> None:
    """Refuse a picture without pixels, or with more than `MAX_PIXELS`."""
    if width < 1 or height < 1:
        raise PictureError(f"{name} is empty: it is {width} x {height} pixels")
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{name} is too large: {width} x {height} pixels, where {MAX_PIXELS // 10**6} million are read; "
            "scale it down or crop it first"
        )


def _check_bytes(n_bytes: int, name: str) -> None:
    if n_bytes == 0:
        raise PictureError(f"{name} is empty: expected a picture, but there are no bytes in it")
    if n_bytes > MAX_BYTES:
        raise PictureError(
            f"{name} is too large: over {MAX_BYTES // 2**20} MB, which is the most that is read; "
            "scale it down or crop it first"
        )


def read_file(path: Path) -> bytes:
    """Read a whole file of at most `MAX_BYTES`.

    Raises
    ------
    PictureError
        If it is missing, a folder, unreadable, empty or larger.
    """
    try:
        with path.open("rb") as file:
            _check_bytes(min(os.fstat(file.fileno()).st_size, MAX_BYTES + 1) or 1, str(path))
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise PictureError(f"{path} does not exist: expected a picture") from error
    except IsADirectoryError as error:
        raise PictureError(f"{path} is a folder: expected a picture") from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = getattr(error, "strerror", None) or error
        raise PictureError(f"{path} cannot be read: {reason}") from error
    _check_bytes(len(content), str(path))
    return content


def _read_open_file(file: Any, name: str) -> bytes:
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

        factor = (WORKING_PIXELS / (width * height)) ** 0.5
        size = max(1, round(width * factor)), max(1, round(height * factor))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Picture(pixels, given_size)
