"""Strips: one line of symbols, cut out of a picture, evenly lit, levelled and slanted, and scanned again."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.decoding import decode_detections
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import Detector
from inkdigits.recognition.detection.illumination import correct_illumination, has_light_ink
from inkdigits.recognition.detection.scan import Grey, compute_border_level
from inkdigits.recognition.detection.symbols import DIGIT_HEIGHT

_REACH = 2.5
"""Margin of a strip around the symbols, in heights of a digit: as much as slanted scans see."""

_MAX_DIGIT_HEIGHT = 2 * DIGIT_HEIGHT
"""Height, in pixels, to which larger digits are reduced in a strip."""

_HEIGHT = 64
"""Height of a scan in pixels; the digits, about `DIGIT_HEIGHT` high, are in its middle."""

_MAX_WIDTH = 2048
"""Greatest width of a scan in pixels, that of a line of a hundred digits."""

_MARGIN = 0.8
"""Margin of a scan left and right of the symbols, in heights of a digit."""

_MAX_OFFSET = 0.75
"""Distance of a symbol's middle from that of the line, in heights of a digit, above which it belongs to the line above
or below: a comma is half a height away, the next line more than one."""

_MIN_DIGIT_PROBABILITY = 0.3
"""Least probability of a digit whose position counts for the height and the slope of the line."""

_MAX_SLOPE = 0.4
"""Greatest slope that is levelled; a greater one comes from a wrong symbol, since pages are levelled before. Without
levelling, 87.9% of the development numbers were right at four slants, with it 89.2%."""


class Strip:
    """One line of a picture, dark on light paper that is equally bright everywhere.

    Parameters
    ----------
    grey
        ``uint8`` (h, w): the picture.
    line
        The symbols of the line, at least one, boxes in pixels of ``grey``.
    """

    def __init__(self, grey: Grey, line: Detections) -> None:
        likely = line.digits > _MIN_DIGIT_PROBABILITY
        chosen = line[likely] if likely.any() else line
        height = max(1.0, float(np.median(chosen.heights)))
        reach = _REACH * height
        left, top = (max(0, math.floor(low - reach)) for low in line.boxes[:, :2].min(axis=0))
        right, bottom = (math.ceil(high + reach) for high in line.boxes[:, 2:].max(axis=0))
        part = grey[top : max(bottom, top + 1), left : max(right, left + 1)]
        size = [max(1, round(length * min(1.0, _MAX_DIGIT_HEIGHT / height))) for length in part.shape[::-1]]
        self._factors = np.array(part.shape[::-1], np.float32) / np.array(size, np.float32)
        self._offset = np.array([left, top], np.float32)
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._line, self._height = self._map(line), height / float(self._factors[1])
        self._slope, self._base = _fit_line(self._map(chosen), self._height)
        if has_light_ink(part, self._line.boxes):
            part = 255 - part
        self._grey = correct_illumination(part, self._height)

    def _map(self, found: Detections) -> Detections:
        """Map symbols from pixels of the picture to pixels of the strip."""
        boxes = (found.boxes - np.tile(self._offset, 2)) / np.tile(self._factors, 2)
        return replace(found, boxes=np.asarray(boxes, np.float32))

    def scan(self, detector: Detector, scale: float, slant: float) -> Detections:
        """Detect the symbols of the line again.

        Parameters
        ----------
        detector
            The network.
        scale
            Height of the digits in the scan, relative to `DIGIT_HEIGHT`.
        slant
            Horizontal shear of the scan: shift to the right per pixel down, 0 at half the height.

        Returns
        -------
        Detections
            The symbols at the level of the line, with boxes in pixels of the picture, uncalibrated; none if the line is
            too long.

        Raises
        ------
        BudgetExceededError
            If the budget of the detector is exceeded.
        """
        zoom, boxes = DIGIT_HEIGHT * scale / self._height, self._line.boxes
        left = float(boxes[:, 0].min()) - _MARGIN * self._height
        right = float(boxes[:, 2].max()) + _MARGIN * self._height
        width = -(-round((right - left) * zoom) // 8) * 8
        if width > _MAX_WIDTH:
            return Detections.empty()
        level = np.array(
            [[zoom, 0, -left * zoom], [-self._slope * zoom, zoom, _HEIGHT / 2 - self._base * zoom], [0, 0, 1]]
        )
        to_scan = np.array([[1, slant, -slant * _HEIGHT / 2], [0, 1, 0], [0, 0, 1]]) @ level
        scanned = _warp(self._grey, to_scan, width, zoom)
        found = decode_detections(detector.predict_cells(scanned[np.newaxis])[0])
        middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
        is_in_line = np.abs(middles[:, 1] - _HEIGHT / 2) <= _MAX_OFFSET * DIGIT_HEIGHT * scale
        found, middles = found[is_in_line], middles[is_in_line]
        back = np.linalg.inv(to_scan)
        middles = middles @ back[:2, :2].T + back[:2, 2]
        halves = (found.boxes[:, 2:] - found.boxes[:, :2]) / (2 * zoom)
        boxes = np.concatenate([middles - halves, middles + halves], axis=1)
        boxes = boxes * np.tile(self._factors, 2) + np.tile(self._offset, 2)
        return replace(found, boxes=np.asarray(boxes, np.float32))


def _fit_line(symbols: Detections, height: float) -> tuple[float, float]:
    """Return the slope of the symbols' middles, by the median over all pairs (Theil and Sen), and its y at x = 0."""
    x, y = ((symbols.boxes[:, axis] + symbols.boxes[:, axis + 2]) / 2 for axis in (0, 1))
    first, second = np.triu_indices(len(x), 1)
    across, down = x[second] - x[first], y[second] - y[first]
    is_far = np.abs(across) > height / 2
    slope = float(np.median(down[is_far] / across[is_far])) if len(x) > 2 and is_far.any() else 0.0
    slope = float(np.clip(slope, -_MAX_SLOPE, _MAX_SLOPE))
    return slope, float(np.median(y - slope * x))


def _warp(grey: Grey, to_scan: NDArray[np.float64], width: int, zoom: float) -> Grey:
    """Return the scan of a strip, ``uint8`` (_HEIGHT, width)."""
    factors = np.ones(2)
    border = compute_border_level(grey)
    if zoom < 1:  # a warp takes single pixels; averages have less noise
        size = [max(1, round(length * zoom)) for length in grey.shape[::-1]]
        factors = np.array(grey.shape[::-1]) / size
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    to_scan = to_scan @ np.diag([*factors, 1])
    scanned = cv2.warpAffine(grey, to_scan[:2], (width, _HEIGHT), flags=cv2.INTER_LINEAR, borderValue=border)
    return np.asarray(scanned, np.uint8)
