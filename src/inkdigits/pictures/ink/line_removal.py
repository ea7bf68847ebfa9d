"""Removal of ruled lines, squared paper, printed boxes and combs from an ink map; crossing strokes stay whole."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float64Array
from inkdigits.pictures.ink.components import find_components
from inkdigits.pictures.ink.crossings import (
    find_interrupted_lines,
    find_line_crossings,
    find_stroke_crossings,
    measure_vertical_runs,
)

_LINE_THRESHOLD = 32
"""Value of the ink map from which a pixel belongs to a stroke or a line; lines are often fainter than ink."""

_MAX_THICKNESS = 0.05
"""Thickness of the thickest line, as a share of the picture's shorter side."""

_MAX_SLOPE = 0.27
"""Tangent of the largest angle between a line and the picture's axes (15 degrees)."""

_SEARCH_SIDE = 480
"""Longest side, in pixels, of the copy on which lines are detected."""

_MAX_SEGMENTS = 300
"""Largest number of segments that are examined; squared paper has some dozens."""

_MAX_SEARCHES = 3
"""Number of line detections, each on the pixels that the previous ones did not use."""

_MAX_THICKNESS_RATIO = 1.5
"""Largest thickness of a line at a pixel, in units of its median thickness."""

_MIN_FRAME_SHARE = 0.65
"""Share of line pixels in a component from which the component is a frame."""


class LineRemoval(NamedTuple):
    """An ink map without its lines.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w): the ink map without any line.
    ink_without_frames
        ``uint8`` of shape (h, w): the ink map without the components that consist mostly of lines. Strokes that
        touch no line are unchanged.
    lines
        ``uint8`` of shape (h, w): 255 on removed pixels.
    n_lines
        Number of separate lines.
    is_form
        Whether the lines certainly belong to a form and are no strokes: two across and two down, three that form
        a comb, one that covers most of the picture's width, or two that cover its height.
    thickness
        Largest thickness of a removed line, in pixels.
    """

    ink: NDArray[np.uint8]
    ink_without_frames: NDArray[np.uint8]
    lines: NDArray[np.uint8]
    n_lines: int
    is_form: bool
    thickness: int


def remove_lines(ink: NDArray[np.uint8], min_across: float, min_down: float) -> LineRemoval | None:
    """Remove straight, thin lines that run across or down, tilted by up to 15 degrees.

    Segments are found by the probabilistic Hough transform. Pixels where a stroke crosses a line remain.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    min_across, min_down
        Length of the shortest line, in pixels. A shorter line is removed if it forms a corner with the end of a
        long one, as in a box or a comb.

    Returns
    -------
    LineRemoval or None
        None if there are no lines.
    """
    mask = (ink >= _LINE_THRESHOLD).astype(np.uint8)
    height, width = mask.shape
    max_thickness = max(3, round(_MAX_THICKNESS * min(height, width)))
    transposed = np.ascontiguousarray(mask.T)
    directions = ((mask, min_across), (transposed, min_down))
    long = [_find_segments(each, length, max_thickness) for each, length in directions]
    if not long[0].size and not long[1].size:
        return None
    short = [_find_segments(each, 0.4 * length, max_thickness) for each, length in directions]
    drawn, extended = [], []
    for i, each in enumerate((mask, transposed)):
        at_corners = _select_corner_segments(short[i], long[1 - i], 2.0 * max_thickness)
        visible, interrupted = find_interrupted_lines(each, short[i], max_thickness)
        drawn.append(np.maximum(_draw_segments(each.shape, np.concatenate([long[i], at_corners])), visible))
        extended.append(np.maximum(drawn[i], _draw_segments(each.shape, interrupted)))
    (across, n_across, n_through_across, across_thickness), (down, n_down, n_through_down, down_thickness) = (
        _find_line_pixels(each, drawn[i], extended[i], max_thickness, share)
        for i, (each, share) in enumerate(((mask, 0.6), (transposed, 0.95)))
    )
    down = np.ascontiguousarray(down.T)
    across |= find_line_crossings(mask, across, down, down_thickness + 1, across_thickness + 1)
    is_form = (n_across >= 2 and n_down >= 2) or n_through_across >= 1 or n_through_down >= 2
    is_form = is_form or ((n_across, n_down) == (1, 2) and _is_comb(across, down))
    strokes = np.asarray(cv2.bitwise_and(mask, 1 - np.maximum(across, down)), np.uint8)
    crossings = find_stroke_crossings(strokes, across, across_thickness)
    crossings |= find_stroke_crossings(
        np.ascontiguousarray(strokes.T), np.ascontiguousarray(down.T), down_thickness
    ).T
    kept = np.maximum(strokes, crossings)
    lines = np.maximum(across, down) & (1 - crossings)
    kernel = np.ones((3, 3), np.uint8)
    soft_edges = cv2.bitwise_and(cv2.dilate(lines, kernel), 1 - cv2.dilate(kept, kernel))
    clean = np.where((lines > 0) | (soft_edges > 0), 0, ink).astype(np.uint8)
    without_frames = _remove_frames(ink, mask, lines)
    removed = (lines * 255).astype(np.uint8)
    return LineRemoval(clean, without_frames, removed, n_across + n_down, is_form, max_thickness)


def _find_segments(mask: NDArray[np.uint8], min_length: float, max_thickness: int) -> Float64Array:
    """Return the straight, thin segments across, (n, 4): x0, y0, x1, y1, from left to right."""
    height, width = mask.shape
    factor = min(1.0, _SEARCH_SIDE / max(height, width))
    small = mask
    if factor < 1:
        size = max(1, round(width * factor)), max(1, round(height * factor))
        small = (cv2.resize(mask * 255, size, interpolation=cv2.INTER_AREA) > 40).astype(np.uint8)
    shortest = max(14.0, min_length * factor)
    # A line across is thin from top to bottom, so strokes down and blots are removed first.
    tall = np.ones((int(max_thickness * factor + 3), 1), np.uint8)
    thin = np.asarray(cv2.bitwise_and(small, 1 - cv2.morphologyEx(small, cv2.MORPH_OPEN, tall)), np.uint8)
    votes = max(8, int(0.6 * shortest))
    gap = max(3, 0.12 * shortest)
    found: list[NDArray[np.int32]] = []
    # One search skips segments in line with a segment that it found, as beyond a digit; the next search finds them.
    while len(found) < _MAX_SEARCHES:
        more = cv2.HoughLinesP(thin * 255, 1, np.pi / 360, votes, minLineLength=shortest, maxLineGap=gap)
        if more is None:
            break
        found.append(np.asarray(more, np.int32).reshape(-1, 4))
        for x0, y0, x1, y1 in found[-1].tolist():
            cv2.line(thin, (x0, y0), (x1, y1), 0, len(tall))
    if not found:
        return np.zeros((0, 4))
    segments = np.concatenate(found)[:_MAX_SEGMENTS] / factor
    segments = np.where((segments[:, 2] < segments[:, 0])[:, np.newaxis], segments[:, [2, 3, 0, 1]], segments)
    rise = np.abs(segments[:, 3] - segments[:, 1])
    return np.asarray(segments[rise <= _MAX_SLOPE * (segments[:, 2] - segments[:, 0])])


def _select_corner_segments(
    segments: Float64Array, others: Float64Array, max_distance: float
) -> Float64Array:
    """Return the segments that form a corner with an end of a segment of the other direction.

    Parameters
    ----------
    segments
        Shape (n, 4).
    others
        Shape (m, 4), with x and y exchanged.
    max_distance
        Largest distance between two ends that form a corner, in pixels.
    """
    if not segments.size or not others.size:
        return np.zeros((0, 4))
    ends = segments.reshape(-1, 2, 1, 2)
    other_ends = others.reshape(-1, 2)[:, ::-1].reshape(1, 1, -1, 2)
    distance = np.abs(ends - other_ends).max(axis=3).min(axis=(1, 2))
    return np.asarray(segments[distance <= max_distance])


def _draw_segments(shape: tuple[int, ...], segments: Float64Array) -> NDArray[np.uint8]:
    drawn = np.zeros(shape, np.uint8)
    thickness = max(1, round(max(shape) / _SEARCH_SIDE))
    for x0, y0, x1, y1 in segments:
        cv2.line(drawn, (round(x0), round(y0)), (round(x1), round(y1)), 1, thickness)
    return drawn


def _find_line_pixels(
    mask: NDArray[np.uint8],
    drawn: NDArray[np.uint8],
    extended: NDArray[np.uint8],
    max_thickness: int,
    through_share: float,
) -> tuple[NDArray[np.uint8], int, int, int]:
    """Find the pixels of the lines across.

    Returns
    -------
    tuple
        ``uint8`` of shape (h, w), 1 on the lines; the number of lines; the number of lines that cover
        ``through_share`` of the width; and their largest thickness, in pixels.
    """
    joined = np.asarray(cv2.dilate(extended, np.ones((2 * max_thickness + 1, 3), np.uint8)), np.uint8)
    lines_found = find_components(joined)
    if lines_found.n == 0:
        return np.zeros_like(mask), 0, 0, 0
    # Where a line is thicker than its median thickness, a stroke covers or crosses it.
    runs = measure_vertical_runs(mask)
    slack = 2 * max(1, round(max(mask.shape) / _SEARCH_SIDE)) + 1
    on_line = cv2.bitwise_and(cv2.dilate(drawn, np.ones((slack, 1), np.uint8)), mask)
    places = np.flatnonzero(on_line)
    labels_on_line, runs_on_line = lines_found.labels.ravel()[places], runs.ravel()[places]
    thickness = np.zeros(lines_found.n + 1, np.int32)
    for label in range(1, lines_found.n + 1):
        own = runs_on_line[labels_on_line == label]
        if len(own):
            thickness[label] = min(max_thickness, round(_MAX_THICKNESS_RATIO * float(np.median(own))) + 1)
    thin = ((mask > 0) & (runs <= thickness[lines_found.labels])).astype(np.uint8)
    lines = cv2.bitwise_and(on_line, thin)
    for _ in range(int(thickness.max())):  # grow along vertical runs: pixels above that do not touch stay out
        lines = cv2.bitwise_and(cv2.dilate(lines, np.ones((3, 1), np.uint8)), thin)
    n_through = int((lines_found.width >= through_share * mask.shape[1]).sum())
    return np.asarray(lines, np.uint8), lines_found.n, n_through, int(thickness.max())


def _is_comb(across: NDArray[np.uint8], down: NDArray[np.uint8]) -> bool:
    """Return whether two lines down end on one line across; in a 4 a line down continues below it."""
    _, top, _, height = cv2.boundingRect(cv2.bitwise_or(across, down))
    _, y, _, thickness = cv2.boundingRect(across)
    return y + thickness / 2 > top + 0.8 * height


def _remove_frames(
    ink: NDArray[np.uint8], mask: NDArray[np.uint8], lines: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Remove the components of the mask that consist mostly of lines, and their soft edges."""
    components = find_components(mask)
    n_lined = np.bincount(components.labels.ravel(), weights=lines.ravel(), minlength=components.n + 1)[1:]
    frames = components.draw(n_lined > _MIN_FRAME_SHARE * components.areas)
    removed = cv2.dilate(frames, np.ones((3, 3), np.uint8)) & (mask == 0) | frames
    return np.where(removed > 0, 0, ink).astype(np.uint8)
