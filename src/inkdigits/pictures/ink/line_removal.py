"""Ruled lines, squared paper, printed boxes and combs, taken out of an ink map without eating the strokes."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.crossings import behind_strokes, crossings, knots, runs_down

_INK = 32
"""Value of the map from which a pixel belongs to a stroke or a line; lines are often fainter than ink."""

_THICKEST = 0.05
"""Thickness of the thickest line, as a share of the picture's shorter side."""

_STEEPEST = 0.27
"""Tangent of the largest angle between a line and the picture's axes (15 degrees)."""

_SEARCH_SIDE = 480
"""Longest side, in pixels, of the copy on which lines are searched."""


_MOST_SEGMENTS = 300
"""Segments that are looked at; squared paper has some dozens."""

_SEARCHES = 3
"""How often lines are searched for in what earlier searches left."""

_UNEVEN = 1.5
"""How many times its usual thickness a line may have in a place."""

_MOSTLY_LINES = 0.65
"""Share of lines in a connected piece from which it counts as a frame."""


class Ruled(NamedTuple):
    """An ink map without its lines.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w): what is left when every line is taken out.
    unframed
        ``uint8`` of shape (h, w): what is left when only those connected pieces are taken out that are
        hardly more than lines. Strokes that touch no line are as they were.
    lines
        ``uint8`` of shape (h, w): 255 where ink was taken out.
    n_lines
        Number of separate lines.
    is_form
        Whether the lines are surely those of a form, and no strokes: two across and two down, three that
        make a comb, one that takes up most of the picture's width, or two that run from top to bottom.
    thickness
        Thickness of the thickest line that is taken out, in pixels.
    """

    ink: NDArray[np.uint8]
    unframed: NDArray[np.uint8]
    lines: NDArray[np.uint8]
    n_lines: int
    is_form: bool
    thickness: int


def without_rules(ink: NDArray[np.uint8], least_across: float, least_down: float) -> Ruled | None:
    """Take out straight, thin lines that run across or down, tilted by up to 15 degrees.

    Where a stroke crosses a line, it goes on at both sides of it, and stays whole.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    least_across, least_down
        Length, in pixels, of the shortest line. A shorter one is taken out where it meets an end of a
        long one at a corner, as in a box or a comb.

    Returns
    -------
    Ruled or None
        None where there are no lines.
    """
    mask = (ink >= _INK).astype(np.uint8)
    height, width = mask.shape
    thickest = max(3, round(_THICKEST * min(height, width)))
    flipped = np.ascontiguousarray(mask.T)
    ways = ((mask, least_across), (flipped, least_down))
    long = [_segments(each, least, thickest) for each, least in ways]
    if not long[0].size and not long[1].size:
        return None
    short = [_segments(each, 0.4 * least, thickest) for each, least in ways]
    corner = 2.0 * thickest
    drawn, whole = [], []
    for i, each in enumerate((mask, flipped)):
        meeting = _meeting(short[i], long[1 - i], corner)
        seen, rules = behind_strokes(each, short[i], thickest)
        drawn.append(np.maximum(_draw(each.shape, np.concatenate([long[i], meeting])), seen))
        whole.append(np.maximum(drawn[i], _draw(each.shape, rules)))
    (across, n_across, through_across, thick_across), (down, n_down, through_down, thick_down) = (
        _pixels(each, drawn[i], whole[i], thickest, share)
        for i, (each, share) in enumerate(((mask, 0.6), (flipped, 0.95)))
    )
    down = np.ascontiguousarray(down.T)
    across |= knots(mask, across, down, thick_down + 1, thick_across + 1)
    n_lines = n_across + n_down
    is_form = (n_across >= 2 and n_down >= 2) or through_across >= 1 or through_down >= 2
    is_form = is_form or ((n_across, n_down) == (1, 2) and _is_comb(across, down))
    strokes = cv2.bitwise_and(mask, 1 - np.maximum(across, down))
    crossing = crossings(np.asarray(strokes, np.uint8), across, thick_across)
    turned = np.ascontiguousarray(np.asarray(strokes, np.uint8).T)
    crossing |= crossings(turned, np.ascontiguousarray(down.T), thick_down).T
    kept = np.maximum(strokes, crossing)
    lines = np.maximum(across, down) & (1 - crossing)
    around = np.ones((3, 3), np.uint8)
    beside = cv2.bitwise_and(cv2.dilate(lines, around), 1 - cv2.dilate(kept, around))
    clean = np.where((lines > 0) | (beside > 0), 0, ink).astype(np.uint8)
    return Ruled(
        clean, _unframed(ink, mask, lines), (lines * 255).astype(np.uint8), n_lines, is_form, thickest
    )


def _segments(mask: NDArray[np.uint8], least: float, thickest: int) -> NDArray[np.float64]:
    """Return the straight, thin segments across as rows of x0, y0, x1, y1, from left to right."""
    height, width = mask.shape
    factor = min(1.0, _SEARCH_SIDE / max(height, width))
    small = mask
    if factor < 1:
        size = max(1, round(width * factor)), max(1, round(height * factor))
        small = (cv2.resize(mask * 255, size, interpolation=cv2.INTER_AREA) > 40).astype(np.uint8)
    shortest = max(14.0, least * factor)
    # Only what is thin from top to bottom can be a line across; strokes down and blots go first.
    tall = np.ones((int(thickest * factor + 3), 1), np.uint8)
    thin = np.asarray(cv2.bitwise_and(small, 1 - cv2.morphologyEx(small, cv2.MORPH_OPEN, tall)), np.uint8)
    votes = max(8, int(0.6 * shortest))
    gap = max(3, 0.12 * shortest)
    found: list[NDArray[np.int32]] = []
    # A search passes over what lies in line with a piece that it found, as behind a digit: that is for the next.
    while len(found) < _SEARCHES:
        more = cv2.HoughLinesP(thin * 255, 1, np.pi / 360, votes, minLineLength=shortest, maxLineGap=gap)
        if more is None:
            break
        found.append(np.asarray(more, np.int32).reshape(-1, 4))
        for x0, y0, x1, y1 in found[-1].tolist():
            cv2.line(thin, (x0, y0), (x1, y1), 0, len(tall))
    if not found:
        return np.zeros((0, 4))
    segments = np.concatenate(found)[:_MOST_SEGMENTS] / factor
    segments = np.where((segments[:, 2] < segments[:, 0])[:, np.newaxis], segments[:, [2, 3, 0, 1]], segments)
    rise = np.abs(segments[:, 3] - segments[:, 1])
    return np.asarray(segments[rise <= _STEEPEST * (segments[:, 2] - segments[:, 0])])


def _meeting(segments: NDArray[np.float64], others: NDArray[np.float64], near: float) -> NDArray[np.float64]:
    """Return the segments of which an end meets an end of another that runs the other way.

    Parameters
    ----------
    segments
        Shape (n, 4).
    others
        Shape (m, 4), with x and y exchanged.
    near
        Distance, in pixels, within which ends meet.
    """
    if not segments.size or not others.size:
        return np.zeros((0, 4))
    ends = segments.reshape(-1, 2, 1, 2)
    other_ends = others.reshape(-1, 2)[:, ::-1].reshape(1, 1, -1, 2)
    distance = np.abs(ends - other_ends).max(axis=3).min(axis=(1, 2))
    return np.asarray(segments[distance <= near])


def _draw(shape: tuple[int, ...], segments: NDArray[np.float64]) -> NDArray[np.uint8]:
    drawn = np.zeros(shape, np.uint8)
    thickness = max(1, round(max(shape) / _SEARCH_SIDE))
    for x0, y0, x1, y1 in segments:
        cv2.line(drawn, (round(x0), round(y0)), (round(x1), round(y1)), 1, thickness)
    return drawn


def _pixels(
    mask: NDArray[np.uint8], drawn: NDArray[np.uint8], whole: NDArray[np.uint8], thickest: int, share: float
) -> tuple[NDArray[np.uint8], int, int, int]:
    """Find the pixels of the lines across.

    Returns
    -------
    tuple
        ``uint8`` of shape (h, w), 1 on the lines; how many there are; how many take up ``share`` of the width; and
        how thick they are at most, in pixels.
    """
    joined = cv2.dilate(whole, np.ones((2 * thickest + 1, 3), np.uint8))
    n, found, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    if n == 1:
        return np.zeros_like(mask), 0, 0, 0
    labels = np.asarray(found, np.int32)
    # A line is as thick as it mostly is; where it is thicker, a stroke lies on it or goes through it.
    tall = runs_down(mask)
    slack = 2 * max(1, round(max(mask.shape) / _SEARCH_SIDE)) + 1
    on_line = cv2.bitwise_and(cv2.dilate(drawn, np.ones((slack, 1), np.uint8)), mask)
    places = np.flatnonzero(on_line)
    of_line, runs = labels.ravel()[places], tall.ravel()[places]
    most = np.zeros(n, np.int32)
    for line in range(1, n):
        own = runs[of_line == line]
        most[line] = min(thickest, round(_UNEVEN * float(np.median(own))) + 1) if len(own) else 0
    thin = ((mask > 0) & (tall <= most[labels])).astype(np.uint8)
    lines = cv2.bitwise_and(on_line, thin)
    for _ in range(int(most.max())):  # what stands on the line and does not touch it is none of it
        lines = cv2.bitwise_and(cv2.dilate(lines, np.ones((3, 1), np.uint8)), thin)
    through = int((stats[1:, cv2.CC_STAT_WIDTH] >= share * mask.shape[1]).sum())
    return np.asarray(lines, np.uint8), n - 1, through, int(most.max())


def _is_comb(across: NDArray[np.uint8], down: NDArray[np.uint8]) -> bool:
    """Tell whether two lines down stand on one line across; those of a 4 go on below it."""
    _, top, _, height = cv2.boundingRect(cv2.bitwise_or(across, down))
    _, y, _, thickness = cv2.boundingRect(across)
    return y + thickness / 2 > top + 0.8 * height


def _unframed(ink: NDArray[np.uint8], mask: NDArray[np.uint8], lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take out the connected pieces that are hardly more than lines."""
    n, labels = cv2.connectedComponents(mask, connectivity=8)
    area = np.bincount(labels.ravel(), minlength=n)
    lined = np.bincount(labels.ravel(), weights=lines.ravel(), minlength=n)
    is_frame = (lined > _MOSTLY_LINES * area).astype(np.uint8)
    is_frame[0] = 0
    gone = cv2.dilate(is_frame[labels], np.ones((3, 3), np.uint8)) & (mask == 0) | is_frame[labels]
    return np.where(gone > 0, 0, ink).astype(np.uint8)
