"""Smooth random fields and grain, used for paper, light and noise."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[Any]
"""A ``float32`` array. The type says less, because the stubs of OpenCV do not keep the type of the elements."""
_GRAIN_SIDE = 1024


@lru_cache(maxsize=1)
def _grain_bank() -> Field:
    """Return one large field of normal noise; drawing fresh noise for every picture is ten times slower."""
    return np.random.default_rng(20240917).standard_normal((_GRAIN_SIDE, _GRAIN_SIDE), np.float32)


def grain(rng: np.random.Generator, height: int, width: int, blur: float = 0.0) -> Field:
    """Return noise of mean 0 and standard deviation 1, shape (height, width), at a random place of the bank.

    Parameters
    ----------
    blur
        Standard deviation, in pixels, of a blur that makes the grain coarser (its spread stays 1).
    """
    bank = _grain_bank()
    top, left = rng.integers(0, _GRAIN_SIDE, 2)
    rows = (np.arange(height) + top) % _GRAIN_SIDE
    columns = (np.arange(width) + left) % _GRAIN_SIDE
    field: Field = bank[rows[:, None], columns[None, :]]
    if rng.random() < 0.5:
        field = np.ascontiguousarray(field[:, ::-1])
    if blur > 0:
        field = np.asarray(cv2.GaussianBlur(field, (0, 0), blur), np.float32)
        field /= max(float(field.std()), 1e-6)
    return field


def smooth(rng: np.random.Generator, height: int, width: int, cells: float = 4.0) -> Field:
    """Return a smooth field in about [-1, 1], shape (height, width), with ``cells`` hills along the long side."""
    long_side = max(height, width)
    rows = max(2, round(cells * height / long_side)) + 2
    columns = max(2, round(cells * width / long_side)) + 2
    coarse = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def ramp(height: int, width: int, angle: float) -> Field:
    """Return a plane that rises from 0 to 1 across the picture in the direction ``angle`` (radians)."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * np.float32(np.cos(angle))
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(np.sin(angle))
    plane = x + y
    low, high = float(plane.min()), float(plane.max())
    return (plane - low) / max(high - low, 1e-6)


def smoothstep(field: Field, low: float, high: float) -> Field:
    """Rise smoothly from 0 at ``low`` to 1 at ``high``."""
    t: Field = np.clip((field - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def log_uniform(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    """Draw from ``bounds``, each doubling as likely as any other."""
    return float(np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]))))
