"""Statistics of grey levels, and reduced copies of grey-level images."""

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float32Array

Pixels = TypeVar("Pixels", NDArray[np.float32], NDArray[np.uint8])

_MAX_SAMPLES = 400_000
"""Number of pixels above which levels, noise and contrast are computed on a subset of the pixels."""

_MIN_BLURRED_SIDE = 24
"""Shorter side, in pixels, below which an image is not blurred: strokes would vanish."""


def compute_quantile(values: Float32Array, share: float) -> float:
    """Return a quantile without interpolation.

    ``np.quantile`` would import ``numpy.ma``, which takes a tenth of the import time of NumPy.

    Parameters
    ----------
    values
        ``float32`` of any shape, not empty.
    share
        Share of the values below the quantile, 0 to 1.

    Returns
    -------
    float
        One of the values.
    """
    flat = values.ravel()
    place = min(int(share * flat.size), flat.size - 1)
    return float(np.partition(flat, place)[place])


def compute_otsu_threshold(values: Float32Array) -> float:
    """Return Otsu's threshold of grey levels.

    Parameters
    ----------
    values
        ``float32`` of shape (h, w) or (n,), 0 to 255; values outside are clipped.

    Returns
    -------
    float
        A whole grey level, 0 to 255; the upper class lies above it.

    References
    ----------
    N. Otsu, "A Threshold Selection Method from Gray-Level Histograms", IEEE Trans. SMC 9:62, 1979.
    """
    eight_bits = np.clip(values, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(eight_bits, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(threshold)


def estimate_noise(rise: Float32Array) -> float:
    """Return the standard deviation of paper without ink, in grey levels.

    Only values below 0 are used, because ink lies above 0. The estimator is the median absolute deviation.

    Parameters
    ----------
    rise
        ``float32`` of any shape: grey level less that of the paper, positive on ink.

    Returns
    -------
    float
        0 if less than 5% of the values lie below 0.
    """
    below = rise[rise < 0]
    return 1.4826 * compute_quantile(-below, 0.5) if below.size > 0.05 * rise.size else 0.0


def subsample(values: Float32Array) -> Float32Array:
    """Return every k-th row and column of a large image.

    Parameters
    ----------
    values
        ``float32`` of shape (h, w).

    Returns
    -------
    ndarray
        ``float32``, about 400,000 values; the image itself if it is smaller.
    """
    step = int(np.ceil((values.size / _MAX_SAMPLES) ** 0.5))
    return values if step <= 1 else values[::step, ::step]


def downscale(values: Pixels, side: int) -> Pixels:
    """Scale an image down by area averaging; a smaller image is returned as it is.

    Parameters
    ----------
    values
        ``float32`` or ``uint8`` of shape (h, w) or (h, w, 3).
    side
        Longest side of the result, in pixels.

    Returns
    -------
    ndarray
        Of the same type; the image itself if its longest side is at most ``side``.
    """
    height, width = values.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return values
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return cast(Pixels, cv2.resize(values, size, interpolation=cv2.INTER_AREA))


def blur(grey: Float32Array, sigma: float) -> Float32Array:
    """Blur an image by a Gaussian; an image with a side below 24 pixels is returned as it is.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w).
    sigma
        Standard deviation of the Gaussian, in pixels.

    Returns
    -------
    ndarray
        ``float32`` of the same shape.
    """
    if min(grey.shape) < _MIN_BLURRED_SIDE:
        return grey
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.float32)
