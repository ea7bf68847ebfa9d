"""Rendering of paper: illumination, patterns, rules, grids, frames, combs and dirt."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def random_paper(height: int, width: int, size: float, depth: float, rng: np.random.Generator) -> Floats:
    """Draw a sheet.

    Parameters
    ----------
    height, width
        In pixels.
    size
        Height of the digits on it, in pixels.
    depth
        Contrast of the ink, in grey levels; patterns have less contrast, so the digits stay legible.
    rng
        The random generator.

    Returns
    -------
    ndarray
        ``float32`` (height, width), grey levels from ``depth`` to 255.
    """
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    paper = np.full((height, width), max(rng.uniform(110, 255), depth + 5), np.float32)
    if rng.random() < 0.6:
        paper += np.float32(rng.normal(0, 20)) * (columns / width - 0.5)
        paper += np.float32(rng.normal(0, 20)) * (rows / height - 0.5)
    faint = np.float32(depth * rng.uniform(0.04, 0.6))
    kind = rng.random()
    if kind < 0.4:
        n_waves = int(rng.integers(1, 5))
        for _ in range(n_waves):
            paper -= faint / np.float32(n_waves**0.5) * _guilloche(rows, columns, size, rng)
    elif kind < 0.5:
        grain = max(2.0, size * rng.uniform(0.05, 0.5))
        coarse = rng.standard_normal((int(height / grain) + 2, int(width / grain) + 2)).astype(np.float32)
        paper += faint / 3 * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    elif kind < 0.56:  # a halftone of dots
        apart = int(rng.integers(3, 9))
        paper[::apart, ::apart] -= faint
        if rng.random() < 0.5:
            paper[apart // 2 :: apart, apart // 2 :: apart] -= faint
    elif kind < 0.62:  # squared paper
        step = size * rng.uniform(0.3, 1.6)
        _rules(paper, step, faint, True, rng)
        _rules(paper, step, faint, False, rng)
    if rng.random() < 0.08:  # a shadow's edge
        angle, reach = rng.uniform(0, np.pi), rng.uniform(1, 12)
        side = (columns - width * rng.uniform(0, 1)) * np.cos(angle) + (
            rows - height * rng.uniform(0, 1)
        ) * np.sin(angle)
        paper -= np.float32(rng.uniform(10, 80)) / (
            1 + np.exp(np.clip(-side / reach, -30, 30)).astype(np.float32)
        )
    if rng.random() < 0.05:  # a picture or a stamp that shines through
        coarse = rng.standard_normal((4, 8)).astype(np.float32)
        blot = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) > rng.uniform(0.2, 1.0)
        paper -= faint * blot
    return np.maximum(paper, np.float32(depth))


def _guilloche(rows: Floats, columns: Floats, size: float, rng: np.random.Generator) -> Floats:
    """Return the lines of a security pattern, from -1 to 1; they are subtracted from the grey level of the paper."""
    period, angle = size * rng.uniform(0.08, 0.45), rng.uniform(0, np.pi)
    if rng.random() < 0.4:
        angle = rng.normal(np.pi / 2, 0.1)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    along, across = columns * cos + rows * sin, rows * cos - columns * sin
    waves = np.float32(rng.uniform(0, 0.5) * size) * np.sin(
        along * np.float32(2 * np.pi / (size * rng.uniform(0.5, 6)))
    )
    if rng.random() < 0.25:  # circles instead of lines
        across = np.hypot(
            rows - np.float32(rng.uniform(-2, 3) * size), columns - np.float32(rng.uniform(0, columns.max()))
        )
    wave = np.sin((across + waves) * np.float32(2 * np.pi / period))
    if rng.random() < 0.7:
        wave = np.where(wave > rng.uniform(0.2, 0.9), wave, 0)
    return np.asarray(wave, np.float32)


def _rules(paper: Floats, step: float, depth: np.float32, down: bool, rng: np.random.Generator) -> None:
    height, width = paper.shape
    length = width if down else height
    thick = int(rng.integers(1, 3))
    place = rng.uniform(0, step)
    mask = np.zeros(paper.shape, np.float32)
    while place < length:
        at = round(place)
        start, end = ((at, 0), (at, height)) if down else ((0, at), (width, at))
        cv2.line(mask, start, end, 1.0, thick)
        place += step
    paper -= depth * mask


def draw_rules(
    ink: Floats, base: float, size: float, symbols: list[tuple[int, int, int, int]], rng: np.random.Generator
) -> None:
    """Draw printed lines onto a canvas, in place: a rule under a line of writing, a frame around it, cells or a comb.

    Parameters
    ----------
    ink
        ``float32`` (h, w), ink 1 on paper 0.
    base
        y of the baseline.
    size
        Height of the digits, in pixels.
    symbols
        Boxes of the symbols: x, y, width, height.
    rng
        The random generator.
    """
    height, width = ink.shape
    thick, tone = max(1, round(size * rng.uniform(0.02, 0.1))), float(rng.uniform(0.3, 1.0))
    kind = rng.random()
    tilt = round(rng.normal(0, 0.02) * width)
    if kind < 0.35:  # a rule, solid, dotted or with gaps
        y = round(base + size * (rng.normal(0.1, 0.12)))
        pieces = 1 if rng.random() < 0.6 else int(rng.integers(4, 60))
        edges = np.linspace(0, width, pieces + 1)
        full = 1.0 if pieces == 1 else rng.uniform(0.3, 0.95)
        for start, end in pairwise(edges.tolist()):
            stop = start + full * (end - start)
            cv2.line(
                ink,
                (round(start), y + round(tilt * start / width)),
                (round(stop), y + round(tilt * stop / width)),
                tone,
                thick,
            )
        return
    top, bottom = round(base - size * rng.uniform(1.05, 1.6)), round(base + size * rng.uniform(0.05, 0.6))
    if kind < 0.55:  # two rules
        for y in (top, bottom):
            cv2.line(ink, (0, y), (width, y + tilt), tone, thick)
    if kind < 0.75:  # vertical rules at one end or both
        for x in rng.choice([-0.1, 1.0], size=int(rng.integers(1, 3)), replace=False):
            if symbols:
                left, right = symbols[0][0], symbols[-1][0] + symbols[-1][2]
                at = (
                    round(left - size * rng.uniform(0.05, 0.5))
                    if x < 0
                    else round(right + size * rng.uniform(0.05, 0.5))
                )
                low, high = (0, height) if rng.random() < 0.5 else (top, bottom)
                cv2.line(ink, (at, low), (at + round(tilt / 4), high), tone, thick)
        return
    # A frame with one cell per symbol.
    open_top, closed = rng.random() < 0.25, rng.random() < 0.8
    edges_at: list[float] = []
    for before, after in zip([None, *symbols], [*symbols, None], strict=True):
        if before is None:
            edges_at.append(symbols[0][0] - size * 0.25 if symbols else 0)
        elif after is None:
            edges_at.append(before[0] + before[2] + size * 0.25)
        else:
            edges_at.append((before[0] + before[2] + after[0]) / 2)
    for x in edges_at:
        cv2.line(
            ink,
            (round(x), bottom if not open_top else round(base - size * 0.25)),
            (round(x), bottom if open_top else top),
            tone,
            thick,
        )
    if closed:
        left, right = round(edges_at[0]), round(edges_at[-1])
        cv2.line(ink, (left, bottom), (right, bottom), tone, thick)
        if not open_top:
            cv2.line(ink, (left, top), (right, top), tone, thick)


def draw_dirt(ink: Floats, size: float, rng: np.random.Generator) -> None:
    """Draw specks, stray strokes, and parts of the lines above and below, in place."""
    height, width = ink.shape
    if rng.random() < 0.3:
        for _ in range(int(rng.integers(1, 8))):
            spot = int(rng.integers(width)), int(rng.integers(height))
            cv2.circle(
                ink,
                spot,
                int(rng.integers(0, max(1, round(0.05 * size)) + 1)),
                float(rng.uniform(0.3, 1)),
                -1,
            )
    if rng.random() < 0.15:  # ends of strokes of neighbouring lines
        for _ in range(int(rng.integers(1, 4))):
            y, towards = (0, 1) if rng.random() < 0.5 else (height - 1, -1)
            x = int(rng.integers(width))
            points = [(x, y - towards * 3)]
            for _ in range(3):
                points.append(
                    (
                        points[-1][0] + int(rng.normal(0, 0.15 * size)),
                        points[-1][1] + int(towards * rng.uniform(0, 0.1 * size + 3)),
                    )
                )
            cv2.polylines(
                ink, [np.array(points, np.int32)], False, 1.0, max(1, round(0.08 * size)), cv2.LINE_AA
            )
    if rng.random() < 0.08:  # ends of vertical rules of a row of boxes that is cut off
        edge, towards = (0, 1) if rng.random() < 0.5 else (height - 1, -1)
        first, pitch = rng.uniform(0, 2) * size, rng.uniform(0.7, 4) * size
        reach, thick = (
            round(edge + towards * rng.uniform(0.1, 0.8) * size),
            max(1, round(rng.uniform(0.02, 0.1) * size)),
        )
        for x in np.arange(first, width, pitch).round().astype(int).tolist():
            cv2.line(ink, (x, edge), (x, reach), float(rng.uniform(0.6, 1)), thick)
    if rng.random() < 0.04:  # a flourish across
        xs = np.linspace(rng.uniform(-0.2, 0.6) * width, rng.uniform(0.4, 1.2) * width, 8)
        ys = rng.uniform(0, height) + np.cumsum(rng.normal(0, 0.2 * size, 8))
        cv2.polylines(
            ink,
            [np.stack([xs, ys], axis=1).astype(np.int32)],
            False,
            float(rng.uniform(0.3, 0.9)),
            max(1, round(0.06 * size)),
            cv2.LINE_AA,
        )


def draw_block(
    ink: Floats, size: float, boxes: list[tuple[int, int, int, int]], rng: np.random.Generator
) -> None:
    """Draw a dark bar along one edge of the picture, in place, without overlap with a symbol; skip it if impossible."""
    height, width = ink.shape
    for _ in range(4):
        deep, at = (
            round(size * rng.uniform(0.05, 0.8)),
            sorted(rng.integers(0, max(height, width), 2).tolist()),
        )
        if rng.random() < 0.5:
            at = [0, max(height, width)]
        left, top, right, bottom = (
            (0, at[0], deep, at[1]),
            (width - deep, at[0], width, at[1]),
            (at[0], 0, at[1], deep),
            (at[0], height - deep, at[1], height),
        )[rng.integers(4)]
        if all(x > right or x + w < left or y > bottom or y + h < top for x, y, w, h in boxes):
            ink[max(0, top) : bottom, max(0, left) : right] = rng.uniform(0.6, 1.0)
            return
