"""Coordinate transforms from a processed picture (scaled, rectified, flattened) to the given picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float64Array

Box = tuple[int, int, int, int]
"""x, y, width and height, in whole pixels."""

_N_NEWTON_STEPS = 12
"""Newton steps that invert a mesh warp; on drawn meshes five reach a hundredth of a pixel."""


@dataclass(frozen=True)
class Homography:
    """A projective transform of the plane.

    Attributes
    ----------
    matrix
        ``float64`` (3, 3): maps homogeneous coordinates (x, y, 1), up to a factor.
    """

    matrix: Float64Array

    def map_points(self, points: Float64Array) -> Float64Array:
        """Return the images of points, both ``float64`` (n, 2), x and y in pixels."""
        mapped = np.asarray(cv2.perspectiveTransform(points[np.newaxis].astype(np.float64), self.matrix)[0])
        return np.asarray(mapped, np.float64)

    def map_points_back(self, points: Float64Array) -> Float64Array:
        """Return the points whose images are given, both ``float64`` (n, 2), x and y in pixels."""
        return Homography(np.asarray(np.linalg.inv(self.matrix), np.float64)).map_points(points)


@dataclass(frozen=True)
class MeshWarp:
    """A warp by a regular mesh, bilinear between its knots; models bent paper.

    Attributes
    ----------
    knots
        ``float64`` (rows, columns, 2): x and y of each knot in the picture, in pixels.
    size
        Width and height of the flat picture, in pixels; the outer knots map to its corners.
    """

    knots: Float64Array
    size: tuple[float, float]

    def map_points(self, points: Float64Array) -> Float64Array:
        """Return the images of points, both ``float64`` (n, 2), x and y; linear extrapolation beyond the mesh."""
        return self._interpolate(points)[0]

    def map_points_back(self, points: Float64Array) -> Float64Array:
        """Return the points whose images are given, both ``float64`` (n, 2); Newton's method from the nearest knot."""
        n_columns = self.knots.shape[1]
        flat = self.knots.reshape(-1, 2)
        nearest = ((points[:, np.newaxis] - flat) ** 2).sum(axis=2).argmin(axis=1)
        found = np.stack([nearest % n_columns, nearest // n_columns], axis=1) * self._compute_cell_size()
        for _ in range(_N_NEWTON_STEPS):
            mapped, jacobians = self._interpolate(found)
            found = found - np.linalg.solve(jacobians, (mapped - points)[:, :, np.newaxis])[:, :, 0]
        return np.asarray(found)

    def _compute_cell_size(self) -> Float64Array:
        """Return width and height of a cell of the mesh in the flat picture, in pixels."""
        rows, columns = self.knots.shape[:2]
        return np.array([self.size[0] / (columns - 1), self.size[1] / (rows - 1)])

    def _interpolate(self, points: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return the images of points, (n, 2), and the Jacobian matrices there, (n, 2, 2)."""
        rows, columns = self.knots.shape[:2]
        cell = self._compute_cell_size()
        at = points / cell
        corner = np.clip(np.floor(at), 0, [columns - 2, rows - 2]).astype(int)
        (u, v), (column, row) = (at - corner).T[:, :, np.newaxis], corner.T
        upper, lower = (
            (self.knots[row + down, column], self.knots[row + down, column + 1]) for down in (0, 1)
        )
        top, bottom = (left + u * (right - left) for left, right in (upper, lower))
        across = (1 - v) * (upper[1] - upper[0]) + v * (lower[1] - lower[0])
        return top + v * (bottom - top), np.stack([across / cell[0], (bottom - top) / cell[1]], axis=2)


@dataclass(frozen=True)
class Transform:
    """A composition of transforms from a picture to its source.

    Attributes
    ----------
    steps
        In order of application; empty for the identity.
    """

    steps: tuple[Homography | MeshWarp, ...] = ()

    @classmethod
    def scaling(cls, across: float, down: float) -> "Transform":
        """Return the transform of a scaled copy.

        Parameters
        ----------
        across, down
            Pixels of the source per pixel of the copy, horizontally and vertically.
        """
        return cls() if (across, down) == (1.0, 1.0) else cls((Homography(np.diag([across, down, 1.0])),))

    def then(self, outer: "Transform") -> "Transform":
        """Return the composition of this transform and a transform of its source."""
        return Transform(self.steps + outer.steps)

    def map_points(self, points: Float64Array) -> Float64Array:
        """Map points of the picture to the source, both ``float64`` (n, 2), x and y in pixels."""
        for step in self.steps:
            points = step.map_points(points)
        return points

    def map_points_back(self, points: Float64Array) -> Float64Array:
        """Map points of the source to the picture, both ``float64`` (n, 2), x and y in pixels."""
        for step in reversed(self.steps):
            points = step.map_points_back(points)
        return points

    def map_box(self, box: Box) -> Box:
        """Return the upright box in the source around a box of the picture; its x and y are at least 0."""
        return _compute_bounding_box(self.map_points(compute_corners(box))) if self.steps else box

    def map_box_back(self, box: Box) -> Box:
        """Return the upright box in the picture around a box of the source; its x and y are at least 0."""
        return _compute_bounding_box(self.map_points_back(compute_corners(box))) if self.steps else box


def flatten(pixels: NDArray[np.uint8], warp: MeshWarp) -> NDArray[np.uint8]:
    """Resample the region of a mesh to a flat picture, by bilinear interpolation.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3).
    warp
        The mesh.

    Returns
    -------
    ndarray
        ``uint8`` of the height and width of ``warp.size``.
    """
    width, height = (round(length) for length in warp.size)
    rows, columns = warp.knots.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across, down = (x + 0.5) * ((columns - 1) / width), (y + 0.5) * ((rows - 1) / height)
    knots = warp.knots.astype(np.float32)
    at = cv2.remap(knots, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) - np.float32(0.5)
    return np.asarray(
        cv2.remap(pixels, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def compute_corners(box: Box) -> Float64Array:
    """Return the corners of a box, ``float64`` (4, 2), x and y."""
    x, y, width, height = box
    return np.array([[x, y], [x + width, y], [x, y + height], [x + width, y + height]], np.float64)


def _compute_bounding_box(points: Float64Array) -> Box:
    left, top = np.maximum(np.rint(points.min(axis=0)), 0).astype(int).tolist()
    right, bottom = np.rint(points.max(axis=0)).astype(int).tolist()
    return left, top, max(1, right - left), max(1, bottom - top)
