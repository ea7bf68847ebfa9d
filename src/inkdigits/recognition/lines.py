"""Which symbols belong together: numbers, and the order in which they are read."""

import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detections import Detections

Indices = NDArray[np.int64]

_LEVEL = 0.6
"""How far, as a share of the height of a line's digits, the middle of a symbol may lie off the line."""

_FARTHEST = 4.0
"""Gap, as a share of the height of digits, over which a line is still followed."""

_LOW = 0.55
"""Height, as a share of that of the digits beside it, under which a symbol is a mark: its middle says little."""


def main_line(found: Detections) -> Indices:
    """Return the symbols of the line that holds most digits, from left to right."""
    lines = lines_of(found)
    if not lines:
        return np.zeros(0, np.int64)
    return max(lines, key=lambda line: float(found.digits[line].sum()))


def lines_of(found: Detections) -> list[Indices]:
    """Follow the lines of writing.

    Each symbol that is as high as a digit is put behind the line whose last symbols it stands level with; marks,
    which are lower, are then put into the line that they stand in.

    Parameters
    ----------
    found
        Symbols, sorted from left to right.

    Returns
    -------
    list of ndarray
        ``int64`` indices of the symbols of each line, from left to right; lines from top to bottom.
    """
    if not len(found):
        return []
    heights, lefts, rights = found.heights, found.boxes[:, 0], found.boxes[:, 2]
    middles = (found.boxes[:, 1] + found.boxes[:, 3]) / 2
    is_digit = found.digits > 0.3
    typical = float(np.median(heights[is_digit])) if is_digit.any() else float(np.median(heights))
    tall = heights >= _LOW * typical if is_digit.any() else np.ones(len(found), bool)
    lines: list[list[int]] = []
    for i in np.flatnonzero(tall & (found.presence > 0.2)).tolist():
        best, best_distance = None, np.inf
        for line in lines:
            last = line[-1]
            size = max(heights[i], heights[last])
            gap = (lefts[i] - rights[last]) / size
            recent = np.array(line[-3:])
            off = abs(middles[i] - np.average(middles[recent], weights=found.presence[recent])) / size
            if off < _LEVEL and gap < _FARTHEST and min(heights[i], heights[last]) > 0.4 * size:
                distance = off + 0.2 * max(gap, 0.0)
                if distance < best_distance:
                    best, best_distance = line, distance
        if best is None:
            lines.append([i])
        else:
            best.append(i)
    marks: list[list[int]] = [[] for _ in lines]
    for i in np.flatnonzero(~(tall & (found.presence > 0.2))).tolist():
        around = _line_around(i, lines, found)
        if around is not None:
            marks[around].append(i)
    for line, own in zip(lines, marks, strict=True):
        line += own
    middle_of = [float(np.median(middles[line])) for line in lines]
    order = np.argsort(middle_of, kind="stable")
    return [np.array(sorted(lines[k], key=lambda i: lefts[i] + rights[i]), np.int64) for k in order]


def _line_around(i: int, lines: list[list[int]], found: Detections) -> int | None:
    """Return the number of the line that a mark stands in: beside or between its digits, not above or far below."""
    left, top, right, bottom = found.boxes[i]
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    best, nearest = None, np.inf
    for number, line in enumerate(lines):
        boxes = found.boxes[line]
        distances = np.maximum(np.maximum(boxes[:, 0] - middle_x, middle_x - boxes[:, 2]), 0)
        beside = int(distances.argmin())
        height = boxes[beside, 3] - boxes[beside, 1]
        level = boxes[beside, 1] - 0.2 * height < middle_y < boxes[beside, 3] + 0.4 * height
        if level and distances[beside] < min(nearest, 1.5 * height):
            best, nearest = number, float(distances[beside])
    return best


def numbers_of(line: Indices, found: Detections, widest: float) -> list[Indices]:
    """Part a line at its wide gaps.

    Parameters
    ----------
    line
        Its symbols, from left to right.
    found
        All symbols.
    widest
        The widest gap within a number, as a share of the median height of the digits.
    """
    if not len(line):
        return []
    boxes = found.boxes[line]
    digits = found.digits[line] > 0.3
    height = float(np.median((boxes[:, 3] - boxes[:, 1])[digits])) if digits.any() else 1.0
    reach = np.maximum.accumulate(boxes[:, 2])
    cuts = np.flatnonzero(boxes[1:, 0] - reach[:-1] > widest * height) + 1
    return np.split(line, cuts)
