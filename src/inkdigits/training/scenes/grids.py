"""Rendering of grids: combs, rows of boxes, tables and puzzles, with a symbol, a cross or nothing in each cell."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.scenes.lines import PlacedSymbol, random_line_style, render_line
from inkdigits.training.scenes.sources import SymbolSources
from inkdigits.training.scenes.texts import random_digits, random_form_text
from inkdigits.training.scenes.writers import Writer, random_writer

Floats = NDArray[np.float32]

_SINGLE_ROWS = 0.4
"""Share of the grids that are one row of boxes of a form, with printed words around it. Without them, single strokes in
boxes were taken for rules, and half of the 1s on the development pictures of a form were missed."""

_BROKEN = 0.3
"""Share of the grids whose rules have gaps, as in binarised scans."""

_ONES = 0.2
"""Share of 1s among the digits in cells."""


def render_grid(
    ink: Floats, rules: Floats, size: float, writer: Writer, sources: SymbolSources, rng: np.random.Generator
) -> list[PlacedSymbol]:
    """Draw a grid of cells with their content onto a canvas.

    Parameters
    ----------
    ink, rules
        Canvases of ink and of rules, ``float32`` (h, w), from 0 (paper) to 1 (ink); modified in place.
    size
        Height of the digits, in pixels.
    writer
        The writer of the cells.
    sources
        The symbol sources.
    rng
        The random generator.

    Returns
    -------
    list of PlacedSymbol
        The symbols in the cells, row by row.
    """
    wide, tall = size * rng.uniform(1.05, 3.0), size * rng.uniform(1.25, 2.6)
    left, top = -rng.uniform(0.0, 1.0) * wide, -rng.uniform(0.0, 1.0) * tall
    n_rows, n_columns = (
        int(np.ceil(length / each)) + 2 for length, each in zip(ink.shape, (tall, wide), strict=True)
    )
    style = random_line_style(writer, rng)
    # In a puzzle some digits are printed.
    printer = random_writer(sources, size * rng.uniform(0.8, 1.2), rng, "printed")
    given = float(rng.choice((0.0, 0.4, 1.0), p=(0.6, 0.25, 0.15)))
    blank = float(rng.choice((0.0, 0.15, 0.6), p=(0.4, 0.35, 0.25)))
    is_single_row = rng.random() < _SINGLE_ROWS
    if is_single_row:
        n_rows, top = 1, float(rng.uniform(-0.3 * tall, max(ink.shape[0] - 0.7 * tall, 0)))
    crossed = float(rng.choice((0.0, 0.3), p=(0.6, 0.4)))
    placed: list[PlacedSymbol] = []
    for row in range(n_rows):
        for column in range(n_columns):
            if rng.random() < blank:
                continue
            text = "XXX×-"[rng.integers(5)] if rng.random() < crossed else random_digits(1, rng, _ONES)
            cell_writer = printer if text.isdigit() and rng.random() < given else writer
            astray = np.clip(rng.normal(0.0, 0.12, 2), -0.3, 0.3) * size
            x = left + (column + 0.5) * wide - 0.3 * size + astray[0]
            base = top + (row + 0.5) * tall + 0.5 * cell_writer.size + astray[1]
            placed += render_line(ink, text, x, base, cell_writer, style, sources, rng)
    extent = (top, top + tall) if is_single_row else (0.0, float(ink.shape[0]))
    _draw_cells(rules, (left, top), (wide, tall), (n_columns, n_rows), extent, size, rng)
    if is_single_row:
        for base in (top - size * rng.uniform(0.1, 0.8), top + tall + size * rng.uniform(0.6, 1.3)):
            if rng.random() < 0.5:
                kind = "printed" if rng.random() < 0.7 else "handwritten"
                words = random_writer(sources, size * float(rng.uniform(0.4, 0.9)), rng, kind)
                text = random_form_text(int(ink.shape[1] / (0.35 * words.size)), rng)
                start = float(rng.uniform(-0.3, 0.6)) * ink.shape[1]
                placed += render_line(
                    ink, text, start, base, words, random_line_style(words, rng), sources, rng
                )
    return placed


def _draw_cells(
    rules: Floats,
    start: tuple[float, float],
    cell: tuple[float, float],
    n_cells: tuple[int, int],
    extent: tuple[float, float],
    size: float,
    rng: np.random.Generator,
) -> None:
    """Draw the borders of cells: a grid of rules, sometimes with every third one thicker, or separate boxes.

    ``extent`` is the range of y of the vertical rules, in pixels.
    """
    thick, tone = max(1, round(size * rng.uniform(0.02, 0.08))), float(rng.uniform(0.3, 1.0))
    gap = float(rng.uniform(0.04, 0.2)) if rng.random() < 0.25 else 0.0
    every = int(rng.choice((0, 3)))
    lean = rng.normal(0.0, 0.02, 2)
    holes = _random_holes(rules.shape, size, rng) if rng.random() < _BROKEN else None
    for axis, (low, high) in ((0, extent), (1, (0.0, float(rules.shape[1])))):
        for i in range(n_cells[axis] + 1):
            width_here = thick * (2 if every and i % every == 0 else 1)
            for side in (-gap / 2, gap / 2) if gap else (0.0,):
                at = start[axis] + (i + side) * cell[axis]
                ends = np.array([[at, low], [at + lean[axis] * (high - low), high]])
                first, last = np.round(ends if axis == 0 else ends[:, ::-1]).astype(int).tolist()
                cv2.line(rules, first, last, tone, width_here)
    if holes is not None:
        rules[holes] = 0.0


def _random_holes(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return a random mask of blots, a third to a twentieth of a digit high."""
    grain = max(2.0, size * rng.uniform(0.05, 0.35))
    coarse = rng.standard_normal((int(shape[0] / grain) + 2, int(shape[1] / grain) + 2)).astype(np.float32)
    smooth = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(smooth > rng.uniform(0.0, 1.0))
