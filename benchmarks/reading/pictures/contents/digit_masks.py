"""From a small source digit to an ink mask of any size, with crisp edges and a chosen stroke width."""

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.random_fields import Field

_WORK_SCALE_MIN = 4.0
"""Strokes are shaped at four times MNIST's size at least, where a stroke is 8 to 12 pixels wide."""

_LEVELS = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.74, 0.2)
"""Grey levels for the stroke's edge, best first: MNIST's thin strokes are grey, and its small loops nearly so."""


def _edge_level(image: Field) -> float:
    """Return the best level at which no stroke is broken and every loop is open."""
    coarse = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    shapes = {level: _parts_and_loops(coarse, level) for level in _LEVELS}
    parts, _ = _parts_and_loops(coarse, 0.16)
    whole = [level for level in _LEVELS if 0 < shapes[level][0] <= parts] or [_LEVELS[-1]]
    loops = max(shapes[level][1] for level in whole)
    return next(level for level in whole if shapes[level][1] == loops)


def _parts_and_loops(image: Field, level: float) -> tuple[int, int]:
    """Count the pieces of ink and the holes in it, specks aside."""
    ink = (image > level).astype(np.uint8)
    return _pieces(ink, 8), _pieces(1 - ink, 4) - 1


def _pieces(mask: NDArray[np.uint8], connectivity: int) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    return int((stats[1:, cv2.CC_STAT_AREA] > 12).sum())


def digit_mask(
    image: NDArray[np.uint8], height_px: float, stroke_px: float | None = None, fit: float = 20.0
) -> Field:
    """Enlarge an MNIST digit as if its pen had been drawn at that size.

    The grey picture is enlarged smoothly, its edge is found at the level at which no stroke breaks, and the
    distance to that edge gives an anti-aliased mask whose strokes can be brought towards a wanted width.

    Parameters
    ----------
    image
        ``uint8`` of shape (28, 28), ink 255.
    height_px
        Height in pixels to which MNIST's box of 20 pixels is enlarged.
    stroke_px
        Wanted stroke width in pixels; thinning stops at half of the thinnest part, so that no stroke breaks, and
        no loop is closed by more than half. None keeps that of the digit.
    fit
        Side of the box that source digits are fitted into (20 for MNIST, 8 for scikit-learn's digits).

    Returns
    -------
    ndarray
        ``float32`` ink mask in [0, 1], cropped to the ink with a margin of 2 pixels.
    """
    grey: Field = image.astype(np.float32) / max(float(image.max()), 1.0)
    rows, columns = np.flatnonzero(grey.max(axis=1) > 0.08), np.flatnonzero(grey.max(axis=0) > 0.08)
    grey = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    grey = cv2.copyMakeBorder(grey, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=0)
    level = _edge_level(grey)
    scale = height_px / fit
    work = max(scale, _WORK_SCALE_MIN)
    large = cv2.resize(grey, None, fx=work, fy=work, interpolation=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), 0.36 * work)
    inside = (large > level * 0.95).astype(np.uint8)
    distance: Field = cv2.distanceTransform(inside, cv2.DIST_L2, 5) - cv2.distanceTransform(
        1 - inside, cv2.DIST_L2, 5
    )
    shift = 0.0
    if stroke_px is not None:
        ridge = _half_widths(distance)
        own, thinnest = 2 * float(np.median(ridge)), float(np.quantile(ridge, 0.1))
        wanted = stroke_px * work / scale
        shift = float(np.clip((wanted - own) / 2, -0.5 * thinnest, min(0.35 * own, _room_in_loops(distance))))
    distance = cv2.GaussianBlur(distance + np.float32(shift), (0, 0), 0.8)
    mask: Field = np.clip(distance + 0.5, 0, 1)
    if work > scale:
        size = (max(1, round(mask.shape[1] * scale / work)), max(1, round(mask.shape[0] * scale / work)))
        mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    return crop_to_ink(mask, 2)


def _half_widths(distance: Field) -> Field:
    """Return half the width of the strokes all along them: the distance to the edge on its ridges."""
    ridge = (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)) - 1e-3) & (distance > 1)
    return distance[ridge] if ridge.any() else np.ones(1, np.float32)


def _room_in_loops(distance: Field) -> float:
    """Return by how much the strokes may grow at each edge before the smallest loop is half closed."""
    count, pieces = cv2.connectedComponents((distance < 0).astype(np.uint8), connectivity=4)
    depths = [float(-distance[pieces == piece].min()) for piece in range(1, count) if piece != pieces[0, 0]]
    return max(0.0, 0.5 * min(depths) - 0.5) if depths else np.inf


def crop_to_ink(mask: Field, margin: int = 0, level: float = 0.05) -> Field:
    """Cut the mask to its ink and leave a margin around it."""
    rows, columns = np.flatnonzero(mask.max(axis=1) > level), np.flatnonzero(mask.max(axis=0) > level)
    cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return (
        cv2.copyMakeBorder(cut, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
        if margin
        else cut
    )


def slant_of(mask: Field) -> float:
    """Return how far a digit leans to the right, in degrees, from its second moments, at most 30 either way."""
    moments = cv2.moments(mask)
    if moments["mu02"] < 1e-6:
        return 0.0
    return float(np.clip(np.degrees(np.arctan(-moments["mu11"] / moments["mu02"])), -30, 30))


def turned(mask: Field, rotation_degrees: float = 0.0, slant_degrees: float = 0.0) -> Field:
    """Rotate and slant a mask about its middle; the result is cropped to its ink."""
    height, width = mask.shape
    angle, slant = np.radians(rotation_degrees), np.tan(np.radians(slant_degrees))
    pad = int(np.ceil(max(height, width) * 0.35 + abs(slant) * height)) + 2
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) @ np.array(
        [[1, -slant], [0, 1]]
    )
    middle = np.array([width / 2, height / 2])
    offset = middle + pad - matrix @ middle
    affine = np.hstack([matrix, offset[:, None]])
    return crop_to_ink(
        cv2.warpAffine(mask, affine, (width + 2 * pad, height + 2 * pad), flags=cv2.INTER_LINEAR)
    )
