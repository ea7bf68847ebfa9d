"""Where touching digits may be cut apart: pieces of a strip, proposed for the lattice to put together.

A cut is a seam: the path from the top to the bottom of a connected part that crosses the least ink. It
may lean by up to 45 degrees, so that it follows the gap between slanted or overhanging digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.normalise import stroke_width
from inkdigits.pictures.parts import INK
from inkdigits.pictures.seams import Ways, least_cost

_LEAST_WIDTH = 0.42
"""Width, in digit heights, from which a part may be more than one digit."""

_LEAST_HEIGHT = 0.45
"""Height, in digit heights, below which a part is no digit, but a dash, a dot or a piece."""

_APART = 0.09
"""Distance of two cuts, in digit heights, below which the cheaper one is enough."""

_MOST_INK = 4.5
"""Stroke widths of ink from which a cut goes through a digit, and not between two."""

_LEAST_INK = 0.15
"""Least ink between two cuts, as a share of that of a plain upright stroke."""

_FUSED = 0.7
"""Share of the cost that is let off where strokes are fused."""


@dataclass(frozen=True)
class Pieces:
    """The pieces that a strip may be cut into, from left to right.

    Attributes
    ----------
    labels
        ``int32`` of the strip's shape: 0 is paper, piece i has i + 1; the soft pixels of edges included.
    boxes
        ``int64`` (n, 4): left, top, width and height of each.
    areas
        ``float64`` (n,): ink of each, in full pixels.
    cuts
        (i, j, ink): pieces i and j hang together, and parting them crosses so many stroke widths of ink.
    stroke
        Mean width of the strokes, in pixels.
    """

    labels: NDArray[np.int32]
    boxes: NDArray[np.int64]
    areas: NDArray[np.float64]
    cuts: tuple[tuple[int, int, float], ...]
    stroke: float


def cut_apart(
    ink: NDArray[np.uint8], height: float, between: Sequence[tuple[float, float]] = ()
) -> Pieces | None:
    """Propose pieces of one strip of writing.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0, level.
    height
        Typical height of a digit, in pixels.
    between
        Pairs of x at half the height of the writing: where both are of one part, it is cut between them at any cost.

    Returns
    -------
    Pieces or None
        None where there is no ink.
    """
    mask = (ink >= INK).astype(np.uint8)
    n, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    stroke = max(stroke_width(ink), 1.0)
    least = max(3.0, 0.12 * stroke**2)
    slant = slant_of(mask)
    found = np.zeros(ink.shape, np.int32)
    spans: list[tuple[float, int]] = []  # centre and provisional number
    hanging: list[tuple[int, int, float]] = []
    count = 0
    for i in range(1, n):
        left, top, width, tall, area = (int(value) for value in stats[i])
        if area < least:
            continue
        window = (slice(top, top + tall), slice(left, left + width))
        own = labels[window] == i
        seams = []
        if width >= _LEAST_WIDTH * height and tall >= max(_LEAST_HEIGHT * height, 2.2 * stroke):
            inside = [(a - left, b - left) for a, b in between if a < left + width and b > left]
            seams = _upright_seams(np.where(own, ink[window], 0), slant, height, stroke, inside)
        columns = np.arange(width)[np.newaxis]
        order = np.zeros(own.shape, np.int32)
        for seam, _ in seams:
            order += columns >= seam[:, np.newaxis]
        numbers = [k for k in range(len(seams) + 1) if int((own & (order == k)).sum()) >= least]
        if not numbers:
            continue
        renumber = np.zeros(len(seams) + 1, np.int32)
        for k in range(len(seams) + 1):  # a crumb goes with the piece before it, or the first one
            before = [j for j, number in enumerate(numbers) if number <= k]
            renumber[k] = count + 1 + (before[-1] if before else 0)
        found[window] = np.where(own, renumber[order], found[window])
        for place, number in enumerate(numbers):
            xs = np.nonzero((own & (order == number)).any(axis=0))[0]
            centre = left + float(xs[0] + xs[-1]) / 2
            if place:  # pieces of one part stay in the order of its cuts
                centre = max(centre, spans[-1][0] + 1e-3)
            spans.append((centre, count + place + 1))
            if place:
                hanging.append((count + place, count + place + 1, seams[number - 1][1] / stroke))
        count += len(numbers)
    if count == 0:
        return None
    spans.sort()
    rank = np.zeros(count + 1, np.int32)
    for place, (_, number) in enumerate(spans):
        rank[number] = place + 1
    found = rank[found]
    soft = cv2.dilate(found.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    found = np.where(found > 0, found, np.where(ink > 0, soft, 0)).astype(np.int32)
    boxes, areas = _measure(found, ink, count)
    cuts = tuple(
        (int(min(rank[a], rank[b])) - 1, int(max(rank[a], rank[b])) - 1, cost) for a, b, cost in hanging
    )
    return Pieces(found, boxes, areas, cuts, stroke)


def _measure(
    labels: NDArray[np.int32], ink: NDArray[np.uint8], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the box and the ink of every piece."""
    y, x = np.nonzero(labels)
    which = labels[y, x] - 1
    low = np.full((count, 2), np.iinfo(np.int64).max, np.int64)
    high = np.zeros((count, 2), np.int64)
    for axis, values in enumerate((x, y)):
        np.minimum.at(low[:, axis], which, values)
        np.maximum.at(high[:, axis], which, values)
    areas = np.bincount(which, ink[y, x] / 255.0, count)
    return np.concatenate([low, high - low + 1], axis=1), np.asarray(areas, np.float64)


def slant_of(mask: NDArray[np.uint8]) -> float:
    """Return how far strokes lean, in pixels to the right for each pixel up, as the sharpest profile shows it.

    Parameters
    ----------
    mask
        ``uint8`` of shape (h, w), 1 where there is ink.
    """
    y, x = np.nonzero(mask)
    if len(x) == 0:
        return 0.0
    step = max(1, len(x) // 3000)
    x, up = x[::step], mask.shape[0] - y[::step]
    best, slant = -1.0, 0.0
    for each in np.arange(-0.6, 0.61, 0.1):
        profile = np.bincount(np.rint(x - each * up).astype(np.int64) + mask.shape[0])
        sharpness = float(np.square(profile, dtype=np.float64).sum()) * (1.0 - 0.1 * abs(float(each)))
        if sharpness > best:
            best, slant = sharpness, float(each)
    return slant


def _upright_seams(
    ink: NDArray[np.uint8],
    slant: float,
    height: float,
    stroke: float,
    between: Sequence[tuple[float, float]],
) -> list[tuple[NDArray[np.int64], float]]:
    """Find seams with the writing set upright row by row."""
    tall, width = ink.shape
    shift = np.rint(slant * np.arange(tall)).astype(np.int64)
    shift -= shift.min()
    reach = int(shift.max())
    columns = np.arange(width + reach)[np.newaxis] - shift[:, np.newaxis]
    upright = np.where(
        (columns >= 0) & (columns < width),
        np.take_along_axis(ink, np.clip(columns, 0, width - 1), axis=1),
        np.uint8(0),
    )
    leant = float(shift[tall // 2])
    moved = [(one + leant, other + leant) for one, other in between]
    return [(seam - shift, crossed) for seam, crossed in _seams(upright, height, stroke, moved)]


def _seams(
    ink: NDArray[np.uint8], height: float, stroke: float, between: Sequence[tuple[float, float]]
) -> list[tuple[NDArray[np.int64], float]]:
    """Return the seams worth trying, from left to right: x of every row, and the ink that is crossed."""
    cost = ink.astype(np.float32) / 255.0
    tall, width = cost.shape
    depth = cv2.distanceTransform((ink >= INK).astype(np.uint8), cv2.DIST_L2, 3)
    fused = np.clip(np.minimum(depth, 4 * stroke) / (0.5 * stroke) - 1.0, 0.0, 1.0).astype(np.float32)
    cost *= 1.0 - np.float32(_FUSED) * fused  # deeper than a stroke is wide, two strokes lie side by side
    from_top, from_bottom = least_cost(cost), least_cost(cost[::-1])[::-1]
    through = from_top + from_bottom - cost
    ways = Ways.of(from_top, from_bottom)
    margin = max(2, round(0.1 * height))
    apart = max(2, round(_APART * height))
    found: list[tuple[NDArray[np.int64], float]] = []
    for share in (0.5, 0.25, 0.75):
        row = min(tall - 1, int(share * tall))
        line = through[row].copy()
        line[:margin] = np.inf
        line[width - margin :] = np.inf
        while True:
            x = int(line.argmin())
            if not line[x] <= _MOST_INK * stroke:
                break
            plateau = x
            while plateau + 1 < width and line[plateau + 1] <= line[x] + 0.05:
                plateau += 1
            middle = (x + min(plateau, x + 2 * apart)) // 2
            found.append((ways.through(row, middle), float(line[middle])))
            line[max(0, middle - apart + 1) : middle + apart] = np.inf
    kept = _wanted(through[tall // 2], ways, between)
    n_wanted = len(kept)
    least = _LEAST_INK * stroke * height
    left_of = np.zeros((tall, width + 1), np.int64)
    np.cumsum(ink >= INK, axis=1, out=left_of[:, 1:])
    rows = np.arange(tall)
    # Ink to the left of every seam, row by row; the edges of the part count as seams.
    inks = [left_of[:, 0], left_of[:, width], *(left_of[rows, seam] for seam, _ in kept)]
    for seam, ink_crossed in sorted(found, key=lambda each: each[1]):
        own = left_of[rows, seam]
        if int(np.abs(np.array(inks) - own).sum(axis=1).min()) >= least:
            kept.append((seam, ink_crossed))
            inks.append(own)
    most = max(1, round(9.0 * width / height), n_wanted)
    return sorted(kept[:most], key=lambda each: float(each[0].mean()))


def _wanted(
    line: NDArray[np.float32], ways: Ways, between: Sequence[tuple[float, float]]
) -> list[tuple[NDArray[np.int64], float]]:
    """Return the cheapest seam between the places of each pair; ``line`` is what seams cost at half the height."""
    row, width = len(ways.up) // 2, len(line)
    found = []
    for one, other in between:
        first, last = max(1, round(one) + 1), min(width - 1, round(other))
        if last > first:
            x = first + int(line[first:last].argmin())
            found.append((ways.through(row, x), float(line[x])))
    return found
