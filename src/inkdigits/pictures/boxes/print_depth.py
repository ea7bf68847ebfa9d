"""Contrast of print and writing relative to the paper around them, which is the same in light and in shadow."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.boxes.frames import Row
from inkdigits.pictures.ink.array_types import Float32Array
from inkdigits.pictures.ink.components import find_components
from inkdigits.pictures.ink.grey_levels import compute_otsu_threshold, compute_quantile, estimate_noise

_MIN_PRINT_CONTRAST = 0.025
"""Share of the light that the palest printed line absorbs."""

_MIN_INK_CONTRAST = 0.06
"""Share of the light that the palest pencil absorbs."""

_RUN_LENGTH = 9
"""Length, in pixels, over which the contrast of a line is averaged against noise."""

_MIN_CONTRAST_TO_NOISE = 5.0
"""Smallest ratio of the contrast of writing to the noise of the paper."""

_REDUCED_SIDE = 25
"""Least side of the square, in pixels, after the reduction of the picture from which the paper is estimated; squares
below twice that side need none. A form of 12 million pixels with large cells takes 10.5 s on one core, without the
reduction 15.1 s, and is read the same."""

_MIN_BACKGROUND = 8.0
"""Lower limit of the level of the paper, in grey levels, so that the relative contrast stays finite."""


def detect_thin_structures(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Detect dark, thin structures: strokes and printed lines, also pale ones, in any light.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w), 1 on these structures.
    """
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    contrast = _compute_relative_contrast(grey, int(np.clip(0.08 * min(grey.shape), 7, 25)) | 1, 0.7)
    thin = contrast > max(_MIN_PRINT_CONTRAST, 4.0 * estimate_noise(contrast[::3, ::3]))
    for averaged in (
        _average_along_runs(contrast, (_RUN_LENGTH, 1)),
        _average_along_runs(contrast, (1, _RUN_LENGTH)),
    ):
        thin |= averaged > max(0.6 * _MIN_PRINT_CONTRAST, 4.0 * estimate_noise(averaged[::3, ::3]))
    # The blurred edge of a dark stroke is as dark as a pale line, but much paler than the stroke.
    thin &= contrast > 0.3 * cv2.dilate(contrast, np.ones((5, 5), np.uint8))
    components = find_components(thin.astype(np.uint8))
    return components.draw(components.longer_sides >= max(6, round(0.06 * min(grey.shape))))


def separate_form_ink(grey: NDArray[np.uint8], rows: list[Row]) -> NDArray[np.uint8]:
    """Return the ink map of a form, scaled so that the writing in the cells is full ink.

    Parameters
    ----------
    grey
        ``uint8`` of shape (h, w), the rectified picture, ink darker than paper.
    rows
        The cells.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w): 0 is paper, 255 full ink; zeros if nothing is written.
    """
    cell_height = float(np.mean([(row.bottom - row.top).mean() for row in rows]))
    relative = _compute_relative_contrast(grey, max(7, round(0.35 * cell_height)) | 1, 0.0)
    is_inside = np.zeros(grey.shape, bool)
    for row in rows:
        for (left, right), top, bottom in zip(row.sides, row.top, row.bottom, strict=True):
            inset = 0.1 * (right - left)
            is_inside[
                max(0, round(top + inset)) : max(0, round(bottom - inset)),
                max(0, round(left + inset)) : max(0, round(right - inset)),
            ] = True
    inside = relative[is_inside]
    if not inside.size:
        return np.zeros(grey.shape, np.uint8)
    noise = estimate_noise(inside)
    threshold = max(compute_otsu_threshold(255.0 * inside) / 255.0, 3.0 * noise, 0.5 * _MIN_INK_CONTRAST)
    inked = inside[inside > threshold]
    contrast = compute_quantile(inked, 0.75) if inked.size >= 3 else 0.0
    if contrast < max(_MIN_INK_CONTRAST, _MIN_CONTRAST_TO_NOISE * noise):
        return np.zeros(grey.shape, np.uint8)
    low = min(max(2.5 * noise, 0.2 * contrast), 0.45 * contrast)
    stretched = (relative - np.float32(low)) * np.float32(255.0 / (0.9 * contrast - low))
    return np.asarray(np.clip(np.rint(stretched), 0, 255), np.uint8)


def _compute_relative_contrast(grey: NDArray[np.uint8], side: int, sigma: float) -> Float32Array:
    """Return the share of light that structures narrower than ``side`` pixels absorb, less the median share.

    The paper is estimated by a morphological closing. The picture is blurred by ``sigma`` pixels, if that is not 0.
    """
    smooth = cv2.GaussianBlur(grey, (0, 0), max(sigma, 0.7)).astype(np.float32)
    paper = np.maximum(_estimate_paper(smooth, side), _MIN_BACKGROUND)
    level = smooth if sigma else grey.astype(np.float32)
    contrast = np.asarray((paper - level) / paper, np.float32)
    return contrast - np.float32(compute_quantile(contrast[::3, ::3], 0.5))


def _estimate_paper(smooth: Float32Array, side: int) -> Float32Array:
    """Return the closing of a picture by a square, ``float32`` (h, w); for a large square that of a reduced copy."""
    height, width = smooth.shape
    factor = max(1, side // _REDUCED_SIDE)
    side = side // factor | 1
    size = max(1, width // factor), max(1, height // factor)
    reduced = cv2.resize(smooth, size, interpolation=cv2.INTER_AREA) if factor > 1 else smooth
    # Without padding, paper that darkens towards the edge of the picture would count as ink there.
    padded = cv2.copyMakeBorder(reduced, side, side, side, side, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))[
        side:-side, side:-side
    ]
    return np.asarray(cv2.resize(closed, (width, height)) if factor > 1 else closed, np.float32)


def _average_along_runs(contrast: Float32Array, size: tuple[int, int]) -> Float32Array:
    """Return the smaller mean contrast of the two runs that end at each pixel, less its median.

    Inside a line both runs are dark.
    """
    before, after = (cv2.blur(contrast, size, anchor=end) for end in ((size[0] - 1, size[1] - 1), (0, 0)))
    smaller = np.minimum(before, after)
    return np.asarray(smaller - np.float32(compute_quantile(smaller[::3, ::3], 0.5)), np.float32)
