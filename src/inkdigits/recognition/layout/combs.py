"""Join the digits of adjacent boxes, as in a comb field, into one number."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.detections import Detections

Indices = NDArray[np.int64]
Floats = NDArray[np.float32]

_MAX_GAP = 2.5
"""Greatest gap between the digits of adjacent boxes, in heights of the digits."""

_MAX_OFFSET, _MAX_PITCH_RATIO = 0.5, 1.3
"""Greatest horizontal offset, in heights of the digits, of rules on different lines that count as one rule; greatest
ratio of the distance of two neighbours to the greatest one of neighbours with a rule between them at which they are in
adjacent boxes too. Boxes of one row are about equally wide. With the gaps instead, which depend on the widths of the
digits too, and a ratio of 1.5, the F1 of the numbers of development pages was 0.871, with the distances 0.877."""

_MIN_GAP = 0.25
"""Least gap between two digits, in their heights, in which a rule is looked for: without it, each pair of digits on a
page would take a millisecond or more."""

_OVERHANG, _N_ROWS, _SLOPES = 0.2, 24, (-0.2, -0.13, -0.07, 0.0, 0.07, 0.13, 0.2)
"""Length by which a rule extends above and below the digits, in their heights; rows to which the strip between two
digits is scaled; slopes of a rule, in pixels across per pixel down. A 1 covers only 1 / 1.4 of these rows."""

_MAX_THICKNESS = 7
"""Greatest thickness of a rule, in these rows; the edge of a shadow is thicker. With the contrast to the median of each
row instead, 36 of 310 pairs on development pages with a drawn shadow had a rule that the pages without it do not have,
such as all rows of a page of single digits."""

_MAX_MISSING, _MIN_RELATIVE_CONTRAST, _MIN_CONTRAST = 0.12, 0.25, 6.0
"""Greatest share of a rule that may be missing; its least contrast relative to the writing's, and in grey levels."""


def join_comb_cells(
    lines: list[list[Indices]], found: Detections, grey: NDArray[np.uint8]
) -> list[list[Indices]]:
    """Join the symbols of adjacent boxes into numbers, on lines with one symbol per box.

    Lines with several symbols between two rules are not joined: they may be rows of a table. A form repeats its boxes
    on many lines, so a rule that is found on one line counts on the others too; and boxes of one row have about equal
    widths, so one rule counts for all neighbours of the row at a similar distance.

    Parameters
    ----------
    lines
        For each line, from left to right, the ``int64`` indices of the symbols of each number.
    found
        All symbols.
    grey
        The picture, ``uint8`` (h, w).

    Returns
    -------
    list of list of ndarray
        For each line the ``int64`` indices of the symbols of each number.
    """
    is_present = found.presence > 0.5
    numbers = [[part for part in parts if is_present[part].any()] for parts in lines]
    pairs = [_find_pairs(parts, found, grey) for parts in numbers]
    ruled = [pair for each in pairs for pair in each if pair.has_rule]
    joined = [
        _join_row(parts, neighbours, ruled) if neighbours else parts
        for parts, neighbours in zip(numbers, pairs, strict=True)
    ]
    doubtful = [[part for part in parts if not is_present[part].any()] for parts in lines]
    return [
        sorted([*row, *rest], key=lambda part: float(found.boxes[part[0], 0]))
        for row, rest in zip(joined, doubtful, strict=True)
    ]


@dataclass(frozen=True)
class _Pair:
    """Two neighbouring symbols and the gap between them.

    Attributes
    ----------
    gap, pitch
        Width of the gap, and distance of the centres, in heights of the symbols.
    centre_x
        x of the gap's centre, in pixels.
    height
        The greater height of the two, in pixels.
    has_rule
        Whether a rule is found in the gap.
    is_within_number
        Whether both belong to one number.
    """

    gap: float
    pitch: float
    centre_x: float
    height: float
    has_rule: bool
    is_within_number: bool

    def has_aligned_rule(self, others: "list[_Pair]") -> bool:
        """Return whether a rule is found in the gap, or in one of ``others`` at the same x."""
        return self.has_rule or any(
            abs(self.centre_x - each.centre_x) < _MAX_OFFSET * self.height for each in others
        )


def _find_pairs(parts: list[Indices], found: Detections, grey: NDArray[np.uint8]) -> list[_Pair]:
    """Return the pairs of neighbours of a line; none if a number has two without space for a rule between them."""
    present = [part[found.presence[part] > 0.5] for part in parts]
    symbols = [(number, int(i)) for number, part in enumerate(present) for i in part]
    for part in present:
        boxes, height = found.boxes[part], found.heights[part].max()
        if (boxes[1:, 0] - boxes[:-1, 2] < _MIN_GAP * height).any():
            return []
    pairs = []
    for (number, first), (next_number, second) in pairwise(symbols):
        one, other = found.boxes[first], found.boxes[second]
        height = float(max(found.heights[first], found.heights[second]))
        gap, pitch = float(other[0] - one[2]) / height, float(other[::2].mean() - one[::2].mean()) / height
        has_rule = gap < _MAX_GAP and has_rule_between(grey, one, other)
        centre = float(one[2] + other[0]) / 2
        pairs.append(_Pair(gap, pitch, centre, height, has_rule, number == next_number))
    return pairs


def _join_row(parts: list[Indices], pairs: list[_Pair], ruled: list[_Pair]) -> list[Indices]:
    """Join the numbers of a line whose neighbours are in adjacent boxes; a row of a table remains as it is."""
    pitches = [pair.pitch for pair in pairs if pair.gap < _MAX_GAP and pair.has_aligned_rule(ruled)]
    max_pitch = max(pitches, default=0.0) * _MAX_PITCH_RATIO
    for pair in pairs:
        is_narrow = pair.pitch * _MAX_PITCH_RATIO**2 < max_pitch
        if pair.is_within_number and (is_narrow or not pair.has_aligned_rule(ruled)):
            return parts
    numbers = parts[:1]
    between = [pair for pair in pairs if not pair.is_within_number]
    for part, pair in zip(parts[1:], between, strict=True):
        if pair.gap < _MAX_GAP and pair.pitch <= max_pitch:
            numbers[-1] = np.concatenate([numbers[-1], part])
        else:
            numbers.append(part)
    return numbers


def has_rule_between(grey: NDArray[np.uint8], first: Floats, second: Floats) -> bool:
    """Return whether a vertical rule, dark or light, is between two symbols.

    Parameters
    ----------
    grey
        The picture, ``uint8`` (h, w).
    first, second
        ``float32`` (4,): left, top, right and bottom of the left and the right symbol, in pixels.
    """
    tall = max(first[3] - first[1], second[3] - second[1])
    top, bottom = min(first[1], second[1]) - _OVERHANG * tall, max(first[3], second[3]) + _OVERHANG * tall
    left, right = (first[0] + first[2]) / 2, (second[0] + second[2]) / 2
    strip = grey[max(0, round(top)) : max(1, round(bottom)), max(0, round(left)) : max(1, round(right))]
    if min(strip.shape) < 3:
        return False
    wide = int(np.clip(strip.shape[1] * _N_ROWS / strip.shape[0], 8, 160))
    scaled = cv2.resize(strip, (wide, _N_ROWS), interpolation=cv2.INTER_AREA).astype(np.float32)
    kernel = np.ones((1, _MAX_THICKNESS), np.uint8)
    dark_and_light = [cv2.morphologyEx(scaled, hat, kernel) for hat in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)]
    writing = float(np.percentile(np.maximum(*dark_and_light), 97))
    min_contrast = max(_MIN_RELATIVE_CONTRAST * writing, _MIN_CONTRAST)
    rows, columns = np.mgrid[0:_N_ROWS, 0:wide]
    for slope in _SLOPES:
        shifted = np.clip(columns + np.rint(slope * (rows - _N_ROWS / 2)).astype(int), 0, wide - 1)
        if (
            max(np.quantile(each[rows, shifted], _MAX_MISSING, axis=0).max() for each in dark_and_light)
            > min_contrast
        ):
            return True
    return False
