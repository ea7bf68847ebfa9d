"""Segmentation of the digit in the ink map of a picture with one digit."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.components import Components, find_components, threshold_ink

_MAX_SPECK_SIDE = 10.0
"""Longer side of the largest speck, in pixels, in a picture of any size."""

_MAX_SPECK_SHARE = 0.03
"""Longer side of the largest speck, as a share of the picture's longer side."""

_EDGE_WEIGHT = 0.35
"""Factor on the score of a component that touches an edge of the picture."""

_MIN_AREA_SHARE = 0.02
"""Smallest area of another component of the digit, as a share of the main component's area."""

_MAX_GAP_SHARE = 0.3
"""Largest gap between another component of the digit and the main one, as a share of the latter's longer side."""


@dataclass(frozen=True)
class Crop:
    """A region of an ink map that may show one digit.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0; other strokes are erased.
    box
        x, y, width and height in pixels of the ink map.
    """

    ink: NDArray[np.uint8]
    box: tuple[int, int, int, int]


def find_digit(ink: NDArray[np.uint8]) -> Crop | None:
    """Find the digit of a picture: the main component, and the components near it.

    Specks are excluded. Components that touch an edge of the picture are excluded too, unless the main component
    touches an edge.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.

    Returns
    -------
    Crop or None
        None if there is no ink, or only specks.
    """
    components = find_components(threshold_ink(ink))
    if components.n == 0:
        return None
    height, width = ink.shape
    sizes = components.longer_sides
    if sizes.max() < max(3.0, min(_MAX_SPECK_SIDE, _MAX_SPECK_SHARE * max(height, width))):
        return None
    areas = components.areas.astype(np.float64)
    touch_edge = components.touch_edge()
    off_centre = np.abs(components.centroids - [(width - 1) / 2, (height - 1) / 2]) / [width / 2, height / 2]
    score = areas * sizes * np.where(touch_edge, _EDGE_WEIGHT, 1.0) * (1.15 - off_centre.max(axis=1))
    main = int(score.argmax())
    is_intruder = touch_edge & (~touch_edge[main] | _lie_beside(components, main))
    is_kept = _lie_near(components, areas, main) & ~is_intruder
    is_kept[main] = True
    return _crop_components(ink, components.draw(is_kept))


def _lie_near(components: Components, areas: NDArray[np.float64], main: int) -> NDArray[np.bool_]:
    """Return which components are close and large enough to belong to the same digit as the main one."""
    left, top, right, bottom = components.left, components.top, components.right, components.bottom
    across = np.maximum(np.maximum(left - right[main], left[main] - right), 0)
    down = np.maximum(np.maximum(top - bottom[main], top[main] - bottom), 0)
    gap = np.hypot(across, down)
    is_large = areas >= np.maximum(_MIN_AREA_SHARE * areas[main], 2.0)
    return np.asarray(is_large & (gap <= _MAX_GAP_SHARE * components.longer_sides[main]))


def _lie_beside(components: Components, main: int) -> NDArray[np.bool_]:
    """Return which components have their centre left or right of the main one."""
    left, right = components.left, components.right
    centre = (left + right) / 2
    return np.asarray((centre < left[main]) | (centre > right[main]))


def _crop_components(ink: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Crop:
    """Crop the strokes of a mask, with the soft pixels at their edges."""
    soft = cv2.dilate(mask * np.uint8(255), np.ones((3, 3), np.uint8))
    alone = cv2.bitwise_and(ink, soft)
    x, y, width, height = cv2.boundingRect(alone)
    return Crop(np.ascontiguousarray(alone[y : y + height, x : x + width]), (x, y, width, height))
