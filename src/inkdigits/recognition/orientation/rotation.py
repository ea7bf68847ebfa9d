"""The orientation of a page: quarter turns and skew, estimated from its symbols and corrected."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.locate import locate_known, locate_uncalibrated
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.detection.symbols import N_ORIENTATIONS
from inkdigits.recognition.orientation.slope import estimate_slope

_MIN_SYMBOLS = 1.5
"""Number of symbols, the sum of their presence, that both looks must find for a rotation by quarter turns. If two
candidates of any presence suffice, one of 591 single development digits is rotated by mistake."""

_MIN_EVIDENCE = 4.0
"""Logarithm of the odds, of both looks together, by which another orientation must be more probable than upright: 55 to
1. With it none of 1,041 upright development pictures (numbers, rows of boxes, single digits) is rotated, with 3 two
are; of the numbers rotated by 180 degrees 88% are rotated back, with 3 90%. With the first look alone, and 20 to 1,
none was rotated by mistake, and 75% were rotated back."""

_MIN_KNOWN = 10
"""Number of digits from which those of a page are not searched for again after it is deskewed or turned over. Of
development pages rotated by 5 and 180 degrees the F1 of the numbers is 89.8 and 88.4%, where all are searched for again
88.1 and 86.5%, in a third more time. But on a small picture digits may be missed askew: of rows of boxes rotated by -15
and -10 degrees 59 and 72% are right where none is searched for again, 69 and 78% where all are."""


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
    found = locate_uncalibrated(convert_to_grey(page.pixels), detector, one_size)
    if detector.is_budget_exceeded:
        return page, detector.calibrate(found)
    page, found = _rotate_by_quarters(page, found, detector, one_size)
    if not detector.is_budget_exceeded:
        page, found = _deskew(page, found, detector, one_size)
    return page, detector.calibrate(found)


def _rotate_by_quarters(
    page: Page, found: Detections, detector: Detector, one_size: bool
) -> tuple[Page, Detections]:
    """Rotate a page by quarter turns if its symbols, uncalibrated, are not upright; return it and its symbols."""
    calibrated = detector.calibrate(found)
    evidence = _sum_evidence(calibrated)
    quarters = int(evidence.argmax())
    if not quarters or calibrated.presence.sum() < _MIN_SYMBOLS:
        return page, found
    turned, found_in_turned = _locate_rotated(page, -90.0 * quarters, found, detector, one_size)
    evidence += np.roll(_sum_evidence(detector.calibrate(found_in_turned)), quarters)
    opposite = (quarters + 2) % N_ORIENTATIONS
    # On their sides, symbols are found at another size, which says less about which way is up.
    if quarters % 2 and evidence[opposite] > evidence[quarters]:
        quarters = opposite
        turned, found_in_turned = _locate_rotated(page, -90.0 * quarters, found, detector, one_size)
    is_probable = evidence[quarters] >= max(evidence.max(), evidence[0] + _MIN_EVIDENCE)
    n_symbols = detector.calibrate(found_in_turned).presence.sum()
    if detector.is_budget_exceeded or not is_probable or n_symbols < _MIN_SYMBOLS:
        return page, found
    return turned, found_in_turned


def _locate_rotated(
    page: Page, degrees: float, found: Detections, detector: Detector, one_size: bool
) -> tuple[Page, Detections]:
    """Rotate a page counter-clockwise, and locate its symbols there, uncalibrated.

    Parameters
    ----------
    page
        The page.
    degrees
        The angle. Symbols that lay on their sides are found at another size, so they are searched for.
    found
        The symbols of the page.
    detector, one_size
        As in `rotate_upright`.
    """
    rotated = page.rotate(degrees)
    grey = convert_to_grey(rotated.pixels)
    if one_size or abs(degrees) % 180 == 90 or found.digits.sum() < _MIN_KNOWN:
        return rotated, locate_uncalibrated(grey, detector, one_size)
    return rotated, locate_known(grey, _move_to(found, page, rotated), detector)


def _sum_evidence(found: Detections) -> NDArray[np.float32]:
    """Return the logarithms of the probabilities of the four orientations, ``float32`` (4,), given all symbols."""
    return np.asarray(found.presence @ found.orientations, np.float32)


def _deskew(page: Page, found: Detections, detector: Detector, one_size: bool) -> tuple[Page, Detections]:
    """Rotate a page so that its writing is level, and locate its symbols, uncalibrated, more precisely there."""
    slope = estimate_slope(convert_to_grey(page.pixels), detector.calibrate(found))
    if not slope:
        return page, found
    rotated, found_in_rotated = _locate_rotated(page, slope, found, detector, one_size)
    return (page, found) if detector.is_budget_exceeded else (rotated, found_in_rotated)


def _move_to(found: Detections, page: Page, rotated: Page) -> Detections:
    """Return the symbols of a page with their boxes moved to a copy of it that is rotated slightly or upside down."""
    middles = ((found.boxes[:, :2] + found.boxes[:, 2:]) / 2).astype(np.float64)
    shift = rotated.to_source.map_points_back(page.to_source.map_points(middles)) - middles
    return replace(found, boxes=found.boxes + np.tile(shift, 2).astype(np.float32))
