"""Ruled lines, squared paper and printed boxes, taken out of an ink map without eating the strokes."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_INK = 64
"""Value of the map from which a pixel belongs to a stroke or a line."""

_THICKEST = 0.08
"""Thickness of the thickest line, as a share of the picture's shorter side."""


def without_rules(
    ink: NDArray[np.uint8], least_across: int, least_down: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Take out straight lines that run across or down.

    Where a stroke crosses a line, it goes on both above and below it, and stays whole.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    least_across, least_down
        Length, in pixels, from which something straight is a line and no stroke.

    Returns
    -------
    tuple of ndarray or None
        The ink without the lines, and the lines alone (255), both ``uint8`` of shape (h, w); None
        where there are no lines.
    """
    mask = (ink >= _INK).astype(np.uint8)
    thickest = max(2, round(_THICKEST * min(ink.shape)))
    across = _lines(mask, least_across, thickest)
    down = np.ascontiguousarray(_lines(np.ascontiguousarray(mask.T), least_down, thickest).T)
    if not across.any() and not down.any():
        return None
    strokes = cv2.bitwise_and(mask, 1 - np.maximum(across, down))
    crossing = _crossings(strokes, across, thickest)
    crossing |= _crossings(np.ascontiguousarray(strokes.T), np.ascontiguousarray(down.T), thickest).T
    kept = np.maximum(strokes, crossing)
    soft = cv2.dilate(kept, np.ones((3, 3), np.uint8))
    lines = np.maximum(across, down) & (1 - crossing)
    clean = np.where((soft > 0) & (lines == 0), ink, 0).astype(np.uint8)
    return clean, (lines * 255).astype(np.uint8)


def _lines(mask: NDArray[np.uint8], least: int, thickest: int) -> NDArray[np.uint8]:
    """Return the thin and straight runs of at least ``least`` pixels, as wide as they are drawn."""
    least = max(8, least)
    if mask.shape[1] < least:
        return np.zeros_like(mask)
    # A line that is tilted by a degree climbs a pixel in 60: it is thickened first, so that a run in
    # one row of pixels still finds it.
    slack = max(3, least // 60 * 2 + 1)
    thick = cv2.morphologyEx(
        cv2.dilate(mask, np.ones((slack, 1), np.uint8)), cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8)
    )
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    n, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    if n == 1:
        return np.zeros_like(mask)
    # Of a block of ink wider than a line only the height tells; strokes that cross are cut off above.
    area, width = stats[:, cv2.CC_STAT_AREA], np.maximum(stats[:, cv2.CC_STAT_WIDTH], 1)
    thin = (area / width <= thickest + slack).astype(np.uint8)
    thin[0] = 0
    return np.asarray(cv2.bitwise_and(mask, cv2.dilate(thin[labels], np.ones((3, 1), np.uint8))), np.uint8)


def _crossings(strokes: NDArray[Any], lines: NDArray[np.uint8], thickest: int) -> NDArray[np.uint8]:
    """Return the pixels of lines across that lie between a stroke above and a stroke below."""
    reach = 2 * thickest + 3
    tall = np.ones((reach, 1), np.uint8)
    from_above = cv2.dilate(strokes, tall, anchor=(0, reach - 1))
    from_below = cv2.dilate(strokes, tall, anchor=(0, 0))
    # A slanted stroke leaves the line a little to the side of where it entered it.
    wide = np.ones((1, 2 * max(1, thickest // 2) + 1), np.uint8)
    both = cv2.bitwise_and(cv2.dilate(from_above, wide), cv2.dilate(from_below, wide))
    touched = cv2.bitwise_or(from_above, from_below)
    return np.asarray(cv2.bitwise_and(lines, cv2.bitwise_and(both, touched)), np.uint8)
