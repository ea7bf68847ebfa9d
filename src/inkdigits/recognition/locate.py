"""Find the digits in a grey picture, whatever their size: the detector on several sizes of the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detections import Detections, detections_of, merged
from inkdigits.recognition.detector import Detector
from inkdigits.recognition.symbols import DIGIT_HEIGHT

Grey = NDArray[np.uint8]

_MARGIN = 8
"""Pixels of the border's grey around a picture, so that what it cuts off is seen as cut off."""

_LEAST_HEIGHT, _MOST_HEIGHT = 13.0, 42.0
"""Heights, in pixels of the detector, of the digits that it is trained to find."""

_LINE_HEIGHT = 40
"""Height, in pixels of the detector, of a line at its coarsest."""

_SMALLEST = 10.0
"""Height, in pixels of the picture, of the smallest digits that are looked for."""

_STEP = 1.6
"""From one scale to the next; digits of any size are between 19 and 30 pixels high on one of them."""

_MOST_PIXELS = 3_000_000
"""Pixels of the largest copy of a picture that the detector goes over: about a second."""

_FINER = 1.15
"""How much more evidence a finer scale must give."""

_CLOSE_ENOUGH = 0.15
"""Logarithm of a change of scale that is not worth another look."""


def grey_levels(pixels: NDArray[np.uint8]) -> Grey:
    """Return the grey levels of a picture, ``uint8`` (h, w), of grey (h, w) or RGB (h, w, 3)."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def detect(grey: Grey, scale: float, detector: Detector) -> Detections:
    """Find the symbols in a picture at one size.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    scale
        Pixels of the detector to one of the picture.
    detector
        The network.

    Returns
    -------
    Detections
        With boxes in pixels of ``grey``.
    """
    height, width = grey.shape
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(grey, (wide, tall), interpolation=method), np.uint8)
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    canvas = np.full((_whole_blocks(tall), _whole_blocks(wide)), np.median(border), np.uint8)
    canvas[_MARGIN : _MARGIN + tall, _MARGIN : _MARGIN + wide] = small
    found = detections_of(detector.cells(canvas[np.newaxis])[0])
    factors = np.array([width / wide, height / tall] * 2, np.float32)
    return Detections(found.presence, found.classes, (found.boxes - _MARGIN) * factors, found.printed)


def _whole_blocks(length: int) -> int:
    return -(-(length + 2 * _MARGIN) // 8) * 8


def locate_line(grey: Grey, detector: Detector) -> Detections:
    """Find the symbols of a picture of one line, at the size at which its digits are seen best.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    detector
        The network.

    Returns
    -------
    Detections
        Of all lines that the picture shows, with boxes in its pixels.
    """
    best, best_sum, best_scale = None, 0.0, 1.0
    for scale in _scales(grey.shape, coarsest=_LINE_HEIGHT / grey.shape[0]):
        found = detect(grey, scale, detector)
        evidence = float(_evidence(found, scale).sum())
        if best is None or evidence > _FINER * best_sum:
            best, best_sum, best_scale = found, evidence, scale
        elif best_sum > 0.5:
            break
    assert best is not None
    height = typical_height(best)
    if height is None:
        return best
    scale = DIGIT_HEIGHT / height
    return best if abs(np.log(scale / best_scale)) < _CLOSE_ENOUGH else detect(grey, scale, detector)


def locate_page(grey: Grey, detector: Detector) -> Detections:
    """Find the symbols of a page, whatever size each of them has.

    Parameters
    ----------
    grey, detector
        As in `locate_line`.
    """
    parts = []
    for scale in _scales(grey.shape, coarsest=_LINE_HEIGHT / max(grey.shape)):
        found = detect(grey, scale, detector)
        heights = found.heights * scale
        seen = found[(heights > _LEAST_HEIGHT) & (heights < _MOST_HEIGHT)]
        fit = np.exp(-np.abs(np.log(seen.heights * scale / DIGIT_HEIGHT)))
        parts.append((seen, fit))
    return merged([seen for seen, _ in parts], [fit for _, fit in parts])


def typical_height(found: Detections) -> float | None:
    """Return the median height of the digits, in pixels; None where there are none."""
    sure = found.heights[found.digits > 0.3]
    return float(np.median(sure)) if len(sure) else None


def _evidence(found: Detections, scale: float) -> NDArray[np.float32]:
    """Return how far each detection is a digit of a size that the detector knows."""
    heights = found.heights * scale
    return np.asarray(found.digits**2 * ((heights > _LEAST_HEIGHT) & (heights < _MOST_HEIGHT)), np.float32)


def _scales(shape: tuple[int, ...], coarsest: float) -> list[float]:
    """Return the scales to look at, from coarse to fine: each some digits are right for, and none takes too long."""
    height, width = shape[:2]
    finest = min(DIGIT_HEIGHT / _SMALLEST, (_MOST_PIXELS / (height * width)) ** 0.5)
    scales = [min(coarsest, finest)]
    while scales[-1] * 1.05 < finest:
        scales.append(min(scales[-1] * _STEP, finest))
    return scales
