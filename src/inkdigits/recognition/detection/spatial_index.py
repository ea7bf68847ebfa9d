"""A spatial index of boxes, to search for duplicates among neighbours only."""

import numpy as np
from numpy.typing import NDArray


class SpatialIndex:
    """A spatial hash of boxes, which limits the search for duplicates to neighbours.

    Parameters
    ----------
    boxes
        ``float32`` (n, 4), in pixels.
    """

    def __init__(self, boxes: NDArray[np.float32]) -> None:
        side = max(float((boxes[:, 2:] - boxes[:, :2]).max(initial=1.0)), 1.0)
        self._blocks = np.floor((boxes[:, :2] + boxes[:, 2:]) / (2 * side)).astype(int).tolist()
        self._keys: dict[tuple[int, int], list[int]] = {}

    def insert(self, i: int, key: int) -> None:
        """Insert ``key`` at the centre of box ``i``."""
        x, y = self._blocks[i]
        self._keys.setdefault((x, y), []).append(key)

    def query(self, i: int) -> list[int]:
        """Return the keys near box ``i``."""
        x, y = self._blocks[i]
        neighbours = ((u, v) for u in (x - 1, x, x + 1) for v in (y - 1, y, y + 1))
        return [key for block in neighbours for key in self._keys.get(block, ())]
