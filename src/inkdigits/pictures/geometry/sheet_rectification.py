"""A sheet of paper lying in a photo: found by its edges, and seen straight from above."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.geometry.transform import Projection, Transform
from inkdigits.pictures.ink.polarity import Floats, otsu, thumbnail

_SIDE = 200
"""Longest side, in pixels, of the copy on which sheets are searched."""

_LEAST_AREA, _MOST_AREA = 0.12, 0.93
"""Shares of the picture between which a sheet is."""

_LEAST_FIT = 0.93
"""Overlap of the sheet with its quadrilateral (intersection over union) from which it is one."""

_LEAST_STEP = 20.0
"""Grey levels between the sheet and what it lies on."""

_MARGIN = 0.025
"""Share of the sheet's sides that is cut off, with its edges and what the fit missed."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper, cut out and straightened.

    Attributes
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3).
    to_picture
        Where a place of the sheet lies in the picture.
    """

    pixels: NDArray[np.uint8]
    to_picture: Transform


def find_sheet(pixels: NDArray[np.uint8]) -> Sheet | None:
    """Find a sheet that lies in the picture with at least three of its edges.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3).

    Returns
    -------
    Sheet or None
        None where the picture shows no such sheet.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < 60:
        return None
    small = thumbnail(pixels, _SIDE).astype(np.float32)
    grey = small if small.ndim == 2 else np.asarray(small.mean(axis=2), np.float32)
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.2), np.float32)
    for sign in (1.0, -1.0):
        corners = _quadrilateral(grey if sign > 0 else 255.0 - grey)
        if corners is not None:
            factor = np.array([width / grey.shape[1], height / grey.shape[0]])
            return _straightened(pixels, corners * factor)
    return None


def _quadrilateral(grey: Floats) -> NDArray[np.float64] | None:
    """Return the corners, clockwise from the upper left, of a light sheet; shape (4, 2)."""
    height, width = grey.shape
    above = (grey > otsu(grey)).astype(np.uint8)
    light = cv2.morphologyEx(above, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    outline = max(contours, key=cv2.contourArea)
    hull = np.asarray(cv2.convexHull(outline), np.int32)
    if not _LEAST_AREA * grey.size <= cv2.contourArea(hull) <= _MOST_AREA * grey.size:
        return None
    corners = _four_corners(hull)
    if corners is None or _edges_inside(corners, width, height) < 3:
        return None
    quad = cv2.fillConvexPoly(np.zeros_like(light), np.rint(corners).astype(np.int32), 1)
    whole = cv2.drawContours(np.zeros_like(light), [outline], -1, 1, cv2.FILLED)
    shared, either = (
        cv2.countNonZero(cv2.bitwise_and(quad, whole)),
        cv2.countNonZero(cv2.bitwise_or(quad, whole)),
    )
    if shared < _LEAST_FIT * either:
        return None
    reach = max(7, round(0.06 * np.sqrt(float(quad.sum()))))
    inner = cv2.erode(quad, np.ones((reach, reach), np.uint8), borderValue=0) > 0
    outer = cv2.dilate(quad, np.ones((5, 5), np.uint8)) == 0
    if not inner.any() or not outer.any():
        return None
    paper = float(np.percentile(grey[inner], 60))
    inked = float((grey[inner] < paper - _LEAST_STEP).mean())
    if paper - float(np.percentile(grey[outer], 75)) < _LEAST_STEP or inked > 0.4:
        return None
    sides = [float(np.linalg.norm(corners[(i + 1) % 4] - corners[i])) for i in range(4)]
    # A narrow light bar with nothing on it may be a 1, white on black.
    return corners if inked > 0.002 or min(sides) > 0.45 * max(sides) else None


def _four_corners(hull: NDArray[np.int32]) -> NDArray[np.float64] | None:
    length = cv2.arcLength(hull, True)
    for tolerance in (0.02, 0.03, 0.045, 0.06):
        points = cv2.approxPolyDP(hull, tolerance * length, True).reshape(-1, 2).astype(np.float64)
        if len(points) == 4:
            middle = points.mean(axis=0)
            turn = np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0])
            points = points[np.argsort(turn)]
            return np.asarray(np.roll(points, -int(points.sum(axis=1).argmin()), axis=0))
    return None


def _edges_inside(corners: NDArray[np.float64], width: int, height: int) -> int:
    """Count the edges of the sheet that do not run along the border of the picture."""
    inside = 0
    for i in range(4):
        x, y = (corners[i] + corners[(i + 1) % 4]) / 2
        inside += 2.5 < x < width - 3.5 and 2.5 < y < height - 3.5
    return inside


def _straightened(pixels: NDArray[np.uint8], corners: NDArray[np.float64]) -> Sheet:
    upper, right, lower, left = (float(np.linalg.norm(corners[(i + 1) % 4] - corners[i])) for i in range(4))
    width, height = max(8, round((upper + lower) / 2)), max(8, round((left + right) / 2))
    inset = np.array([_MARGIN * width, _MARGIN * height])
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    to_sheet = cv2.getPerspectiveTransform(
        corners.astype(np.float32), (target * (1 + 2 * _MARGIN) - inset).astype(np.float32)
    )
    flat = cv2.warpPerspective(pixels, to_sheet, (width, height), flags=cv2.INTER_LINEAR)
    to_picture = Projection(np.linalg.inv(np.asarray(to_sheet, np.float64)))
    return Sheet(np.asarray(flat, np.uint8), Transform((to_picture,)))
