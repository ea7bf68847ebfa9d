"""Grids in photos, also on bent paper: found by their outer rule, made flat, and divided by their inner rules."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.geometry.transform import Bend, Transform, flattened

Floats = NDArray[np.float64]
Mask = NDArray[np.uint8]

_CONTRASTS = (0.3, 0.15, 0.08)
"""Darkness from which a pixel belongs to a rule, as a share of that of the darkest two per cent: rules may be pale."""

_LEAST_SHARE = 0.02
"""Share of the picture that a grid covers at least."""

_MOST_OUTLINES = 3
"""Outlines that are tried for each contrast, the largest ones."""

_OPENING = 14
"""Strokes that stick out of an outline are cut off where they are thinner than its width by this."""

_ASTRAY, _FITS = 0.012, 0.8
"""A side is a curve of the third degree: how far the outline may lie off it, as a share of its length, and the share of
the outline that must lie closer."""

_KNOTS = 25
"""Knots of the mesh along each side; one more lies beyond each."""

_MOST_CELLS, _LEAST_CELL = 24, 14
"""Cells of a row or column at most, and their size in pixels at least."""

_CELL, _MOST_PIXELS = 64, 4_000_000
"""Size of a cell of the flat grid, in pixels, at least; and pixels of an enlarged grid, at most."""

_RULES = ((0.2, 4.0), (0.08, 2.5))
"""Darkness from which a pixel of the flat grid belongs to a rule, as a share of that of the darkest two per cent, and
in grey levels; inner rules may be much paler than outer ones."""

_SLACK, _SEEN = 0.08, 0.45
"""How far a rule may lie off its place, in cells; share of its length from which it speaks for a division."""

_FANS = (0.0, -0.06, 0.06, -0.12, 0.12, -0.18, 0.18, -0.25, 0.25, -0.33, 0.33)
"""How much wider the cells at one end are than those at the other, by perspective, that are tried."""

_CLEARLY, _EACH = 0.6, 0.35
"""Share of the length of the inner rules that is seen, in the mean and of each, from which they are those of an even
grid. Of development photographs all puzzles lie above 0.74 and 0.5; of tables whose columns or rows are of different
sizes, one rule lies under 0.2."""

LEAST = 3
"""Rows and columns of a grid, at least."""


@dataclass(frozen=True)
class Grid:
    """A grid, made flat.

    Attributes
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3), with a margin about the grid.
    to_picture
        Where a place of it lies in the picture.
    rows, columns
        ``float64`` (n + 1,): y and x of the rules between rows and columns, and of the outer ones, in its pixels.
    """

    pixels: NDArray[np.uint8]
    to_picture: Transform
    rows: Floats
    columns: Floats


def find_grid(pixels: NDArray[np.uint8]) -> Grid | None:
    """Find the largest grid of a picture.

    Its outer rule hangs together, if not every inner one does. Its four sides are fitted by curves, the plane between
    them by a Coons patch, as bent paper is; the flat grid is divided evenly, where its rules are seen best.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3); rules darker than the paper.

    Returns
    -------
    Grid or None
        None where no grid of three rows and columns is seen.

    References
    ----------
    S. A. Coons, "Surfaces for Computer-Aided Design of Space Forms", MIT, 1967.
    """
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    if min(grey.shape) < LEAST * _LEAST_CELL:
        return None
    block = max(15, max(grey.shape) // 40) | 1
    darkness = _darkness(grey, block)
    darkest = float(np.percentile(darkness, 98))
    best: tuple[float, Grid] | None = None
    for share in _CONTRASTS:
        mask = (darkness > max(4.0, share * darkest)).astype(np.uint8)
        whole = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)
        for outline in _outlines(whole):
            area = cv2.contourArea(outline)
            bend = _bend_within(outline) if best is None or area > 1.1 * best[0] else None
            if bend is None:
                continue
            flat = flattened(grey, bend)
            rules = _darkness(flat, max(15, min(flat.shape) // 25) | 1)
            rows, columns = _divided(rules, bend, 1), _divided(rules.T, bend, 0)
            if rows is not None and columns is not None:
                best = area, _enlarged(pixels, bend, rows, columns)
    return None if best is None else best[1]


def _enlarged(pixels: NDArray[np.uint8], bend: Bend, rows: Floats, columns: Floats) -> Grid:
    """Make a grid flat with cells of at least `_CELL` pixels: what is small loses by being drawn anew."""
    most = (_MOST_PIXELS / (bend.size[0] * bend.size[1])) ** 0.5
    zoom = max(1.0, min(most, _CELL / min(np.diff(rows).min(), np.diff(columns).min())))
    larger = Bend(bend.knots, (round(zoom * bend.size[0]), round(zoom * bend.size[1])))
    return Grid(flattened(pixels, larger), Transform((larger,)), zoom * rows, zoom * columns)


def _darkness(grey: Mask, block: int) -> NDArray[np.float32]:
    """Return how much darker each pixel is than those about it, in grey levels."""
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    return np.asarray(cv2.boxFilter(soft, cv2.CV_32F, (block, block)) - soft, np.float32)


def _outlines(mask: Mask) -> list[NDArray[np.int32]]:
    """Return the outlines of the largest things in a mask, filled and without what sticks out, (n, 2) each."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    sizes = stats[1:, cv2.CC_STAT_WIDTH].astype(float) * stats[1:, cv2.CC_STAT_HEIGHT]
    outlines = []
    for part in (np.argsort(-sizes)[:_MOST_OUTLINES] + 1).tolist():
        x, y, width, height = (int(value) for value in stats[part, :4])
        if width * height < _LEAST_SHARE * mask.size or min(width, height) < LEAST * _LEAST_CELL:
            continue
        alone = np.pad((labels[y : y + height, x : x + width] == part).astype(np.uint8), 1)
        contours, _ = cv2.findContours(alone, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        filled = cv2.drawContours(np.zeros_like(alone), contours, -1, 1, cv2.FILLED)
        reach = max(3, min(width, height) // _OPENING) | 1
        filled = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))
        contours, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        if contours:
            outline = max(contours, key=cv2.contourArea)
            if cv2.contourArea(outline) >= _LEAST_SHARE * mask.size:
                outlines.append(np.asarray(outline.reshape(-1, 2) + np.array([x - 1, y - 1]), np.int32))
    return outlines


@dataclass(frozen=True)
class _Side:
    """One side of an outline: of the upper and the lower one y as a curve of x, of the others x as one of y."""

    middle: float
    half: float
    curve: Floats

    def over(self, along: Floats) -> Floats:
        """Return the curve at some places; far beyond its ends it stays as it is there."""
        return np.asarray(np.polyval(self.curve, np.clip((along - self.middle) / self.half, -2, 2)))

    def at(self, along: float) -> float:
        return float(self.over(np.array(along)))


def _bend_within(outline: NDArray[np.int32]) -> Bend | None:
    """Fit a bent plane into an outline; None where it has no four sides."""
    points = outline.astype(np.float64)
    if cv2.contourArea(outline, True) < 0:  # clockwise, as one sees it
        points = points[::-1]
    from_middle = points - (points.max(axis=0) + points.min(axis=0)) / 2
    diagonals = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    corners = (from_middle @ diagonals.T).argmax(axis=0)
    sides = []
    for place in range(4):
        first, last = int(corners[place]), int(corners[(place + 1) % 4])
        along = (
            points[first : last + 1]
            if first <= last
            else np.concatenate([points[first:], points[: last + 1]])
        )
        side = _side_of(along, place % 2)
        if side is None:
            return None
        sides.append(side)
    upper, right, lower, left = sides
    top_left, top_right = _meeting(upper, left), _meeting(upper, right)
    bottom_left, bottom_right = _meeting(lower, left), _meeting(lower, right)
    across = _even(upper, top_left, top_right, 0), _even(lower, bottom_left, bottom_right, 0)
    down = _even(left, top_left, bottom_left, 1), _even(right, top_right, bottom_right, 1)
    width, height = (
        float(np.mean([np.hypot(*np.diff(line, axis=0).T).sum() for line in pair])) for pair in (across, down)
    )
    stretch = (_KNOTS + 1) / (_KNOTS - 1)
    return Bend(_with_margin(_patch(across, down)), (round(width * stretch), round(height * stretch)))


def _patch(across: tuple[Floats, Floats], down: tuple[Floats, Floats]) -> Floats:
    """Return the Coons patch between the upper and lower, and the left and right side, as knots (n, n, 2)."""
    u = np.linspace(0, 1, _KNOTS)[np.newaxis, :, np.newaxis]
    v = np.linspace(0, 1, _KNOTS)[:, np.newaxis, np.newaxis]
    between = (1 - v) * across[0] + v * across[1]
    beside = (1 - u) * down[0][:, np.newaxis] + u * down[1][:, np.newaxis]
    corners = (1 - v) * ((1 - u) * across[0][0] + u * across[0][-1]) + v * (
        (1 - u) * across[1][0] + u * across[1][-1]
    )
    return np.asarray(between + beside - corners)


def _with_margin(knots: Floats) -> Floats:
    """Add a knot beyond each end of a mesh, where it goes on straight."""
    for axis in (0, 1):
        first, second, before, last = (np.take(knots, [i], axis) for i in (0, 1, -2, -1))
        knots = np.concatenate([2 * first - second, knots, 2 * last - before], axis)
    return knots


def _side_of(points: Floats, axis: int) -> _Side | None:
    """Fit one side of an outline, whatever sticks out of it; None where most of it is no smooth curve."""
    along, away = points[:, axis], points[:, 1 - axis]
    low, high = np.quantile(along, [0.06, 0.94])
    half = (high - low) / 2
    if half < _LEAST_CELL:
        return None
    is_inner = (along >= low) & (along <= high)
    along, away = along[is_inner], away[is_inner]
    terms = np.vander((along - (low + high) / 2) / half, 4)
    weights, curve = np.ones(len(along)), np.zeros(4)
    for _ in range(15):  # least absolute distances, by weighted squares
        curve = np.linalg.lstsq(terms * weights[:, np.newaxis], away * weights, rcond=None)[0]
        weights = 1 / np.sqrt(np.maximum(np.abs(terms @ curve - away), 0.5))
    fits = np.abs(terms @ curve - away) < 2 * _ASTRAY * half + 1.5
    return _Side((low + high) / 2, half, curve) if fits.mean() >= _FITS else None


def _meeting(level: _Side, upright: _Side) -> Floats:
    """Return x and y of where two sides meet."""
    x, y = upright.middle, level.middle
    for _ in range(20):
        x, y = upright.at(y), level.at(x)
    return np.array([x, y])


def _even(side: _Side, start: Floats, end: Floats, axis: int) -> Floats:
    """Return knots at equal distances along a side, ``float64`` (_KNOTS, 2)."""
    along = np.linspace(start[axis], end[axis], 8 * _KNOTS)
    line = np.stack([along, side.over(along)][:: 1 if axis == 0 else -1], axis=1)
    length = np.append(0, np.hypot(*np.diff(line, axis=0).T).cumsum())
    places = np.linspace(0, length[-1], _KNOTS)
    return np.stack([np.interp(places, length, line[:, k]) for k in (0, 1)], axis=1)


def _divided(darkness: NDArray[np.float32], bend: Bend, axis: int) -> Floats | None:
    """Return where the rules across (axis 1) or down (axis 0) lie in a flat picture; None where they show no grid."""
    darkest = float(np.percentile(darkness, 98))
    masks = [(darkness > max(least, share * darkest)).astype(np.uint8) for share, least in _RULES]
    _, places = max((_division(mask, bend, axis) for mask in masks), key=lambda each: each[0])
    return places


def _division(lines: Mask, bend: Bend, axis: int) -> tuple[float, Floats | None]:
    """Return how much speaks for the best division by the rules of a mask, and where it lies, as `_divided`."""
    outer = bend.size[axis] * np.array([1, _KNOTS]) / (_KNOTS + 1)
    length = float(outer[1] - outer[0])
    mask = cv2.morphologyEx(np.ascontiguousarray(lines), cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    mask = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(3, mask.shape[1] // 24)), np.uint8))
    margin = round(mask.shape[1] / (_KNOTS + 1))
    mask = mask[:, margin:-margin]
    best: tuple[float, Floats, Floats] | None = None
    for n in range(LEAST, _MOST_CELLS + 1):
        if length / n < _LEAST_CELL:
            break
        slack = max(1, round(_SLACK * length / n))
        seen_at = cv2.dilate(mask, np.ones((2 * slack + 1, 1), np.uint8)).mean(axis=1)
        even = np.arange(n + 1) / n
        for fan in _FANS:
            places = outer[0] + length * even * (1 + fan) / (1 + fan * even)
            seen = seen_at[np.clip(np.rint(places[1:-1]).astype(int), 0, len(seen_at) - 1)]
            score = float((seen - _SEEN).sum()) - 0.3 * abs(fan)
            if best is None or score > best[0]:
                best = score, seen, places
    if best is None or best[1].mean() < _CLEARLY or best[1].min() < _EACH:
        return -1.0, None
    return best[0], best[2]
