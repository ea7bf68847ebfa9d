"""How a printed form lies in a picture: turned, leaning, seen at a slant; found by its own straight lines.

The lines across a form meet in one point, however far away, and the lines down in another. Both points are
found by how sharply ink gathers in lines through them; the two say how to see the form from straight above.
"""

from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PIXELS = 10000
"""Pixels that are looked at."""

_STEEPEST = 0.25
"""Tangent of the largest angle by which a form may be turned."""

_LEANING = 0.12
"""Largest departure of its corners from right angles, as a tangent."""

_FANNING = 0.15
"""Largest change of the slope of its lines from the middle of the picture to its farther side."""

_DOUBT = 2.0
"""How much sharper, as a share of itself, lines must get for each unit by which they are made to fan out."""

_UPRIGHT = 2.5
"""The same for each unit by which corners depart from right angles: slanted writing leans, printed sides hardly do."""


def seen_from_above(mask: NDArray[np.uint8]) -> Floats:
    """Find the view in which the lines of a form run level and upright.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there may be a line.

    Returns
    -------
    ndarray
        ``float64`` (3, 3): takes homogeneous places of that view to those of the mask, both from
        the middle of the mask.
    """
    height, width = mask.shape
    y, x = np.nonzero(mask)
    if len(x) == 0:
        return np.eye(3)
    step = max(1, len(x) // _PIXELS)
    across, down = x[::step] - width / 2, y[::step] - height / 2
    reach = max(height, width) / 2
    rise, rise_fan = _pencil(across, down, reach, 0.0, _STEEPEST, 0.0)
    level = (down - rise * across) / (1 + rise_fan * across)
    lean, lean_fan = _pencil(level, across, reach, -rise, _LEANING, _UPRIGHT)
    return np.array([[1.0, lean, 0.0], [rise, 1.0, 0.0], [-rise_fan, -lean_fan, 1.0]])


def _pencil(
    along: Floats, away: Floats, reach: float, about: float, most: float, stiff: float
) -> tuple[float, float]:
    """Find the sharpest lines whose slope is ``a + b * away``, as lines through one point have.

    Parameters
    ----------
    along, away
        Places of ink along the lines and away from the middle one.
    reach
        Distance from the middle of the picture to its farther side.
    about, most
        Likely slope, and the largest departure from it.
    stiff
        How much sharper, as a share of itself, lines must get for each unit of departure.
    """

    def sharpness(slope: float, fan: float) -> float:
        meets = away - slope * along
        if fan:
            meets /= 1 + fan / reach * along
        meets -= meets.min()
        counts = np.bincount(np.rint(meets, out=meets).astype(np.int64))
        return float(counts @ counts) * (1 - _DOUBT * abs(fan)) * (1 - stiff * abs(slope - about))

    slope, fan = (
        max(np.arange(about - most, about + most + 1e-9, 0.0175), key=lambda s: sharpness(s, 0.0)),
        0.0,
    )
    for step in (0.012, 0.004, 0.0015):
        first_slope, first_fan, here = slope, fan, (0, 0)
        known: dict[tuple[int, int], float] = {}  # by steps from the first
        for _ in range(3):
            for i, j in product(range(here[0] - 2, here[0] + 3), range(here[1] - 2, here[1] + 3)):
                if (i, j) not in known and abs(first_fan + j * step) <= _FANNING:
                    known[i, j] = sharpness(first_slope + i * step, first_fan + j * step)
            best = max(known, key=known.__getitem__)
            if best == here:
                break
            here = best
        slope, fan = first_slope + here[0] * step, first_fan + here[1] * step
    return float(slope), float(fan / reach)


def placed(view: Floats, shape: tuple[int, int], zoom: float) -> tuple[Floats, tuple[int, int]]:
    """Place a view so that all of the picture lies in it.

    Parameters
    ----------
    view
        See `seen_from_above`.
    shape
        Height and width of the picture.
    zoom
        Pixels of the view to one of the picture, about its middle.

    Returns
    -------
    tuple
        ``float64`` (3, 3) that takes pixels of the view to pixels of the picture, and the view's width and height.
    """
    height, width = shape
    from_middle = np.array([[1.0, 0.0, width / 2], [0.0, 1.0, height / 2], [0.0, 0.0, 1.0]])
    to_picture = from_middle @ view @ np.diag([1.0, 1.0, zoom])
    corners = np.array([[[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]]])
    seen = cv2.perspectiveTransform(corners, np.linalg.inv(to_picture))[0]
    low, high = np.floor(seen.min(axis=0)), np.ceil(seen.max(axis=0))
    shift = np.array([[1.0, 0.0, low[0]], [0.0, 1.0, low[1]], [0.0, 0.0, 1.0]])
    return to_picture @ shift, (int(high[0] - low[0]), int(high[1] - low[1]))
