"""Which symbols belong together: numbers, and the order in which they are read."""

import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.symbols import SYMBOLS

Indices = NDArray[np.int64]
Floats = NDArray[np.float32]

_MAX_OFFSET = 0.6
"""How far, as a share of the height of a line's digits, the middle of a symbol may lie off the line."""

_MAX_LINE_GAP = 4.0
"""Gap, as a share of the height of digits, over which a line is still followed."""

_MIN_GAP, _MIN_SPLIT_GAP, _MIN_GAP_RATIO = 0.25, 0.7, 1.8
"""Gaps between digits, as shares of their height: narrower ones count as this; narrower ones part no numbers; and the
ratio of two gaps next in size from which there are two kinds."""

_MAX_WIDE_PER_NARROW = 3
"""Wide gaps to a narrow one, at most: two digits of a widely spaced number may happen to stand close."""

_MAX_MARK_HEIGHT = 0.55
"""Height, as a share of the median height of the digits, under which a symbol that is no digit is a mark: its middle
does not show where its line is."""

_SPLIT_SIGNS = [SYMBOLS.index(sign) for sign in "+×"]
"""The signs that part numbers; a dash, a slash and a colon may stand within one, as in a date."""


def find_main_line(found: Detections) -> Indices:
    """Return the symbols of the line that holds most digits, from left to right."""
    lines = group_lines(found)
    if not lines:
        return np.zeros(0, np.int64)
    return max(lines, key=lambda line: float(found.digits[line].sum()))


def group_lines(found: Detections) -> list[Indices]:
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
    tall = np.flatnonzero((is_digit | (heights >= _MAX_MARK_HEIGHT * typical)) & (found.presence > 0.2))
    line_of = np.full(len(found), -1)
    ends = np.zeros(
        (len(tall), 3)
    )  # of each line: right edge and height of its last symbol, level of its last ones
    n_lines = 0
    for i in tall.tolist():
        right, height, level = ends[:n_lines].T
        size = np.maximum(height, heights[i])
        gap, off = (lefts[i] - right) / size, np.abs(middles[i] - level) / size
        near = (off < _MAX_OFFSET) & (gap < _MAX_LINE_GAP) & (np.minimum(height, heights[i]) > 0.4 * size)
        if near.any():
            best = int(np.where(near, off + 0.2 * np.maximum(gap, 0.0), np.inf).argmin())
            ends[best] = rights[i], heights[i], level[best] + (middles[i] - level[best]) / 2
        else:
            best, n_lines = n_lines, n_lines + 1
            ends[best] = rights[i], heights[i], middles[i]
        line_of[i] = best
    for i in np.setdiff1d(np.arange(len(found)), tall).tolist():
        line_of[i] = _find_line_of_mark(found.boxes[i], found.boxes[tall], line_of[tall])
    order = np.argsort(line_of, kind="stable")
    lines = np.split(order, np.searchsorted(line_of[order], np.arange(n_lines)))[1:]
    return _sort_lines(lines, found)


def _sort_lines(lines: list[Indices], found: Detections) -> list[Indices]:
    """Sort lines from top to bottom, and those that stand side by side, as in columns, from left to right."""
    middles = [float(np.median(found.boxes[line][:, 1::2].mean(axis=1))) for line in lines]
    heights = [float(np.median(found.heights[line])) for line in lines]
    rows: list[list[int]] = []
    for i in np.argsort(middles, kind="stable").tolist():
        last = rows[-1][-1] if rows else i
        if rows and middles[i] - middles[last] < _MAX_OFFSET * min(heights[i], heights[last]):
            rows[-1].append(i)
        else:
            rows.append([i])
    return [lines[i] for row in rows for i in sorted(row, key=lambda i: float(found.boxes[lines[i][0], 0]))]


def _find_line_of_mark(mark: Floats, boxes: Floats, line_of: Indices) -> int:
    """Return the line that a mark stands in, beside or between its digits and not far above or below; -1 if in none.

    Parameters
    ----------
    mark
        Left, top, right and bottom of the mark, ``float32`` (4,).
    boxes, line_of
        The boxes of all symbols as high as digits, ``float32`` (n, 4), and the line of each.
    """
    if not len(boxes):
        return -1
    x, y = (mark[0] + mark[2]) / 2, (mark[1] + mark[3]) / 2
    height = boxes[:, 3] - boxes[:, 1]
    distance = np.maximum(np.maximum(boxes[:, 0] - x, x - boxes[:, 2]), 0)
    near = (boxes[:, 1] - 0.2 * height < y) & (y < boxes[:, 3] + 0.4 * height) & (distance < 1.5 * height)
    return int(line_of[np.where(near, distance, np.inf).argmin()]) if near.any() else -1


def split_into_numbers(line: Indices, found: Detections, widest: float) -> list[Indices]:
    """Part a line at its wide gaps.

    A gap is wide if it is wider than ``widest``, or of the wider kind where the line has two kinds of gaps.

    Parameters
    ----------
    line
        Its symbols, from left to right.
    found
        All symbols.
    widest
        The widest gap within a number, as a share of the median height of the digits.

    Returns
    -------
    list of ndarray
        ``int64`` indices of the symbols of each number.
    """
    if not len(line):
        return []
    digits = found.digits[line] > 0.3
    height = float(np.median(found.heights[line][digits])) if digits.any() else 1.0
    sure = np.flatnonzero(found.presence[line] > 0.3)  # a gap is not bridged by what is hardly there
    boxes = found.boxes[line[sure]]
    gaps = (boxes[1:, 0] - np.maximum.accumulate(boxes[:, 2])[:-1]) / height
    return np.split(line, sure[1:][gaps > min(widest, _find_gap_threshold(gaps))])


def _find_gap_threshold(gaps: Floats) -> float:
    """Return the gap beyond which gaps are of the wider of two kinds; infinity where they are of one kind."""
    ordered = np.sort(np.maximum(gaps, _MIN_GAP))
    ratios = ordered[1:] / ordered[:-1]
    if not len(ratios) or ratios.max() < _MIN_GAP_RATIO:
        return float("inf")
    n_narrow = int(ratios.argmax()) + 1
    is_parted = (
        ordered[n_narrow] >= _MIN_SPLIT_GAP and _MAX_WIDE_PER_NARROW * n_narrow >= len(ordered) - n_narrow
    )
    return float(ordered[n_narrow - 1]) if is_parted else float("inf")


def split_at_signs(part: Indices, found: Detections) -> list[Indices]:
    """Part the symbols of a sum into its numbers, each with the sign behind it.

    Parameters
    ----------
    part
        Indices of symbols that stand close together, from left to right.
    found
        All symbols.

    Returns
    -------
    list of ndarray
        Indices of the symbols of each number.
    """
    is_sign = np.isin(found.classes[part].argmax(axis=1), _SPLIT_SIGNS) & (found.presence[part] > 0.5)
    return np.split(part, np.flatnonzero(is_sign[:-1]) + 1)
