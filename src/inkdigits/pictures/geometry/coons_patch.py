"""Fit of a mesh to the outline of a bent grid: four side curves, and a Coons patch between them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.geometry.transform import MeshWarp
from inkdigits.pictures.ink.array_types import Float64Array

N_KNOTS = 25
"""Knots of the mesh along each side of the grid; the margin adds one knot beyond each end."""

_MIN_HALF_LENGTH = 14
"""Half the length of the shortest side, in pixels."""

_MAX_RESIDUAL, _MIN_FITTED_SHARE = 0.012, 0.8
"""Largest distance of a point of the outline from the cubic side curve, as a share of the side's length, and the
smallest share of points within that distance."""

_N_FIT_STEPS, _N_INTERSECTION_STEPS = 15, 20
"""Steps of the least-absolute-deviations fit, and of the fixed-point iteration for the intersection of two sides."""


@dataclass(frozen=True)
class _SideCurve:
    """A cubic curve for one side: y as a function of x for the upper and lower side, x of y for the others.

    Attributes
    ----------
    centre, half_length
        Of the side along its axis, in pixels.
    coefficients
        ``float64`` (4,), highest power first, of the coordinate scaled to -1 to 1 along the side.
    """

    centre: float
    half_length: float
    coefficients: Float64Array

    def evaluate(self, along: Float64Array) -> Float64Array:
        """Return the curve at some coordinates; it is constant beyond twice the half length."""
        scaled = np.clip((along - self.centre) / self.half_length, -2, 2)
        return np.asarray(np.polyval(self.coefficients, scaled))

    def evaluate_at(self, along: float) -> float:
        return float(self.evaluate(np.array(along)))


def fit_mesh(outline: NDArray[np.int32]) -> MeshWarp | None:
    """Fit a mesh to an outline with four sides, with a margin of one cell of the mesh.

    Parameters
    ----------
    outline
        ``int32`` (n, 2): x and y of the closed outline, in pixels.

    Returns
    -------
    MeshWarp or None
        None if a side is too short or is not a smooth curve.

    References
    ----------
    S. A. Coons, "Surfaces for Computer-Aided Design of Space Forms", MIT, 1967.
    """
    points = outline.astype(np.float64)
    if cv2.contourArea(outline, True) < 0:  # make it clockwise
        points = points[::-1]
    from_centre = points - (points.max(axis=0) + points.min(axis=0)) / 2
    diagonals = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    corners = (from_centre @ diagonals.T).argmax(axis=0)
    sides = []
    for place in range(4):
        first, last = int(corners[place]), int(corners[(place + 1) % 4])
        side_points = (
            points[first : last + 1]
            if first <= last
            else np.concatenate([points[first:], points[: last + 1]])
        )
        side = _fit_side(side_points, place % 2)
        if side is None:
            return None
        sides.append(side)
    upper, right, lower, left = sides
    top_left, top_right = _intersect_sides(upper, left), _intersect_sides(upper, right)
    bottom_left, bottom_right = _intersect_sides(lower, left), _intersect_sides(lower, right)
    across = _sample_side(upper, top_left, top_right, 0), _sample_side(lower, bottom_left, bottom_right, 0)
    down = _sample_side(left, top_left, bottom_left, 1), _sample_side(right, top_right, bottom_right, 1)
    width, height = (
        float(np.mean([np.hypot(*np.diff(line, axis=0).T).sum() for line in pair])) for pair in (across, down)
    )
    stretch = (N_KNOTS + 1) / (N_KNOTS - 1)
    knots = _add_margin(_interpolate_patch(across, down))
    return MeshWarp(knots, (round(width * stretch), round(height * stretch)))


def _fit_side(points: Float64Array, axis: int) -> _SideCurve | None:
    """Fit a cubic curve to one side, robust to strokes that stick out; None if the side is not a smooth curve."""
    along, across = points[:, axis], points[:, 1 - axis]
    low, high = np.quantile(along, [0.06, 0.94])
    half_length = (high - low) / 2
    if half_length < _MIN_HALF_LENGTH:
        return None
    is_inner = (along >= low) & (along <= high)
    along, across = along[is_inner], across[is_inner]
    terms = np.vander((along - (low + high) / 2) / half_length, 4)
    weights, coefficients = np.ones(len(along)), np.zeros(4)
    for _ in range(_N_FIT_STEPS):  # least absolute deviations by iteratively reweighted least squares
        coefficients = np.linalg.lstsq(terms * weights[:, np.newaxis], across * weights, rcond=None)[0]
        weights = 1 / np.sqrt(np.maximum(np.abs(terms @ coefficients - across), 0.5))
    fits = np.abs(terms @ coefficients - across) < 2 * _MAX_RESIDUAL * half_length + 1.5
    if fits.mean() < _MIN_FITTED_SHARE:
        return None
    return _SideCurve((low + high) / 2, half_length, coefficients)


def _intersect_sides(horizontal: _SideCurve, vertical: _SideCurve) -> Float64Array:
    """Return x and y of the intersection of two sides."""
    x, y = vertical.centre, horizontal.centre
    for _ in range(_N_INTERSECTION_STEPS):
        x, y = vertical.evaluate_at(y), horizontal.evaluate_at(x)
    return np.array([x, y])


def _sample_side(side: _SideCurve, start: Float64Array, end: Float64Array, axis: int) -> Float64Array:
    """Return knots at equal distances along a side, ``float64`` (N_KNOTS, 2)."""
    along = np.linspace(start[axis], end[axis], 8 * N_KNOTS)
    line = np.stack([along, side.evaluate(along)][:: 1 if axis == 0 else -1], axis=1)
    length = np.append(0, np.hypot(*np.diff(line, axis=0).T).cumsum())
    places = np.linspace(0, length[-1], N_KNOTS)
    return np.stack([np.interp(places, length, line[:, k]) for k in (0, 1)], axis=1)


def _interpolate_patch(
    across: tuple[Float64Array, Float64Array], down: tuple[Float64Array, Float64Array]
) -> Float64Array:
    """Return the knots of the Coons patch between the upper and lower, and the left and right side, (n, n, 2)."""
    u = np.linspace(0, 1, N_KNOTS)[np.newaxis, :, np.newaxis]
    v = np.linspace(0, 1, N_KNOTS)[:, np.newaxis, np.newaxis]
    between_rows = (1 - v) * across[0] + v * across[1]
    between_columns = (1 - u) * down[0][:, np.newaxis] + u * down[1][:, np.newaxis]
    corners = (1 - v) * ((1 - u) * across[0][0] + u * across[0][-1]) + v * (
        (1 - u) * across[1][0] + u * across[1][-1]
    )
    return np.asarray(between_rows + between_columns - corners)


def _add_margin(knots: Float64Array) -> Float64Array:
    """Add a knot beyond each end of a mesh by linear extrapolation."""
    for axis in (0, 1):
        first, second, before, last = (np.take(knots, [i], axis) for i in (0, 1, -2, -1))
        knots = np.concatenate([2 * first - second, knots, 2 * last - before], axis)
    return knots
