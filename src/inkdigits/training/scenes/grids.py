"""Rendering of grids: combs, rows of boxes, tables and puzzles, with a symbol, a cross or nothing in each cell."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.scenes.lines import PlacedSymbol, random_line_style, render_line
from inkdigits.training.scenes.sources import SymbolSources
from inkdigits.training.scenes.writers import Writer, random_writer

Floats = NDArray[np.float32]


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
    crossed = float(rng.choice((0.0, 0.3), p=(0.6, 0.4)))
    placed: list[PlacedSymbol] = []
    for row in range(n_rows):
        for column in range(n_columns):
            if rng.random() < blank:
                continue
            text = "XXX×-"[rng.integers(5)] if rng.random() < crossed else str(rng.integers(10))
            cell_writer = printer if text.isdigit() and rng.random() < given else writer
            astray = np.clip(rng.normal(0.0, 0.12, 2), -0.3, 0.3) * size
            x = left + (column + 0.5) * wide - 0.3 * size + astray[0]
            base = top + (row + 0.5) * tall + 0.5 * cell_writer.size + astray[1]
            placed += render_line(ink, text, x, base, cell_writer, style, sources, rng)
    _draw_cells(rules, (left, top), (wide, tall), (n_columns, n_rows), size, rng)
    return placed


def _draw_cells(
    rules: Floats,
    start: tuple[float, float],
    cell: tuple[float, float],
    n_cells: tuple[int, int],
    size: float,
    rng: np.random.Generator,
) -> None:
    """Draw the borders of cells: a grid of rules, sometimes with every third one thicker, or separate boxes."""
    thick, tone = max(1, round(size * rng.uniform(0.02, 0.08))), float(rng.uniform(0.3, 1.0))
    gap = float(rng.uniform(0.04, 0.2)) if rng.random() < 0.25 else 0.0
    every = int(rng.choice((0, 3)))
    height, width = rules.shape
    lean = rng.normal(0.0, 0.02, 2)
    for axis, length in ((0, height), (1, width)):
        for i in range(n_cells[axis] + 1):
            width_here = thick * (2 if every and i % every == 0 else 1)
            for side in (-gap / 2, gap / 2) if gap else (0.0,):
                at = start[axis] + (i + side) * cell[axis]
                ends = np.array([[at, 0.0], [at + lean[axis] * length, length]])
                first, last = np.round(ends if axis == 0 else ends[:, ::-1]).astype(int).tolist()
                cv2.line(rules, first, last, tone, width_here)
