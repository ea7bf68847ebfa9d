"""Digits in boxes side by side: however wide the boxes are, they are one number."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import Detections

Indices = NDArray[np.int64]
Floats = NDArray[np.float32]

_MAX_GAP = 2.5
"""Gap between two digits in neighbouring boxes, at most, as a share of their height."""

_MAX_OFFSET, _MAX_GAP_RATIO = 0.5, 1.5
"""How far apart, as a share of the height of digits, rules on two lines may stand that are one; the gaps beside a rule
are at most so much wider than the widest that is seen to be ruled."""

_OVERHANG, _N_ROWS, _SLOPES = 0.2, 24, (-0.2, -0.13, -0.07, 0.0, 0.07, 0.13, 0.2)
"""A rule reaches over the digits beside it, by a share of their height; it is looked for in so many rows of pixels, at
these slopes. A 1 that stands beside it reaches over 1 / 1.4 of these rows only."""

_MAX_MISSING, _MIN_RELATIVE_CONTRAST, _MIN_CONTRAST = 0.12, 0.25, 6.0
"""Share of a rule that may be missing; its contrast, as a share of that of the writing, and in grey levels."""


def join_comb_cells(
    lines: list[list[Indices]], found: Detections, grey: NDArray[np.uint8]
) -> list[list[Indices]]:
    """Join what stands in neighbouring boxes, where each box of a line holds one symbol.

    In a table, cells hold numbers of several digits as well, and each is a number. A form has the same boxes on many
    lines: a rule that is seen on one of them is there on the others, too, and one box of a row does not come alone.

    Parameters
    ----------
    lines
        For each line, from left to right, the indices of the symbols of each number.
    found
        All symbols.
    grey
        The picture, ``uint8`` (h, w).

    Returns
    -------
    list of list of ndarray
        For each line the indices of the symbols of each number.
    """
    pairs = [_find_pairs(parts, found, grey) for parts in lines]
    ruled = [pair for each in pairs for pair in each if pair.has_rule_between]
    joined = []
    for parts, between in zip(lines, pairs, strict=True):
        if not between:
            joined.append(parts)
            continue
        # Each of the boxes beside a rule is as wide as the next one.
        widest = (
            max((pair.gap for pair in between if pair.has_aligned_rule(ruled)), default=0.0) * _MAX_GAP_RATIO
        )
        numbers = parts[:1]
        for part, pair in zip(parts[1:], between, strict=True):
            if pair.gap <= min(widest, _MAX_GAP):
                numbers[-1] = np.concatenate([numbers[-1], part])
            else:
                numbers.append(part)
        joined.append(numbers)
    return joined


@dataclass(frozen=True)
class _Pair:
    """Two symbols side by side, each alone: the gap between them, as a share of their height, and where it is."""

    gap: float
    middle: float
    height: float
    has_rule_between: bool

    def has_aligned_rule(self, others: "list[_Pair]") -> bool:
        """Tell whether a rule parts them: their own, or that between two symbols above or below."""
        return self.has_rule_between or any(
            abs(self.middle - each.middle) < _MAX_OFFSET * self.height for each in others
        )


def _find_pairs(parts: list[Indices], found: Detections, grey: NDArray[np.uint8]) -> list[_Pair]:
    """Return the pairs of neighbours of a line; none where not each part of it is one symbol."""
    clear = [part[found.presence[part] > 0.5] for part in parts]
    if len(parts) < 2 or max(map(len, clear)) != 1 or min(map(len, clear)) != 1:
        return []
    pairs = []
    for first, second in pairwise(int(each[0]) for each in clear):
        height = float(max(found.heights[first], found.heights[second]))
        left, right = float(found.boxes[first, 2]), float(found.boxes[second, 0])
        gap = (right - left) / height
        is_close = gap < _MAX_GAP and has_rule_between(grey, found.boxes[first], found.boxes[second])
        pairs.append(_Pair(gap, (left + right) / 2, height, is_close))
    return pairs


def has_rule_between(grey: NDArray[np.uint8], first: Floats, second: Floats) -> bool:
    """Tell whether a rule stands between two boxes side by side.

    Parameters
    ----------
    grey
        The picture, ``uint8`` (h, w).
    first, second
        Left, top, right and bottom of each, the left one first.
    """
    tall = max(first[3] - first[1], second[3] - second[1])
    top, bottom = min(first[1], second[1]) - _OVERHANG * tall, max(first[3], second[3]) + _OVERHANG * tall
    left, right = (first[0] + first[2]) / 2, (second[0] + second[2]) / 2
    strip = grey[max(0, round(top)) : max(1, round(bottom)), max(0, round(left)) : max(1, round(right))]
    if min(strip.shape) < 3:
        return False
    wide = int(np.clip(strip.shape[1] * _N_ROWS / strip.shape[0], 8, 160))
    small = cv2.resize(strip, (wide, _N_ROWS), interpolation=cv2.INTER_AREA).astype(np.float32)
    darker = np.median(small, axis=1, keepdims=True) - small
    least = max(_MIN_RELATIVE_CONTRAST * float(np.percentile(np.abs(darker), 97)), _MIN_CONTRAST)
    rows, columns = np.mgrid[0:_N_ROWS, 0:wide]
    for slope in _SLOPES:
        shifted = columns + np.rint(slope * (rows - _N_ROWS / 2)).astype(int)
        upright = darker[rows, np.clip(shifted, 0, wide - 1)]
        if max(np.quantile(sign * upright, _MAX_MISSING, axis=0).max() for sign in (1, -1)) > least:
            return True
    return False
