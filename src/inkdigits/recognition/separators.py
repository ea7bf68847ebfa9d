"""Decimal points, commas, minus signs and dashes: told from digits by their size and by where they stand."""

import numpy as np
from numpy.typing import NDArray

_CLEAR = 2.0
"""Log-score of a separator of a clear shape: more than what a digit of doubtful shape may have."""


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
    if w >= 0.22 and w <= 0.9 and h <= 0.26 and width >= 1.6 * tall and 0.28 <= centre <= 0.8:
        return "-", _CLEAR
    is_solid = area >= 0.24 * width * tall
    if max(w, h) <= 0.27 and centre >= 0.72 and bottom <= 1.22 and is_solid and h <= 1.8 * w:
        return ".", _CLEAR
    if 0.1 <= h <= 0.5 and w <= 0.34 and centre >= 0.78 and bottom >= 1.0:
        return ",", _CLEAR
    return None
