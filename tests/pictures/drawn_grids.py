"""Grids, drawn and photographed on curved paper."""

import cv2
import numpy as np

CELL = 48
"""Size of a cell, in pixels."""


def draw_grid(rows: int, columns: int, rules: int = 60) -> np.ndarray:
    """Draw an empty grid on paper with a wide margin; every third rule is thick."""
    paper = np.full((CELL * rows + 240, CELL * columns + 240), 225, np.uint8)
    for i in range(rows + 1):
        y = 120 + CELL * i
        cv2.line(paper, (120, y), (120 + CELL * columns, y), rules, 4 if i % 3 == 0 else 2)
    for i in range(columns + 1):
        x = 120 + CELL * i
        cv2.line(paper, (x, 120), (x, 120 + CELL * rows), rules, 4 if i % 3 == 0 else 2)
    return paper


def distort(paper: np.ndarray, turn: float = 0.05, bulge: float = 0.03) -> np.ndarray:
    """Rotate a sheet slightly, in perspective, with curvature and uneven light."""
    height, width = paper.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = x / width - 0.5, y / height - 0.5
    fan = 1 + 0.12 * v
    across = (u * np.cos(turn) + v * np.sin(turn)) * fan
    down = (v * np.cos(turn) - u * np.sin(turn)) * fan + bulge * np.cos(3 * u)
    maps = ((across + 0.5) * width).astype(np.float32), ((down + 0.5) * height).astype(np.float32)
    distorted = cv2.remap(paper, *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(distorted * (0.8 + 0.3 * u + 0.1 * v), 0, 255).astype(np.uint8)
