"""Where a place of one picture lies in the picture that it was made of: scaled down, straightened, flattened."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Box = tuple[int, int, int, int]
"""x, y, width and height, in whole pixels."""

_NEWTON = 12
"""Steps of Newton's method by which a bent plane is inverted; five reach a hundredth of a pixel on drawn ones."""


@dataclass(frozen=True)
class Projection:
    """A plane seen from elsewhere.

    Attributes
    ----------
    matrix
        ``float64`` (3, 3): takes a place (x, y, 1) to another, up to a factor.
    """

    matrix: Floats

    def points(self, places: Floats) -> Floats:
        """Return where places lie, both ``float64`` (n, 2), x and y."""
        mapped = np.asarray(cv2.perspectiveTransform(places[np.newaxis].astype(np.float64), self.matrix)[0])
        return np.asarray(mapped, np.float64)

    def sources(self, places: Floats) -> Floats:
        """Return what lies at some places, both ``float64`` (n, 2)."""
        return Projection(np.asarray(np.linalg.inv(self.matrix), np.float64)).points(places)


@dataclass(frozen=True)
class Bend:
    """A bent plane, by the places of a mesh on it; between its knots it is bilinear.

    Attributes
    ----------
    knots
        ``float64`` (rows, columns, 2): x and y of where each knot lies.
    size
        Width and height of the flat picture, whose corners are the outer knots, in pixels.
    """

    knots: Floats
    size: tuple[float, float]

    def points(self, places: Floats) -> Floats:
        """Return where places lie, both ``float64`` (n, 2), x and y; beyond the mesh it goes on straight."""
        return self._at(places)[0]

    def sources(self, places: Floats) -> Floats:
        """Return what lies at some places, both ``float64`` (n, 2), by Newton's method from the nearest knot."""
        columns = self.knots.shape[1]
        flat = self.knots.reshape(-1, 2)
        nearest = ((places[:, np.newaxis] - flat) ** 2).sum(axis=2).argmin(axis=1)
        found = np.stack([nearest % columns, nearest // columns], axis=1) * self._cell()
        for _ in range(_NEWTON):
            at, slopes = self._at(found)
            found = found - np.linalg.solve(slopes, (at - places)[:, :, np.newaxis])[:, :, 0]
        return np.asarray(found)

    def _cell(self) -> Floats:
        rows, columns = self.knots.shape[:2]
        return np.array([self.size[0] / (columns - 1), self.size[1] / (rows - 1)])

    def _at(self, places: Floats) -> tuple[Floats, Floats]:
        """Return where places lie, and how that changes with x and y, ``float64`` (n, 2, 2)."""
        rows, columns = self.knots.shape[:2]
        cell = self._cell()
        at = places / cell
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
    """Takes places of a picture to those of its source; frozen, so that it can be kept with what was found.

    Attributes
    ----------
    steps
        One after the other; none where the picture is its source.
    """

    steps: tuple[Projection | Bend, ...] = ()

    @classmethod
    def scaling(cls, across: float, down: float) -> "Transform":
        """Return that of a smaller copy: pixels of the source to one of the copy, across and down."""
        return cls() if (across, down) == (1.0, 1.0) else cls((Projection(np.diag([across, down, 1.0])),))

    def then(self, outer: "Transform") -> "Transform":
        """Return this one followed by another, from the source to its own source."""
        return Transform(self.steps + outer.steps)

    def points(self, places: Floats) -> Floats:
        """Return where places of the picture lie in the source, both ``float64`` (n, 2), x and y."""
        for step in self.steps:
            places = step.points(places)
        return places

    def sources(self, places: Floats) -> Floats:
        """Return which places of the picture lie at those of the source, both ``float64`` (n, 2)."""
        for step in reversed(self.steps):
            places = step.sources(places)
        return places

    def box(self, box: Box) -> Box:
        """Return the upright box of the source around a box of the picture; it begins at 0, 0 at the earliest."""
        return _around(self.points(_corners(box))) if self.steps else box

    def source_of(self, box: Box) -> Box:
        """Return the upright box of the picture around what lies in a box of the source."""
        return _around(self.sources(_corners(box))) if self.steps else box


def flattened(pixels: NDArray[np.uint8], bend: Bend) -> NDArray[np.uint8]:
    """Return a bent plane as a flat picture, ``uint8`` (h, w) or (h, w, 3)."""
    width, height = (round(length) for length in bend.size)
    rows, columns = bend.knots.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across, down = (x + 0.5) * ((columns - 1) / width), (y + 0.5) * ((rows - 1) / height)
    knots = bend.knots.astype(np.float32)
    at = cv2.remap(knots, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) - np.float32(0.5)
    return np.asarray(
        cv2.remap(pixels, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _corners(box: Box) -> Floats:
    x, y, width, height = box
    return np.array([[x, y], [x + width, y], [x, y + height], [x + width, y + height]], float)


def _around(places: Floats) -> Box:
    left, top = np.maximum(np.rint(places.min(axis=0)), 0).astype(int).tolist()
    right, bottom = np.rint(places.max(axis=0)).astype(int).tolist()
    return left, top, max(1, right - left), max(1, bottom - top)
