"""The writing in the cells of boxes, combs and grids, one digit a cell, without the printed lines."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.frames import Row, find_rows
from inkdigits.pictures.parts import INK
from inkdigits.pictures.traces import level_angle

Box = tuple[int, int, int, int]

_LEAST_HEIGHT = 0.26
"""Height or width, in cell heights, below which ink in a cell is dirt and no digit."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    ink
        ``uint8`` of shape (h, w), the writing that belongs to it; None where it is blank.
    box
        x, y, width and height of the writing, or of the blank cell, in pixels of the ink map.
    row
        The row it stands in, from 0.
    """

    ink: NDArray[np.uint8] | None
    box: Box
    row: int


def thin_dark(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what is dark and thin: strokes and printed lines, pale ones too, in any light.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w), 1 where it is so.
    """
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    side = int(np.clip(0.08 * min(grey.shape), 7, 25)) | 1
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.7).astype(np.float32)
    closed = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    depth = closed - smooth
    sample = depth[::3, ::3].ravel()
    middle = float(np.median(sample))
    spread = 1.4826 * float(np.median(np.abs(sample - middle)))
    thin = (depth > max(6.0, middle + 4.0 * spread)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(thin, connectivity=8)
    long = stats[:, 2:4].max(axis=1) >= max(6, round(0.06 * min(grey.shape)))
    long[0] = False
    return np.asarray(long[labels], np.uint8)


def find_cells(ink: NDArray[np.uint8], thin: NDArray[np.uint8]) -> list[Cell]:
    """Find the cells of a printed form, row by row.

    Parameters
    ----------
    ink
        ``uint8`` of shape (h, w), writing and print 255 on paper 0.
    thin
        ``uint8`` of shape (h, w), 1 where there may be a line; see `thin_dark`.

    Returns
    -------
    list of Cell
        In reading order; empty where no boxes, no comb and no grid are found.
    """
    angle = level_angle(thin)
    height, width = ink.shape
    turn = _turning(angle, width, height)
    size = _turned_size(angle, width, height)
    level = ink if abs(angle) < 0.1 else cv2.warpAffine(ink, turn, size, flags=cv2.INTER_LINEAR)
    level_thin = (
        thin if level is ink else cv2.warpAffine(thin * 255, turn, size, flags=cv2.INTER_LINEAR) >= 100
    )
    rows = find_rows(np.asarray(level_thin, np.uint8))
    if not rows:
        return []
    back = None if level is ink else np.asarray(cv2.invertAffineTransform(turn), np.float64)
    clean, thickness, printed = _without_print(np.asarray(level, np.uint8), rows)
    return _sorted_out(clean, rows, thickness, printed, back)


def _turning(angle: float, width: int, height: int) -> NDArray[np.float64]:
    """Return the affine matrix that turns a map level and keeps all of it."""
    turn = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), np.float64)
    new_width, new_height = _turned_size(angle, width, height)
    turn[0, 2] += (new_width - width) / 2
    turn[1, 2] += (new_height - height) / 2
    return turn


def _turned_size(angle: float, width: int, height: int) -> tuple[int, int]:
    cosine, sine = abs(np.cos(np.radians(angle))), abs(np.sin(np.radians(angle)))
    return int(np.ceil(width * cosine + height * sine)), int(np.ceil(width * sine + height * cosine))


def _without_print(
    level: NDArray[np.uint8], rows: list[Row]
) -> tuple[NDArray[np.uint8], int, NDArray[np.uint8]]:
    """Take the printed lines out; where a stroke goes on at both sides of a line, it stays whole.

    Returns
    -------
    tuple
        The writing alone, the thickness of the lines, and a mask of where there may have been print.
    """
    mask = (level >= INK).astype(np.uint8)
    tall = float(np.mean([(row.bottom - row.top).mean() for row in rows]))
    across, down = np.zeros_like(mask), np.zeros_like(mask)
    reach = max(2, round(0.045 * tall))
    for row in rows:
        for (left, right), top, bottom in zip(row.sides, row.top, row.bottom, strict=True):
            tooth = bottom - 0.65 * (bottom - top) if row.is_comb else top
            for x in (left, right):
                cv2.line(down, (round(x), round(tooth)), (round(x), round(bottom)), 1, 2 * reach + 1)
        middle = row.sides.mean(axis=1)
        for edge in (row.bottom,) if row.is_comb else (row.top, row.bottom):
            slope = np.polyfit(middle, edge, 1 if len(middle) > 1 else 0)
            ends = np.array([row.sides.min() - reach, row.sides.max() + reach])
            y = np.polyval(slope, ends)
            cv2.line(across, (round(ends[0]), round(y[0])), (round(ends[1]), round(y[1])), 1, 2 * reach + 1)
    lines_across = _thin_runs(mask, across, max(8, round(0.5 * tall)), reach)
    lines_down = _thin_runs(mask.T.copy(), down.T.copy(), max(6, round(0.22 * tall)), reach).T
    lines = np.maximum(lines_across, lines_down)
    thickness = (
        max(1, round(float(np.median(lines_across.sum(axis=0)[lines_across.any(axis=0)]))))
        if lines_across.any()
        else 1
    )
    strokes = mask & (1 - lines)
    kept = strokes | _crossed(strokes, lines_across) | _crossed(strokes.T.copy(), lines_down.T.copy()).T
    soft = cv2.dilate(np.ascontiguousarray(kept), np.ones((3, 3), np.uint8))
    clean = np.where((soft > 0) & ((lines == 0) | (kept > 0)), level, 0).astype(np.uint8)
    return clean, min(thickness, 2 * reach), np.maximum(across, down)


def _thin_runs(mask: NDArray[np.uint8], near: NDArray[np.uint8], least: int, reach: int) -> NDArray[np.uint8]:
    """Return the long runs along x close to where a line is, as thick as they are drawn."""
    close = cv2.bitwise_and(mask, near)
    thick = cv2.dilate(close, np.ones((3, 1), np.uint8))
    joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, least), np.uint8))
    return np.asarray(
        cv2.bitwise_and(mask, cv2.bitwise_and(cv2.dilate(runs, np.ones((3, 3), np.uint8)), near))
    )


def _crossed(strokes: NDArray[np.uint8], lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the pixels of lines along x that lie between a stroke above and a stroke below."""
    if not lines.any():
        return np.zeros_like(lines)
    thickness = int(np.median(lines.sum(axis=0)[lines.any(axis=0)]))
    reach = 2 * min(thickness, 12) + 3
    tall, wide = np.ones((reach, 1), np.uint8), np.ones((1, 2 * max(1, thickness // 2) + 1), np.uint8)
    above = cv2.dilate(cv2.dilate(strokes, tall, anchor=(0, reach - 1)), wide)
    below = cv2.dilate(cv2.dilate(strokes, tall, anchor=(0, 0)), wide)
    return np.asarray(cv2.bitwise_and(lines, cv2.bitwise_and(above, below)), np.uint8)


def _sorted_out(
    clean: NDArray[np.uint8],
    rows: list[Row],
    thickness: int,
    printed: NDArray[np.uint8],
    back: NDArray[np.float64] | None,
) -> list[Cell]:
    """Give every part of the writing to the cell that holds most of it."""
    frames: list[tuple[int, float, float, float, float]] = []
    ids = np.zeros(clean.shape, np.int32)
    for number, row in enumerate(rows):
        for (left, right), top, bottom in zip(row.sides, row.top, row.bottom, strict=True):
            frames.append((number, float(left), float(top), float(right), float(bottom)))
            below = 0.0 if not row.is_comb else 0.1 * (bottom - top)
            window = (
                slice(max(0, round(top)), max(0, round(bottom + below))),
                slice(max(0, round(left)), max(0, round(right))),
            )
            ids[window] = len(frames)
    mask = (clean >= INK).astype(np.uint8)
    n, found, found_stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels, stats = np.asarray(found, np.int32), np.asarray(found_stats, np.int32)
    members: list[list[tuple[int, int]]] = [[] for _ in range(len(frames) + 1)]
    y, x = np.nonzero(mask)
    table = np.zeros((n, len(frames) + 1), np.int64)
    np.add.at(table, (labels[y, x], ids[y, x]), 1)
    in_print = np.bincount(labels[y, x], printed[y, x], n)
    for part in range(1, n):
        inside = table[part, 1:]
        if in_print[part] >= 0.6 * table[part].sum():  # what is left of the print
            continue
        if not inside.any() or inside.sum() < 0.4 * table[part].sum():
            continue
        best = int(inside.argmax())
        _, left, top, right, bottom = frames[best]
        tall = bottom - top
        wide, high = int(stats[part, cv2.CC_STAT_WIDTH]), int(stats[part, cv2.CC_STAT_HEIGHT])
        if max(wide, high) < 0.1 * tall or (min(wide, high) <= 1 and max(wide, high) < 0.3 * tall):
            continue
        for other in np.flatnonzero(inside >= max(0.3 * inside.sum(), 1)):
            members[int(other) + 1].append((part, int((inside >= 0.3 * inside.sum()).sum() > 1)))
    return [
        _cell(clean, labels, stats, ids, members[i + 1], i + 1, frame, thickness, back)
        for i, frame in enumerate(frames)
    ]


def _cell(
    clean: NDArray[np.uint8],
    labels: NDArray[np.int32],
    stats: NDArray[np.int32],
    ids: NDArray[np.int32],
    members: list[tuple[int, int]],
    own: int,
    frame: tuple[int, float, float, float, float],
    thickness: int,
    back: NDArray[np.float64] | None,
) -> Cell:
    row, left, top, right, bottom = frame
    blank = Cell(
        None, _carried((round(left), round(top), round(right - left), round(bottom - top)), back), row
    )
    if not members:
        return blank
    x0 = min(int(stats[part, 0]) for part, _ in members)
    y0 = min(int(stats[part, 1]) for part, _ in members)
    x1 = max(int(stats[part, 0] + stats[part, 2]) for part, _ in members) + 1
    y1 = max(int(stats[part, 1] + stats[part, 3]) for part, _ in members) + 1
    window = (slice(max(0, y0 - 1), y1), slice(max(0, x0 - 1), x1))
    kept = np.zeros(labels[window].shape, np.uint8)
    for part, shared in members:
        of_part = labels[window] == part
        kept |= (of_part & (ids[window] == own) if shared else of_part).astype(np.uint8)
    x, y, wide, high = cv2.boundingRect(kept)
    tall = bottom - top
    if (high < _LEAST_HEIGHT * tall and wide < _LEAST_HEIGHT * tall) or int(kept.sum()) < 0.008 * tall**2:
        return blank
    if min(wide, high) <= thickness + 1 and _hugs_a_side(x + window[1].start, wide, left, right, thickness):
        return blank
    soft = cv2.dilate(kept, np.ones((3, 3), np.uint8))
    alone = np.where(soft > 0, clean[window], 0).astype(np.uint8)
    x, y, wide, high = cv2.boundingRect(alone)
    box = x + window[1].start, y + window[0].start, wide, high
    return Cell(np.ascontiguousarray(alone[y : y + high, x : x + wide]), _carried(box, back), row)


def _hugs_a_side(x: int, wide: int, left: float, right: float, thickness: int) -> bool:
    """Tell whether something thin stands on the side of its cell: what is left of the print."""
    middle = x + wide / 2
    return min(abs(middle - left), abs(middle - right)) <= thickness + 2


def _carried(box: Box, back: NDArray[np.float64] | None) -> Box:
    """Return the upright box, on the map as it was, around a box of the levelled map."""
    if back is None:
        return box
    x, y, width, height = box
    corners = (
        np.array([[x, y, 1], [x + width, y, 1], [x, y + height, 1], [x + width, y + height, 1]]) @ back.T
    )
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return int(left), int(top), max(1, int(right - left)), max(1, int(bottom - top))
