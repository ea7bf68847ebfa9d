"""Conversion of control points to pen lines: variation, smoothing, slant, tremor."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkdigits.training.synthetic.allographs import Path

Line = NDArray[np.float64]
"""Points (n, 2) as (x, y) along the pen path, dense enough for connection by straight lines."""

_STEPS = 9  # points for each pair of control points


def draw_lines(
    paths: Sequence[Path], aspect: tuple[float, float], rng: np.random.Generator, care: float = 1.0
) -> list[Line]:
    """Convert paths to lines with random variation.

    Parameters
    ----------
    paths
        Control points in percent of the box, as `Allograph.paths`.
    aspect
        Smallest and largest width as a share of the height.
    rng
        The random generator.
    care
        Amount of variation; 1 for ordinary writing, less for careful writing.

    Returns
    -------
    list of ndarray
        One line per path, approximately in the unit square, y down.
    """
    lines = [smooth_line(_jitter(np.array(path, float) / 100, care, rng)) for path in paths]
    bend = rng.normal(0.0, 0.07 * care, (2, 4))
    width = rng.uniform(*aspect)
    slant = rng.normal(0.1, 0.2)
    turn = np.deg2rad(rng.normal(0.0, 5.0))
    tremor = rng.exponential(0.006)
    return [_deform(line, bend, width, slant, turn, tremor, rng) for line in lines]


def _jitter(points: Line, care: float, rng: np.random.Generator) -> Line:
    """Jitter the control points and the whole path; corners stay corners."""
    n = len(points)
    same_as_before = np.append(False, (points[1:] == points[:-1]).all(axis=1))
    moved = points + rng.normal(0.0, 0.035 * care, (n, 2))
    moved[same_as_before] = moved[np.flatnonzero(same_as_before) - 1]
    moved = (moved - 0.5) * np.exp(rng.normal(0.0, 0.05 * care, 2)) + 0.5
    return moved + rng.normal(0.0, 0.025 * care, 2)


def smooth_line(points: Line) -> Line:
    """Interpolate control points by Catmull-Rom splines, separate between corners.

    Parameters
    ----------
    points
        Control points (n, 2); a repeated point is a corner.

    Returns
    -------
    ndarray
        Points (m, 2), nine for each pair of neighbouring control points.
    """
    corners = np.flatnonzero((points[1:] == points[:-1]).all(axis=1)) + 1
    parts = [part for part in np.split(points, corners) if len(part)]
    curves = []
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if len(part) < 2:
            continue
        curves.append(_catmull_rom(part, last=following is None))
    return np.concatenate(curves)


def _catmull_rom(points: Line, last: bool) -> Line:
    """Return points on the spline through ``points``; the end point is included only in the ``last`` part."""
    ends = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    tangents = (ends[2:] - ends[:-2]) / 2
    t = np.linspace(0.0, 1.0, _STEPS, endpoint=False)[np.newaxis, :, np.newaxis]
    start, end = points[:-1, np.newaxis], points[1:, np.newaxis]
    leaving, arriving = tangents[:-1, np.newaxis], tangents[1:, np.newaxis]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * leaving
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * arriving
    ).reshape(-1, 2)
    return np.concatenate([curve, points[-1:]]) if last else curve


def _deform(
    line: Line,
    bend: NDArray[np.float64],
    width: float,
    slant: float,
    turn: float,
    tremor: float,
    rng: np.random.Generator,
) -> Line:
    """Deform the plane smoothly, scale, slant and rotate the line, and add tremor."""
    x, y = line[:, 0] - 0.5, line[:, 1] - 0.5
    across = x + bend[0] @ np.stack([x * y * 2, y * y * 2, np.sin(3 * y) * x, x * x * 2])
    down = y + bend[1] @ np.stack([x * y * 2, x * x * 2, np.sin(3 * x) * y, y * y * 2])
    across = width * across - slant * down
    cos, sin = np.cos(turn), np.sin(turn)
    placed = np.stack([cos * across - sin * down, sin * across + cos * down], axis=1)
    shaking = rng.normal(0.0, tremor, (len(line) // 2 + 2, 2))
    at = np.linspace(0, len(shaking) - 1, len(line))
    places = np.arange(len(shaking))
    return placed + np.stack([np.interp(at, places, shaking[:, axis]) for axis in (0, 1)], axis=1)
