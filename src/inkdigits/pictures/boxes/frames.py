"""Printed frames for single digits: rows of boxes, combs and grids, found by their straight and even lines."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.boxes.line_tracing import Floats, Traced, trace_lines

_MOST_CELLS = 24

_GAPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
"""Gaps between boxes that are tried, in widths of a box."""

_UNBROKEN = 0.85
"""Share of its length that the base of a comb covers at least."""


@dataclass(frozen=True)
class _Seeing:
    """How well lines must be seen: each one that is to count, and all in the mean."""

    floor: float
    mean: float


_ROW = _Seeing(0.55, 0.75)

_GRID = _Seeing(0.4, 0.75)
"""The lines of a grid are many and cross all of it, so that they may be paler, as between its thick ones."""


@dataclass(frozen=True)
class Row:
    """One row of cells, in pixels of the levelled map.

    Attributes
    ----------
    sides
        ``float64`` (n, 2): left and right of each cell.
    top, bottom
        ``float64`` (n,): y at the middle of each cell.
    is_comb
        Whether there is a base line with teeth only; then ``top`` is as high as one may write.
    evidence
        How well the lines are seen, from 0 to 1.
    teeth
        How far the sides rise above ``bottom``, in pixels.
    """

    sides: Floats
    top: Floats
    bottom: Floats
    is_comb: bool
    evidence: float
    teeth: float


def find_rows(mask: NDArray[np.uint8]) -> list[Row]:
    """Find rows of cells in a levelled map.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink.
    """
    lines = trace_lines(mask)
    longest = max((line.end - line.start for line in lines), default=0)
    whole = [line for line in lines if line.end - line.start >= 0.8 * longest]
    grid = _grid(mask, whole)
    if grid:
        return grid
    rows: list[Row] = []
    for some in (whole, lines):  # a shadow may hide much of one of two lines
        boxed = (_boxes_between(mask, upper, lower) for upper, lower in pairwise(some))
        rows = rows or _of_one_kind([row for row in boxed if row is not None])
    if rows:
        return rows
    combs = (_comb_on(mask, line) for line in whole if line.coverage >= _UNBROKEN)
    return [row for row in combs if row is not None]


def _grid(mask: NDArray[np.uint8], lines: list[Traced]) -> list[Row]:
    """Divide a grid evenly, by all of its lines at once: where a shadow or digits hide some, the others tell."""
    if len(lines) < 3:
        return []
    upper, lower = lines[0], lines[-1]
    tall = float((lower.y - upper.y).mean())
    start, end = min(upper.start, lower.start), max(upper.end, lower.end)
    if tall < 20 or end - start < 0.4 * tall:
        return []
    x = np.arange(start, end)
    share = np.linspace(0.0, 1.0, round(tall) + 1)
    y = np.rint(upper.y[x] + share[:, np.newaxis] * (lower.y - upper.y)[x]).astype(int)
    band = mask[np.clip(y, 0, mask.shape[0] - 1), x].astype(np.float64)
    heights = np.array([float((line.y - upper.y)[x].mean()) for line in lines])
    best: tuple[float, int] | None = None
    profile = _thickened(band.mean(axis=1), 1)
    for n in range(2, _MOST_CELLS + 1):
        pitch = tall / n
        if pitch < 10:
            break
        off = np.abs(heights / pitch - np.rint(heights / pitch))
        seen = _thickened(profile, round(0.04 * pitch))[np.rint(np.arange(n + 1) * pitch).astype(int)]
        if off.max() > 0.1 or seen.min() < 0.2:
            continue
        score = float((seen - _GRID.floor).sum())
        if best is None or score > best[0]:
            best = score, n
    if best is None:
        return []
    n = best[1]
    pitch = tall / n
    # A side must be seen in most of the rows of the grid, and along most of its length in each.
    within = np.abs(share * n - np.rint(share * n)) > 0.08
    between = np.rint(np.arange(1, n) * pitch).astype(int)
    storeys = zip(np.split(band, between), np.split(within, between), strict=True)
    seen_in = np.array([_thickened(part[inside].mean(axis=0), 1) for part, inside in storeys])
    evidence = _thickened(np.median(seen_in, axis=0) * 0.5 + seen_in.mean(axis=0) * 0.5, round(0.04 * pitch))
    divided = _evenly_divided(evidence, 0, end - start - 1, 0.45 * pitch, 1.6 * pitch, (0.0,), 0, _GRID)
    if divided is None:
        return []
    sides = _snapped(divided[0], seen_in.mean(axis=0)) + start
    middle = np.clip(np.rint(sides.mean(axis=1)), 0, mask.shape[1] - 1).astype(int)
    edges = upper.y[middle] + (np.arange(n + 1) / n)[:, np.newaxis] * (lower.y - upper.y)[middle]
    return [Row(sides, edges[i], edges[i + 1], False, divided[1], pitch) for i in range(n)]


def _thickened(profile: Floats, reach: int) -> Floats:
    return np.asarray(cv2.dilate(profile[np.newaxis], np.ones((1, 2 * reach + 1), np.uint8))[0], np.float64)


def _boxes_between(mask: NDArray[np.uint8], upper: Traced, lower: Traced) -> Row | None:
    """Find the cells between two lines, side by side or with gaps."""
    tall = float((lower.y - upper.y).mean())
    start, end = min(upper.start, lower.start), max(upper.end, lower.end)
    if tall < 10 or end - start < 1.5 * tall:
        return None
    share = np.linspace(0.06, 0.94, 40)[:, np.newaxis]
    x = np.arange(mask.shape[1])[np.newaxis]
    y = np.rint(upper.y + share * (lower.y - upper.y)).astype(int)
    wide = cv2.dilate(mask, np.ones((1, 3), np.uint8))
    band = wide[np.clip(y, 0, mask.shape[0] - 1), x]
    slack = max(1, round(0.05 * tall))
    # A side may lean: it is followed in four storeys, each on its own.
    storeys = [
        cv2.dilate(part.mean(axis=0)[np.newaxis], np.ones((1, 2 * slack + 1), np.uint8))[0]
        for part in np.split(band.astype(np.float64), 4)
    ]
    evidence = np.minimum.reduce(storeys) * 0.5 + np.mean(storeys, axis=0) * 0.5
    least, most = 0.45 * tall, 1.6 * tall
    best: tuple[Floats, float] | None = None
    # Dirt beside the form may lengthen one of its lines.
    for first, last in {(start, end), (upper.start, upper.end), (lower.start, lower.end)}:
        found = _evenly_divided(evidence, first, last - 1, least, most, _GAPS, 2 * slack + 4, _ROW)
        if found is not None and (best is None or found[1] > best[1] + 0.02):
            best = found
    if best is None:
        return None
    sides, seen = _snapped(best[0], band.astype(np.float64).mean(axis=0)), best[1]
    middle = np.clip(np.rint(sides.mean(axis=1)), 0, mask.shape[1] - 1).astype(int)
    return Row(sides, upper.y[middle], lower.y[middle], False, seen, tall)


def _snapped(sides: Floats, profile: Floats) -> Floats:
    """Move every side to the line that is seen near it, if there is one."""
    reach = 0.1 * float(np.diff(sides, axis=1).mean())
    snapped = sides.copy()
    for place, x in np.ndenumerate(sides):
        low, high = max(0, round(x - reach)), min(len(profile), round(x + reach) + 1)
        near = profile[low:high] - 0.2 * np.abs(np.arange(low, high) - x) / max(reach, 1.0)
        if len(near) and near.max() >= 0.5:
            at = np.flatnonzero(near >= near.max() - 0.12)
            snapped[place] = low + float(at.mean())
    return snapped


def _comb_on(mask: NDArray[np.uint8], base: Traced) -> Row | None:
    """Find the teeth that stand on a base line."""
    length = base.end - base.start
    tallest = min(int(0.5 * length), 400)
    x = np.arange(mask.shape[1])
    wide = cv2.dilate(mask, np.ones((1, 3), np.uint8))
    heights = np.arange(3, max(8, tallest))[:, np.newaxis]
    y = np.rint(base.y[np.newaxis] - heights).astype(int)
    standing = wide[np.clip(y, 0, mask.shape[0] - 1), x[np.newaxis]] * (y >= 0)
    best: tuple[float, Floats, float] | None = None
    for n in range(2, _MOST_CELLS + 1):
        pitch = (length - 1) / n
        if pitch < 8:
            break
        evidence = _thickened(standing[: max(3, round(0.17 * pitch) - 3)].mean(axis=0), round(0.03 * pitch))
        found = _evenly_divided(
            evidence, base.start, base.end - 1, 0.98 * pitch, 1.02 * pitch, (0.0,), 0, _ROW
        )
        if found is None or found[1] < 0.8:
            continue
        score = (len(found[0]) + 1) * (found[1] - 0.6)
        if best is None or score > best[0]:
            best = score, *found
    if best is None or len(best[1]) < 3:
        return None
    _, sides, seen = best
    middle = np.clip(np.rint(sides.mean(axis=1)), 0, mask.shape[1] - 1).astype(int)
    bottom = base.y[middle]
    rise = np.argmin(np.concatenate([standing, np.zeros((1, len(x)), standing.dtype)]), axis=0)
    places = np.clip(np.rint(np.append(sides[:, 0], sides[-1, 1])), 0, len(rise) - 1).astype(int)
    teeth = 3.0 + float(np.median(_thickened(rise.astype(np.float64), 2)[places]))
    return Row(sides, bottom - 1.7 * np.diff(sides, axis=1)[:, 0], bottom, True, seen, teeth)


def _evenly_divided(
    evidence: Floats,
    start: int,
    end: int,
    least: float,
    most: float,
    gaps: tuple[float, ...],
    least_gap: float,
    seeing: "_Seeing",
) -> tuple[Floats, float] | None:
    """Divide a length into cells of one width, so that the sides fall on lines.

    A photo's perspective makes the cells at one end wider; gaps are shares of a cell's width.

    Returns
    -------
    tuple or None
        The sides (n, 2), and the mean evidence for them.
    """
    length = end - start
    best: tuple[float, Floats, float] | None = None
    for n in range(1, _MOST_CELLS + 1):
        for gap in gaps if n > 1 else (0.0,):
            unit = 1.0 / (n + (n - 1) * gap)
            if not least <= unit * length <= most or 0 < gap * unit * length < least_gap:
                continue
            left = np.arange(n) * (1 + gap) * unit
            even = np.stack([left, left + unit], axis=1)
            for bend in (0.0, -0.04, 0.04, -0.08, 0.08, -0.12, 0.12, -0.18, 0.18):
                sides = start + length * even * (1 + bend) / (1 + bend * even)
                inner = evidence[np.clip(np.rint(sides), 0, len(evidence) - 1).astype(int)]
                seen = np.append(inner[:, 0], inner[-1, 1]) if gap == 0.0 else inner.ravel()
                score = float((seen - seeing.floor).sum()) - 0.3 * abs(bend)
                if best is None or score > best[0]:
                    best = (score, sides, float(seen.mean()))
    if best is None or best[2] < seeing.mean:
        return None
    return best[1], best[2]


def _of_one_kind(rows: list[Row]) -> list[Row]:
    """Keep the rows that look like the clearest one: as many cells, as tall."""
    if not rows:
        return []
    clearest = max(rows, key=lambda row: row.evidence * len(row.sides))
    tall = float((clearest.bottom - clearest.top).mean())
    rows = [row for row in rows if 0.6 <= float((row.bottom - row.top).mean()) / tall <= 1.6]
    if len(rows) < 3:
        return rows
    # The rows of a grid are divided alike: where digits hide the sides of one, its neighbour tells.
    counts = np.array([len(row.sides) for row in rows])
    usual = int(np.bincount(counts).argmax())
    alike = np.flatnonzero(counts == usual)
    for i in np.flatnonzero(counts != usual):
        row, other = rows[i], rows[alike[int(np.abs(alike - i).argmin())]]
        top, bottom = (np.full(usual, float(edge.mean())) for edge in (row.top, row.bottom))
        rows[i] = Row(other.sides, top, bottom, row.is_comb, row.evidence, row.teeth)
    return rows
