"""Rendering of separators and signs, and of digits that are crossed out or written over."""

import cv2
import numpy as np

from inkdigits.recognition.detection.symbols import OTHER, SYMBOLS
from inkdigits.training.scenes.digits import render_glyph
from inkdigits.training.scenes.sprites import Sprite, draw_strokes
from inkdigits.training.scenes.writers import Writer
from inkdigits.training.synthetic.strokes import smooth_line


def render_separator(symbol: str, writer: Writer, rng: np.random.Generator) -> Sprite:
    """Render a separator or a sign; ``=``, ``÷``, ``"``, ``$`` and brackets have the class ``other``.

    Parameters
    ----------
    symbol
        One of ``. , - / : + ×``, or ``=``, ``÷``, ``"``, ``$``, ``(``, ``)`` or ``X``.
    writer, rng
        The writer, and the random generator.
    """
    size = writer.size
    label = SYMBOLS.index(symbol) if symbol in SYMBOLS else OTHER
    if writer.font is not None and symbol in writer.font.glyphs and rng.random() < 0.8:
        return render_glyph(symbol, label, writer, rng)

    def jitter(scale: float = 0.05) -> float:
        return float(rng.normal(0.0, scale))

    lines: list[list[tuple[float, float]]]  # in units of the digit height, y upwards from the baseline
    if symbol == ".":
        x, y = jitter(), abs(jitter())
        lines = [[(x, y), (x + abs(jitter(0.04)), y + jitter(0.03))]]
    elif symbol == ",":
        length = rng.uniform(0.12, 0.4)
        lines = [[(0.08, 0.1 + jitter()), (0.07, 0.0), (-0.35 * length + jitter(0.03), 0.08 - length)]]
    elif symbol == "-":
        length, y, rise = rng.uniform(0.22, 0.95), rng.uniform(0.28, 0.62), jitter(0.15)
        lines = [[(0, y), (length / 2, y + jitter(0.06)), (length, y + rise)]]
    elif symbol == "=":
        length, y, gap = rng.uniform(0.15, 0.7), rng.uniform(0.15, 0.7), rng.uniform(0.1, 0.3)
        lines = [
            [(0, y), (length, y + jitter())],
            [(jitter(), y + gap), (length + jitter(), y + gap + jitter())],
        ]
    elif symbol == '"':
        apart, high = rng.uniform(0.08, 0.2), rng.uniform(0.7, 1.0)
        lines = [[(x, high), (x + jitter(0.03), high - rng.uniform(0.1, 0.3))] for x in (0.0, apart)]
    elif symbol == "/":
        lean, low, high = rng.uniform(0.2, 0.7), rng.uniform(-0.25, 0.05), rng.uniform(0.9, 1.3)
        lines = [[(0, low), (lean / 2 + jitter(0.03), (low + high) / 2), (lean, high)]]
    elif symbol == ":":
        x, y, gap = jitter(), abs(jitter(0.1)), rng.uniform(0.25, 0.5)
        lines = [[(x, y), (x + 0.02, y + 0.01)], [(x + jitter(), y + gap), (x + 0.02, y + gap + 0.02)]]
    elif symbol == "+":
        arm, y = rng.uniform(0.2, 0.55), rng.uniform(0.35, 0.55)
        high = arm * rng.uniform(0.7, 1.3)
        lines = [[(-arm, y + jitter()), (arm, y + jitter())], [(jitter(), y + high), (jitter(), y - high)]]
    elif symbol == "÷":
        arm, y, gap = rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.55), rng.uniform(0.15, 0.35)
        lines = [[(-arm, y + jitter()), (arm, y + jitter())]]
        for side in (-gap, gap):
            ring = np.linspace(0, 2 * np.pi, 6) + rng.uniform(0, 6)
            radius = rng.choice((0.01, 0.07))
            lines.append([(radius * np.cos(turn), y + side + radius * np.sin(turn)) for turn in ring])
    elif symbol == "×":
        arm, y = rng.uniform(0.14, 0.45), rng.uniform(0.25, 0.5)
        lines = [[(-arm, y + arm), (arm + jitter(), y - arm)], [(arm, y + arm + jitter()), (-arm, y - arm)]]
    elif symbol in "()":
        bulge, low, high = rng.uniform(0.08, 0.35), rng.uniform(-0.3, 0.0), rng.uniform(0.95, 1.3)
        side = -1 if symbol == "(" else 1
        lines = [[(0, high), (side * bulge, (high + low) / 2 + jitter(0.1)), (jitter(), low)]]
    elif symbol == "X":
        lines = [
            [(0, 1), (rng.uniform(0.5, 1), jitter())],
            [(rng.uniform(0.5, 1), 1 + jitter()), (jitter(), jitter())],
        ]
    else:  # "$": an S with one or two strokes through it
        curve = [(0.55, 0.8), (0.3, 0.95), (0.08, 0.75), (0.3, 0.5), (0.52, 0.25), (0.3, 0.05), (0.02, 0.2)]
        lines = [[(x + jitter(0.03), y + jitter(0.03)) for x, y in curve]]
        lines += [
            [(x, 1.15), (x + jitter(), -0.15)] for x in ((0.3,) if rng.random() < 0.5 else (0.22, 0.38))
        ]
    strokes = [np.array([(x, -y) for x, y in line]) for line in lines]
    pen = max(2.0, writer.pen * rng.uniform(0.8, 1.5 if symbol in ".:" else 1.2))
    ink, top = draw_strokes([smooth_line(line) for line in strokes], size, 1.0, writer.slant, pen, 0.0, rng)
    return Sprite(ink, top, label, False)


def write_over(sprite: Sprite, earlier: Sprite, writer: Writer, rng: np.random.Generator) -> Sprite:
    """Render a digit that is written over an earlier one, to correct or to emphasise it; it keeps its class."""
    height, width = sprite.ink.shape
    x = round((width - earlier.ink.shape[1]) / 2 + rng.normal(0.0, 0.06) * writer.size)
    y = round(earlier.top - sprite.top + rng.normal(0.0, 0.04) * writer.size)
    left, top = min(0, x), min(0, y)
    right, bottom = max(width, x + earlier.ink.shape[1]), max(height, y + earlier.ink.shape[0])
    ink = np.zeros((bottom - top, right - left), np.float32)
    ink[y - top : y - top + earlier.ink.shape[0], x - left : x - left + earlier.ink.shape[1]] = earlier.ink
    upper = ink[-top : height - top, -left : width - left]
    np.maximum(upper, sprite.ink, out=upper)
    return Sprite(ink, sprite.top + top, sprite.symbol, sprite.printed)


def strike_out(sprite: Sprite, writer: Writer, rng: np.random.Generator) -> Sprite:
    """Cross a symbol out by a cross, by several strokes or by a zigzag; its class becomes ``other``."""
    margin = round(0.25 * writer.size)
    ink = np.pad(sprite.ink, margin)
    height, width = ink.shape
    kind = rng.integers(3)
    if kind == 0:
        across = np.array([[(0, 0), (1, 1)], [(1, 0), (0, 1)]], float)
    elif kind == 1:
        rows = np.linspace(0.3, 0.7, int(rng.integers(3, 6)))
        across = np.stack([[(0, y), (1, y)] for y in rows])
    else:
        n = int(rng.integers(6, 12))
        across = np.array([[(i / (n - 1), i % 2) for i in range(n)]], float)
    for line in across + rng.normal(0.0, 0.08, across.shape):
        points = np.round(line * [width - 1, height - 1]).astype(np.int32)
        cv2.polylines(
            ink, [points], False, 1.0, max(1, round(writer.pen * rng.uniform(0.7, 1.2))), cv2.LINE_AA
        )
    return Sprite(ink, sprite.top - margin, OTHER, sprite.printed)
