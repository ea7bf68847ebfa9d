"""Pixels where strokes and ruled lines cross, and lines that strokes interrupt; for lines that run across."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float64Array

_MAX_DEVIATION_PIXELS = 2
"""Largest distance, in pixels, between a line and the straight extension of one of its segments."""

_MIN_COVERAGE = 0.9
"""Smallest share of the picture's width on which the extension of a segment covers ink."""


def find_interrupted_lines(
    mask: NDArray[np.uint8], segments: Float64Array, max_thickness: int
) -> tuple[NDArray[np.uint8], Float64Array]:
    """Find the lines that continue behind strokes from edge to edge of the picture.

    A segment belongs to such a line if its extension covers ink, of the line or of a stroke, on 90% of the width.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 on ink.
    segments
        ``float64`` (m, 4): segments of lines as x0, y0, x1, y1 in pixels, from left to right.
    max_thickness
        Thickness of the thickest line, in pixels.

    Returns
    -------
    visible : ndarray
        ``uint8`` of shape (h, w), 1 on the lines where no stroke covers them.
    lines : ndarray
        ``float64`` (n, 4): the lines, extended to both edges, as ``segments``.
    """
    height, width = mask.shape
    x = np.arange(width)
    tolerant = cv2.dilate(mask, np.ones((2 * _MAX_DEVIATION_PIXELS + 1, 1), np.uint8))
    visible, lines = np.zeros_like(mask), [np.zeros((0, 4))]
    for x0, y0, x1, y1 in segments:
        course = y0 + (y1 - y0) / max(x1 - x0, 1) * (x - x0)
        y = np.rint(course).astype(int)
        inside = (y >= 0) & (y < height)
        if not inside.all() or tolerant[y, x].mean() < _MIN_COVERAGE:
            continue
        near = np.clip(y + np.arange(-max_thickness, max_thickness + 1)[:, np.newaxis], 0, height - 1)
        thickness = mask[near, x].sum(axis=0)
        own_thickness = float(np.median(thickness[int(x0) : int(x1) + 1]))
        is_alone = thickness <= own_thickness + 2
        visible[y[is_alone], x[is_alone]] = 1
        lines.append(np.array([[0, course[0], width - 1, course[-1]]]))
    return visible, np.concatenate(lines)


def measure_vertical_runs(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return for each pixel the length of the vertical run of ink that contains it.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 on ink.

    Returns
    -------
    ndarray
        ``int32`` of shape (h, w), in pixels; 0 on paper.
    """
    rows = np.arange(len(mask), dtype=np.int32)[:, np.newaxis]
    before = np.maximum.accumulate(np.where(mask, -1, rows), axis=0)
    after = np.minimum.accumulate(np.where(mask, len(mask), rows)[::-1], axis=0)[::-1]
    return np.asarray(np.where(mask, after - before - 1, 0), np.int32)


def find_line_crossings(
    mask: NDArray[np.uint8],
    across: NDArray[np.uint8],
    down: NDArray[np.uint8],
    max_width: int,
    max_height: int,
) -> NDArray[np.uint8]:
    """Return the pixels where two lines cross: one continues on the left and right, the other above and below.

    Parameters
    ----------
    mask, across, down
        ``uint8`` of shape (h, w), 1 on ink, on lines across and on lines down, both without the crossings.
    max_width, max_height
        Largest size of a crossing, in pixels.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w), 1 on the crossings.
    """
    wide, tall = np.ones((1, max_width + 1), np.uint8), np.ones((max_height + 1, 1), np.uint8)
    between_columns = cv2.bitwise_and(
        cv2.dilate(across, wide, anchor=(0, 0)), cv2.dilate(across, wide, anchor=(max_width, 0))
    )
    between_rows = cv2.bitwise_and(
        cv2.dilate(down, tall, anchor=(0, 0)), cv2.dilate(down, tall, anchor=(0, max_height))
    )
    return np.asarray(cv2.bitwise_and(mask, cv2.bitwise_and(between_columns, between_rows)), np.uint8)


def find_stroke_crossings(
    strokes: NDArray[np.uint8], lines: NDArray[np.uint8], thickness: int
) -> NDArray[np.uint8]:
    """Return the pixels of lines across that lie between a stroke above and a stroke below.

    Parameters
    ----------
    strokes, lines
        ``uint8`` of shape (h, w), 1 on strokes without the lines, and on lines.
    thickness
        Largest thickness of the lines, in pixels.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w), 1 on the crossings.
    """
    reach = 2 * thickness + 3
    tall = np.ones((reach, 1), np.uint8)
    from_above = cv2.dilate(strokes, tall, anchor=(0, reach - 1))
    from_below = cv2.dilate(strokes, tall, anchor=(0, 0))
    # A slanted stroke leaves the line in another column than it enters it.
    wide = np.ones((1, 2 * max(1, thickness // 2) + 1), np.uint8)
    both = cv2.bitwise_and(cv2.dilate(from_above, wide), cv2.dilate(from_below, wide))
    either = cv2.bitwise_or(from_above, from_below)
    return np.asarray(cv2.bitwise_and(lines, cv2.bitwise_and(both, either)), np.uint8)
