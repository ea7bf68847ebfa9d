"""Correction of the illumination: paper equally bright everywhere, without shadows or the surface beside it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.grey_levels import compute_quantile
from inkdigits.recognition.detection.scan import Grey

_WINDOW = 0.8
"""Side of the square in which there is paper everywhere, in heights of a digit: no stroke is as wide. With 1.0, as many
development numbers are right under a hard shadow, and 0.6% fewer of all as given."""

_NOISE, _SMOOTHNESS = 0.03, 0.08
"""Standard deviations of the blur before and after the closing, in heights of a digit: noise is not taken for paper,
and the squares of the closing do not show. With 0.2 after it, as many development numbers are right."""

_REACH = 0.25
"""Margin left and right of a symbol, in its heights: the box of a 1 may hold more ink than paper."""

_EXTREMES = 0.05
"""Share of the pixels that are darker than the darkest, or lighter than the lightest, that counts as ink."""


def correct_illumination(grey: Grey, height: float) -> Grey:
    """Divide a picture by the grey level of its paper, which a morphological closing estimates.

    Shadows vanish with their edges, and so does a dark surface beside the paper. Without it, 83.1 instead of 88.2% of
    the development numbers are right under a hard shadow, and 89.2 instead of 89.5% of them as given
    (``benchmarks/settings/second_reading.py``).

    Parameters
    ----------
    grey
        ``uint8`` (h, w), dark ink on light paper.
    height
        Height of the digits, in pixels.

    Returns
    -------
    ndarray
        ``uint8`` (h, w), the paper as bright as it was in most places.

    References
    ----------
    R. C. Gonzalez and R. E. Woods, "Digital Image Processing", 4th edition, 2018, section 9.6: shading correction by a
    morphological estimate of the background.
    """
    smooth = cv2.GaussianBlur(grey, (0, 0), max(_NOISE * height, 0.3))
    side = max(3, round(_WINDOW * height) | 1)
    closed = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)).astype(np.float32)
    paper = np.maximum(cv2.GaussianBlur(closed, (0, 0), max(_SMOOTHNESS * height, 0.3)), 1)
    level = np.float32(np.median(paper))
    return np.asarray(np.clip(grey * (level / paper), 0, 255), np.uint8)


def has_light_ink(grey: Grey, boxes: NDArray[np.float32]) -> bool:
    """Return whether the ink of most symbols is lighter than the paper.

    The median of the pixels at a symbol is paper, and ink is further from it than other paper. Of 1,700 lines on
    development numbers and rows of boxes (as given, under a hard shadow, on a dark desk, and negatives) two are judged
    wrongly. `inkdigits.pictures.ink.polarity.estimate_polarity`, which does not know where the ink is, errs for 13% of
    the numbers under the shadow, and for most rows of boxes on the desk.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    boxes
        ``float32`` (n, 4): left, top, right, bottom of the symbols, in pixels.
    """
    reach = _REACH * (boxes[:, 3:] - boxes[:, 1:2])
    boxes = np.maximum(np.rint(boxes + reach * np.array([-1, 0, 1, 0], np.float32)), 0)
    votes = 0.0
    for left, top, right, bottom in boxes.astype(int).tolist():
        levels = grey[top:bottom, left:right].astype(np.float32)
        if levels.size:
            dark, paper, light = (
                compute_quantile(levels, share) for share in (_EXTREMES, 0.5, 1 - _EXTREMES)
            )
            votes += float(np.sign((light - paper) - (paper - dark)))
    return votes > 0
