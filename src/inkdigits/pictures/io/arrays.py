"""Arrays of numbers of any type, brought to 8 bits; transparency laid over paper."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import PictureError
from inkdigits.pictures.io.limits import check_size

_LARGEST, _NEGLIGIBLE = 1e30, 1e-30
"""Values beyond the first are brought down before they are stretched, and values below 0 by less than the second are
none: single precision, in which values are stretched, holds neither their range nor its inverse."""


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
