"""Decimal points, commas, minus signs and dashes: told from digits by their size and by where they stand.

What lies under, over or in the curve of a digit is a loose end of it, and no separator.
"""

import numpy as np
from numpy.typing import NDArray

_CLEAR = 2.0
"""Log-score of a separator of a clear shape: more than what a digit of doubtful shape may have."""

_COVERED = 0.5
"""Share of a mark's width over or under a digit from which it is a loose bit of that digit."""


def stands_apart(boxes: NDArray[np.int64], index: int, height: float) -> bool:
    """Tell whether a piece stands between the digits rather than over, under or in one.

    Parameters
    ----------
    boxes
        ``int64`` (n, 4): left, top, width and height of every piece, in pixels.
    index
        The piece in question.
    height
        Typical height of a digit, in pixels.
    """
    left, _, width, _ = boxes[index]
    others = np.delete(boxes, index, axis=0)
    others = others[others[:, 3] >= 0.45 * height]
    ends = np.minimum(others[:, 0] + others[:, 2], left + width)
    covered = ends - np.maximum(others[:, 0], left)
    return not bool((covered >= _COVERED * width).any())


def separator_of(
    box: NDArray[np.int64], area: float, top: float, base: float, stroke: float
) -> tuple[str, float] | None:
    """Tell which separator a piece of writing is, if it is one.

    Parameters
    ----------
    box
        Left, top, width and height, in pixels.
    area
        Its ink, in full pixels.
    top, base
        y of the top and the base of the line's digits.
    stroke
        Mean width of the line's strokes, in pixels.

    Returns
    -------
    tuple or None
        ``.``, ``,`` or ``-``, and its log-score.
    """
    _, y, width, tall = (float(value) for value in box)
    height = max(base - top, 1.0)
    centre, bottom = (y + tall / 2 - top) / height, (y + tall - top) / height
    w, h = width / height, tall / height
    if max(width, tall) < 0.55 * stroke:
        return None
    if 0.22 <= w <= 0.95 and h <= 0.34 and width >= 1.8 * tall and 0.25 <= centre <= 0.8:
        return "-", _CLEAR
    # Boxes hold the soft pixels of edges, so that a disc fills some third of its own, blurred, at the least.
    is_solid = area >= 0.24 * width * tall
    is_round = is_solid and tall <= 1.4 * width and width <= 1.8 * tall
    is_small = max(w, h) <= 0.34 and max(width, tall) <= 2.4 * stroke
    if is_round and is_small and centre >= 0.72 and bottom <= 1.4:
        return ".", _CLEAR
    if 0.12 <= h <= 0.6 and w <= 0.42 and tall >= 1.15 * width and centre >= 0.76 and bottom >= 1.0:
        return ",", _CLEAR
    return None
