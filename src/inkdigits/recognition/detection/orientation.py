"""The orientation of a page: quarter turns and skew, estimated from its symbols and corrected."""

import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.locate import locate
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.detection.symbols import N_ORIENTATIONS

_MIN_SYMBOLS = 1.5
"""Number of symbols, the sum of their presence, that both looks must find for a rotation by quarter turns. If two
candidates of any presence suffice, one of 591 single development digits is rotated by mistake."""

_MIN_EVIDENCE = 4.0
"""Logarithm of the odds, of both looks together, by which another orientation must be more probable than upright: 55 to
1. With it none of 1,041 upright development pictures (numbers, rows of boxes, single digits) is rotated, with 3 two
are; of the numbers rotated by 180 degrees 88% are rotated back, with 3 90%. With the first look alone, and 20 to 1,
none was rotated by mistake, and 75% were rotated back."""

_MIN_SLOPE, _MIN_SLOPE_OF_FEW, _FEW_NEIGHBOURS = 3.0, 8.0, 8
"""Slope of the lines, in degrees, from which a page is deskewed, and that where fewer neighbours than the third do.
A number may be written along a rising line: with 5 degrees for few, 86.3 instead of 86.9% of development numbers are
right. As given, 2 of 314 development numbers and 3 of 37 pages are deskewed; of pages rotated by -15 and 10 degrees,
the slope of 95 and 97% is found, to 4 degrees."""

_MIN_PRESENCE = 0.5
"""Least presence of a symbol that shows the slope. With digits alone, the slope of 89 and 78% of these pages is found,
and of 59 and 57% instead of 69 and 66% of rows of boxes rotated by -10 and 10 degrees."""

_MIN_PROBABILITY = 0.5
"""Least probability of a digit whose height counts for the scans of a deskewed page."""

_MAX_SLOPE = 25.0
"""Greatest slope that is searched for, in degrees."""

_MIN_NEIGHBOURS, _MIN_AGREEING, _TOLERANCE = 2, 0.5, 5.0
"""Pairs of neighbours that must be found, and the share of them whose slopes must agree, to this many degrees. With two
pairs 75% of development numbers rotated by 10 degrees are right, with four 71%; as many upright ones with both."""


def rotate_upright(page: Page, detector: Detector, one_size: bool = False) -> tuple[Page, Detections]:
    """Rotate a page, or the sheet of paper on it, so that its writing is upright and level.

    Parameters
    ----------
    page
        The picture.
    detector
        The network.
    one_size
        As in `locate`.

    Returns
    -------
    page : Page
        The same page, or the sheet of paper on it, where that is upright, or where the budget of the detector does not
        suffice for another one.
    found : Detections
        The symbols on it.
    """
    page = page.find_sheet() or page
    found = locate(convert_to_grey(page.pixels), detector, one_size)
    if detector.is_budget_exceeded:
        return page, found
    evidence = _sum_evidence(found)
    quarters = int(evidence.argmax())
    if quarters and found.presence.sum() >= _MIN_SYMBOLS:
        turned, found_in_turned = _locate_rotated(page, -90.0 * quarters, detector, one_size)
        evidence += np.roll(_sum_evidence(found_in_turned), quarters)
        opposite = (quarters + 2) % N_ORIENTATIONS
        # On their sides, symbols are found at another size, which says less about which way is up.
        if quarters % 2 and evidence[opposite] > evidence[quarters]:
            quarters = opposite
            turned, found_in_turned = _locate_rotated(page, -90.0 * quarters, detector, one_size)
        if detector.is_budget_exceeded:
            return page, found
        is_probable = evidence[quarters] >= max(evidence.max(), evidence[0] + _MIN_EVIDENCE)
        if is_probable and found_in_turned.presence.sum() >= _MIN_SYMBOLS:
            page, found = turned, found_in_turned
    slope = estimate_slope(found)
    if slope:
        digits = found.heights[found.digits >= _MIN_PROBABILITY]
        heights = (float(digits.min()), float(digits.max())) if len(digits) else None
        turned, found_in_turned = _locate_rotated(page, slope, detector, one_size, heights)
        if not detector.is_budget_exceeded:
            page, found = turned, found_in_turned
    return page, found


def _locate_rotated(
    page: Page, degrees: float, detector: Detector, one_size: bool, heights: tuple[float, float] | None = None
) -> tuple[Page, Detections]:
    """Rotate a page counter-clockwise, and locate its symbols."""
    rotated = page.rotate(degrees)
    return rotated, locate(convert_to_grey(rotated.pixels), detector, one_size, heights)


def _sum_evidence(found: Detections) -> NDArray[np.float32]:
    """Return the logarithms of the probabilities of the four orientations, ``float32`` (4,), given all symbols."""
    return np.asarray(found.presence @ found.orientations, np.float32)


def estimate_slope(found: Detections) -> float:
    """Return the slope of the lines of writing, in degrees, positive down to the right; 0 where they are nearly level.

    Parameters
    ----------
    found
        The symbols of a page.
    """
    symbols = found[found.presence >= _MIN_PRESENCE]
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
    return _find_common_slope(np.array(slopes))


def _find_common_slope(slopes: NDArray[np.float64]) -> float:
    """Return the median slope, in degrees, where it is steep enough and most slopes agree with it; else 0."""
    if len(slopes) < _MIN_NEIGHBOURS:
        return 0.0
    slope = float(np.median(slopes))
    is_skewed = abs(slope) >= (_MIN_SLOPE if len(slopes) >= _FEW_NEIGHBOURS else _MIN_SLOPE_OF_FEW)
    return slope if is_skewed and (np.abs(slopes - slope) < _TOLERANCE).mean() >= _MIN_AGREEING else 0.0
