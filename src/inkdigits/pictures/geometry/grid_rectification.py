"""Detection of grids by their outer rule, also on bent paper; flattening; division by their inner rules."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.geometry.coons_patch import N_KNOTS, fit_mesh
from inkdigits.pictures.geometry.transform import MeshWarp, Transform, flatten
from inkdigits.pictures.ink.array_types import Float64Array
from inkdigits.pictures.ink.components import find_components

_OUTER_THRESHOLDS = (0.3, 0.15, 0.08)
"""Darkness from which a pixel belongs to the outer rule, as shares of the 98th percentile; rules may be pale."""

_MIN_AREA_SHARE = 0.02
"""Smallest area of a grid, as a share of the picture."""

_MAX_OUTLINES = 3
"""Largest number of outlines per threshold that are examined, by decreasing size."""

_MAX_AREA_GAIN = 1.1
"""Factor by which the area of another grid must exceed that of the best one to replace it."""

_OPENING_DIVISOR = 14
"""Strokes that stick out of an outline are removed if they are thinner than its shorter side divided by this."""

MIN_CELLS = 3
"""Smallest number of rows and of columns of a grid."""

_MAX_CELLS, _MIN_CELL_PIXELS = 24, 14
"""Largest number of rows and of columns, and the smallest size of a cell, in pixels."""

_ENLARGED_CELL_PIXELS, _MAX_PIXELS = 64, 4_000_000
"""Smallest size of a cell of the flat grid, and the largest number of pixels of an enlarged grid."""

_INNER_THRESHOLDS = ((0.2, 4.0), (0.08, 2.5))
"""Darkness from which a pixel belongs to an inner rule, as a share of the 98th percentile, and in grey levels; inner
rules may be much paler than outer ones."""

_MAX_SHIFT, _COVERAGE_OFFSET = 0.08, 0.45
"""Largest shift of a rule from its expected place, in cells; and the visible share of its length from which a rule
raises the score of a division."""

_FANS = (0.0, -0.06, 0.06, -0.12, 0.12, -0.18, 0.18, -0.25, 0.25, -0.33, 0.33)
"""Relative differences in size, by perspective, between the cells at both ends, that are tried."""

_MIN_MEAN_COVERAGE, _MIN_COVERAGE = 0.6, 0.35
"""Smallest visible share of the length of the inner rules of an even grid: mean, and of each. Of development
photographs all puzzles lie above 0.74 and 0.5; of tables whose columns or rows are of different sizes, one rule lies
under 0.2."""


@dataclass(frozen=True)
class Grid:
    """A flattened grid.

    Attributes
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3), with a margin around the grid.
    to_picture
        Transform from pixels of the flat grid to pixels of the picture.
    rows, columns
        ``float64`` (n + 1,): y and x of the inner and outer rules, in pixels of the flat grid.
    """

    pixels: NDArray[np.uint8]
    to_picture: Transform
    rows: Float64Array
    columns: Float64Array


def find_grid(pixels: NDArray[np.uint8]) -> Grid | None:
    """Find the largest grid of a picture.

    The outer rule must be connected; inner rules may have gaps. A mesh is fitted to the outline, see `fit_mesh`. The
    flat grid is divided evenly, by the numbers of rows and columns for which most of the rules are visible.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w) or (h, w, 3); rules darker than the paper.

    Returns
    -------
    Grid or None
        None if there is no grid of at least three rows and columns.
    """
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    if min(grey.shape) < MIN_CELLS * _MIN_CELL_PIXELS:
        return None
    darkness = _compute_darkness(grey, max(15, max(grey.shape) // 40) | 1)
    darkest = float(np.percentile(darkness, 98))
    best: tuple[float, Grid] | None = None
    for share in _OUTER_THRESHOLDS:
        mask = (darkness > max(4.0, share * darkest)).astype(np.uint8)
        closed = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)
        for outline in _find_outlines(closed):
            area = cv2.contourArea(outline)
            warp = fit_mesh(outline) if best is None or area > _MAX_AREA_GAIN * best[0] else None
            if warp is None:
                continue
            flat = flatten(grey, warp)
            rules = _compute_darkness(flat, max(15, min(flat.shape) // 25) | 1)
            rows, columns = _find_rules(rules, warp, 1), _find_rules(rules.T, warp, 0)
            if rows is not None and columns is not None:
                best = area, _flatten_enlarged(pixels, warp, rows, columns)
    return None if best is None else best[1]


def _flatten_enlarged(
    pixels: NDArray[np.uint8], warp: MeshWarp, rows: Float64Array, columns: Float64Array
) -> Grid:
    """Flatten a grid with cells of at least 64 pixels: resampling at a smaller size would lose detail."""
    max_zoom = (_MAX_PIXELS / (warp.size[0] * warp.size[1])) ** 0.5
    zoom = max(1.0, min(max_zoom, _ENLARGED_CELL_PIXELS / min(np.diff(rows).min(), np.diff(columns).min())))
    enlarged = MeshWarp(warp.knots, (round(zoom * warp.size[0]), round(zoom * warp.size[1])))
    return Grid(flatten(pixels, enlarged), Transform((enlarged,)), zoom * rows, zoom * columns)


def _compute_darkness(grey: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Return the mean of the square of ``side`` pixels around each pixel less the pixel, in grey levels."""
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    return np.asarray(cv2.boxFilter(soft, cv2.CV_32F, (side, side)) - soft, np.float32)


def _find_outlines(mask: NDArray[np.uint8]) -> list[NDArray[np.int32]]:
    """Return the outlines of the largest components of a mask, filled, without strokes that stick out, (n, 2) each."""
    components = find_components(mask)
    sizes = components.width.astype(float) * components.height
    outlines = []
    for i in np.argsort(-sizes)[:_MAX_OUTLINES].tolist():
        x, y, width, height = (
            int(values[i])
            for values in (components.left, components.top, components.width, components.height)
        )
        if width * height < _MIN_AREA_SHARE * mask.size or min(width, height) < MIN_CELLS * _MIN_CELL_PIXELS:
            continue
        alone = np.pad((components.labels[y : y + height, x : x + width] == i + 1).astype(np.uint8), 1)
        contours, _ = cv2.findContours(alone, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        filled = cv2.drawContours(np.zeros_like(alone), contours, -1, 1, cv2.FILLED)
        side = max(3, min(width, height) // _OPENING_DIVISOR) | 1
        filled = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
        contours, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        if contours:
            outline = max(contours, key=cv2.contourArea)
            if cv2.contourArea(outline) >= _MIN_AREA_SHARE * mask.size:
                outlines.append(np.asarray(outline.reshape(-1, 2) + np.array([x - 1, y - 1]), np.int32))
    return outlines


def _find_rules(darkness: NDArray[np.float32], warp: MeshWarp, axis: int) -> Float64Array | None:
    """Return the places of the rules across (axis 1) or down (axis 0) in a flat picture; None if there is no grid."""
    darkest = float(np.percentile(darkness, 98))
    masks = [(darkness > max(least, share * darkest)).astype(np.uint8) for share, least in _INNER_THRESHOLDS]
    _, places = max((_fit_division(mask, warp, axis) for mask in masks), key=lambda each: each[0])
    return places


def _fit_division(lines: NDArray[np.uint8], warp: MeshWarp, axis: int) -> tuple[float, Float64Array | None]:
    """Return the score of the best division by the rules of a mask, and its places as `_find_rules`."""
    outer = warp.size[axis] * np.array([1, N_KNOTS]) / (N_KNOTS + 1)
    length = float(outer[1] - outer[0])
    mask = cv2.morphologyEx(np.ascontiguousarray(lines), cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    mask = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(3, mask.shape[1] // 24)), np.uint8))
    margin = round(mask.shape[1] / (N_KNOTS + 1))
    mask = mask[:, margin:-margin]
    fans = np.array(_FANS)[:, np.newaxis]
    best: tuple[float, Float64Array, Float64Array] | None = None
    for n in range(MIN_CELLS, _MAX_CELLS + 1):
        if length / n < _MIN_CELL_PIXELS:
            break
        slack = max(1, round(_MAX_SHIFT * length / n))
        coverage_at = cv2.dilate(mask, np.ones((2 * slack + 1, 1), np.uint8)).mean(axis=1)
        even = np.arange(n + 1) / n
        places = outer[0] + length * even * (1 + fans) / (1 + fans * even)
        coverage = coverage_at.take(np.rint(places[:, 1:-1]).astype(np.intp), mode="clip")
        scores = (coverage - _COVERAGE_OFFSET).sum(axis=1) - 0.3 * np.abs(_FANS)
        likeliest = int(scores.argmax())
        if best is None or scores[likeliest] > best[0]:
            best = float(scores[likeliest]), coverage[likeliest], places[likeliest]
    if best is None or best[1].mean() < _MIN_MEAN_COVERAGE or best[1].min() < _MIN_COVERAGE:
        return -1.0, None
    return best[0], best[2]
