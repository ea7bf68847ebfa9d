"""Connected components of a mask, and the edges of the picture that boxes touch."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

INK_THRESHOLD = 64
"""Value of an ink map, 0 to 255, from which a pixel belongs to a stroke."""


@dataclass(frozen=True)
class Components:
    """The 8-connected components of a mask.

    Entry ``i`` of each array but ``labels`` describes the component with the label ``i + 1``.

    Attributes
    ----------
    labels
        ``int32`` of shape (h, w): 0 on the background, 1 to n on the components.
    left, top, width, height
        ``int32`` (n,): bounding boxes, in pixels.
    areas
        ``int32`` (n,): number of pixels.
    centroids
        ``float64`` (n, 2): x and y of the centres of mass, in pixels.
    """

    labels: NDArray[np.int32]
    left: NDArray[np.int32]
    top: NDArray[np.int32]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    areas: NDArray[np.int32]
    centroids: NDArray[np.float64]

    @property
    def n(self) -> int:
        """Number of components."""
        return len(self.areas)

    @property
    def right(self) -> NDArray[np.int32]:
        """``int32`` (n,): first column right of each bounding box."""
        return self.left + self.width

    @property
    def bottom(self) -> NDArray[np.int32]:
        """``int32`` (n,): first row below each bounding box."""
        return self.top + self.height

    @property
    def longer_sides(self) -> NDArray[np.int32]:
        """``int32`` (n,): longer sides of the bounding boxes, in pixels."""
        return np.asarray(np.maximum(self.width, self.height))

    def touch_edge(self) -> NDArray[np.bool_]:
        """Return which components touch an edge of the picture, ``bool`` (n,)."""
        edges = find_touched_edges(self.left, self.top, self.width, self.height, self.labels.shape)
        return np.asarray(edges.any(axis=0))

    def draw(self, is_drawn: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Return the mask of some components.

        Parameters
        ----------
        is_drawn
            ``bool`` (n,).

        Returns
        -------
        ndarray
            ``uint8`` of shape (h, w), 1 on these components.
        """
        values = np.zeros(self.n + 1, np.uint8)
        values[1:] = is_drawn
        return values[self.labels]


def find_components(mask: NDArray[np.uint8]) -> Components:
    """Find the 8-connected components of a mask, with their boxes, areas and centroids.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w); pixels other than 0 belong to components.
    """
    _, labels, statistics, centroids = cv2.connectedComponentsWithStats(mask, connectivity=8)
    left, top, width, height, areas = np.asarray(statistics, np.int32)[1:].T
    return Components(
        np.asarray(labels, np.int32), left, top, width, height, areas, np.asarray(centroids, np.float64)[1:]
    )


def threshold_ink(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mask of the strokes in an ink map.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.

    Returns
    -------
    ndarray
        ``uint8`` of the same shape, 1 on strokes.
    """
    return (ink >= INK_THRESHOLD).astype(np.uint8)


def find_touched_edges(
    left: NDArray[np.int32] | int,
    top: NDArray[np.int32] | int,
    width: NDArray[np.int32] | int,
    height: NDArray[np.int32] | int,
    shape: tuple[int, ...],
) -> NDArray[np.bool_]:
    """Return which edges of the picture boxes touch.

    Parameters
    ----------
    left, top, width, height
        One box, or ``int32`` (n,) of n boxes, in pixels, within the picture.
    shape
        Height and width of the picture, in pixels.

    Returns
    -------
    ndarray
        ``bool`` (4,) or (4, n): the upper, lower, left and right edge.
    """
    return np.array([top == 0, top + height == shape[0], left == 0, left + width == shape[1]])
