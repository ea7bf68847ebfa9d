"""Drawings that are not digits, and digits that are crossed out."""

from collections.abc import Callable

import numpy as np

from benchmarks.reading.pictures.contents.strokes import Points, draw_strokes, spline, wobble
from benchmarks.reading.pictures.random_fields import Field


def _circle(x: float, y: float, radius: float, n: int = 9) -> Points:
    angle = np.linspace(0, 2 * np.pi, n)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def _path(*points: tuple[float, float]) -> list[Points]:
    """Return straight strokes from point to point."""
    corners = np.array(points, np.float64)
    return [corners[place : place + 2] for place in range(len(corners) - 1)]


def _house(rng: np.random.Generator) -> list[Points]:
    eaves = rng.uniform(0.35, 0.5)
    door = rng.uniform(0.2, 0.6)
    return [
        *_path((0.05, eaves), (0.05, 1), (0.95, 1), (0.95, eaves), (0.05, eaves), (0.5, 0.02), (0.95, eaves)),
        *_path((door, 1), (door, 0.68), (door + 0.18, 0.68), (door + 0.18, 1)),
        *_path((0.66, 0.6), (0.66, 0.75), (0.82, 0.75), (0.82, 0.6), (0.66, 0.6)),
    ]


def _face(rng: np.random.Generator) -> list[Points]:
    mouth = rng.uniform(-0.12, 0.16)
    strokes = [_circle(0.5, 0.5, 0.48, 13), _circle(0.33, 0.38, 0.05), _circle(0.67, 0.38, 0.05)]
    strokes.append(np.array([[0.3, 0.7 - mouth / 2], [0.5, 0.7 + mouth], [0.7, 0.7 - mouth / 2]]))
    return [*strokes, *_path((0.5, 0.45), (0.46, 0.58), (0.53, 0.58))]


def _spiral(rng: np.random.Generator) -> list[Points]:
    turns = rng.uniform(3, 5)
    angle = np.linspace(0, 2 * np.pi * turns, int(12 * turns)) * rng.choice([-1, 1])
    radius = np.linspace(0.02, 0.48, len(angle))
    return [np.stack([0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle)], axis=1)]


def _arrow(rng: np.random.Generator) -> list[Points]:
    angle = rng.uniform(0, 2 * np.pi)
    tip, along = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    middle, half = np.array([0.5, 0.5]), 0.48
    head = middle + tip * half
    barbs = [head - tip * 0.25 + along * side for side in (0.2, -0.2)]
    return [np.array([middle - tip * half, head]), np.array([barbs[0], head]), np.array([barbs[1], head])]


def _scribble(rng: np.random.Generator) -> list[Points]:
    x = np.linspace(0, 1, int(rng.integers(14, 24)))
    y = np.where(np.arange(len(x)) % 2 == 0, 0.05, 0.95) + rng.normal(0, 0.12, len(x))
    return [np.stack([x + rng.normal(0, 0.04, len(x)), y], axis=1)]


def _tangle(rng: np.random.Generator) -> list[Points]:
    return [rng.uniform(0, 1, (int(rng.integers(10, 18)), 2))]


def _wave(rng: np.random.Generator) -> list[Points]:
    x = np.linspace(0, 2.4, 40)
    return [np.stack([x, 0.5 + rng.uniform(0.15, 0.35) * np.sin(x * rng.uniform(9, 14))], axis=1)]


def _triangle(rng: np.random.Generator) -> list[Points]:
    top = rng.uniform(0.2, 0.8)
    return _path((top, 0), (1, 1), (0, 1), (top, 0))


def _rectangle_with_diagonals(rng: np.random.Generator) -> list[Points]:
    width = rng.uniform(0.8, 1.4)
    outline = _path((0, 0), (width, 0), (width, 1), (0, 1), (0, 0))
    return [*outline, *_path((0, 0), (width, 1)), *_path((width, 0), (0, 1))]


def _star(rng: np.random.Generator) -> list[Points]:
    angle = np.arange(6) * 4 * np.pi / 5 - np.pi / 2 + rng.uniform(-0.2, 0.2)
    return _path(*[(0.5 + 0.5 * float(np.cos(a)), 0.5 + 0.5 * float(np.sin(a))) for a in angle])


def _heart(rng: np.random.Generator) -> list[Points]:
    left = np.array([[0.5, 0.3], [0.35, 0.06], [0.08, 0.1], [0.04, 0.4], [0.5, 0.97]])
    return [left, left * [-1, 1] + [1, 0]]


def _flower(rng: np.random.Generator) -> list[Points]:
    n = int(rng.integers(5, 8))
    petals = [
        _circle(0.5 + 0.26 * float(np.cos(a)), 0.35 + 0.26 * float(np.sin(a)), 0.13)
        for a in np.arange(n) * 2 * np.pi / n
    ]
    return [*petals, _circle(0.5, 0.35, 0.1), np.array([[0.5, 0.62], [0.47, 0.85], [0.52, 1.2]])]


def _tree(rng: np.random.Generator) -> list[Points]:
    strokes = []
    for level in range(3):
        y, half = 0.05 + 0.25 * level, 0.2 + 0.13 * level
        strokes += _path((0.5, y), (0.5 + half, y + 0.3), (0.5 - half, y + 0.3), (0.5, y))
    return [*strokes, *_path((0.44, 0.85), (0.44, 1.05)), *_path((0.56, 0.85), (0.56, 1.05))]


def _stick_figure(rng: np.random.Generator) -> list[Points]:
    arm = rng.uniform(0.2, 0.5)
    return [
        _circle(0.5, 0.14, 0.13), *_path((0.5, 0.27), (0.5, 0.66)), *_path((0.18, arm), (0.5, 0.38), (0.82, arm)),
        *_path((0.25, 1.02), (0.5, 0.66), (0.75, 1.02)),
    ]  # fmt: skip


def _hatching(rng: np.random.Generator) -> list[Points]:
    n = int(rng.integers(6, 11))
    return [stroke for x in np.linspace(0, 1, n) for stroke in _path((x, 0), (x + rng.uniform(0.1, 0.3), 1))]


def _concentric(rng: np.random.Generator) -> list[Points]:
    return [_circle(0.5, 0.5, radius, 13) for radius in np.linspace(0.12, 0.48, int(rng.integers(3, 5)))]


def _signature(rng: np.random.Generator) -> list[Points]:
    n = int(rng.integers(16, 26))
    x = np.linspace(0, 2.6, n) + rng.normal(0, 0.10, n)
    y = 0.5 + rng.normal(0, 0.22, n) * np.linspace(1.3, 0.5, n)
    return [np.stack([x, y], axis=1), np.array([[0.3, 0.98], [1.5, 0.9], [2.7, 0.95]])]


DRAWINGS: dict[str, Callable[[np.random.Generator], list[Points]]] = {
    "house": _house, "face": _face, "spiral": _spiral, "arrow": _arrow, "zigzag scribble": _scribble,
    "tangle": _tangle, "wave": _wave, "triangle": _triangle, "crossed rectangle": _rectangle_with_diagonals,
    "star": _star, "heart": _heart, "flower": _flower, "tree": _tree, "stick figure": _stick_figure,
    "hatching": _hatching, "rings": _concentric, "signature": _signature,
}  # fmt: skip


def drawing_mask(rng: np.random.Generator, name: str, height_px: float, stroke_px: float) -> Field:
    """Draw one of `DRAWINGS` with random small deviations.

    Returns
    -------
    ndarray
        ``float32`` ink mask in [0, 1], about ``height_px`` high.
    """
    strokes = wobble(rng, DRAWINGS[name](rng), 0.012)
    return _draw([spline(stroke) * height_px for stroke in strokes], stroke_px)


def _draw(curves: list[Points], stroke_px: float) -> Field:
    everything = np.vstack(curves)
    low = everything.min(axis=0) - stroke_px / 2 - 2
    size = np.ceil(everything.max(axis=0) + stroke_px / 2 + 2 - low).astype(int)
    return draw_strokes([curve - low for curve in curves], size[1], size[0], stroke_px)


def crossed_out(
    rng: np.random.Generator, mask: Field, digit_px: float, stroke_px: float
) -> tuple[Field, str]:
    """Cross a digit out, so that it is clearly cancelled.

    Returns
    -------
    mask : ndarray
    way : str
        ``cross``, ``scribble`` or ``strokes`` (three or four parallel ones).
    """
    way = ("cross", "scribble", "strokes")[rng.integers(3)]
    pad = round(0.25 * digit_px)
    canvas = np.pad(mask, pad)
    height, width = canvas.shape
    low = np.array([0.08 * width, 0.12 * height])
    span = np.array([0.84 * width, 0.76 * height])
    if way == "cross":
        strokes = [*_path((0.0, 0.0), (1.0, 1.0)), *_path((1.0, 0.0), (0.0, 1.0))]
    elif way == "strokes":
        levels = np.linspace(0.15, 0.85, int(rng.integers(3, 5)))
        strokes = [stroke for y in levels for stroke in _path((0.0, y + 0.08), (1.0, y - 0.08))]
    else:
        n = int(rng.integers(9, 14))
        x = np.linspace(0, 1, n)
        strokes = [np.stack([x, np.where(np.arange(n) % 2 == 0, 0.05, 0.95)], axis=1)]
    for stroke in wobble(rng, strokes, 0.03):
        line = draw_strokes([spline(stroke) * span + low], height, width, stroke_px * rng.uniform(0.9, 1.15))
        np.maximum(canvas, line, out=canvas)
    return canvas, way
