"""Set a grid of cells: combs, rows of boxes, tables of marks, puzzles, with a symbol, a cross or nothing in each."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.scenes.hands import Hand, random_hand
from inkdigits.training.scenes.lines import Placed, random_manner, set_line
from inkdigits.training.scenes.stock import Stock

Floats = NDArray[np.float32]


def set_grid(
    ink: Floats, rules: Floats, size: float, hand: Hand, stock: Stock, rng: np.random.Generator
) -> list[Placed]:
    """Fill a canvas with cells and write into them.

    Parameters
    ----------
    ink, rules
        ``float32`` (h, w), 0 on paper and 1 where something is drawn; written on in place.
    size
        Height of the digits, in pixels.
    hand
        Who fills the cells in.
    stock
        What there is to draw from.
    rng
        The source of all randomness.

    Returns
    -------
    list of Placed
        What stands in the cells, row by row.
    """
    wide, tall = size * rng.uniform(1.05, 3.0), size * rng.uniform(1.25, 2.6)
    left, top = -rng.uniform(0.0, 1.0) * wide, -rng.uniform(0.0, 1.0) * tall
    n_rows, n_columns = (
        int(np.ceil(length / each)) + 2 for length, each in zip(ink.shape, (tall, wide), strict=True)
    )
    manner = random_manner(hand, rng)
    # Of a puzzle some digits are given, in print.
    printer = random_hand(stock, size * rng.uniform(0.8, 1.2), rng, "printed")
    given = float(rng.choice((0.0, 0.4, 1.0), p=(0.6, 0.25, 0.15)))
    blank = float(rng.choice((0.0, 0.15, 0.6), p=(0.4, 0.35, 0.25)))
    crossed = float(rng.choice((0.0, 0.3), p=(0.6, 0.4)))
    placed: list[Placed] = []
    for row in range(n_rows):
        for column in range(n_columns):
            if rng.random() < blank:
                continue
            text = "XXX×-"[rng.integers(5)] if rng.random() < crossed else str(rng.integers(10))
            writer = printer if text.isdigit() and rng.random() < given else hand
            astray = np.clip(rng.normal(0.0, 0.12, 2), -0.3, 0.3) * size
            x = left + (column + 0.5) * wide - 0.3 * size + astray[0]
            base = top + (row + 0.5) * tall + 0.5 * writer.size + astray[1]
            placed += set_line(ink, text, x, base, writer, manner, stock, rng)
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
    """Draw the sides of cells: the rules of a grid, every third perhaps a thick one, or boxes with gaps between."""
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
