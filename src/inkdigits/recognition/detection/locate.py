"""Locate the symbols of a grey picture, whatever their size: a search, then closer scans at the sizes found."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.budget import BudgetExceededError
from inkdigits.recognition.detection.detections import Detections, fuse_detections, merge_detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.scan import Grey, compute_finest_scale, scan
from inkdigits.recognition.detection.search import estimate_digit_height, search
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT

_FINAL_SCANS = ((0.85, 0.1), (1.18, -0.1))
"""Scale and slant of the final scans; scale 1 makes the digits `DIGIT_HEIGHT` pixels high. One scan reads 85.4% of
development numbers, two without slant 83.8%, with these slants 86.9%, four 86.6%
(``benchmarks/settings/final_scans.py``)."""

_MAX_LOG_RATIO, _MIN_ON_ONE_SCALE = 0.5, 0.9
"""Absolute logarithm of the ratio of two heights above which digits have different sizes; and the least presence of a
symbol of another size that only one scan has found. Without the second, 73% of the digits of development pages were
right, with 0.5 75%, with 0.9 77%."""

_MAX_TALLNESS = 5
"""Ratio of height to width up to which the final scans are slanted: they become half as wide again at most."""

_SEARCH_MARGIN = 2.0
"""Margin of the final scans around all that has been found, in heights of a digit."""

_MIN_OTHERS = 3
"""Digits of another size from which that size gets final scans of its own."""

_PRESENT, _MIN_SHARE_INSIDE, _MIN_AREA_RATIO, _MIN_HEIGHT_RATIO = 0.8, 0.85, 2.5, 1.25
"""A symbol with a presence above the first contains another as its part: by a share of the part's area of at least the
second, being larger by at least the third and higher by at least the fourth."""

_MIN_SHARE_OF_DIGITS, _MAX_EVIDENCE = 0.5, 5.0
"""Parts are removed where one symbol contains at least this share of all that looks like digits, and where the sum of
their squared probabilities is less than the second: those of the parts of one thick stroke came to 4.1 at most, those
of a page that looked like one symbol at a coarse scale to 10. Without that, digits were read in a quarter of the thick
signs of the development pictures (``--layout auto``), with it in a tenth."""


def locate(grey: Grey, detector: Detector, one_size: bool = False) -> Detections:
    """Locate the symbols of a picture.

    The picture is scanned from coarse to fine. Where most digits were found, it is scanned again at the scale that
    suits their height; symbols that are much larger or smaller come from the first scans.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    detector
        The network.
    one_size
        Whether all digits that matter have one size, as in a line.

    Returns
    -------
    Detections
        With boxes in pixels of ``grey``, calibrated by the network's card.
    """
    return detector.calibrate(locate_uncalibrated(grey, detector, one_size))


def locate_uncalibrated(grey: Grey, detector: Detector, one_size: bool = False) -> Detections:
    """Locate the symbols of a picture as `locate`, without the calibration."""
    searched = search(grey, detector)
    if searched.height is None:
        return merge_detections(searched.scans)
    if one_size:
        return _scan_closely(grey, searched.height, detector)
    return _scan_sizes(grey, searched.height, searched.fitting, detector, searched.fitting)


def locate_known(grey: Grey, known: Detections, detector: Detector) -> Detections:
    """Locate symbols that are known from another view of the same page, as `locate_uncalibrated`, without a search.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    known
        The symbols, uncalibrated, digits among them; approximate boxes in pixels of ``grey``.
    detector
        The network.
    """
    height = estimate_digit_height(known)
    return known if height is None else _scan_sizes(grey, height, [known], detector)


def _scan_sizes(
    grey: Grey,
    height: float,
    searched: list[Detections],
    detector: Detector,
    within: list[Detections] | None = None,
) -> Detections:
    """Scan a picture closely at the height of most digits, and at that of others.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    height
        Height of most digits, in pixels.
    searched
        The symbols found so far, on each scale; what is much larger or smaller is taken from them.
    detector
        The network.
    within
        As in `_scan_closely`.
    """
    coarse = merge_detections(searched)
    sizes = [height, *_find_other_heights(coarse, height)]
    closest = [_scan_closely(grey, each, detector, within) for each in sizes]
    found = merge_detections([_select_low(each, size) for each, size in zip(closest, sizes, strict=True)])
    rest = [each[_have_other_height(each, sizes) & (each.presence >= _MIN_ON_ONE_SCALE)] for each in searched]
    # What is higher, but was not found by the scans at its own height, comes last.
    return _remove_parts(merge_detections(closest[:1], merge_detections(rest, found)), coarse)


def _scan_closely(
    grey: Grey, height: float, detector: Detector, coarse: list[Detections] | None = None
) -> Detections:
    """Detect the digits of one height by the final scans.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    height
        Height of the digits, in pixels.
    detector
        The network.
    coarse
        The symbols found so far, on each scale: only the part of a page around those up to that height is scanned. They
        are not merged yet, since a large symbol, such as a block of writing at a coarse scale, would suppress digits.
        A line is scanned as a whole: of development numbers 82% were right with it, 81% where only a part was scanned.
    """
    (tall, wide), margin = grey.shape, _SEARCH_MARGIN * height
    boxes = np.array([[0, 0, wide, tall]], np.float32)
    if coarse is not None and any(map(len, low := [_select_low(each, height) for each in coarse])):
        boxes = np.concatenate([each.boxes for each in low])
    left, top = (max(0, math.floor(each - margin)) for each in boxes[:, :2].min(axis=0))
    right, bottom = (math.ceil(each + margin) for each in boxes[:, 2:].max(axis=0))
    part = grey[top : min(bottom, tall), left : min(right, wide)]
    finest = max(compute_finest_scale(part.shape), compute_finest_scale(grey.shape))
    # A slant widens a scan by a share of its height: a tall strip would become many times as large.
    is_slanted = part.shape[0] <= _MAX_TALLNESS * part.shape[1]
    try:
        scans = [
            scan(part, min(scale * DIGIT_HEIGHT / height, finest), detector, slant * is_slanted)
            for scale, slant in _FINAL_SCANS
        ]
    except BudgetExceededError:
        return Detections.empty() if coarse is None else _select_low(merge_detections(coarse), height)
    found = fuse_detections(scans)
    shift = np.array([left, top, left, top], np.float32)
    return replace(found, boxes=found.boxes + shift)


def _find_other_heights(found: Detections, height: float) -> list[float]:
    """Return the median height of the digits of another size, where there are several."""
    others = found.heights[_have_other_height(found, [height]) & (found.digits >= _MIN_ON_ONE_SCALE)]
    return [float(np.median(others))] if len(others) >= _MIN_OTHERS else []


def _have_other_height(found: Detections, heights: list[float]) -> NDArray[np.bool_]:
    """Return which symbols have none of these heights."""
    ratios = np.maximum(found.heights, 1e-3)[:, np.newaxis] / np.array(heights)
    return np.asarray((np.abs(np.log(ratios)) > _MAX_LOG_RATIO).all(axis=1))


def _select_low(found: Detections, height: float) -> Detections:
    """Return the symbols of about this height or lower: marks and small zeros are low."""
    return found[found.heights <= height * math.exp(_MAX_LOG_RATIO)]


def _remove_parts(found: Detections, coarse: Detections) -> Detections:
    """Remove the parts of one large symbol: at a fine scale, pieces of a thick stroke look like digits.

    At a coarse scale a number may look like one large symbol too; so several parts with high probabilities stay.

    Parameters
    ----------
    found
        Symbols of any size.
    coarse
        The symbols that were found on all scales.
    """
    large = coarse.boxes[coarse.presence > _PRESENT]
    area, areas = _compute_areas(found.boxes)[:, np.newaxis], _compute_areas(large)
    low = np.maximum(found.boxes[:, np.newaxis, :2], large[:, :2])
    high = np.minimum(found.boxes[:, np.newaxis, 2:], large[:, 2:])
    inside = np.maximum(high - low, 0).prod(axis=2)
    is_higher = (large[:, 3] - large[:, 1]) > _MIN_HEIGHT_RATIO * found.heights[:, np.newaxis]
    is_part = (inside > _MIN_SHARE_INSIDE * area) & (areas > _MIN_AREA_RATIO * area) & is_higher
    holds_most = found.digits @ is_part > _MIN_SHARE_OF_DIGITS * found.digits.sum()
    is_whole = holds_most & (found.digits**2 @ is_part < _MAX_EVIDENCE)
    return found[~is_part[:, is_whole].any(axis=1)]


def _compute_areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)
