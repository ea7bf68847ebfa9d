"""Printed frames for single digits: rows of boxes, combs and grids, found by their straight and even lines."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_N_BLOCKS = 24
"""Blocks in which a line is followed across the picture, so that it may be tilted or bent a little."""

_COVERED = 0.55
"""Share of its length that a printed line covers at least: spaced boxes leave gaps."""

_MOST_CELLS = 24

_GAPS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
"""Gaps between boxes that are tried, in widths of a box."""

_UNBROKEN = 0.85
"""Share of its length that the base of a comb covers at least."""


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
    """

    sides: Floats
    top: Floats
    bottom: Floats
    is_comb: bool
    evidence: float


@dataclass(frozen=True)
class Traced:
    """A line across the levelled map: ``y`` (w,) at every column, and the columns where it begins and ends."""

    y: Floats
    start: int
    end: int
    coverage: float


def level_angle(mask: NDArray[np.uint8], most_degrees: float = 14.0) -> float:
    """Return the angle, in degrees, by which long lines fall to the right.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink.
    most_degrees
        Largest angle considered.
    """
    y, x = np.nonzero(mask)
    if len(x) == 0:
        return 0.0
    step = max(1, len(x) // 15000)
    x, y = x[::step].astype(np.float64), y[::step].astype(np.float64)

    def sharpness(degrees: float) -> float:
        across = y - np.tan(np.radians(degrees)) * x
        counts = np.bincount(np.rint(across - across.min()).astype(np.int64)).astype(np.float64)
        return float(np.square(counts).sum())

    coarse = max(np.arange(-most_degrees, most_degrees + 0.1, 1.0), key=sharpness)
    return float(max(np.arange(coarse - 0.8, coarse + 0.81, 0.2), key=sharpness))


def trace_lines(mask: NDArray[np.uint8]) -> list[Traced]:
    """Find lines that run across most of the ink, tilted by a few degrees at most, from top to bottom.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink.
    """
    columns = np.flatnonzero(mask.any(axis=0))
    if len(columns) < 2 * _N_BLOCKS:
        return []
    first, last = int(columns[0]), int(columns[-1]) + 1
    thick = np.asarray(cv2.dilate(mask, np.ones((3, 1), np.uint8)), np.uint8)
    edges = np.linspace(first, last, _N_BLOCKS + 1).astype(int)
    cover = np.stack([thick[:, a:b].mean(axis=1) for a, b in pairwise(edges.tolist())])
    reach = max(1, round(0.06 * (last - first) / _N_BLOCKS))  # three degrees beyond level
    forward, backward = _followed(cover, reach), _followed(cover[::-1], reach)[::-1]
    middle = _N_BLOCKS // 2
    through = forward[middle] + backward[middle] - cover[middle]
    found: list[Traced] = []
    remaining = through.copy()
    apart = max(4, round(0.02 * (last - first)))
    while True:
        y = int(remaining.argmax())
        if remaining[y] < _COVERED * _N_BLOCKS:
            break
        places = np.empty(_N_BLOCKS)
        for table, steps in ((forward, range(middle, -1, -1)), (backward, range(middle, _N_BLOCKS))):
            here = y
            for block in steps:
                low = max(0, here - reach) if block != middle else here
                high = here + reach + 1 if block != middle else here + 1
                here = low + int(table[block, low:high].argmax())
                places[block] = here
        traced = _trace(thick, places, edges, first, last)
        if traced is not None and all(np.abs(traced.y - other.y).mean() > apart for other in found):
            found.append(traced)
        remaining[max(0, y - apart) : y + apart + 1] = -1.0
    return sorted(found, key=lambda line: float(line.y.mean()))


def _followed(cover: Floats, reach: int) -> Floats:
    """Return the most ink that a line from the first block meets on its way to each row of each block."""
    total = np.empty_like(cover, np.float64)
    total[0] = cover[0]
    kernel = np.ones((2 * reach + 1, 1), np.uint8)
    for block in range(1, len(cover)):
        total[block] = cover[block] + cv2.dilate(total[block - 1][:, np.newaxis], kernel)[:, 0]
    return total


def _trace(
    thick: NDArray[np.uint8], places: Floats, edges: NDArray[np.int64], first: int, last: int
) -> Traced | None:
    """Fit a smooth course to the blocks of a line, and find where it begins and ends."""
    centres = (edges[:-1] + edges[1:]) / 2
    x = np.arange(thick.shape[1])
    course = np.polynomial.Polynomial.fit(centres, places, 2)
    for _ in range(2):
        away = np.abs(places - course(centres))
        kept = away <= max(2.0, 1.5 * float(np.median(away)))
        if kept.sum() < _N_BLOCKS // 2:
            return None
        course = np.polynomial.Polynomial.fit(centres[kept], places[kept], 2)
    y = course(x)
    sag = float(np.abs(y[[first, last - 1]].mean() - y[(first + last) // 2]))
    if sag > 0.015 * (last - first):
        return None
    rows = np.clip(np.rint(y), 1, thick.shape[0] - 2).astype(int)
    on_line = np.maximum(np.maximum(thick[rows - 1, x], thick[rows + 1, x]), thick[rows, x])
    # Dirt that happens to lie where the line would go on is no part of it; the gaps of spaced boxes are.
    length = last - first
    solid = cv2.morphologyEx(on_line[np.newaxis], cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, max(3, round(0.015 * length))), np.uint8))
    gap = np.ones((1, 2 * round(0.035 * length) + 1), np.uint8)
    framed = cv2.copyMakeBorder(solid, 0, 0, gap.size, gap.size, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, gap)[0, gap.size : -gap.size]
    n, _, stats, _ = cv2.connectedComponentsWithStats(joined[np.newaxis])
    if n == 1:
        return None
    longest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    start = int(stats[longest, cv2.CC_STAT_LEFT])
    end = start + int(stats[longest, cv2.CC_STAT_WIDTH])
    coverage = float(on_line[start:end].mean())
    if coverage < _COVERED or end - start < 0.5 * length:
        return None
    return Traced(y, start, end, coverage)


def find_rows(mask: NDArray[np.uint8]) -> list[Row]:
    """Find rows of cells in a levelled map.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink.
    """
    lines = trace_lines(mask)
    longest = max((line.end - line.start for line in lines), default=0)
    lines = [line for line in lines if line.end - line.start >= 0.8 * longest]
    rows = []
    for upper, lower in pairwise(lines):
        row = _boxes_between(mask, upper, lower)
        if row is not None:
            rows.append(row)
    rows = _of_one_kind(rows)
    combs = [
        row
        for row in (_comb_on(mask, line) for line in lines if line.coverage >= _UNBROKEN)
        if row is not None
    ]
    if not rows or not combs:
        return rows or combs
    boxed, on_comb = (max(row.evidence for row in kind) for kind in (rows, combs))
    return combs if on_comb > boxed + 0.05 else rows


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
    best = _evenly_divided(evidence, start, end - 1, least, most, _GAPS, 2 * slack + 4)
    if best is None:
        return None
    sides, seen = _snapped(best[0], band.astype(np.float64).mean(axis=0)), best[1]
    middle = np.clip(np.rint(sides.mean(axis=1)), 0, mask.shape[1] - 1).astype(int)
    return Row(sides, upper.y[middle], lower.y[middle], False, seen)


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
    rise = np.argmin(np.concatenate([standing, np.zeros((1, len(x)), standing.dtype)]), axis=0)
    best: tuple[Floats, float] | None = None
    for n in range(2, _MOST_CELLS + 1):
        pitch = (length - 1) / n
        if pitch < 8:
            break
        evidence = cv2.dilate(
            (rise >= 0.17 * pitch).astype(np.float64)[np.newaxis],
            np.ones((1, 2 * round(0.03 * pitch) + 1), np.uint8),
        )[0]
        found = _evenly_divided(evidence, base.start, base.end - 1, 0.98 * pitch, 1.02 * pitch, (0.0,), 0)
        if found is not None and found[1] >= 0.8 and (best is None or len(found[0]) > len(best[0])):
            best = found
    if best is None or len(best[0]) < 3:
        return None
    sides, seen = best
    middle = np.clip(np.rint(sides.mean(axis=1)), 0, mask.shape[1] - 1).astype(int)
    bottom = base.y[middle]
    return Row(sides, bottom - 1.7 * np.diff(sides, axis=1)[:, 0], bottom, True, seen)


def _evenly_divided(
    evidence: Floats,
    start: int,
    end: int,
    least: float,
    most: float,
    gaps: tuple[float, ...],
    least_gap: float,
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
                score = float((seen - 0.55).sum()) - 0.3 * abs(bend)
                if best is None or score > best[0]:
                    best = (score, sides, float(seen.mean()))
    if best is None or best[2] < 0.75:
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
        rows[i] = Row(other.sides, top, bottom, row.is_comb, row.evidence)
    return rows
