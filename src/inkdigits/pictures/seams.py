"""Seams: the paths from the top to the bottom of some writing that cross the least ink."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_LEAN = 0.3
"""Cost of a step aside, in pixels of ink."""

Floats = NDArray[np.float32]


def least_cost(cost: Floats) -> Floats:
    """Return the least ink that a path from the top crosses to reach every pixel, itself included.

    Parameters
    ----------
    cost
        ``float32`` of shape (h, w): the ink of every pixel.
    """
    tall, width = cost.shape
    total = np.empty((tall, width + 2), np.float32)
    total[:, 0] = total[:, -1] = np.inf
    total[0, 1:-1] = cost[0]
    for y in range(1, tall):
        above = total[y - 1]
        best = np.minimum(above[:-2], above[2:])
        best += np.float32(_LEAN)
        np.minimum(best, above[1:-1], out=best)
        np.add(best, cost[y], out=total[y, 1:-1])
    return total[:, 1:-1]


class Ways(NamedTuple):
    """The step aside, -1, 0 or 1, of the cheapest path from every pixel: to the row above it, and to the one below.

    As lists, row by row: a path of single pixels is followed faster in these than in arrays.
    """

    up: list[list[int]]
    down: list[list[int]]

    @classmethod
    def of(cls, from_top: Floats, from_bottom: Floats) -> "Ways":
        """Return the ways through what it costs to reach every pixel from the top and from the bottom."""
        return cls(_steps(from_top).tolist(), _steps(from_bottom).tolist())

    def through(self, row: int, x: int) -> NDArray[np.int64]:
        """Return x in every row of the cheapest seam through one pixel."""
        tall = len(self.up)
        seam = [x] * tall
        for steps, rows in ((self.up, range(row - 1, -1, -1)), (self.down, range(row + 1, tall))):
            here = x
            for y in rows:
                here += steps[y][here]
                seam[y] = here
        return np.array(seam, np.int64)


def _steps(total: Floats) -> NDArray[np.int8]:
    """Return the step aside that leads to the cheapest of the three pixels next to each place of a row."""
    aside = np.pad(total, ((0, 0), (1, 1)), constant_values=np.inf) + np.float32(_LEAN)
    left, right, straight = aside[:, :-2], aside[:, 2:], aside[:, 1:-1] - np.float32(_LEAN)
    step = np.where(straight <= right, np.int8(0), np.int8(1))
    return np.where((left <= straight) & (left <= right), np.int8(-1), step)
