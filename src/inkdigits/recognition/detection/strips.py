"""Strips: one line of symbols, cut out of a picture, levelled and slanted, and scanned again."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.decoding import decode_detections
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.scan import Grey, compute_border_level
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT

_HEIGHT = 64
"""Height of a strip in pixels; the digits, about `DIGIT_HEIGHT` high, are in its middle."""

_MAX_WIDTH = 2048
"""Greatest width of a strip in pixels, that of a line of a hundred digits."""

_MARGIN = 0.8
"""Margin left and right of the symbols, in heights of a digit."""

_MAX_OFFSET = 0.75
"""Distance of a symbol's middle from that of the line, in heights of a digit, above which it belongs to the line above
or below: a comma is half a height away, the next line more than one."""

_MIN_DIGIT_PROBABILITY = 0.3
"""Least probability of a digit whose position counts for the height and the slope of the line."""

_MAX_SLOPE = 0.4
"""Greatest slope that is levelled; a greater one comes from a wrong symbol, since pages are levelled before. Without
levelling, 87.9% of the development numbers were right at four slants, with it 89.2%."""


def scan_strip(grey: Grey, line: Detections, detector: Detector, scale: float, slant: float) -> Detections:
    """Detect the symbols of one line again, in a strip of the picture.

    Parameters
    ----------
    grey
        ``uint8`` (h, w): the picture.
    line
        The symbols of the line, at least one, boxes in pixels of ``grey``.
    detector
        The network.
    scale
        Height of the digits in the strip, relative to `DIGIT_HEIGHT`.
    slant
        Horizontal shear of the strip: shift to the right per pixel down, 0 at half the height.

    Returns
    -------
    Detections
        The symbols at the level of the line, with boxes in pixels of ``grey``, uncalibrated; none if the line is too
        long.

    Raises
    ------
    BudgetExceededError
        If the budget of the detector is exceeded.
    """
    likely = line.digits > _MIN_DIGIT_PROBABILITY
    chosen = line[likely] if likely.any() else line
    height = max(1.0, float(np.median(chosen.heights)))
    zoom = DIGIT_HEIGHT * scale / height
    left = float(line.boxes[:, 0].min()) - _MARGIN * height
    right = float(line.boxes[:, 2].max()) + _MARGIN * height
    width = -(-round((right - left) * zoom) // 8) * 8
    if width > _MAX_WIDTH:
        return Detections.empty()
    slope, base = _fit_line(chosen, height)
    level = np.array([[zoom, 0, -left * zoom], [-slope * zoom, zoom, _HEIGHT / 2 - base * zoom], [0, 0, 1]])
    to_strip = np.array([[1, slant, -slant * _HEIGHT / 2], [0, 1, 0], [0, 0, 1]]) @ level
    strip = _warp(grey, to_strip, width, zoom)
    found = decode_detections(detector.predict_cells(strip[np.newaxis])[0])
    middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    is_in_line = np.abs(middles[:, 1] - _HEIGHT / 2) <= _MAX_OFFSET * DIGIT_HEIGHT * scale
    found, middles = found[is_in_line], middles[is_in_line]
    back = np.linalg.inv(to_strip)
    middles = middles @ back[:2, :2].T + back[:2, 2]
    halves = (found.boxes[:, 2:] - found.boxes[:, :2]) / (2 * zoom)
    boxes = np.concatenate([middles - halves, middles + halves], axis=1).astype(np.float32)
    return replace(found, boxes=boxes)


def _fit_line(symbols: Detections, height: float) -> tuple[float, float]:
    """Return the slope of the symbols' middles, by the median over all pairs (Theil and Sen), and its y at x = 0."""
    x, y = ((symbols.boxes[:, axis] + symbols.boxes[:, axis + 2]) / 2 for axis in (0, 1))
    first, second = np.triu_indices(len(x), 1)
    across, down = x[second] - x[first], y[second] - y[first]
    is_far = np.abs(across) > height / 2
    slope = float(np.median(down[is_far] / across[is_far])) if len(x) > 2 and is_far.any() else 0.0
    slope = float(np.clip(slope, -_MAX_SLOPE, _MAX_SLOPE))
    return slope, float(np.median(y - slope * x))


def _warp(grey: Grey, to_strip: NDArray[np.float64], width: int, zoom: float) -> Grey:
    """Return the strip of a picture, ``uint8`` (_HEIGHT, width)."""
    corners = np.array([[x, y, 1] for x in (0, width) for y in (0, _HEIGHT)]) @ np.linalg.inv(to_strip).T
    ends = grey.shape[1], grey.shape[0]
    left, top = (int(np.clip(corners[:, k].min() - 2, 0, ends[k] - 1)) for k in (0, 1))
    right, bottom = (int(np.clip(corners[:, k].max() + 3, 1, ends[k])) for k in (0, 1))
    part = grey[top : max(bottom, top + 1), left : max(right, left + 1)]
    factors = np.ones(2)
    if zoom < 1:  # a warp takes single pixels; averages have less noise
        size = [max(1, round(length * zoom)) for length in part.shape[::-1]]
        factors = np.array(part.shape[::-1]) / size
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    from_part = np.array([[factors[0], 0, left], [0, factors[1], top], [0, 0, 1]])
    strip = cv2.warpAffine(
        part,
        (to_strip @ from_part)[:2],
        (width, _HEIGHT),
        flags=cv2.INTER_LINEAR,
        borderValue=compute_border_level(grey),
    )
    return np.asarray(strip, np.uint8)
