"""Where the digits may be: crops of an ink map, proposed for the recogniser to judge."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.polarity import INK

_LARGEST_SPECK = 10.0
"""Size, in pixels, from which a piece of ink is no speck in a picture of any size."""


@dataclass(frozen=True)
class Crop:
    """A piece of an ink map that may be one digit.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0; what does not belong to the digit is erased.
    box
        x, y, width and height in pixels of the ink map.
    """

    ink: NDArray[np.uint8]
    box: tuple[int, int, int, int]


def one_digit(ink: NDArray[np.uint8]) -> Crop | None:
    """Find the one digit of a picture: its largest stroke and what lies close enough to be part of it.

    Specks are left out, and so is what enters the picture from its edge, unless the digit itself
    reaches there.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.

    Returns
    -------
    Crop or None
        None where there is no ink.
    """
    mask = (ink >= INK).astype(np.uint8)
    n, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if n == 1:
        return None
    height, width = ink.shape
    parts = np.asarray(stats[1:], np.int32)
    sizes = np.maximum(parts[:, cv2.CC_STAT_WIDTH], parts[:, cv2.CC_STAT_HEIGHT])
    if sizes.max() < max(3.0, min(_LARGEST_SPECK, 0.03 * max(height, width))):
        return None
    areas = parts[:, cv2.CC_STAT_AREA].astype(np.float64)
    touches = _touches_edge(parts, width, height)
    off_centre = np.abs(centres[1:] - [(width - 1) / 2, (height - 1) / 2]) / [width / 2, height / 2]
    weight = areas * sizes * np.where(touches, 0.35, 1.0) * (1.15 - off_centre.max(axis=1))
    main = int(weight.argmax())
    kept = np.zeros(n, np.uint8)
    kept[1 + main] = 255
    intrudes = touches & (~touches[main] | _beside(parts, main))
    for i in np.flatnonzero(_belongs(parts, areas, main) & ~intrudes):
        kept[1 + i] = 255
    return _crop(ink, kept[labels])


def _belongs(parts: NDArray[np.int32], areas: NDArray[np.float64], main: int) -> NDArray[np.bool_]:
    """Tell which parts are near and large enough to be a piece of the same digit."""
    left, top = parts[:, cv2.CC_STAT_LEFT], parts[:, cv2.CC_STAT_TOP]
    right, bottom = left + parts[:, cv2.CC_STAT_WIDTH], top + parts[:, cv2.CC_STAT_HEIGHT]
    side = max(right[main] - left[main], bottom[main] - top[main])
    across = np.maximum(np.maximum(left - right[main], left[main] - right), 0)
    down = np.maximum(np.maximum(top - bottom[main], top[main] - bottom), 0)
    gap = np.hypot(across, down)
    enough = areas >= np.maximum(0.02 * areas[main], 2.0)
    return np.asarray(enough & (gap <= 0.3 * side))


def _beside(parts: NDArray[np.int32], main: int) -> NDArray[np.bool_]:
    """Tell which parts lie, by their middle, to the left or to the right of the main one."""
    left, right = parts[:, cv2.CC_STAT_LEFT], parts[:, cv2.CC_STAT_LEFT] + parts[:, cv2.CC_STAT_WIDTH]
    middle = (left + right) / 2
    return np.asarray((middle < left[main]) | (middle > right[main]))


def _touches_edge(parts: NDArray[np.int32], width: int, height: int) -> NDArray[np.bool_]:
    left, top = parts[:, cv2.CC_STAT_LEFT], parts[:, cv2.CC_STAT_TOP]
    right, bottom = left + parts[:, cv2.CC_STAT_WIDTH], top + parts[:, cv2.CC_STAT_HEIGHT]
    return np.asarray((left == 0) | (top == 0) | (right == width) | (bottom == height))


def _crop(ink: NDArray[np.uint8], kept: NDArray[np.uint8]) -> Crop:
    """Cut out the kept strokes with the soft pixels at their edges."""
    soft = cv2.dilate(kept, np.ones((3, 3), np.uint8))
    alone = cv2.bitwise_and(ink, soft)
    x, y, width, height = cv2.boundingRect(alone)
    return Crop(np.ascontiguousarray(alone[y : y + height, x : x + width]), (x, y, width, height))
