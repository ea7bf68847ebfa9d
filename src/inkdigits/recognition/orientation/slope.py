"""The slope of the writing of a page, estimated from its printed lines and from the places of its symbols."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.scan import Grey

_MIN_PRESENCE = 0.5
"""Least presence of a symbol that shows the slope. From the symbols alone, the slope of 95 and 97% of development pages
that are rotated by -15 and 10 degrees is found, to 4 degrees; from the digits alone, of 89 and 78%."""

_MIN_SLOPE_OF_LINES, _MIN_SLOPE, _MIN_SLOPE_OF_FEW, _FEW_NEIGHBOURS = 1.5, 3.0, 8.0, 8
"""Slope, in degrees, from which a page is deskewed: that of its printed lines, that of its symbols, and that of its
symbols where fewer neighbours than the last show it. Of development pages rotated by 2 degrees the F1 of the numbers is
91.4% with the first, 88.2% with 3 instead. A number may be written along a rising line: with 5 degrees for few, 86.3
instead of 86.9% of development numbers were right."""

_MAX_SLOPE = 25.0
"""Greatest slope that is searched for, in degrees."""

_MIN_NEIGHBOURS, _MIN_AGREEING, _TOLERANCE = 2, 0.5, 5.0
"""Pairs of neighbours that must be found, and the share of them whose slopes must agree, to this many degrees. With two
pairs 75% of development numbers rotated by 10 degrees are right, with four 71%; as many upright ones with both."""

_DIGIT_HEIGHT, _MAX_PIXELS = 16, 1_000_000
"""Height of the digits, and number of pixels, to which a picture is reduced before lines are looked for in it."""

_MIN_LENGTH = 2.5
"""Least length of a line, in heights of the digits: strokes of digits are shorter. Lines of that length show the
slope of 62 and 63 of 68 rows of boxes rotated by -5 and 10 degrees, to one degree."""

_MIN_PARALLEL, _MAX_DEVIATION = 0.8, 1.5
"""Least share of the length of the lines that must be parallel, to so many degrees: on development pages and rows of
boxes it is 0.89 to 1. On a page in perspective the lines have no common slope."""

_MAX_DIFFERENCE = 7.0
"""Greatest difference of the slope of the lines from that of the symbols, in degrees: the paper of four of the 314
development numbers has a pattern of lines that slope by 13 to 14 degrees."""


def estimate_slope(grey: Grey, found: Detections) -> float:
    """Return the slope of the writing, in degrees, positive down to the right; 0 where it is nearly level.

    Printed lines, such as frames, rules and underlines, show it to half a degree. Without them the directions from
    symbol to symbol do, if there are enough.

    Parameters
    ----------
    grey
        The page, ``uint8`` (h, w).
    found
        The symbols of the page, boxes in pixels of ``grey``.
    """
    symbols = found[found.presence >= _MIN_PRESENCE]
    if len(symbols) < _MIN_NEIGHBOURS:
        return 0.0
    slopes = _measure_slopes(symbols)
    of_lines = _find_slope_of_lines(grey, float(np.median(symbols.heights)))
    if of_lines is not None and (
        not len(slopes) or abs(of_lines - float(np.median(slopes))) <= _MAX_DIFFERENCE
    ):
        return of_lines if abs(of_lines) >= _MIN_SLOPE_OF_LINES else 0.0
    return _find_common_slope(slopes)


def _find_slope_of_lines(grey: Grey, height: float) -> float | None:
    """Return the slope that most of the nearly horizontal straight lines have, in degrees; None if there is none.

    By the line segment detector of R. Grompone von Gioi et al., https://doi.org/10.5201/ipol.2012.gjmr-lsd.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    height
        Height of the digits, in pixels.
    """
    scale = min(1.0, _DIGIT_HEIGHT / height, (_MAX_PIXELS / grey.size) ** 0.5)
    size = tuple(max(1, round(length * scale)) for length in reversed(grey.shape))
    smaller = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    segments = cv2.createLineSegmentDetector().detect(smaller)[0]
    ends = np.zeros((0, 4)) if segments is None else segments.reshape(-1, 4).astype(np.float64)
    across, down = (ends[:, 2:] - ends[:, :2]).T
    lengths, slopes = np.hypot(across, down), np.degrees(np.arctan2(down, across))
    slopes = (slopes + 90) % 180 - 90
    is_line = (lengths >= _MIN_LENGTH * height * scale) & (np.abs(slopes) <= _MAX_SLOPE)
    if not is_line.any():
        return None
    order = np.argsort(slopes[is_line])
    lengths, slopes = lengths[is_line][order], slopes[is_line][order]
    total = np.cumsum(lengths)
    median = slopes[int(np.searchsorted(total, total[-1] / 2))]
    is_parallel = np.abs(slopes - median) <= _MAX_DEVIATION
    if lengths[is_parallel].sum() < _MIN_PARALLEL * total[-1]:
        return None
    return float(np.average(slopes[is_parallel], weights=lengths[is_parallel]))


def _measure_slopes(symbols: Detections) -> NDArray[np.float64]:
    """Return the slope from each symbol to its nearest neighbour at the right that is about as high, in degrees."""
    boxes, heights = symbols.boxes, np.maximum(symbols.heights, 1e-3)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    slopes: list[float] = []
    for i in range(len(symbols)):
        across, down = (middles - middles[i]).T
        size = np.maximum(heights, heights[i])
        near = (
            (across > 0.2 * size)
            & (across < 2.5 * size)
            & (np.abs(down) < np.tan(np.radians(_MAX_SLOPE)) * across)
        )
        near &= np.abs(np.log(heights / heights[i])) < 0.4
        if near.any():
            j = int(np.where(near, np.hypot(across, down), np.inf).argmin())
            slopes.append(float(np.degrees(np.arctan2(down[j], across[j]))))
    return np.array(slopes)


def _find_common_slope(slopes: NDArray[np.float64]) -> float:
    """Return the median slope, in degrees, where it is steep enough and most slopes agree with it; else 0."""
    if len(slopes) < _MIN_NEIGHBOURS:
        return 0.0
    slope = float(np.median(slopes))
    is_skewed = abs(slope) >= (_MIN_SLOPE if len(slopes) >= _FEW_NEIGHBOURS else _MIN_SLOPE_OF_FEW)
    return slope if is_skewed and (np.abs(slopes - slope) < _TOLERANCE).mean() >= _MIN_AGREEING else 0.0
