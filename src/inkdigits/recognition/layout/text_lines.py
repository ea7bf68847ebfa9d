"""Group detected symbols into lines in reading order, and split lines into numbers."""

import math

import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import Detections

Indices = NDArray[np.int64]
Floats = NDArray[np.float32]

_MAX_OFFSET = 0.6
"""Greatest vertical offset of a symbol's centre from its line, in heights of the digits."""

_MAX_LINE_GAP = 4.0
"""Greatest horizontal gap within a line, in heights of the digits."""

_MIN_HEIGHT_RATIO, _MIN_DIGIT_RATIO, _MAX_DIGIT_GAP = 0.4, 0.2, 0.6
"""Least ratio of the heights of neighbours in a line; and that of two digits whose gap is at most the third, in heights
of the higher one: in amounts such as 6000, the zeros may be a quarter as high as the first digit, and two of the 314
development numbers lost the higher ones."""

_MIN_GAP, _MIN_SPLIT_GAP, _MIN_GAP_RATIO = 0.25, 0.7, 1.8
"""Gaps between digits, in heights of the digits: smaller gaps are rounded up to the first; gaps below the second never
split numbers. The third is the least ratio of successive sorted gaps that separates narrow from wide ones."""

_MAX_WIDE_PER_NARROW = 3
"""Greatest number of wide gaps per narrow gap: in a widely spaced number two digits may be close by chance."""

_SINGLE_GAP, _SINGLE_QUANTILE, _MIN_GAPS = 0.43, 0.1, 8
"""If the gaps of a page at this quantile are wider than the first, in heights, and are at least this many, each digit
stands alone, as in a table without rules. The quantile is 0.51 to 1.1 on the eight such development pages, at most 0.36
on those with numbers of several digits outside of boxes; the first is in the middle of both, in logarithms."""

_MIN_GAPS_OF_STEP, _CERTAIN_GAP = 4, 2.0
"""Least number of gaps between the digits of a page from which the gap that separates its numbers is found; and a gap
that always separates them. With 1.5 to 4 the same development numbers are read."""

_MAX_MARK_HEIGHT = 0.55
"""Height, in median heights of the digits, below which a symbol other than a digit is a mark, such as a point or dash:
the centre of a mark is not at the centre of its line."""

_MAX_RAISED, _MAX_RAISED_HEIGHT, _MAX_RAISED_GAP, _MAX_RAISED_DISTANCE = 2, 0.9, 0.6, 0.5
"""Greatest number of raised digits; their greatest height, their greatest gap to the digit at their left, and their
greatest distance above its top, in its heights. Of the digits of all 37 development pages 93.7% are right with these,
as many with a distance of 0.7, 93.4% with 0.3; with raised digits in lines of their own 0.8% fewer."""


def find_main_line(found: Detections) -> Indices:
    """Return the ``int64`` indices, from left to right, of the symbols of the line with most digits; (0,) if none."""
    lines = group_lines(found)
    if not lines:
        return np.zeros(0, np.int64)
    return max(lines, key=lambda line: float(found.digits[line].sum()))


def group_lines(found: Detections) -> list[Indices]:
    """Group symbols into text lines.

    From left to right, each symbol of a digit's height is appended to the line whose last symbols are at its level,
    or starts a new line. Marks, which are lower, are then inserted into the nearest line.

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
    centres = (found.boxes[:, 1] + found.boxes[:, 3]) / 2
    is_digit = found.digits > 0.3
    median_height = float(np.median(heights[is_digit])) if is_digit.any() else float(np.median(heights))
    tall = np.flatnonzero((is_digit | (heights >= _MAX_MARK_HEIGHT * median_height)) & (found.presence > 0.2))
    line_of = np.full(len(found), -1)
    # Of each line: right edge and height of its last symbol, the running mean of the last centres, and whether the
    # last symbol is a digit.
    ends = np.zeros((len(tall), 4))
    n_lines = 0
    for i in tall.tolist():
        right, height, level, after_digit = ends[:n_lines].T
        size = np.maximum(height, heights[i])
        gap, offset = (lefts[i] - right) / size, np.abs(centres[i] - level) / size
        are_close_digits = (after_digit > 0) & is_digit[i] & (gap < _MAX_DIGIT_GAP)
        min_ratio = np.where(are_close_digits, _MIN_DIGIT_RATIO, _MIN_HEIGHT_RATIO)
        is_near = (
            (offset < _MAX_OFFSET)
            & (gap < _MAX_LINE_GAP)
            & (np.minimum(height, heights[i]) > min_ratio * size)
        )
        if is_near.any():
            best = int(np.where(is_near, offset + 0.2 * np.maximum(gap, 0.0), np.inf).argmin())
            # After a much higher or lower symbol, the next ones are at the level of the new one.
            weight = max(0.5, 1 - min(height[best], heights[i]) / size[best])
            new_level = level[best] + weight * (centres[i] - level[best])
            ends[best] = rights[i], heights[i], new_level, is_digit[i]
        else:
            best, n_lines = n_lines, n_lines + 1
            ends[best] = rights[i], heights[i], centres[i], is_digit[i]
        line_of[i] = best
    for i in np.setdiff1d(np.arange(len(found)), tall).tolist():
        line_of[i] = _find_line_of_mark(found.boxes[i], found.boxes[tall], line_of[tall])
    order = np.argsort(line_of, kind="stable")
    lines = np.split(order, np.searchsorted(line_of[order], np.arange(n_lines)))[1:]
    return _sort_lines(_join_raised_digits(lines, found), found)


def _join_raised_digits(lines: list[Indices], found: Detections) -> list[Indices]:
    """Join raised digits, such as cents or an exponent, with the line of the digit at their lower left."""
    is_digit, boxes, heights = found.digits > 0.3, found.boxes, found.heights
    line_of = np.full(len(found), -1)
    for number, line in enumerate(lines):
        line_of[line] = number
    for number, line in enumerate(lines):
        raised = line[is_digit[line]]
        if not 0 < len(raised) <= _MAX_RAISED:
            continue
        first = raised[0]
        gap, distance = boxes[first, 0] - boxes[:, 2], boxes[:, 1] - boxes[first, 3]
        is_base = is_digit & (line_of != number) & (heights[raised].max() < _MAX_RAISED_HEIGHT * heights)
        is_base &= (np.abs(gap) < _MAX_RAISED_GAP * heights) & (distance < _MAX_RAISED_DISTANCE * heights)
        is_base &= (boxes[first, 1::2].mean() < boxes[:, 1]) & (boxes[first, 0] > boxes[:, ::2].mean(axis=1))
        if is_base.any():
            base = int(np.where(is_base, np.abs(gap), np.inf).argmin())
            line_of[line] = line_of[base]
    return [
        line[np.argsort(boxes[line, 0] + boxes[line, 2], kind="stable")]
        for line in (np.flatnonzero(line_of == number) for number in range(len(lines)))
        if len(line)
    ]


def _sort_lines(lines: list[Indices], found: Detections) -> list[Indices]:
    """Sort lines from top to bottom, and lines side by side, as in columns, from left to right."""
    centres = [float(np.median(found.boxes[line][:, 1::2].mean(axis=1))) for line in lines]
    heights = [float(np.median(found.heights[line])) for line in lines]
    rows: list[list[int]] = []
    for i in np.argsort(centres, kind="stable").tolist():
        last = rows[-1][-1] if rows else i
        if rows and centres[i] - centres[last] < _MAX_OFFSET * min(heights[i], heights[last]):
            rows[-1].append(i)
        else:
            rows.append([i])
    return [lines[i] for row in rows for i in sorted(row, key=lambda i: float(found.boxes[lines[i][0], 0]))]


def _find_line_of_mark(mark: Floats, boxes: Floats, line_of: Indices) -> int:
    """Return the line of a mark: that of the nearest symbol at about the same level; -1 if there is none.

    Parameters
    ----------
    mark
        Left, top, right and bottom of the mark, ``float32`` (4,).
    boxes, line_of
        The boxes of all symbols of a digit's height, ``float32`` (n, 4), and their lines, ``int64`` (n,).
    """
    if not len(boxes):
        return -1
    x, y = (mark[0] + mark[2]) / 2, (mark[1] + mark[3]) / 2
    height = boxes[:, 3] - boxes[:, 1]
    distance = np.maximum(np.maximum(boxes[:, 0] - x, x - boxes[:, 2]), 0)
    is_near = (boxes[:, 1] - 0.2 * height < y) & (y < boxes[:, 3] + 0.4 * height) & (distance < 1.5 * height)
    return int(line_of[np.where(is_near, distance, np.inf).argmin()]) if is_near.any() else -1


def split_into_numbers(line: Indices, found: Detections, max_gap: float) -> list[Indices]:
    """Split a line into numbers at its wide gaps.

    A gap is wide if it exceeds ``max_gap``, or if the line has narrow and wide gaps and it is one of the wide ones.

    Parameters
    ----------
    line
        ``int64`` indices of its symbols, from left to right.
    found
        All symbols.
    max_gap
        Greatest gap within a number, in median heights of the digits.

    Returns
    -------
    list of ndarray
        ``int64`` indices of the symbols of each number.
    """
    if not len(line):
        return []
    present, gaps = measure_gaps(line, found)
    return np.split(line, present[1:][gaps > min(max_gap, _find_gap_threshold(gaps))])


def are_single_digits(lines: list[Indices], found: Detections) -> bool:
    """Return whether each digit of a page is a number of its own, since there are hardly any narrow gaps.

    Parameters
    ----------
    lines
        ``int64`` indices of the symbols of each line, from left to right.
    found
        All symbols.
    """
    each = [measure_gaps(line[found.digits[line] > 0.5], found)[1] for line in lines]
    gaps = np.concatenate([np.zeros(0, np.float32), *each])
    return len(gaps) >= _MIN_GAPS and float(np.quantile(gaps, _SINGLE_QUANTILE)) > _SINGLE_GAP


def find_separating_gap(lines: list[Indices], found: Detections, limits: tuple[float, float]) -> float:
    """Return the least gap that separates the numbers of a page.

    In wide writing the gaps within a number may be as large as those between numbers in narrow writing. But on one page
    both differ, so the gap in the middle of the widest step of the sorted gaps, in logarithms, separates them.

    Parameters
    ----------
    lines
        ``int64`` indices of the symbols of each line, from left to right.
    found
        All symbols.
    limits
        Least and greatest gap that may separate numbers, in heights of the digits; a step is considered between them
        only.

    Returns
    -------
    float
        In heights of the digits; the middle of the limits if the page has few gaps between digits.
    """
    each = [np.zeros(0, np.float32)]
    for line in lines:
        present, gaps = measure_gaps(line, found)
        is_digit = found.digits[line[present]] > 0.5
        each.append(gaps[is_digit[1:] & is_digit[:-1]])
    gaps = np.sort(np.concatenate(each))
    low, high = limits
    if len(gaps) < _MIN_GAPS_OF_STEP:
        return math.sqrt(low * high)
    ends = np.concatenate([[_MIN_GAP], np.clip(gaps, _MIN_GAP, _CERTAIN_GAP), [_CERTAIN_GAP]])
    starts, stops = np.maximum(ends[:-1], low), np.minimum(ends[1:], high)
    widest = int(np.where(starts < stops, ends[1:] / ends[:-1], 0).argmax())
    return math.sqrt(starts[widest] * stops[widest])


def measure_gaps(line: Indices, found: Detections) -> tuple[Indices, Floats]:
    """Return the positions in a line of the symbols that are present, and the gaps between them.

    Parameters
    ----------
    line
        ``int64`` indices of its symbols, from left to right.
    found
        All symbols.

    Returns
    -------
    present : ndarray
        ``int64`` (n,): positions in ``line``.
    gaps : ndarray
        ``float32`` (n - 1,), in median heights of the digits.
    """
    digits = found.digits[line] > 0.3
    heights = found.heights[line]
    height = float(np.median(heights[digits] if digits.any() else heights)) if len(line) else 1.0
    present = np.flatnonzero(found.presence[line] > 0.3)  # improbable symbols do not close a gap
    boxes = found.boxes[line[present]]
    return present, (boxes[1:, 0] - np.maximum.accumulate(boxes[:, 2])[:-1]) / height


def _find_gap_threshold(gaps: Floats) -> float:
    """Return the greatest narrow gap, in heights; infinity if the gaps are not of two kinds, narrow and wide."""
    sorted_gaps = np.sort(np.maximum(gaps, _MIN_GAP))
    ratios = sorted_gaps[1:] / sorted_gaps[:-1]
    if not len(ratios) or ratios.max() < _MIN_GAP_RATIO:
        return float("inf")
    n_narrow = int(ratios.argmax()) + 1
    is_split = (
        sorted_gaps[n_narrow] >= _MIN_SPLIT_GAP
        and _MAX_WIDE_PER_NARROW * n_narrow >= len(sorted_gaps) - n_narrow
    )
    return float(sorted_gaps[n_narrow - 1]) if is_split else float("inf")
