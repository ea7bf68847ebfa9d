"""Conversion of arrays of any number type to 8 bits, and of transparent pixels to opaque ones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import PictureError
from inkdigits.pictures.io.picture_size import check_size

_MAX_VALUE, _MAX_ROUNDING_ERROR = 1e30, 1e-30
"""Absolute value above which values are divided by their largest one, and negative values that count as 0: ``float32``,
in which values are scaled, can represent neither such a range nor its inverse."""


def convert_array(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Convert an array of numbers to an 8-bit picture.

    Booleans and values from 0 to 1 are scaled to 0 to 255. Larger values are scaled by the smallest common full scale
    that contains them: 16 (as in scikit-learn's ``load_digits``), 255, 1023, 4095, 16383 or 65535, or else by their
    maximum. If there are negative values, the range from the minimum to the maximum is scaled.

    Parameters
    ----------
    array
        Shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), or with the channels first; booleans, integers or floats.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w) or (h, w, 3), 0 to 255; transparent pixels as of `flatten_alpha`.

    Raises
    ------
    PictureError
        If it has another shape or type, no pixels or too many, or values that are not finite.
    """
    if array.dtype.kind not in "buif":
        raise PictureError(
            f"an array of {array.dtype} is not a picture: expected booleans, integers or floating-point numbers"
        )
    if array.ndim == 3 and array.shape[2] not in (1, 2, 3, 4) and array.shape[0] in (1, 3, 4):
        array = np.moveaxis(array, 0, -1)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise PictureError(
            f"an array of shape {array.shape} is not a picture: expected (height, width), (height, width, 3) "
            "or (height, width, 4)"
        )
    check_size(array.shape[1], array.shape[0], "the array")
    pixels = convert_to_8_bits(array)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels = flatten_alpha(pixels)
    return np.ascontiguousarray(pixels)


def convert_to_8_bits(values: NDArray[Any], name: str = "the picture") -> NDArray[np.uint8]:
    """Scale numbers of any type to 0 to 255, as `convert_array` describes.

    Parameters
    ----------
    values
        Booleans, integers or floats of any shape, not empty.
    name
        Name of the picture in the message.

    Returns
    -------
    ndarray
        ``uint8`` of the same shape.

    Raises
    ------
    PictureError
        If a value is not finite.
    """
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    lowest, highest = float(values.min()), float(values.max())
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise PictureError(f"{name} contains values that are not finite: expected 0 to 1, or 0 to 255")
    if values.dtype == np.uint8 and highest > 16:
        return values
    if max(-lowest, highest) > _MAX_VALUE:  # infinite in float32
        largest = max(-lowest, highest)
        values, lowest, highest = values / largest, lowest / largest, highest / largest
    floor = lowest if lowest < -_MAX_ROUNDING_ERROR else 0.0
    scale = next((full for full in (1, 16, 255, 1023, 4095, 16383, 65535) if highest <= full), highest)
    if floor < 0:
        scale = (highest - floor) or 1.0
    scaled: NDArray[Any] = (values.astype(np.float32) - np.float32(floor)) * np.float32(255.0 / scale)
    return np.asarray(np.clip(np.rint(scaled), 0, 255), np.uint8)


def flatten_alpha(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Composite a transparent picture over white, or over black if its contrast over white is less than a third.

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

    # In 8 bits, because 16 megapixels of floating-point numbers would need almost a gigabyte.
    on_black = np.asarray(
        cv2.multiply(pixels[:, :, :3], cv2.merge([pixels[:, :, 3]] * 3), scale=1 / 255), np.uint8
    )
    on_white = on_black + (np.uint8(255) - alpha)
    return on_white if 3.0 * np.ptp(on_white) >= np.ptp(on_black) else on_black
