"""One scan of a grey picture: the detector at one scale and one slant."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.decoding import decode_detections
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT

Grey = NDArray[np.uint8]

_MARGIN = 8
"""Pixels of the border's grey level around a scan, so that the network sees where the picture ends."""

_SMALLEST_HEIGHT = 10.0
"""Height of the smallest digits that are searched for, in pixels of the picture."""

_MAX_PIXELS = 2_000_000
"""Pixels of the largest scan, about half a second of one core. With 3 million, no more digits of development pages are
right."""

_STRIP_RATIO, _MAX_PIXELS_OF_STRIP = 10, 400_000
"""Ratio of the longer to the shorter side from which a picture is a strip of one or two lines, and the pixels of its
largest scan."""

_MAX_PIXELS_OF_MARGINS = 100_000
"""Pixels of the margins of the largest scan, which outnumber those of a picture that is less than 16 pixels high or
wide on it. A picture of 1 x 65,535 pixels takes a quarter of the time that it takes with 400,000."""


def convert_to_grey(pixels: NDArray[np.uint8]) -> Grey:
    """Return the grey levels of a picture, ``uint8`` (h, w), of grey (h, w) or RGB (h, w, 3) pixels."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def compute_border_level(grey: Grey) -> int:
    """Return the median grey level along the border of a picture; the picture is padded with it."""
    return int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def scan(grey: Grey, scale: float, detector: Detector, slant: float = 0.0) -> Detections:
    """Detect the symbols of a picture at one scale and one slant.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    scale
        Pixels of the scan per pixel of the picture.
    detector
        The network.
    slant
        Horizontal shear of the scan: shift to the right per pixel down, 0 at half the height.

    Returns
    -------
    Detections
        With boxes in pixels of ``grey``, uncalibrated.
    """
    height, width = grey.shape
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(grey, (wide, tall), interpolation=method), np.uint8)
    level, added = compute_border_level(resized), math.ceil(abs(slant) * tall / 2)
    if slant:
        shear = np.array([[1, slant, added - slant * tall / 2], [0, 1, 0]])
        size = wide + 2 * added, tall
        resized = np.asarray(cv2.warpAffine(resized, shear, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    canvas = np.full((_round_up(tall), _round_up(resized.shape[1])), level, np.uint8)
    canvas[_MARGIN : _MARGIN + tall, _MARGIN : _MARGIN + resized.shape[1]] = resized
    found = decode_detections(detector.predict_cells(canvas[np.newaxis])[0])
    boxes = found.boxes - _MARGIN
    shift = (boxes[:, 1::2].mean(axis=1) - tall / 2) * np.float32(slant)
    boxes[:, ::2] -= shift[:, np.newaxis] + added
    # The shear repeats the pixels of the border; what is found there is not in the picture.
    is_inside = np.abs(boxes[:, 0] + boxes[:, 2] - wide) <= wide
    factors = np.array([width / wide, height / tall] * 2, np.float32)
    return replace(found, boxes=boxes * factors)[is_inside]


def _round_up(length: int) -> int:
    """Return a length with both margins, rounded up to a multiple of eight pixels."""
    return -(-(length + 2 * _MARGIN) // 8) * 8


def compute_finest_scale(shape: tuple[int, ...]) -> float:
    """Return the finest scale for a picture of this shape: finer ones find no more, or take too long."""
    height, width = shape[:2]
    is_strip = max(height, width) > _STRIP_RATIO * min(height, width)
    most = _MAX_PIXELS_OF_STRIP if is_strip else _MAX_PIXELS
    finest_of_strip = _MAX_PIXELS_OF_MARGINS / (2 * _MARGIN * max(height, width))
    return float(min(DIGIT_HEIGHT / _SMALLEST_HEIGHT, (most / (height * width)) ** 0.5, finest_of_strip))
