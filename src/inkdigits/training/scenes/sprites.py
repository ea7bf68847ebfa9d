"""Rendering of symbols as sprites: strokes are drawn with a writer's pen, bitmaps are scaled and slanted.

A `Sprite` is a small picture of the ink of one symbol, with its position relative to the baseline.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.scenes.writers import Writer

Floats = NDArray[np.float32]

_SHIFT = 4
"""Fractional bits of OpenCV's coordinates."""

_ELLIPSE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


@dataclass(frozen=True)
class Sprite:
    """The ink of one symbol.

    Attributes
    ----------
    ink
        ``float32`` (h, w) in [0, 1], cropped to the ink.
    top
        y of its first row, relative to the baseline (negative above it).
    symbol
        Its class.
    printed
        Whether it is printed.
    """

    ink: Floats
    top: int
    symbol: int
    printed: bool


def render_strokes(
    lines: list[NDArray[np.float64]],
    height: float,
    writer: Writer,
    rng: np.random.Generator,
    aspect: float = 1.0,
) -> Floats:
    """Render the strokes of a symbol.

    Parameters
    ----------
    lines
        The pen paths, ``float64`` (n, 2) each, in any unit, y down.
    height
        Height of the symbol, in pixels.
    writer
        The writer.
    rng
        The random generator.
    aspect
        Horizontal scale factor, in addition to the writer's own.

    Returns
    -------
    ndarray
        ``float32`` (h, w) in [0, 1], cropped to the ink.
    """
    low = min(line[:, 1].min() for line in lines)
    high = max(line[:, 1].max() for line in lines)
    tilt = rng.normal(0.0, 0.05)
    aspect *= writer.aspect
    unit = [(line - [0, low]) / max(high - low, 1e-3) for line in lines]
    ink, _ = draw_strokes(unit, height, aspect, writer.slant + tilt, writer.pen, writer.nib, rng)
    return ink


def draw_strokes(
    lines: list[NDArray[np.float64]],
    height: float,
    aspect: float,
    slant: float,
    pen: float,
    nib: float,
    rng: np.random.Generator,
) -> tuple[Floats, int]:
    """Draw lines with a pen.

    Parameters
    ----------
    lines
        The pen paths, ``float64`` (n, 2) each, in units of ``height``, y down.
    height
        Number of pixels per unit.
    aspect, slant
        Horizontal scale factor, and horizontal shift per unit of height.
    pen, nib
        Width of the pen in pixels, and by which share of it horizontal and upward strokes are thinner.
    rng
        The random generator.

    Returns
    -------
    tuple
        The ink, ``float32`` (h, w) in [0, 1], cropped to the ink, and the y of its first row, in pixels.
    """
    scaled = [
        np.stack([height * (aspect * line[:, 0] - slant * line[:, 1]), height * line[:, 1]], axis=1)
        for line in lines
    ]
    everything = np.concatenate(scaled)
    low, high = everything.min(axis=0), everything.max(axis=0)
    margin = int(pen) + 3
    origin = np.floor(low) - margin
    width, tall = (np.ceil(high - origin) + margin).astype(int)
    paper = np.zeros((max(tall, 3), max(width, 3)), np.uint8)
    uneven = rng.random() < 0.35
    for line in scaled:
        fixed = np.round((line - origin) * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)
        if nib and len(fixed) > 3:
            parts = _split_by_direction(line, nib)
        elif uneven and len(fixed) > 3:
            cuts = np.linspace(0, len(fixed), 5).astype(int)
            parts = [
                (max(0, start - 1), end, rng.uniform(0.6, 1.25)) for start, end in pairwise(cuts.tolist())
            ]
        else:
            parts = [(0, len(fixed), 1.0)]
        for start, end, share in parts:
            width_here = max(1, round(pen * share))
            cv2.polylines(paper, [fixed[start:end]], False, 255, width_here, cv2.LINE_AA, _SHIFT)
    x, y, wide, tall = cv2.boundingRect(paper)
    return paper[y : y + tall, x : x + wide].astype(np.float32) / np.float32(255), int(origin[1]) + y


def _split_by_direction(line: NDArray[np.float64], nib: float) -> list[tuple[int, int, float]]:
    """Split a line into parts of constant nib width: first point, the point after the last one, share of the width."""
    step = np.diff(line, axis=0)
    down = np.clip(step[:, 1] / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6), 0, 1)
    widths = 1 - nib * (1 - np.round(down * 3) / 3)
    cuts = [0, *(np.flatnonzero(np.diff(widths)) + 1).tolist(), len(step)]
    return [(start, end + 1, float(widths[start])) for start, end in pairwise(cuts)]


def render_bitmap(
    picture: NDArray[np.uint8], height: float, writer: Writer, rng: np.random.Generator, strength: float
) -> Floats:
    """Render a picture of ink at a height, with a writer's slant and stroke width, and a random warp.

    Parameters
    ----------
    picture
        ``uint8`` (h, w), ink 255.
    height
        Height of the symbol, in pixels.
    writer
        The writer.
    rng
        The random generator.
    strength
        Strength of the warp: 1 for handwriting, near 0 for print.

    Returns
    -------
    ndarray
        ``float32`` (h, w) in [0, 1], cropped to the ink.
    """
    tall, wide = picture.shape
    scale = height / max(tall, 0.6 * wide)
    if scale < 0.7:  # warpAffine does not average pixels when it reduces an image
        smaller = max(1, round(2 * scale * wide)), max(1, round(2 * scale * tall))
        picture = np.asarray(cv2.resize(picture, smaller, interpolation=cv2.INTER_AREA))
        tall, wide = picture.shape
        scale = 0.5
    margin = int(0.25 * height) + 4
    slant = writer.slant * (0.6 if strength == 1.0 else 1.0) + rng.normal(0.0, 0.05 * strength)
    reach = abs(slant) * height
    across, down = scale * writer.aspect * float(np.exp(rng.normal(0.0, 0.08 * strength))), scale
    size = int(across * wide + reach) + 2 * margin, int(down * tall) + 2 * margin
    shift = margin + (slant * height if slant > 0 else 0.0)
    matrix = np.array([[across, -slant * down, shift], [0.0, down, margin]])
    ink = np.asarray(cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR), np.float32) / np.float32(
        255
    )
    if strength > 0.5:
        ink = _warp(ink, 0.04 * height * writer.care * strength, rng)
    ink = np.clip((ink - 0.5) * np.float32(rng.uniform(1.0, 3.0)) + 0.5, 0, 1)
    change = float(rng.normal(0.0, 0.05 * height)) * (1.0 if strength > 0.5 else 0.4)
    for _ in range(min(3, abs(round(change)))):
        changed = np.asarray((cv2.dilate if change > 0 else cv2.erode)(ink, _ELLIPSE), np.float32)
        if change < 0 and changed.sum() < 0.55 * ink.sum():
            break
        ink = changed
    x, y, width, high = cv2.boundingRect((ink > 0.3).astype(np.uint8))
    return np.ascontiguousarray(ink[y : y + high, x : x + width]) if width else ink[:1, :1]


def _warp(ink: Floats, reach: float, rng: np.random.Generator) -> Floats:
    """Displace the ink by a smooth random field with a standard deviation of ``reach`` pixels."""
    height, width = ink.shape
    knots = int(rng.integers(3, 5))
    field = cv2.resize(
        rng.normal(0.0, reach, (knots, knots, 2)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.asarray(
        cv2.remap(ink, columns + field[..., 0], rows + field[..., 1], cv2.INTER_LINEAR), np.float32
    )


def random_drop(writer: Writer, rng: np.random.Generator) -> int:
    """Return a random vertical offset of a symbol from the baseline, in pixels."""
    return round(writer.size * float(rng.normal(0.0, 0.5 * writer.wobble)))
