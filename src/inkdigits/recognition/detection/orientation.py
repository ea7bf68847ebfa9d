"""Which way up a page is: turned by quarters, or askew, as its digits and their lines say."""

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.locate import estimate_digit_height, locate
from inkdigits.recognition.detection.scan import compute_finest_scale, convert_to_grey, scan
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT

_LIKELY = 0.3
"""Probability from which a symbol is one of the digits that say how a picture stands."""

_READ, _READABLE, _BETTER, _BETTER_OF_FEW = 0.9, 0.85, 0.1, 0.2
"""Mean confidence of the digits from which a picture stands upright, beyond doubt; that which they must reach in a
turned picture; how much greater it must be; and that of a picture with few digits: with 0.1, 3 of 314 development
numbers are turned that stood upright. Of development pages turned by 90, 180 and 270 degrees, 57, 57 and 70% are turned
back, of numbers 41, 23 and 31%; no page that stands upright is turned, and one number."""

_FEWEST, _HALF = 2, 0.5
"""Digits that a turned picture must show, and their share of those of the orientation that shows most."""

_PART = 24.0
"""Side of the part of a page that is looked at turned, in heights of its digits."""

_ASKEW, _ASKEW_OF_FEW, _FEW = 5.0, 8.0, 8
"""Slope of the lines, in degrees, from which a page is turned level; that where few neighbours say so, as a number may
be written along a rising line; and how many digits or neighbours are few. Development pages slope by 4.6 at most, and
numbers by 7.3; of pages turned by 10 and 15 degrees, the slope of 97 and 92% is found, to 3 degrees mostly."""

_STEEPEST = 25.0
"""Greatest slope that is looked for, in degrees."""

_PAIRS, _AGREEING, _WITHIN = 4, 0.5, 5.0
"""Neighbours that must say how lines slope, and the share of them that must agree, to so many degrees."""


def upright(page: Page, detector: Detector, one_size: bool = False) -> tuple[Page, Detections]:
    """Turn a page as it should stand.

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
        The same one where it stands upright.
    found : Detections
        The symbols on it.
    """
    found = locate(convert_to_grey(page.pixels), detector, one_size)
    quarters = _quarters(page, found, detector)
    if quarters:
        page = page.rotate(90.0 * quarters)
        found = locate(convert_to_grey(page.pixels), detector, one_size)
    slope = slope_of(found)
    if slope:
        page = page.rotate(slope)
        digits = found.heights[found.digits >= 0.5]
        heights = float(digits.min()), float(digits.max())
        found = locate(convert_to_grey(page.pixels), detector, one_size, heights)
    return page, found


def _quarters(page: Page, found: Detections, detector: Detector) -> int:
    """Return by how many quarters a page must be turned to the left to stand upright."""
    height, (confident, n_digits) = estimate_digit_height(found), _confidence(found)
    if height is None or confident >= _READ or n_digits < _FEWEST:
        return 0
    grey = _closely_written(convert_to_grey(page.pixels), found, height)
    scale = min(DIGIT_HEIGHT / height, compute_finest_scale(grey.shape))
    looks = [scan(np.ascontiguousarray(np.rot90(grey, k)), scale, detector) for k in range(4)]
    confidence, n = (np.array(values) for values in zip(*map(_confidence, looks), strict=True))
    if confidence[0] >= _READ:
        return 0
    best = int(np.where(n >= _HALF * n.max(), confidence, 0).argmax())
    better = _BETTER if n[best] >= _FEW else _BETTER_OF_FEW
    is_surely = confidence[best] >= max(_READABLE, confidence[0] + better) and n[best] >= _FEWEST
    return best if is_surely else 0


def _closely_written(grey: NDArray[np.uint8], found: Detections, height: float) -> NDArray[np.uint8]:
    """Return the part of a picture, as large as a few lines, in which most digits stand."""
    side = _PART * height
    if max(grey.shape) <= side:
        return grey
    digits = found[found.digits > _LIKELY]
    middles = (digits.boxes[:, :2] + digits.boxes[:, 2:]) / 2
    near = (np.abs(middles[:, np.newaxis] - middles) < side / 2).all(axis=2) @ digits.digits
    x, y = middles[int(near.argmax())]
    left, top = (max(0, round(float(each) - side / 2)) for each in (x, y))
    return grey[top : top + round(side), left : left + round(side)]


def _confidence(found: Detections) -> tuple[float, int]:
    """Return how sure it is of what looks like digits which ones they are, and how many do."""
    sure = found.presence * found.classes[:, :N_CLASSES].max(axis=1)
    sure = sure[sure > _LIKELY]
    return (float(sure.mean()) if len(sure) else 0.0), len(sure)


def slope_of(found: Detections) -> float:
    """Return how the lines of writing slope, in degrees, down to the right; 0 where they are nearly level.

    Parameters
    ----------
    found
        The symbols of a page.
    """
    digits = found[found.digits >= 0.5]
    boxes, heights = digits.boxes, digits.heights
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    slopes: list[float] = []
    for i in range(len(digits)):
        across, down = (middles - middles[i]).T
        size = np.maximum(heights, heights[i])
        near = (
            (across > 0.2 * size)
            & (across < 2.5 * size)
            & (np.abs(down) < np.tan(np.radians(_STEEPEST)) * across)
        )
        near &= np.abs(np.log(heights / heights[i])) < 0.4
        if near.any():
            j = int(np.where(near, np.hypot(across, down), np.inf).argmin())
            slopes.append(float(np.degrees(np.arctan2(down[j], across[j]))))
    return _agreed(np.array(slopes))


def _agreed(slopes: NDArray[np.float64]) -> float:
    if len(slopes) < _PAIRS:
        return 0.0
    slope = float(np.median(slopes))
    is_askew = abs(slope) >= (_ASKEW if len(slopes) >= _FEW else _ASKEW_OF_FEW)
    return slope if is_askew and (np.abs(slopes - slope) < _WITHIN).mean() >= _AGREEING else 0.0
