"""How much light print and writing swallow of what the paper beside them reflects: the same in light and shadow."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.boxes.frames import Row
from inkdigits.pictures.ink.polarity import Floats, noise_of, otsu, quantile

_LEAST = 0.025
"""Share of light that the palest printed line swallows."""

_LEAST_INK = 0.06
"""Share of light that the palest pencil swallows."""

_RUN = 9
"""Pixels of a line over which its depth is averaged, so that it stands out of the noise."""

_OVER_NOISE = 5.0
"""How far writing stands out of the paper's noise."""


def thin_dark(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what is dark and thin: strokes and printed lines, pale ones too, in any light.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w), 1 where it is so.
    """
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    depth = _depth(grey, int(np.clip(0.08 * min(grey.shape), 7, 25)) | 1, 0.7)
    thin = depth > max(_LEAST, 4.0 * noise_of(depth[::3, ::3]))
    for seen in (_along(depth, (_RUN, 1)), _along(depth, (1, _RUN))):
        thin |= seen > max(0.6 * _LEAST, 4.0 * noise_of(seen[::3, ::3]))
    # The blurred rim of a dark stroke is as dark as a pale line.
    thin &= depth > 0.3 * cv2.dilate(depth, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(thin.astype(np.uint8), connectivity=8)
    long = stats[:, 2:4].max(axis=1) >= max(6, round(0.06 * min(grey.shape)))
    long[0] = False
    return np.asarray(long[labels], np.uint8)


def dark_in_cells(grey: NDArray[np.uint8], rows: list[Row]) -> NDArray[np.uint8]:
    """Return the ink of a form, full where it is as dark as what is written in the cells.

    Parameters
    ----------
    grey
        ``uint8`` of shape (h, w), the levelled picture, ink darker than paper.
    rows
        The cells.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w): 0 is paper, 255 full ink; zeros where nothing is written.
    """
    tall = float(np.mean([(row.bottom - row.top).mean() for row in rows]))
    depth = _depth(grey, max(7, round(0.35 * tall)) | 1, 0.0)
    inner = np.zeros(grey.shape, bool)
    for row in rows:
        for (left, right), top, bottom in zip(row.sides, row.top, row.bottom, strict=True):
            inset = 0.1 * (right - left)
            inner[
                max(0, round(top + inset)) : max(0, round(bottom - inset)),
                max(0, round(left + inset)) : max(0, round(right - inset)),
            ] = True
    within = depth[inner]
    if not within.size:
        return np.zeros(grey.shape, np.uint8)
    noise = noise_of(within)
    split = max(otsu(255.0 * within) / 255.0, 3.0 * noise, 0.5 * _LEAST_INK)
    inked = within[within > split]
    contrast = quantile(inked, 0.75) if inked.size >= 3 else 0.0
    if contrast < max(_LEAST_INK, _OVER_NOISE * noise):
        return np.zeros(grey.shape, np.uint8)
    low = min(max(2.5 * noise, 0.2 * contrast), 0.45 * contrast)
    stretched = (depth - np.float32(low)) * np.float32(255.0 / (0.9 * contrast - low))
    return np.asarray(np.clip(np.rint(stretched), 0, 255), np.uint8)


def _depth(grey: NDArray[np.uint8], side: int, blur: float) -> Floats:
    """Return the share of light swallowed by what is narrower than ``side`` pixels, less that of bare paper."""
    smooth = cv2.GaussianBlur(grey, (0, 0), max(blur, 0.7)).astype(np.float32)
    # Without a margin, paper that darkens towards the edge of the picture would count as ink there.
    wide = cv2.copyMakeBorder(smooth, side, side, side, side, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))[side:-side, side:-side]
    closed = np.maximum(closed, 8.0)
    seen = smooth if blur else grey.astype(np.float32)
    depth = np.asarray((closed - seen) / closed, np.float32)
    return depth - np.float32(quantile(depth[::3, ::3], 0.5))


def _along(depth: Floats, run: tuple[int, int]) -> Floats:
    """Return the mean depth of the paler of two runs that end in each pixel: in a line that goes on, both are dark."""
    before, after = (cv2.blur(depth, run, anchor=end) for end in ((run[0] - 1, run[1] - 1), (0, 0)))
    paler = np.minimum(before, after)
    return np.asarray(paler - np.float32(quantile(paler[::3, ::3], 0.5)), np.float32)
