"""What befalls a whole line of writing: separators and specks, remains of rules, coarse scans, blur, noise."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def as_floats(picture: Any) -> Floats:
    """Return what OpenCV answered as ``float32``."""
    return np.asarray(picture, np.float32)


def punctuate(canvas: Floats, size: float, right: int, base: int, rng: np.random.Generator) -> None:
    """Put a point, a comma or a dash on a line, in place.

    Parameters
    ----------
    canvas
        ``float32`` (h, w), ink 1 on paper 0.
    size
        Height of the line's digits, in pixels.
    right, base
        x of the right edge and y of the base of the digit that it follows.
    rng
        The source of all randomness.
    """
    x = right + 1
    thick = int(rng.integers(1, 4))
    kind = rng.random()
    if kind < 0.4:
        cv2.line(canvas, (x, base - 1), (x, base - 1), 1.0, thick + 1, cv2.LINE_AA)
    elif kind < 0.75:
        cv2.line(canvas, (x + 1, base - 2), (x - 1, base + int(rng.integers(2, 5))), 1.0, thick, cv2.LINE_AA)
    else:
        y = round(base - size * rng.uniform(0.35, 0.6))
        cv2.line(canvas, (x, y), (x + int(rng.integers(3, 8)), y), 1.0, thick, cv2.LINE_AA)


def wear_line(canvas: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Do to a line what paper, cameras and the cleaning of its picture do.

    Parameters
    ----------
    canvas
        ``float32`` (height, width), ink 1 on paper 0; changed in place.
    rng
        The source of all randomness.

    Returns
    -------
    ndarray
        ``uint8`` (height, width), ink 255 on paper 0.
    """
    height, width = canvas.shape
    if rng.random() < 0.1:  # a stroke of the line above or below
        y = -1 if rng.random() < 0.5 else height
        x = int(rng.integers(width))
        ends = (x, y), (x + int(rng.integers(-8, 9)), int(y + rng.integers(-6, 7)))
        cv2.line(canvas, *ends, 1.0, int(rng.integers(1, 4)), cv2.LINE_AA)
    if rng.random() < 0.1:  # what is left of a rule
        y = int(rng.integers(height))
        for x in range(int(rng.integers(20)), width, int(rng.integers(15, 60))):
            cv2.line(canvas, (x, y), (x + int(rng.integers(2, 14)), y), float(rng.uniform(0.3, 1)), 1)
    if rng.random() < 0.15:
        for _ in range(int(rng.integers(1, 5))):
            spot = int(rng.integers(width)), int(rng.integers(height))
            cv2.circle(canvas, spot, int(rng.integers(0, 2)), float(rng.uniform(0.4, 1)), -1)
    if rng.random() < 0.08:  # where a rule was taken out, or the pen skipped
        y = int(rng.integers(6, height - 6))
        canvas[y : y + int(rng.integers(1, 3))] *= np.float32(rng.uniform(0, 0.6))
    kind = rng.random()
    if kind < 0.12:
        share = rng.uniform(0.45, 0.8)
        coarse = round(width * share), round(height * share)
        small = cv2.resize(canvas, coarse, interpolation=cv2.INTER_AREA)
        canvas = as_floats(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
    elif kind < 0.5:
        canvas = as_floats(cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.3, 0.9)))
    if rng.random() < 0.35:  # nearly black and white
        level, steep = float(canvas.max()) * rng.uniform(0.25, 0.5), rng.uniform(3, 12)
        canvas = np.clip((canvas - np.float32(level)) * np.float32(steep) + 0.5, 0, 1)
    if rng.random() < 0.3:
        canvas = canvas ** np.float32(np.exp(rng.uniform(-0.6, 0.6)))
    if rng.random() < 0.25:
        noise = rng.standard_normal(canvas.shape).astype(np.float32)
        canvas = canvas + np.float32(rng.uniform(0.02, 0.1)) * noise * (canvas > 0.02)
    return np.asarray(np.clip(canvas, 0, 1) * 255, np.uint8)
