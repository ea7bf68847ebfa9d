"""Tracing of long printed lines across a picture."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float64Array
from inkdigits.pictures.ink.components import find_components

_N_BLOCKS = 24
"""Number of blocks of columns; a line may change its row from block to block, so it may be tilted or bent a little."""

_MIN_COVERAGE = 0.55
"""Smallest share of its length on which a printed line covers ink: spaced boxes have gaps."""

_MAX_SLOPE = 0.06
"""Largest change of the row per column after rectification, as a tangent (three degrees)."""

_MIN_DISTANCE = 0.02
"""Smallest distance between two lines, as a share of the width of the ink."""

_MAX_SAG = 0.015
"""Largest distance of a line's centre from the chord between its ends, as a share of the width of the ink."""

_LONG_PIECE = 0.2
"""Length, as a share of the width of the ink, from which a piece belongs to a line at any distance."""


@dataclass(frozen=True)
class TracedLine:
    """A line across the rectified mask.

    Attributes
    ----------
    y
        ``float64`` (w,): its row at every column, in pixels.
    start, end
        Its first column, and the first column after it.
    coverage
        Share of its length on which there is ink, 0 to 1.
    """

    y: Float64Array
    start: int
    end: int
    coverage: float


def trace_lines(mask: NDArray[np.uint8]) -> list[TracedLine]:
    """Find the lines across most of the ink, tilted by at most a few degrees, from top to bottom.

    Dynamic programming over blocks of columns finds for each row the course with most ink.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 on ink.

    Returns
    -------
    list of TracedLine
        Empty if there are none.
    """
    columns = np.flatnonzero(mask.any(axis=0))
    if len(columns) < 2 * _N_BLOCKS:
        return []
    first, last = int(columns[0]), int(columns[-1]) + 1
    thick = np.asarray(cv2.dilate(mask, np.ones((3, 1), np.uint8)), np.uint8)
    edges = np.linspace(first, last, _N_BLOCKS + 1).astype(int)
    coverage = np.stack([thick[:, a:b].mean(axis=1) for a, b in pairwise(edges.tolist())])
    reach = max(1, round(_MAX_SLOPE * (last - first) / _N_BLOCKS))
    forward = _accumulate_coverage(coverage, reach)
    backward = _accumulate_coverage(coverage[::-1], reach)[::-1]
    middle = _N_BLOCKS // 2
    remaining = forward[middle] + backward[middle] - coverage[middle]
    found: list[TracedLine] = []
    min_distance = max(4, round(_MIN_DISTANCE * (last - first)))
    while True:
        y = int(remaining.argmax())
        if remaining[y] < _MIN_COVERAGE * _N_BLOCKS:
            break
        rows = np.empty(_N_BLOCKS)
        for table, blocks in ((forward, range(middle, -1, -1)), (backward, range(middle, _N_BLOCKS))):
            here = y
            for block in blocks:
                low = max(0, here - reach) if block != middle else here
                high = here + reach + 1 if block != middle else here + 1
                here = low + int(table[block, low:high].argmax())
                rows[block] = here
        line = _fit_line(thick, rows, edges, first, last)
        if line is not None and all(np.abs(line.y - other.y).mean() > min_distance for other in found):
            found.append(line)
        remaining[max(0, y - min_distance) : y + min_distance + 1] = -1.0
    return sorted(found, key=lambda line: float(line.y.mean()))


def _accumulate_coverage(coverage: Float64Array, reach: int) -> Float64Array:
    """Return the largest sum of coverages over the courses from the first block to each row of each block."""
    total = np.empty_like(coverage, np.float64)
    total[0] = coverage[0]
    kernel = np.ones((2 * reach + 1, 1), np.uint8)
    for block in range(1, len(coverage)):
        total[block] = coverage[block] + cv2.dilate(total[block - 1][:, np.newaxis], kernel)[:, 0]
    return total


def _fit_line(
    thick: NDArray[np.uint8], rows: Float64Array, edges: NDArray[np.int64], first: int, last: int
) -> TracedLine | None:
    """Fit a parabola to the rows of a line, and find its ends; None if it is not one smooth printed line."""
    centres = (edges[:-1] + edges[1:]) / 2
    x = np.arange(thick.shape[1])
    course = np.polynomial.Polynomial.fit(centres, rows, 2)
    for _ in range(2):
        distance = np.abs(rows - course(centres))
        is_kept = distance <= max(2.0, 1.5 * float(np.median(distance)))
        if is_kept.sum() < _N_BLOCKS // 2:
            return None
        course = np.polynomial.Polynomial.fit(centres[is_kept], rows[is_kept], 2)
    y = course(x)
    sag = float(np.abs(y[[first, last - 1]].mean() - y[(first + last) // 2]))
    if sag > _MAX_SAG * (last - first):
        return None
    nearest = np.clip(np.rint(y), 1, thick.shape[0] - 2).astype(int)
    on_line = np.maximum(np.maximum(thick[nearest - 1, x], thick[nearest + 1, x]), thick[nearest, x])
    # Dirt in line with the line is excluded; the gaps of spaced boxes are included.
    length = last - first
    solid = cv2.morphologyEx(on_line[np.newaxis], cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, max(3, round(0.015 * length))), np.uint8))
    gap = np.ones((1, 2 * round(0.035 * length) + 1), np.uint8)
    padded = cv2.copyMakeBorder(solid, 0, 0, gap.size, gap.size, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, gap)[:, gap.size : -gap.size]
    pieces = find_components(np.asarray(joined, np.uint8))
    if pieces.n == 0:
        return None
    # A shadow may hide the central piece of a line; the pieces on both sides are long.
    is_long = pieces.width >= min(_LONG_PIECE * length, pieces.width.max())
    start, end = int(pieces.left[is_long].min()), int(pieces.right[is_long].max())
    coverage = float(on_line[start:end].mean())
    if coverage < _MIN_COVERAGE or end - start < 0.5 * length:
        return None
    return TracedLine(y, start, end, coverage)
