"""Detection of a sheet of paper in a photo by its edges, and its rectification."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.geometry.transform import Homography, Transform
from inkdigits.pictures.ink.array_types import Float32Array, Float64Array
from inkdigits.pictures.ink.grey_levels import compute_otsu_threshold, downscale

_MIN_SIDE = 60
"""Shorter side, in pixels, of the smallest picture in which a sheet is searched."""

_SEARCH_SIDE = 200
"""Longest side, in pixels, of the copy on which a sheet is detected."""

_INK_WIDTH = 7
"""Width of the strokes, in pixels of that copy, that cannot cut a sheet into pieces, nor bite off its edge. Of 157
development numbers on a dark desk 140 sheets are found, and as many with 9; without it 110 are. None is found in the
numbers, rows of boxes, pages, digits and other pictures as given, as negatives, or under a hard shadow."""

_MAX_DEVIATION, _DEVIATION, _MIN_SPAN, _N_FIT_STEPS = 3.0, 0.5, 0.5, 4
"""Greatest distance of points that a line is fitted to from the edge that is known so far, the scale of the Cauchy
weights (both in pixels of that copy), the least share of the edge that the points span, and the steps."""

_EDGE_OFFSET = 0.25
"""Distance of the edge from the centres of the outermost pixels of the sheet, in pixels of that copy. Of the corners of
development numbers on a dark desk, 80% are between 0.3 pixels outside and 0.5 inside of the sheet; without the lines
up to 1.9 inside."""

_MAX_SHIFT = 6.0
"""Greatest distance of a fitted corner from that known so far, in pixels of that copy: nearly parallel lines meet
anywhere."""

_MARGIN = 0.5
"""Margin that is cut off at the edges of a sheet, in pixels of that copy. With 1.0 and 1.5, as many development numbers
on a dark desk are right (87 to 88%), and 0 to 3% fewer rows of boxes; where nothing is cut off, 86% of the numbers."""

_MIN_AREA_SHARE, _MAX_AREA_SHARE = 0.12, 0.93
"""Smallest and largest area of a sheet, as a share of the picture."""

_MIN_OVERLAP = 0.93
"""Smallest intersection over union of a sheet and its quadrilateral."""

_MIN_CONTRAST = 20.0
"""Smallest difference between a sheet and the surface under it, in grey levels."""

_MAX_INK_SHARE = 0.4
"""Largest share of a sheet that ink covers."""

_MIN_BAR_INK_SHARE, _MIN_BAR_ASPECT = 0.002, 0.45
"""A sheet with less ink and a smaller ratio of its sides may be a 1, white on black, and is rejected."""


@dataclass(frozen=True)
class Sheet:
    """A rectified sheet of paper.

    Attributes
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3).
    to_picture
        Transform from pixels of the sheet to pixels of the picture.
    """

    pixels: NDArray[np.uint8]
    to_picture: Transform


def find_sheet(pixels: NDArray[np.uint8]) -> Sheet | None:
    """Find and rectify a sheet of which at least three edges lie within the picture.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3).

    Returns
    -------
    Sheet or None
        None if there is no such sheet.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < _MIN_SIDE:
        return None
    small = downscale(pixels, _SEARCH_SIDE).astype(np.float32)
    grey = small if small.ndim == 2 else np.asarray(small.mean(axis=2), np.float32)
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.2), np.float32)
    for levels in (grey, 255.0 - grey):
        corners = _find_quadrilateral(levels)
        if corners is not None:
            factor = np.array([width / grey.shape[1], height / grey.shape[0]])
            return _rectify(pixels, corners * factor, _MARGIN * float(factor.max()))
    return None


def _find_quadrilateral(grey: Float32Array) -> Float64Array | None:
    """Return the corners of a light sheet, clockwise from the upper left, shape (4, 2); None if there is none."""
    height, width = grey.shape
    above = (grey > compute_otsu_threshold(grey)).astype(np.uint8)
    without_ink = cv2.morphologyEx(above, cv2.MORPH_CLOSE, np.ones((_INK_WIDTH, _INK_WIDTH), np.uint8))
    light = cv2.morphologyEx(without_ink, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    outline = max(contours, key=cv2.contourArea)
    hull = np.asarray(cv2.convexHull(outline), np.int32)
    if not _MIN_AREA_SHARE * grey.size <= cv2.contourArea(hull) <= _MAX_AREA_SHARE * grey.size:
        return None
    corners = _approximate_by_quadrilateral(hull)
    if corners is None or _count_inner_edges(corners, width, height) < 3:
        return None
    quadrilateral = cv2.fillConvexPoly(np.zeros_like(light), np.rint(corners).astype(np.int32), 1)
    region = cv2.drawContours(np.zeros_like(light), [outline], -1, 1, cv2.FILLED)
    intersection = cv2.countNonZero(cv2.bitwise_and(quadrilateral, region))
    union = cv2.countNonZero(cv2.bitwise_or(quadrilateral, region))
    if intersection < _MIN_OVERLAP * union:
        return None
    side = max(7, round(0.06 * np.sqrt(float(quadrilateral.sum()))))
    inner = cv2.erode(quadrilateral, np.ones((side, side), np.uint8), borderValue=0) > 0
    outer = cv2.dilate(quadrilateral, np.ones((5, 5), np.uint8)) == 0
    if not inner.any() or not outer.any():
        return None
    paper = float(np.percentile(grey[inner], 60))
    ink_share = float((grey[inner] < paper - _MIN_CONTRAST).mean())
    if paper - float(np.percentile(grey[outer], 75)) < _MIN_CONTRAST or ink_share > _MAX_INK_SHARE:
        return None
    sides = [float(np.linalg.norm(corners[(i + 1) % 4] - corners[i])) for i in range(4)]
    is_bar = ink_share <= _MIN_BAR_INK_SHARE and min(sides) <= _MIN_BAR_ASPECT * max(sides)
    return None if is_bar else _fit_edges(corners, outline.reshape(-1, 2).astype(np.float64))


def _approximate_by_quadrilateral(hull: NDArray[np.int32]) -> Float64Array | None:
    """Return the corners of a convex outline, clockwise from the upper left, shape (4, 2); None if it has not four."""
    length = cv2.arcLength(hull, True)
    for tolerance in (0.02, 0.03, 0.045, 0.06):
        points = cv2.approxPolyDP(hull, tolerance * length, True).reshape(-1, 2).astype(np.float64)
        if len(points) == 4:
            centre = points.mean(axis=0)
            angles = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0])
            points = points[np.argsort(angles)]
            return np.asarray(np.roll(points, -int(points.sum(axis=1).argmin()), axis=0))
    return None


def _fit_edges(corners: Float64Array, outline: Float64Array) -> Float64Array:
    """Return the corners where lines through the points of the outline meet, shape (4, 2), in fractions of a pixel.

    Each line is fitted to the points near one edge by least squares, reweighted by Cauchy weights, since ink at the
    edge bites off some of them.

    Parameters
    ----------
    corners
        Clockwise, shape (4, 2).
    outline
        Points of the outline, shape (n, 2).
    """
    starts, directions = corners.copy(), np.roll(corners, -1, axis=0) - corners
    for i in range(4):
        length = float(np.linalg.norm(directions[i]))
        along = directions[i] / length
        outwards = np.array([along[1], -along[0]])
        x, y = (outline - starts[i]) @ along, (outline - starts[i]) @ outwards
        is_near = (np.abs(y) < _MAX_DEVIATION) & (np.abs(x / length - 0.5) < 0.45)
        x, y, weights = x[is_near], y[is_near], np.ones(int(is_near.sum()))
        if not x.size or np.ptp(x) < _MIN_SPAN * length:
            continue
        for _ in range(_N_FIT_STEPS):
            slope, shift = np.polyfit(x, y, 1, w=weights**0.5)
            weights = 1 / (1 + np.square((y - slope * x - shift) / _DEVIATION))
        starts[i] = corners[i] + outwards * (shift + _EDGE_OFFSET)
        directions[i] = along + outwards * slope
    fitted = corners.copy()
    for i in range(4):
        # The fitted line through the previous edge meets that through this one at corner i.
        (x, y), (u, v), (across, down) = directions[i - 1], directions[i], starts[i] - starts[i - 1]
        determinant = u * y - v * x
        if determinant:
            met = starts[i - 1] + directions[i - 1] * (u * down - v * across) / determinant
            if np.linalg.norm(met - corners[i]) <= _MAX_SHIFT:
                fitted[i] = met
    return fitted


def _count_inner_edges(corners: Float64Array, width: int, height: int) -> int:
    """Count the edges of the sheet that do not lie along the border of the picture."""
    n_inner = 0
    for i in range(4):
        x, y = (corners[i] + corners[(i + 1) % 4]) / 2
        n_inner += 2.5 < x < width - 3.5 and 2.5 < y < height - 3.5
    return n_inner


def _rectify(pixels: NDArray[np.uint8], corners: Float64Array, margin: float) -> Sheet:
    """Rectify a sheet without a margin, in pixels of the picture."""
    upper, right, lower, left = (float(np.linalg.norm(corners[(i + 1) % 4] - corners[i])) for i in range(4))
    width, height = max(8, round((upper + lower) / 2)), max(8, round((left + right) / 2))
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    target = (whole - margin).astype(np.float32)
    to_sheet = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    size = max(8, round(width - 2 * margin)), max(8, round(height - 2 * margin))
    rectified = cv2.warpPerspective(pixels, to_sheet, size, flags=cv2.INTER_LINEAR)
    to_picture = Homography(np.linalg.inv(np.asarray(to_sheet, np.float64)))
    return Sheet(np.asarray(rectified, np.uint8), Transform((to_picture,)))
