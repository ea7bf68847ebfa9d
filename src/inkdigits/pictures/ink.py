"""Ink on paper as a grey map, whatever the polarity, the light, the colour of the pen or of the paper."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_THUMBNAIL_SIDE = 96
"""Longest side, in pixels, of the small copy on which paper and polarity are judged."""

_COLOURED = 8.0
"""Mean difference between colour channels, in grey levels, from which a picture counts as coloured."""

_LEAST_CONTRAST = 10.0
"""Grey levels between paper and ink below which there is nothing to read."""


@dataclass(frozen=True)
class Ink:
    """The ink of a picture.

    Attributes
    ----------
    map
        ``uint8`` of the picture's shape (height, width): 0 is paper, 255 full ink.
    light_on_dark
        Whether the ink is lighter than the paper.
    contrast
        Difference between paper and ink, in grey levels of the picture (0 to 255).
    noise
        Standard deviation of the paper, in the same levels.
    """

    map: NDArray[np.uint8]
    light_on_dark: bool
    contrast: float
    noise: float


def find_ink(pixels: NDArray[np.uint8], light_on_dark: bool | None = None) -> Ink:
    """Separate the ink from the paper.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.
    light_on_dark
        The polarity, where it is known; otherwise it is judged.

    Returns
    -------
    Ink
        With a map of zeros where the picture is blank.
    """
    grey = pixels.astype(np.float32) if pixels.ndim == 2 else _most_telling_grey(pixels)
    if light_on_dark is None:
        light_on_dark = polarity(grey) > 0
    if not light_on_dark:
        grey = 255.0 - grey
    rise, noise = _above_paper(grey)
    contrast, threshold = _contrast(rise, noise)
    if contrast < max(_LEAST_CONTRAST, 3.0 * noise):
        return Ink(np.zeros(grey.shape, np.uint8), light_on_dark, contrast, noise)
    return Ink(_soft_map(rise, contrast, threshold, noise), light_on_dark, contrast, noise)


def polarity(grey: Floats) -> float:
    """Judge which of light and dark is the ink.

    The border of a picture is mostly paper, strokes cover the lesser part, and they stand out of
    their surroundings on one side.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), 0 to 255.

    Returns
    -------
    float
        Above 0 where light ink lies on dark paper, below 0 where dark ink lies on light paper;
        close to 0 in doubt. From -1 to 1.
    """
    small = _thumbnail(grey, _THUMBNAIL_SIDE)
    lowest, highest = float(small.min()), float(small.max())
    if highest - lowest < 1.0:
        return -1.0
    height, width = small.shape
    window = min(255, max(3, int(0.7 * max(height, width)) | 1))
    eight = np.rint((small - lowest) * (255.0 / (highest - lowest))).astype(np.uint8)
    reach = window // 2
    framed = cv2.copyMakeBorder(eight, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    local = cv2.medianBlur(framed, window)[reach : reach + height, reach : reach + width]
    stands_out = eight.astype(np.float32) - local
    light, dark = (
        float(np.square(np.maximum(stands_out, 0)).sum()),
        float(np.square(np.minimum(stands_out, 0)).sum()),
    )
    side = (light - dark) / (light + dark + 1e-6)
    split, _ = cv2.threshold(eight, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    is_light = eight > split
    border = np.concatenate([is_light[0], is_light[-1], is_light[1:-1, 0], is_light[1:-1, -1]])
    corners = is_light[[0, 0, -1, -1], [0, -1, 0, -1]]
    return float(
        np.clip(
            0.35 * side
            + 0.4 * (1 - 2 * border.mean())
            + 0.15 * (1 - 2 * corners.mean())
            + 0.25 * (1 - 2 * is_light.mean()),
            -1,
            1,
        )
    )


def _most_telling_grey(pixels: NDArray[np.uint8]) -> Floats:
    """Project colours on the direction in which the ink differs most from the paper."""
    small = _thumbnail(pixels.astype(np.float32), _THUMBNAIL_SIDE)
    luminance = np.array([0.299, 0.587, 0.114], np.float32)
    if np.ptp(small, axis=2).mean() >= _COLOURED or np.ptp(small, axis=2).max() >= 4 * _COLOURED:
        flat = small.reshape(-1, 3)
        away = flat - np.partition(flat, len(flat) // 2, axis=0)[len(flat) // 2]
        strength = np.linalg.norm(away, axis=1)
        strongest = away[strength >= _quantile(strength, 0.95)]
        _, _, axes = np.linalg.svd(strongest, full_matrices=False)
        direction = axes[0] if axes[0].sum() >= 0 else -axes[0]
        spread = float(np.ptp(flat @ direction)), float(np.ptp(flat @ luminance))
        if spread[0] > 0 and spread[0] > 1.15 * spread[1]:
            grey = pixels.astype(np.float32) @ direction.astype(np.float32)
            lowest, highest = float((flat @ direction).min()), float((flat @ direction).max())
            reach = min(255.0, spread[0])
            return np.asarray(np.clip((grey - lowest) * (reach / (highest - lowest)), 0, 255), np.float32)
    return pixels.astype(np.float32) @ luminance


def _above_paper(grey: Floats) -> tuple[Floats, float]:
    """Return how far each pixel rises above the paper under light ink, and the paper's noise."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    level = _quantile(border, 0.5)
    if np.mean(np.abs(grey - level) <= 1.0) >= 0.4:  # drawn on a screen, or cleaned already
        return np.maximum(grey - level, 0.0), 0.0
    small = _thumbnail(grey, _THUMBNAIL_SIDE)
    height, width = small.shape
    reach = int(max(0.4 * min(height, width), 0.2 * max(height, width), 2)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0) if min(height, width) >= 24 else small
    paper = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, kernel)
    for _ in range(2):
        rise = small - paper
        split = _otsu(rise)
        is_paper = (rise <= 0.6 * split).astype(np.float32)
        if is_paper.mean() < 0.1:
            break
        sigma = 0.08 * max(height, width) + 1.0
        weight = cv2.GaussianBlur(is_paper, (0, 0), sigma)
        mean = cv2.GaussianBlur(small * is_paper, (0, 0), sigma) / np.maximum(weight, 1e-3)
        paper = np.where(weight > 0.02, mean, paper).astype(np.float32)
    full = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    rise = grey - full
    below = rise[rise < max(_otsu(rise), 1.0) * 0.6]
    noise = 1.4826 * _quantile(np.abs(below - _quantile(below, 0.5)), 0.5) if below.size else 0.0
    return np.maximum(rise, 0.0), noise


def _contrast(rise: Floats, noise: float) -> tuple[float, float]:
    """Return the rise of solid ink above the paper, and the threshold between the two."""
    split = max(_otsu(rise), 3.0 * noise, 1.0)
    inked = rise[rise > split]
    if inked.size < 3:
        return 0.0, split
    solid = _quantile(inked, 0.75)
    return solid, split


def _soft_map(rise: Floats, contrast: float, threshold: float, noise: float) -> NDArray[np.uint8]:
    """Stretch the rise so that paper is 0 and solid ink is 255."""
    low = min(2.5 * noise, 0.8 * threshold)
    high = max(contrast * 0.95, low + 1.0)
    if noise == 0.0:
        high = float(rise.max())
    stretched = (rise - low) * np.float32(255.0 / (high - low))
    return np.asarray(np.clip(np.rint(stretched), 0, 255), np.uint8)


def _otsu(values: Floats) -> float:
    """Return Otsu's threshold (Otsu 1979, IEEE Trans. SMC 9:62) of values from 0 to 255."""
    eight = np.clip(values, 0, 255).astype(np.uint8)
    split, _ = cv2.threshold(eight, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(split)


def _quantile(values: Floats, share: float) -> float:
    """Return a quantile; ``np.quantile`` would import ``numpy.ma``, a tenth of the time of numpy."""
    flat = values.ravel()
    place = min(int(share * flat.size), flat.size - 1)
    return float(np.partition(flat, place)[place])


def _thumbnail(values: Floats, side: int) -> Floats:
    """Scale down to a longest side of ``side`` pixels; smaller pictures stay as they are."""
    height, width = values.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return values
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
