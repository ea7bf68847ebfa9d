"""Lines of writing in an ink map, in reading order, straightened; specks dropped, wide gaps told."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.parts import INK, Parts, find_parts

WORK_HEIGHT = 64
"""Height, in pixels, that the digits of a strip are scaled down to where they are taller."""

_WIDE_GAP = 0.78
"""Gap, in digit heights, from which two digits belong to two numbers."""

_EVEN = 1.7
"""How many times the middle gap of a line the widest may be for the line to be one number, widely spaced."""

_STRAIGHT = 2.2
"""Length, in digit heights, from which a strip shows by itself how it slopes."""

_BENT = 3.6
"""Length, in digit heights, from which a strip shows by itself how it bends."""


@dataclass(frozen=True)
class Strip:
    """The writing of one number, level, with nothing else about it.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    height
        Typical height of its digits, in pixels of ``ink``.
    line
        The line of the page that it stands on, counted from 0.
    """

    ink: NDArray[np.uint8]
    height: float
    line: int
    _corner: tuple[float, float] = (0.0, 0.0)
    _turn: float = 0.0
    _scale: float = 1.0
    _bend: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def on_map(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Return the upright box, in pixels of the ink map, around a box in pixels of ``ink``."""
        x, y, width, height = box
        across = np.array([x, x + width, x, x + width], np.float64)
        columns = np.clip(across, 0, max(len(self._bend) - 1, 0)).astype(int)
        down = np.array([y, y, y + height, y + height], np.float64)
        if len(self._bend):
            down = down + self._bend[columns]
        cosine, sine = np.cos(self._turn), np.sin(self._turn)
        xs = self._corner[0] + (cosine * across - sine * down) / self._scale
        ys = self._corner[1] + (sine * across + cosine * down) / self._scale
        left, top = int(np.floor(xs.min())), int(np.floor(ys.min()))
        return left, top, max(1, int(np.ceil(xs.max())) - left), max(1, int(np.ceil(ys.max())) - top)


def find_strips(ink: NDArray[np.uint8], one_line: bool = False, one_number: bool = False) -> list[Strip]:
    """Find the numbers of a page.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0; ruled lines and print are out of it.
    one_line
        There is one line only; if its digits are evenly spaced, they are one number however wide apart.
    one_number
        Everything is one number.

    Returns
    -------
    list of Strip
        In reading order: lines from top to bottom, each from left to right.
    """
    parts = find_parts(ink)
    if parts is None:
        return []
    groups = [np.arange(len(parts.boxes))] if one_number else _linked(parts)
    slope = _common_slope(parts, groups)
    lines = _as_lines(parts, groups, slope)
    if one_line and len(lines) == 1 and len(lines[0]) > 2 and _evenly_spaced(parts, lines[0]):
        lines = [[np.concatenate(lines[0])]]
    return [
        _straightened(ink, parts, group, slope, number) for number, line in enumerate(lines) for group in line
    ]


def _linked(parts: Parts) -> list[NDArray[np.int64]]:
    """Group parts that follow each other closely enough to be of one number."""
    n, height = len(parts.boxes), parts.height
    root = list(range(n))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    left, top, right, bottom = parts.sides
    centre_x, centre_y = (left + right) / 2, (top + bottom) / 2
    for i in np.flatnonzero(parts.main):
        others = np.flatnonzero(parts.main & (centre_x > centre_x[i]))
        gap = left[others] - right[i]
        drop = np.abs(centre_y[others] - centre_y[i])
        near = (gap <= _WIDE_GAP * height) & (drop <= (0.55 + 0.3 * np.maximum(gap, 0) / height) * height)
        near |= (gap < 0) & (
            np.minimum(bottom[others], bottom[i]) - np.maximum(top[others], top[i]) > 0.3 * height
        )
        for j in others[near]:
            root[find(int(j))] = find(int(i))
    mains = np.flatnonzero(parts.main)
    if not len(mains):  # what is tall is hairlines, and the rest is too low to be digits beside them
        return []
    for i in np.flatnonzero(~parts.main):  # dots, dashes, the hat of a five go with whatever is nearest
        across = np.maximum(np.maximum(left[mains] - right[i], left[i] - right[mains]), 0)
        down = np.maximum(np.maximum(top[mains] - bottom[i], top[i] - bottom[mains]), 0)
        distance = across + 2 * down
        nearest = int(distance.argmin())
        if distance[nearest] <= 0.6 * height:
            root[i] = find(int(mains[nearest]))
            for j in mains[(across <= 0.45 * height) & (down <= 0.15 * height)]:  # a dash joins what it parts
                root[find(int(j))] = find(int(i))
        else:
            root[i] = -1
    roots = np.array([find(i) if root[i] >= 0 else -1 for i in range(n)])
    return [np.flatnonzero(roots == each) for each in np.unique(roots[roots >= 0])]


def _common_slope(parts: Parts, groups: list[NDArray[np.int64]]) -> float:
    """Return the slope that the long groups share, weighted by their length; 0 without any."""
    slopes, weights = [], []
    for group in groups:
        x, y = parts.pixels(group)
        length = np.ptp(x) / parts.height if len(x) else 0.0
        if length >= _STRAIGHT:
            slopes.append(float(np.polyfit(x, y, 1)[0]))
            weights.append(length**2)
    if not slopes:
        return 0.0
    order = np.argsort(slopes)
    share = np.cumsum(np.array(weights)[order]) / np.sum(weights)
    return float(np.clip(slopes[order[int(np.searchsorted(share, 0.5))]], -0.5, 0.5))


def _as_lines(parts: Parts, groups: list[NDArray[np.int64]], slope: float) -> list[list[NDArray[np.int64]]]:
    """Put groups that stand beside each other on one line, and all in reading order."""
    left, top, right, bottom = parts.sides
    main = parts.main
    rows: list[tuple[float, float, NDArray[np.int64]]] = []
    for group in groups:
        of_group = group[main[group]]
        if len(of_group) == 0:
            continue
        x = float(((left + right) / 2)[of_group].mean())
        y = float(((top + bottom) / 2)[of_group].mean())
        rows.append((y - slope * x, float(left[of_group].min()), group))
    rows.sort(key=lambda row: row[0])
    lines: list[list[tuple[float, float, NDArray[np.int64]]]] = []
    for row in rows:
        if lines and row[0] - np.mean([each[0] for each in lines[-1]]) < 0.62 * parts.height:
            lines[-1].append(row)
        else:
            lines.append([row])
    return [[group for _, _, group in sorted(line, key=lambda row: row[1])] for line in lines]


def _evenly_spaced(parts: Parts, groups: list[NDArray[np.int64]]) -> bool:
    left, _, right, _ = parts.sides
    ends = np.array([right[group].max() for group in groups[:-1]])
    gaps = np.array([left[group].min() for group in groups[1:]]) - ends
    return all(len(group) <= 3 for group in groups) and float(gaps.max()) <= _EVEN * float(np.median(gaps))


def _straightened(
    ink: NDArray[np.uint8], parts: Parts, group: NDArray[np.int64], slope: float, line: int
) -> Strip:
    """Cut one group out of the map, scale it, turn it level and take its bend away."""
    left, top, right, bottom = (int(edge) for edge in parts.around(group))
    member = np.zeros(parts.n_labels, np.uint8)
    member[parts.numbers[group]] = 255
    margin = 2
    x0, y0 = max(left - margin, 0), max(top - margin, 0)
    window = (slice(y0, bottom + margin), slice(x0, right + margin))
    soft = cv2.dilate(member[parts.labels[window]], np.ones((3, 3), np.uint8))
    alone = cv2.bitwise_and(ink[window], soft)
    scale = min(1.0, WORK_HEIGHT / parts.height)
    if scale < 1:
        size = max(1, round(alone.shape[1] * scale)), max(1, round(alone.shape[0] * scale))
        alone = cv2.resize(alone, size, interpolation=cv2.INTER_AREA)
    digit = parts.height * scale
    width = alone.shape[1]
    y, x = np.nonzero(alone >= INK)
    length = width / digit
    if length >= _STRAIGHT and len(x) and np.ptp(x) > 0:
        slope = float(np.polyfit(x, y, 1)[0])
    slope = float(np.clip(slope, -0.6, 0.6))
    turn = float(np.arctan(slope)) if abs(slope) > 0.02 else 0.0
    bend = np.zeros(0, np.float32)
    if (turn == 0.0 and length < _BENT) or len(x) == 0:
        return Strip(np.ascontiguousarray(alone), digit, line, (x0, y0), 0.0, scale, bend)
    cosine, sine = np.cos(turn), np.sin(turn)
    along, across = cosine * x + sine * y, cosine * y - sine * x
    low_u, low_v = float(along.min()) - 2, float(across.min()) - 2
    new_width = int(np.ceil(np.ptp(along))) + 5
    bend = np.zeros(new_width, np.float32)
    if length >= _BENT and _has_a_middle(along):
        middle = (along - along.mean()) / (np.ptp(along) / 2)
        fit = np.polyfit(middle, across, 2)
        if abs(fit[0]) > 0.06 * digit:
            u = (np.arange(new_width) + low_u - along.mean()) / (np.ptp(along) / 2)
            bend = (fit[0] * np.square(np.clip(u, -1.1, 1.1))).astype(np.float32)
            straight = across - fit[0] * np.square(middle)
            low_v, across = float(straight.min()) - 2, straight
    new_height = int(np.ceil(np.ptp(across))) + 5
    u = np.arange(new_width, dtype=np.float32)[np.newaxis] + np.float32(low_u)
    v = np.arange(new_height, dtype=np.float32)[:, np.newaxis] + np.float32(low_v) + bend[np.newaxis]
    map_x = (np.float32(cosine) * u - np.float32(sine) * v).astype(np.float32)
    map_y = (np.float32(sine) * u + np.float32(cosine) * v).astype(np.float32)
    level = cv2.remap(alone, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    corner = x0 + (cosine * low_u - sine * low_v) / scale, y0 + (sine * low_u + cosine * low_v) / scale
    return Strip(np.asarray(level, np.uint8), digit, line, corner, turn, scale, bend)


def _has_a_middle(along: NDArray[np.float64]) -> bool:
    """Tell whether there is ink between the ends of a strip: without it, nothing shows how the strip bends."""
    share = (along - along.min()) / max(float(np.ptp(along)), 1.0)
    return bool(((share > 1 / 3) & (share < 2 / 3)).any())
