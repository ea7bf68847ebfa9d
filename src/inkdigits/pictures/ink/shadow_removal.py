"""Shadows that pass for ink: what is wider than a stroke, and edges that have one side only."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.polarity import INK, Floats, quantile, thumbnail

_SIDE = 128
"""Longest side, in pixels, of the small copy on which shadows are told from ink."""

_ALONG = 0.2
"""Share of an edge of the picture along which a shadow lies at least."""

_DARKEST = 0.6
"""Share of the light that a shadow takes away at most; ink as wide as a shadow takes away more."""

_TWO_SIDED = 0.4
"""Share of its rise by which ink stands out of both its sides, rather than of one."""

_LEAST_AREA = 6
"""Pixels of the small copy below which a piece is a speck."""

_MOST_PIECES = 24
"""Pieces that are looked at, the largest first."""


def is_shadow(ink: NDArray[np.uint8], widest: float, depth: float) -> bool:
    """Tell whether something enters the picture along its edge that is too wide for a stroke and too pale for ink.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    widest
        Width of the widest stroke, as a share of the shorter side.
    depth
        Contrast between ink and paper, as a share of the lighter of them.
    """
    if depth > _DARKEST:
        return False
    small = (thumbnail(ink, _SIDE) >= INK).astype(np.uint8)
    n, labels = cv2.connectedComponents(small, connectivity=8)
    least = 0.5 * widest * min(small.shape)
    wide = _depth_within(small) > least
    if not wide.any():
        return False
    return any(
        bool((np.bincount(line, minlength=n)[1:] > _ALONG * line.size)[np.unique(labels[wide]) - 1].any())
        for line in (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    )


def without_edges(
    ink: NDArray[np.uint8], grey: Floats, contrast: float, anywhere: bool = False
) -> NDArray[np.uint8]:
    """Take out what enters from the edge of the picture, or lies anywhere, and stands out of one of its sides only.

    A stroke is lighter than the paper on both its sides. Where the level of the paper was missed beside the edge
    of a shadow, a rim is left that is as light as the ground beyond it: an opening by a little more than twice
    its width does not lower it.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    grey
        ``float32`` of shape (h, w), ink lighter than the paper.
    contrast
        How far full ink rises above the paper.
    anywhere
        Whether what does not touch the edge of the picture is looked at as well.
    """
    small = (thumbnail(ink, _SIDE) >= INK).astype(np.uint8)
    n, labels, stats, _ = cv2.connectedComponentsWithStats(small, connectivity=8)
    height, width = small.shape
    left, top, wide, tall, areas = stats.T
    touches = (left == 0) | (top == 0) | (left + wide == width) | (top + tall == height)
    areas[0] = 0
    chosen = np.flatnonzero((touches | anywhere) & (areas >= _LEAST_AREA))
    chosen = chosen[np.argsort(-areas[chosen])][:_MOST_PIECES]
    if not chosen.size:
        return ink
    ground = cv2.GaussianBlur(thumbnail(grey, _SIDE), (0, 0), 0.8)
    above = thumbnail(ink, _SIDE).astype(np.float32) * np.float32(contrast / 255.0)
    inner = _depth_within(small)
    gone = np.zeros(n, np.uint8)
    for i in chosen:
        own = labels == i
        reach = 2 * int(np.ceil(2 * float(inner[own].max()))) + 3
        lifted = ground - cv2.morphologyEx(ground, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))
        if quantile(lifted[own], 0.5) < _TWO_SIDED * quantile(above[own], 0.5):
            gone[i] = 1
    if not gone.any():
        return ink
    mask = cv2.dilate(gone[labels], np.ones((3, 3), np.uint8))
    full = cv2.resize(mask, ink.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.where(full > 0, 0, ink).astype(np.uint8)


def _depth_within(mask: NDArray[np.uint8]) -> Floats:
    """Return how far each pixel lies within the mask, which ends at the edge of the picture."""
    return np.asarray(cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)
