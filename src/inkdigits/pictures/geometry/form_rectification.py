"""Rectification of a printed form (rotated, sheared, seen in perspective) by its own straight lines.

The lines across a form meet in one vanishing point, and the lines down in another. Each point is found by maximising
the sharpness of the projection of the ink along lines through it. Both points together give the homography.
"""

from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float64Array

_MAX_POINTS = 10000
"""Approximate largest number of ink pixels that are used."""

_MAX_SLOPE = 0.25
"""Tangent of the largest rotation of a form."""

_MAX_SHEAR = 0.12
"""Tangent of the largest deviation of its corners from right angles."""

_MAX_FAN = 0.15
"""Largest change of the slope of its lines from the centre of the picture to its farther side."""

_FAN_PENALTY = 2.0
"""Relative loss of sharpness per unit of change of the slope."""

_SHEAR_PENALTY = 2.5
"""Relative loss of sharpness per unit of shear: handwriting is often sheared, printed sides hardly ever."""

_SLOPE_STEP = 0.0175
"""Step of the first search for the slope, as a tangent (one degree)."""

_REFINEMENT_STEPS = (0.012, 0.004, 0.0015)
"""Steps of the searches for slope and change of slope, coarse to fine."""


def estimate_rectification(mask: NDArray[np.uint8]) -> Float64Array:
    """Estimate the homography of the view in which the lines of a form are horizontal and vertical.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 on pixels that may belong to a line.

    Returns
    -------
    ndarray
        ``float64`` (3, 3): maps homogeneous coordinates of the rectified view to those of the mask, both relative to
        the centre of the mask; the identity if the mask is empty.
    """
    height, width = mask.shape
    y, x = np.nonzero(mask)
    if len(x) == 0:
        return np.eye(3)
    step = max(1, len(x) // _MAX_POINTS)
    across, down = x[::step] - width / 2, y[::step] - height / 2
    reach = max(height, width) / 2
    slope, slope_fan = _fit_pencil(across, down, reach, 0.0, _MAX_SLOPE, 0.0)
    levelled = (down - slope * across) / (1 + slope_fan * across)
    shear, shear_fan = _fit_pencil(levelled, across, reach, -slope, _MAX_SHEAR, _SHEAR_PENALTY)
    return np.array([[1.0, shear, 0.0], [slope, 1.0, 0.0], [-slope_fan, -shear_fan, 1.0]])


def _fit_pencil(
    along: Float64Array,
    away: Float64Array,
    reach: float,
    expected_slope: float,
    max_deviation: float,
    penalty: float,
) -> tuple[float, float]:
    """Find the pencil of lines, with slope ``a + b * away``, along which the projection of the ink is sharpest.

    Parameters
    ----------
    along, away
        ``float64`` (n,): coordinates of the ink along the lines, and across them from the central line, in pixels.
    reach
        Distance from the centre of the picture to its farther side, in pixels.
    expected_slope, max_deviation
        Expected slope of the central line, and the largest deviation from it.
    penalty
        Relative loss of sharpness per unit of deviation.

    Returns
    -------
    tuple of float
        ``a``, and ``b`` in 1 / pixels.
    """

    def compute_sharpness(slope: float, fan: float) -> float:
        offsets = away - slope * along
        if fan:
            offsets /= 1 + fan / reach * along
        offsets -= offsets.min()
        counts = np.bincount(np.rint(offsets, out=offsets).astype(np.int64))
        return (
            float(counts @ counts)
            * (1 - _FAN_PENALTY * abs(fan))
            * (1 - penalty * abs(slope - expected_slope))
        )

    slopes = np.arange(expected_slope - max_deviation, expected_slope + max_deviation + 1e-9, _SLOPE_STEP)
    slope, fan = max(slopes, key=lambda each: compute_sharpness(each, 0.0)), 0.0
    for step in _REFINEMENT_STEPS:
        first_slope, first_fan, here = slope, fan, (0, 0)
        known: dict[tuple[int, int], float] = {}  # sharpness by number of steps from the first
        for _ in range(3):
            for i, j in product(range(here[0] - 2, here[0] + 3), range(here[1] - 2, here[1] + 3)):
                if (i, j) not in known and abs(first_fan + j * step) <= _MAX_FAN:
                    known[i, j] = compute_sharpness(first_slope + i * step, first_fan + j * step)
            best = max(known, key=known.__getitem__)
            if best == here:
                break
            here = best
        slope, fan = first_slope + here[0] * step, first_fan + here[1] * step
    return float(slope), float(fan / reach)


def fit_view(
    rectification: Float64Array, shape: tuple[int, int], zoom: float
) -> tuple[Float64Array, tuple[int, int]]:
    """Scale and shift a rectified view so that it contains the whole picture.

    Parameters
    ----------
    rectification
        ``float64`` (3, 3), of `estimate_rectification`.
    shape
        Height and width of the picture, in pixels.
    zoom
        Pixels of the view per pixel of the picture, at its centre.

    Returns
    -------
    to_picture : ndarray
        ``float64`` (3, 3): maps pixels of the view to pixels of the picture.
    size : tuple of int
        Width and height of the view, in pixels.
    """
    height, width = shape
    from_centre = np.array([[1.0, 0.0, width / 2], [0.0, 1.0, height / 2], [0.0, 0.0, 1.0]])
    to_picture = from_centre @ rectification @ np.diag([1.0, 1.0, zoom])
    corners = np.array([[[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]]])
    in_view = cv2.perspectiveTransform(corners, np.linalg.inv(to_picture))[0]
    low, high = np.floor(in_view.min(axis=0)), np.ceil(in_view.max(axis=0))
    shift = np.array([[1.0, 0.0, low[0]], [0.0, 1.0, low[1]], [0.0, 0.0, 1.0]])
    return to_picture @ shift, (int(high[0] - low[0]), int(high[1] - low[1]))
