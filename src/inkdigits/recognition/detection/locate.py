"""Locate the symbols of a grey picture, whatever their size: scans from coarse to fine, then at the size found."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.budget import BudgetExceededError
from inkdigits.recognition.detection.detections import Detections, fuse_detections, merge_detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.scan import Grey, compute_finest_scale, scan
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT
from inkdigits.recognition.detection.unread_part import find_unread_part

_MIN_HEIGHT, _MAX_HEIGHT = 13.0, 42.0
"""Heights of the digits that the network is trained on, in pixels of the scan."""

_COARSEST_HEIGHT = 40
"""Height of the coarsest scan, in pixels: one digit may fill the picture."""

_SCALE_STEP = 1.6
"""Ratio of two scales in a row; a digit of any size is 19 to 30 pixels high on one of them."""

_FILLING_HEIGHT = 0.25
"""Height of digits, as a share of the picture's height, from which no smaller ones are searched for."""

_MIN_ON_TWO_SCALES = 0.8
"""Least mean probability of a digit on two scales in a row that ends the search. One scale is not enough: a whole page
of writing, at a coarse scale, looked like one digit on 2 of 41 development pages."""

_PATIENCE, _MIN_EVIDENCE = 1, 3.0
"""The search ends after this many finer scans with less evidence, where the evidence (the sum of the squared
probabilities of the digits) is at least the second. With a patience of 2, as many digits of development pages are
right, at a fifth more time."""

_LOW_HEIGHT, _MAX_SHARE_OF_LOW = 15.0, 0.05
"""Height of low symbols, in pixels of a scan, and greatest share of them in the presence of all at which no finer scan
is needed. With a share of 15%, 89.3 instead of 89.7% of the digits of development pages are right."""

_MIN_HEIGHT_OF_PARTS = 6.0
"""Height of a picture, in heights of a digit, from which a quarter is scanned first: of one line it would cut all
symbols. There the finer scan follows, and gives the height of the digits more precisely too: 90.4 instead of 89.0% of
the development rows of boxes are right."""

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

_MIN_SYMBOLS_OF_NOISE, _MIN_PROBABLE_SHARE = 100, 0.3
"""Number of symbols from which a scan shows noise where a smaller share of them than the second has a presence of at
least 0.5: in specks and noise 0 to 0.2, in real pages with 100 symbols or more 0.6 to 1."""

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


def locate(
    grey: Grey, detector: Detector, one_size: bool = False, heights: tuple[float, float] | None = None
) -> Detections:
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
    heights
        Least and greatest height of the digits, in pixels, where that is known.

    Returns
    -------
    Detections
        With boxes in pixels of ``grey``, calibrated by the network's card.
    """
    return detector.calibrate(locate_uncalibrated(grey, detector, one_size, heights))


def locate_uncalibrated(
    grey: Grey, detector: Detector, one_size: bool = False, heights: tuple[float, float] | None = None
) -> Detections:
    """Locate the symbols of a picture as `locate`, without the calibration."""
    scans: list[Detections] = []
    scales: list[float] = []
    evidence: list[float] = []
    for scale in _list_scales(grey.shape, heights):
        try:
            found = scan(grey, scale, detector)
        except BudgetExceededError:
            break
        scans.append(found)
        scales.append(scale)
        evidence.append(float((found.digits[_have_known_size(found, scale)] ** 2).sum()))
        best = int(np.argmax(evidence))
        height = estimate_digit_height(scans[best][_have_known_size(scans[best], scales[best])])
        fills = height is not None and height > _FILLING_HEIGHT * grey.shape[0]
        if fills and evidence[-1] < evidence[best] and _is_on_two_scales(scans, best):
            break
        if evidence[best] >= _MIN_EVIDENCE and (
            len(scans) - best > _PATIENCE or _is_all_found(grey, found, scale, detector)
        ):
            break
    if not scans:
        return Detections.empty()
    if height is None or _is_noise(scans[best]):
        return merge_detections(scans)
    if one_size:
        return _scan_closely(grey, height, detector)
    fitting = [each[_have_known_size(each, at)] for at, each in zip(scales, scans, strict=True)]
    coarse = merge_detections(fitting)
    sizes = [height, *_find_other_heights(coarse, height)]
    closest = [_scan_closely(grey, each, detector, fitting) for each in sizes]
    found = merge_detections([_select_low(each, size) for each, size in zip(closest, sizes, strict=True)])
    rest = [each[_have_other_height(each, sizes) & (each.presence >= _MIN_ON_ONE_SCALE)] for each in fitting]
    # What is higher, but was not found by the scans at its own height, comes last.
    return _remove_parts(merge_detections(closest[:1], merge_detections(rest, found)), coarse)


def estimate_digit_height(found: Detections) -> float | None:
    """Return the median height of the digits, in pixels; None where there are none."""
    likely = found.heights[found.digits > 0.3]
    return float(np.median(likely)) if len(likely) else None


def _is_noise(found: Detections) -> bool:
    """Return whether a scan shows noise, in which closer scans find no digits either."""
    n_probable = int((found.presence >= 0.5).sum())
    return len(found) >= _MIN_SYMBOLS_OF_NOISE and n_probable < _MIN_PROBABLE_SHARE * len(found)


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


def _is_on_two_scales(scans: list[Detections], best: int) -> bool:
    """Return whether a neighbouring scale confirms a digit of the best one."""
    pairs = (fuse_detections([scans[best], scans[i]]) for i in (best - 1, best + 1) if 0 <= i < len(scans))
    return max(float(pair.digits.max(initial=0)) for pair in pairs) > _MIN_ON_TWO_SCALES


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


def _have_known_size(found: Detections, scale: float) -> NDArray[np.bool_]:
    """Return which symbols have a size that the network is trained on."""
    heights = found.heights * scale
    return np.asarray((heights > _MIN_HEIGHT) & (heights < _MAX_HEIGHT))


def _is_all_found(grey: Grey, found: Detections, scale: float, detector: Detector) -> bool:
    """Return whether a finer scan would hardly find more.

    That is so if hardly any symbol is low on this scan, nor in a quarter of the picture that is scanned at the next
    scale: writing that is a third as high or lower is not seen on this scan at all.
    """
    most = _MAX_SHARE_OF_LOW * float(found.presence.sum())
    if grey.shape[0] * scale < _MIN_HEIGHT_OF_PARTS * DIGIT_HEIGHT:
        return False
    if float(found.presence[found.heights * scale <= _LOW_HEIGHT].sum()) > most:
        return False
    part = find_unread_part(grey, found)
    try:
        closer = scan(part, min(scale * _SCALE_STEP, compute_finest_scale(grey.shape)), detector)
    except BudgetExceededError:
        return True
    height, width = part.shape
    is_cut = (closer.boxes[:, :2] <= 1).any(axis=1) | (closer.boxes[:, 2:] >= (width - 1, height - 1)).any(
        axis=1
    )
    is_low = (closer.heights * scale <= _LOW_HEIGHT) & ~is_cut
    return float(closer.presence[is_low].sum()) <= most


def _list_scales(shape: tuple[int, ...], heights: tuple[float, float] | None = None) -> list[float]:
    """Return the scales to scan at, from coarse to fine; on one of them each digit has a known size.

    Where the heights of the digits are known, only the scales that suit some of them.
    """
    finest = compute_finest_scale(shape)
    scales = [min(_COARSEST_HEIGHT / shape[0], finest)]
    while scales[-1] * 1.05 < finest:
        scales.append(min(scales[-1] * _SCALE_STEP, finest))
    if heights is None:
        return scales
    low, high = (DIGIT_HEIGHT / each for each in reversed(heights))
    half = _SCALE_STEP**0.5
    return [scale for scale in scales if low / half <= scale <= high * half] or scales[-1:]
