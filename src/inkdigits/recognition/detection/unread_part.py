"""The part of a picture that has most ink outside the symbols found so far."""

import cv2
import numpy as np

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.scan import Grey

_SIDE = 512
"""Longer side at which ink is measured, in pixels: enough for the place of a line of small writing."""

_MARGIN = 2
"""Pixels around the box of a symbol that belong to it, at that size."""


def find_unread_part(grey: Grey, found: Detections) -> Grey:
    """Return the quarter of a picture, half as wide and half as high, with the most ink outside its symbols.

    Parameters
    ----------
    grey
        ``uint8`` (h, w).
    found
        The symbols, boxes in pixels of ``grey``.

    Returns
    -------
    ndarray
        ``uint8`` (ceil(h / 2), ceil(w / 2)), a view.
    """
    height, width = grey.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    ink = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    reach = np.array([-_MARGIN, -_MARGIN, _MARGIN, _MARGIN])
    # A negative end of a slice would count from the far side.
    boxes = np.maximum(np.rint(found.boxes * scale).astype(int) + reach, 0)
    for left, top, right, bottom in boxes.tolist():
        ink[top:bottom, left:right] = 0
    total = cv2.integral(ink)
    rows, columns = (length - length // 2 for length in ink.shape)
    sums = (
        total[rows:, columns:] - total[:-rows, columns:] - total[rows:, :-columns] + total[:-rows, :-columns]
    )
    row, column = np.unravel_index(int(sums.argmax()), sums.shape)
    tall, wide = height - height // 2, width - width // 2
    top, left = min(round(row / scale), height - tall), min(round(column / scale), width - wide)
    return grey[top : top + tall, left : left + wide]
