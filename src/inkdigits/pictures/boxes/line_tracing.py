"""Long printed lines that run across a picture, and where each of them goes."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_N_BLOCKS = 24
"""Blocks in which a line is followed across the picture, so that it may be tilted or bent a little."""

_COVERED = 0.55
"""Share of its length that a printed line covers at least: spaced boxes leave gaps."""


_LONG_PIECE = 0.2
"""Share of the width of the ink from which a piece of a line belongs to it, however far away."""


@dataclass(frozen=True)
class Traced:
    """A line across the levelled map: ``y`` (w,) at every column, and the columns where it begins and ends."""

    y: Floats
    start: int
    end: int
    coverage: float


def trace_lines(mask: NDArray[np.uint8]) -> list[Traced]:
    """Find lines that run across most of the ink, tilted by a few degrees at most, from top to bottom.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink.
    """
    columns = np.flatnonzero(mask.any(axis=0))
    if len(columns) < 2 * _N_BLOCKS:
        return []
    first, last = int(columns[0]), int(columns[-1]) + 1
    thick = np.asarray(cv2.dilate(mask, np.ones((3, 1), np.uint8)), np.uint8)
    edges = np.linspace(first, last, _N_BLOCKS + 1).astype(int)
    cover = np.stack([thick[:, a:b].mean(axis=1) for a, b in pairwise(edges.tolist())])
    reach = max(1, round(0.06 * (last - first) / _N_BLOCKS))  # three degrees beyond level
    forward, backward = _followed(cover, reach), _followed(cover[::-1], reach)[::-1]
    middle = _N_BLOCKS // 2
    through = forward[middle] + backward[middle] - cover[middle]
    found: list[Traced] = []
    remaining = through.copy()
    apart = max(4, round(0.02 * (last - first)))
    while True:
        y = int(remaining.argmax())
        if remaining[y] < _COVERED * _N_BLOCKS:
            break
        places = np.empty(_N_BLOCKS)
        for table, steps in ((forward, range(middle, -1, -1)), (backward, range(middle, _N_BLOCKS))):
            here = y
            for block in steps:
                low = max(0, here - reach) if block != middle else here
                high = here + reach + 1 if block != middle else here + 1
                here = low + int(table[block, low:high].argmax())
                places[block] = here
        traced = _trace(thick, places, edges, first, last)
        if traced is not None and all(np.abs(traced.y - other.y).mean() > apart for other in found):
            found.append(traced)
        remaining[max(0, y - apart) : y + apart + 1] = -1.0
    return sorted(found, key=lambda line: float(line.y.mean()))


def _followed(cover: Floats, reach: int) -> Floats:
    """Return the most ink that a line from the first block meets on its way to each row of each block."""
    total = np.empty_like(cover, np.float64)
    total[0] = cover[0]
    kernel = np.ones((2 * reach + 1, 1), np.uint8)
    for block in range(1, len(cover)):
        total[block] = cover[block] + cv2.dilate(total[block - 1][:, np.newaxis], kernel)[:, 0]
    return total


def _trace(
    thick: NDArray[np.uint8], places: Floats, edges: NDArray[np.int64], first: int, last: int
) -> Traced | None:
    """Fit a smooth course to the blocks of a line, and find where it begins and ends."""
    centres = (edges[:-1] + edges[1:]) / 2
    x = np.arange(thick.shape[1])
    course = np.polynomial.Polynomial.fit(centres, places, 2)
    for _ in range(2):
        away = np.abs(places - course(centres))
        kept = away <= max(2.0, 1.5 * float(np.median(away)))
        if kept.sum() < _N_BLOCKS // 2:
            return None
        course = np.polynomial.Polynomial.fit(centres[kept], places[kept], 2)
    y = course(x)
    sag = float(np.abs(y[[first, last - 1]].mean() - y[(first + last) // 2]))
    if sag > 0.015 * (last - first):
        return None
    rows = np.clip(np.rint(y), 1, thick.shape[0] - 2).astype(int)
    on_line = np.maximum(np.maximum(thick[rows - 1, x], thick[rows + 1, x]), thick[rows, x])
    # Dirt that happens to lie where the line would go on is no part of it; the gaps of spaced boxes are.
    length = last - first
    solid = cv2.morphologyEx(on_line[np.newaxis], cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, max(3, round(0.015 * length))), np.uint8))
    gap = np.ones((1, 2 * round(0.035 * length) + 1), np.uint8)
    framed = cv2.copyMakeBorder(solid, 0, 0, gap.size, gap.size, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, gap)[0, gap.size : -gap.size]
    n, _, stats, _ = cv2.connectedComponentsWithStats(joined[np.newaxis])
    if n == 1:
        return None
    # A shadow may hide a piece out of the middle; what is left at both sides of it is long.
    pieces = stats[1:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_WIDTH]]
    pieces = pieces[pieces[:, 1] >= min(_LONG_PIECE * length, pieces[:, 1].max())]
    start, end = int(pieces[:, 0].min()), int(pieces.sum(axis=1).max())
    coverage = float(on_line[start:end].mean())
    if coverage < _COVERED or end - start < 0.5 * length:
        return None
    return Traced(y, start, end, coverage)
