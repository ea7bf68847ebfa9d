"""Where strokes and ruled lines meet: what of the ink there belongs to which, for lines that run across."""

import cv2
import numpy as np
from numpy.typing import NDArray

_OUT_OF_LINE = 2
"""Pixels by which a rule departs at most from the straight course of a piece of it."""

_COVERED = 0.9
"""Share of a rule from edge to edge of the picture that is seen, or hidden by strokes."""


def behind_strokes(
    mask: NDArray[np.uint8], segments: NDArray[np.float64], thickest: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Find the rules that go on behind strokes: along all of them there is ink, of themselves or of a stroke.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink.
    segments
        Pieces of lines as rows of x0, y0, x1, y1, from left to right.
    thickest
        Thickness of the thickest line, in pixels.

    Returns
    -------
    tuple
        ``uint8`` of shape (h, w), 1 on the rules where no stroke lies on them, and the rules, shape (n, 4).
    """
    height, width = mask.shape
    x = np.arange(width)
    tolerant = cv2.dilate(mask, np.ones((2 * _OUT_OF_LINE + 1, 1), np.uint8))
    seen, rules = np.zeros_like(mask), [np.zeros((0, 4))]
    for x0, y0, x1, y1 in segments:
        course = y0 + (y1 - y0) / max(x1 - x0, 1) * (x - x0)
        y = np.rint(course).astype(int)
        inside = (y >= 0) & (y < height)
        if not inside.all() or tolerant[y, x].mean() < _COVERED:
            continue
        beside = np.clip(y + np.arange(-thickest, thickest + 1)[:, np.newaxis], 0, height - 1)
        thickness = mask[beside, x].sum(axis=0)
        own = float(np.median(thickness[int(x0) : int(x1) + 1]))
        alone = thickness <= own + 2
        seen[y[alone], x[alone]] = 1
        rules.append(np.array([[0, course[0], width - 1, course[-1]]]))
    return seen, np.concatenate(rules)


def runs_down(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return for each pixel how many inked pixels stand on each other there, 0 on paper.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink.
    """
    rows = np.arange(len(mask), dtype=np.int32)[:, np.newaxis]
    before = np.maximum.accumulate(np.where(mask, -1, rows), axis=0)
    beyond = np.minimum.accumulate(np.where(mask, len(mask), rows)[::-1], axis=0)[::-1]
    return np.asarray(np.where(mask, beyond - before - 1, 0), np.int32)


def knots(
    mask: NDArray[np.uint8], across: NDArray[np.uint8], down: NDArray[np.uint8], wide: int, tall: int
) -> NDArray[np.uint8]:
    """Return the pixels where rules cross: a line goes on at either side, and above and below.

    Parameters
    ----------
    mask, across, down
        ``uint8`` of shape (h, w), 1 on ink, on lines across and on lines down, as far as they are alone.
    wide, tall
        How wide and how tall such a place is at most, in pixels.
    """
    level, upright = np.ones((1, wide + 1), np.uint8), np.ones((tall + 1, 1), np.uint8)
    beside = cv2.bitwise_and(
        cv2.dilate(across, level, anchor=(0, 0)), cv2.dilate(across, level, anchor=(wide, 0))
    )
    above = cv2.bitwise_and(
        cv2.dilate(down, upright, anchor=(0, 0)), cv2.dilate(down, upright, anchor=(0, tall))
    )
    return np.asarray(cv2.bitwise_and(mask, cv2.bitwise_and(beside, above)), np.uint8)


def crossings(strokes: NDArray[np.uint8], lines: NDArray[np.uint8], thickness: int) -> NDArray[np.uint8]:
    """Return the pixels of lines across that lie between a stroke above and a stroke below.

    Parameters
    ----------
    strokes, lines
        ``uint8`` of shape (h, w), 1 on strokes, and on lines.
    thickness
        Thickness of the lines at most, in pixels.
    """
    reach = 2 * thickness + 3
    tall = np.ones((reach, 1), np.uint8)
    from_above = cv2.dilate(strokes, tall, anchor=(0, reach - 1))
    from_below = cv2.dilate(strokes, tall, anchor=(0, 0))
    # A slanted stroke leaves the line a little to the side of where it entered it.
    wide = np.ones((1, 2 * max(1, thickness // 2) + 1), np.uint8)
    both = cv2.bitwise_and(cv2.dilate(from_above, wide), cv2.dilate(from_below, wide))
    touched = cv2.bitwise_or(from_above, from_below)
    return np.asarray(cv2.bitwise_and(lines, cv2.bitwise_and(both, touched)), np.uint8)
