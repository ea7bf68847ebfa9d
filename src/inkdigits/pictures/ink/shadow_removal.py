"""Detection and removal of shadows in an ink map: regions wider than strokes, and edges with one side only."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float32Array
from inkdigits.pictures.ink.components import find_components, threshold_ink
from inkdigits.pictures.ink.grey_levels import compute_quantile, downscale

_SIDE = 128
"""Longest side, in pixels, of the copy on which shadows are detected."""

_MIN_EDGE_SHARE = 0.2
"""Smallest share of an edge of the picture that a shadow covers."""

_MAX_SHADOW_CONTRAST = 0.6
"""Largest contrast of a shadow, as a share of the light; a region as wide as a shadow with more contrast is ink."""

_MIN_TWO_SIDED_RISE = 0.4
"""Smallest rise of a stroke above the paper on both its sides, as a share of its rise in the ink map."""

_MIN_AREA = 6
"""Pixels of the copy below which a component is a speck."""

_MAX_COMPONENTS = 24
"""Largest number of components that are examined, by decreasing area."""


def has_shadow(ink: NDArray[np.uint8], widest_stroke: float, contrast_share: float) -> bool:
    """Return whether a region along an edge of the picture is too wide for a stroke and too pale for ink.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    widest_stroke
        Width of the widest stroke, as a share of the shorter side.
    contrast_share
        Contrast between ink and paper, as a share of the lighter of them, 0 to 1.

    Returns
    -------
    bool
        False if the contrast is too large for a shadow.
    """
    if contrast_share > _MAX_SHADOW_CONTRAST:
        return False
    small = threshold_ink(downscale(ink, _SIDE))
    components = find_components(small)
    is_wide = _compute_distance_to_paper(small) > 0.5 * widest_stroke * min(small.shape)
    if not is_wide.any():
        return False
    labels, wide_labels = components.labels, np.unique(components.labels[is_wide])
    return any(
        bool((np.bincount(edge, minlength=components.n + 1) > _MIN_EDGE_SHARE * edge.size)[wide_labels].any())
        for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    )


def remove_shadow_edges(
    ink: NDArray[np.uint8], grey: Float32Array, contrast: float, everywhere: bool = False
) -> NDArray[np.uint8]:
    """Remove components at the edge of the picture, or everywhere, that rise above the paper on one side only.

    A stroke is lighter than the paper on both sides. The edge of a shadow, where the estimated background is wrong,
    is as light as the paper beyond it. A morphological opening by a little more than twice the component's width
    therefore lowers a stroke, but not the edge of a shadow.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    grey
        ``float32`` of shape (h, w), 0 to 255, ink lighter than the paper.
    contrast
        Rise of full ink above the paper, in grey levels.
    everywhere
        Whether to examine components that do not touch an edge of the picture too.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w): the ink map without these components.
    """
    small = threshold_ink(downscale(ink, _SIDE))
    components = find_components(small)
    examined = np.flatnonzero((components.touch_edge() | everywhere) & (components.areas >= _MIN_AREA))
    examined = examined[np.argsort(-components.areas[examined])][:_MAX_COMPONENTS]
    if not examined.size:
        return ink
    ground = cv2.GaussianBlur(downscale(grey, _SIDE), (0, 0), 0.8)
    rise = downscale(ink, _SIDE).astype(np.float32) * np.float32(contrast / 255.0)
    distance = _compute_distance_to_paper(small)
    is_removed = np.zeros(components.n, bool)
    for i in examined:
        own = components.labels == i + 1
        side = 2 * int(np.ceil(2 * float(distance[own].max()))) + 3
        two_sided_rise = ground - cv2.morphologyEx(ground, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
        is_removed[i] = compute_quantile(two_sided_rise[own], 0.5) < _MIN_TWO_SIDED_RISE * compute_quantile(
            rise[own], 0.5
        )
    if not is_removed.any():
        return ink
    mask = cv2.dilate(components.draw(is_removed), np.ones((3, 3), np.uint8))
    full = cv2.resize(mask, ink.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.where(full > 0, 0, ink).astype(np.uint8)


def _compute_distance_to_paper(mask: NDArray[np.uint8]) -> Float32Array:
    """Return the distance of each pixel to the nearest pixel outside of the mask or of the picture, in pixels."""
    return np.asarray(cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)
