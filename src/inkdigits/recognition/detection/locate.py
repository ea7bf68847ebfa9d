"""Find the digits in a grey picture, whatever their size: the detector on several sizes of the picture."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import (
    Detections,
    decode_detections,
    fuse_detections,
    merge_detections,
)
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT

Grey = NDArray[np.uint8]

_MARGIN = 8
"""Pixels of the border's grey around a picture, so that what it cuts off is seen as cut off."""

_LEAST_HEIGHT, _MOST_HEIGHT = 13.0, 42.0
"""Heights, in pixels of the detector, of the digits that it is trained to find."""

_COARSEST = 40
"""Height, in pixels of the detector, of a picture at its coarsest: a digit may fill it."""

_SMALLEST = 10.0
"""Height, in pixels of the picture, of the smallest digits that are looked for."""

_STEP = 1.6
"""From one scale to the next; digits of any size are between 19 and 30 pixels high on one of them."""

_MOST_PIXELS = 2_000_000
"""Pixels of the largest copy of a picture that the detector goes over: about a second."""

_STRIP, _MOST_PIXELS_OF_STRIP = 10, 400_000
"""Longer over shorter side from which a picture is a strip of a line or two, and the pixels of its largest copy."""

_FILLING = 0.25
"""Height of digits, as a share of the picture's, from which no smaller ones are looked for."""

_SEEN_TWICE = 0.8
"""Mean probability of a digit on two looks in a row from which it is surely there. What one look alone takes for one
may be a whole page of writing, seen from afar: that ended the search on 2 of 41 development pages."""

_PATIENCE, _SEVERAL = 1, 3.0
"""After so many finer looks that find less, no finer ones are taken, where the squared probabilities of the digits sum
up to the second. With 2, as many digits of development pages are right, a fifth more slowly."""

_LOOKS = ((0.85, 0.0), (1.18, 0.0))
"""Size and slant of the last two looks, the size relative to that at which digits are `DIGIT_HEIGHT` pixels high. On
development numbers two looks read 80% where one reads 77%, and three no more."""

_UNLIKE, _SEEN_ONCE = 0.5, 0.9
"""Logarithm of the ratio of two heights from which two digits are of different sizes, and the least probability of one
of another size than most, which only one look has seen. Without that 73% of the digits of development pages were
right, with 0.5 75%, with 0.9 77%."""

_OTHERS = 3
"""Digits of another size than most from which they get looks of their own."""

_CLEAR, _WITHIN, _LARGER, _HIGHER, _MOSTLY, _EVIDENCE = 0.8, 0.85, 2.5, 1.25, 0.5, 5.0
"""What is clearly there, with a probability above the first, holds parts: so much of a part lies within it, it is so
many times larger and higher, and it holds so much of all that looks like digits. Their squared probabilities sum up to
no more than the last: those of the parts of one stroke came to 4.1 at most, and those of a page that looked like one
symbol from afar to 10. Without that, digits were read in a quarter of the thick signs of the development pictures
(``--layout auto``), and with it in a tenth."""


def grey_levels(pixels: NDArray[np.uint8]) -> Grey:
    """Return the grey levels of a picture, ``uint8`` (h, w), of grey (h, w) or RGB (h, w, 3)."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def border_level(grey: Grey) -> int:
    """Return the median grey level along the border of a picture, with which it is continued."""
    return int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def detect(grey: Grey, scale: float, detector: Detector, slant: float = 0.0) -> Detections:
    """Find the symbols in a picture at one size and slant.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    scale
        Pixels of the detector to one of the picture.
    detector
        The network.
    slant
        Shift of the writing to the right for each pixel down, none in the middle of the picture.

    Returns
    -------
    Detections
        With boxes in pixels of ``grey``.
    """
    height, width = grey.shape
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(grey, (wide, tall), interpolation=method), np.uint8)
    level, farthest = border_level(small), math.ceil(abs(slant) * tall / 2)
    if slant:
        shift = np.array([[1, slant, farthest - slant * tall / 2], [0, 1, 0]])
        size = wide + 2 * farthest, tall
        small = np.asarray(cv2.warpAffine(small, shift, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    canvas = np.full((_whole_blocks(tall), _whole_blocks(small.shape[1])), level, np.uint8)
    canvas[_MARGIN : _MARGIN + tall, _MARGIN : _MARGIN + small.shape[1]] = small
    found = decode_detections(detector.predict_cells(canvas[np.newaxis])[0])
    boxes = found.boxes - _MARGIN
    below = (boxes[:, 1::2].mean(axis=1) - tall / 2) * np.float32(slant)
    boxes[:, ::2] -= below[:, np.newaxis] + farthest
    factors = np.array([width / wide, height / tall] * 2, np.float32)
    return Detections(found.presence, found.classes, boxes * factors, found.printed)


def _whole_blocks(length: int) -> int:
    return -(-(length + 2 * _MARGIN) // 8) * 8


def locate(
    grey: Grey, detector: Detector, one_size: bool = False, heights: tuple[float, float] | None = None
) -> Detections:
    """Find the symbols of a picture, whatever size they have.

    The picture is looked at from coarse to fine. Where most digits are seen, it is looked at once more, at the size
    that suits these digits best; what is much larger or smaller comes from the other looks.

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
        With boxes in pixels of ``grey``, and calibrated by the network's card.
    """
    return detector.calibrate(located(grey, detector, one_size, heights))


def located(
    grey: Grey, detector: Detector, one_size: bool = False, heights: tuple[float, float] | None = None
) -> Detections:
    """Do what `locate` does, without the calibration."""
    looks: list[Detections] = []
    scales: list[float] = []
    evidence: list[float] = []
    for scale in _scales(grey.shape, heights):
        found = detect(grey, scale, detector)
        looks.append(found)
        scales.append(scale)
        evidence.append(float((found.digits[_fits(found, scale)] ** 2).sum()))
        best = int(np.argmax(evidence))
        height = typical_height(looks[best][_fits(looks[best], scales[best])])
        fills = height is not None and height > _FILLING * grey.shape[0] and evidence[-1] < evidence[best]
        if fills and _is_seen_twice(looks, best):
            break
        if evidence[best] >= _SEVERAL and len(looks) - best > _PATIENCE:
            break
    if height is None:
        return merge_detections(looks)
    fitting = [each[_fits(each, look)] for look, each in zip(scales, looks, strict=True)]
    wholes = merge_detections(fitting)
    sizes = [height] if one_size else [height, *_other_heights(wholes, height)]
    limit = finest(grey.shape)
    closest = [
        fuse_detections(
            [
                detect(grey, min(share * DIGIT_HEIGHT / each, limit), detector, slant)
                for share, slant in _LOOKS
            ]
        )
        for each in sizes
    ]
    if one_size:
        return closest[0]
    found = merge_detections([_of_height(each, size) for each, size in zip(closest, sizes, strict=True)])
    rest = [each[_are_unlike(each, sizes) & (each.presence >= _SEEN_ONCE)] for each in fitting]
    # What is higher, but was not seen at its own height, comes last.
    return _without_parts(merge_detections(closest[:1], merge_detections(rest, found)), wholes)


def _other_heights(found: Detections, height: float) -> list[float]:
    """Return the height of the digits that are of another size than most, where there are several."""
    others = found.heights[_are_unlike(found, [height]) & (found.digits >= _SEEN_ONCE)]
    return [float(np.median(others))] if len(others) >= _OTHERS else []


def _are_unlike(found: Detections, heights: list[float]) -> NDArray[np.bool_]:
    """Tell which symbols are of none of these heights."""
    ratios = np.log(found.heights[:, np.newaxis] / np.array(heights))
    return np.asarray((np.abs(ratios) > _UNLIKE).all(axis=1))


def _of_height(found: Detections, height: float) -> Detections:
    """Return the symbols of about a height or lower, as marks and the low zeros of some hands are."""
    return found[np.log(found.heights / height) <= _UNLIKE]


def _is_seen_twice(looks: list[Detections], best: int) -> bool:
    """Tell whether a digit of one look is there on a neighbouring one as well."""
    pairs = (fuse_detections([looks[best], looks[i]]) for i in (best - 1, best + 1) if 0 <= i < len(looks))
    return max(float(pair.digits.max(initial=0)) for pair in pairs) > _SEEN_TWICE


def _without_parts(found: Detections, wholes: Detections) -> Detections:
    """Leave out the parts of a picture's one large symbol: on a fine look, pieces of a thick stroke look like digits.

    On a coarse look a number may look like one large symbol too; so the parts of several are left alone.

    Parameters
    ----------
    found
        Symbols of any size.
    wholes
        What was seen on all looks.
    """
    large = wholes.boxes[wholes.presence > _CLEAR]
    area, areas = _areas(found.boxes)[:, np.newaxis], _areas(large)
    low = np.maximum(found.boxes[:, np.newaxis, :2], large[:, :2])
    high = np.minimum(found.boxes[:, np.newaxis, 2:], large[:, 2:])
    inside = np.maximum(high - low, 0).prod(axis=2)
    higher = (large[:, 3] - large[:, 1]) > _HIGHER * found.heights[:, np.newaxis]
    is_part = (inside > _WITHIN * area) & (areas > _LARGER * area) & higher
    is_only = (found.digits @ is_part > _MOSTLY * found.digits.sum()) & (
        found.digits**2 @ is_part < _EVIDENCE
    )
    return found[~is_part[:, is_only].any(axis=1)]


def _areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)


def typical_height(found: Detections) -> float | None:
    """Return the median height of the digits, in pixels; None where there are none."""
    sure = found.heights[found.digits > 0.3]
    return float(np.median(sure)) if len(sure) else None


def _fits(found: Detections, scale: float) -> NDArray[np.bool_]:
    """Tell which detections have a size that the detector knows."""
    heights = found.heights * scale
    return np.asarray((heights > _LEAST_HEIGHT) & (heights < _MOST_HEIGHT))


def _scales(shape: tuple[int, ...], heights: tuple[float, float] | None = None) -> list[float]:
    """Return the scales to look at, from coarse to fine; on one of them each digit has a size that is known.

    Where the heights of the digits are known, there are only those on which some of them are seen well.
    """
    limit = finest(shape)
    scales = [min(_COARSEST / shape[0], limit)]
    while scales[-1] * 1.05 < limit:
        scales.append(min(scales[-1] * _STEP, limit))
    if heights is None:
        return scales
    low, high = (DIGIT_HEIGHT / each for each in reversed(heights))
    half = _STEP**0.5
    return [scale for scale in scales if low / half <= scale <= high * half] or scales[-1:]


def finest(shape: tuple[int, ...]) -> float:
    """Return the scale beyond which nothing is gained, or which takes too long."""
    height, width = shape[:2]
    is_strip = max(height, width) > _STRIP * min(height, width)
    most = _MOST_PIXELS_OF_STRIP if is_strip else _MOST_PIXELS
    # The margins count too, in a picture of a few rows.
    with_margins = most / (2 * _MARGIN * max(height, width))
    return float(min(DIGIT_HEIGHT / _SMALLEST, (most / (height * width)) ** 0.5, with_margins))
