"""Ink on paper as a grey map, whatever the polarity, the light, the colour of the pen or of the paper."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.polarity import (
    Floats,
    noise_of,
    otsu,
    paper,
    polarity,
    quantile,
    sparse,
    thumbnail,
)
from inkdigits.pictures.ink.shadow_removal import is_shadow, without_edges

_COLOURED = 8.0
"""Mean difference between colour channels, in grey levels, from which a picture counts as coloured."""

_TELLING = 1.1
"""By how much farther from the paper than in luminance the ink is in a colour that is looked at instead."""

_LEAST_CONTRAST = 11.0
"""Grey levels between paper and ink below which there is nothing to read."""

_LEAST_OVER_NOISE = 5.5
"""Contrast over noise below which what stands out is noise (texture that is no ink: up to 4.9)."""

_FAINT, _SOFT = 24.0, 0.58
"""Contrast below which, and softness above which, what stands out is a crease or a shadow, not ink."""

_SHOW_THROUGH, _DIFFUSE = 0.125, 0.42
"""Share of the light below which, and softness above which, what stands out shines through from the back, or is
what is left of a shadow."""

THIN_STROKES = 0.16
"""The widest stroke where there is a shadow, as a share of the shorter side."""

_LEAST_SIDE = 40
"""Shorter side, in pixels, from which what shines through is told from ink."""

_LEAST_WITH_SHADOW = 64
"""Shorter side, in pixels, from which shadows are: a smaller picture is a close crop, of wide strokes."""

_TINY = 20
"""Longest side, in pixels, of pictures too small to show uneven light; ink may cover most of them."""

_SURE = 3.0
"""Log-odds of the polarity from which the other one is not considered."""


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
    flat
        Whether the paper is of one level, as on a screen.
    doubtful
        Whether the polarity may be the other one.
    """

    map: NDArray[np.uint8]
    light_on_dark: bool
    contrast: float
    noise: float
    flat: bool
    doubtful: bool


def find_ink(pixels: NDArray[np.uint8], light_on_dark: bool | None = None, widest_stroke: float = 0.4) -> Ink:
    """Separate the ink from the paper.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.
    light_on_dark
        The polarity, where it is known; otherwise it is judged.
    widest_stroke
        What is wider than this share of the picture's shorter side is no stroke, but a shadow or the
        edge of the sheet.

    Returns
    -------
    Ink
        With a map of zeros where the picture is blank.
    """
    grey = grey_of(pixels)
    if light_on_dark is not None:
        return ink_of(grey, light_on_dark, widest_stroke)
    light_on_dark, doubtful = judged_polarity(grey)
    ink = ink_of(grey, light_on_dark, widest_stroke)
    return replace(ink, doubtful=doubtful or ink.doubtful)


def grey_of(pixels: NDArray[np.uint8]) -> Floats:
    """Return the grey values on which ink is told from paper, ``float32`` of shape (h, w), 0 to 255."""
    return pixels.astype(np.float32) if pixels.ndim == 2 else most_telling_grey(pixels)


def judged_polarity(grey: Floats) -> tuple[bool, bool]:
    """Tell whether the ink is lighter than the paper, and whether that is doubtful."""
    vote = polarity(grey)
    return vote > 0, abs(vote) < _SURE


def ink_of(grey: Floats, light_on_dark: bool, widest_stroke: float) -> Ink:
    """Separate the ink from the paper on grey values; see `find_ink`."""
    if not light_on_dark:
        grey = np.float32(255.0) - grey
    level = _one_level(grey)
    flat = level is not None
    ground = paper(grey, widest_stroke) if level is None else np.full((1, 1), level, np.float32)
    rise = grey - ground
    seen = sparse(rise)
    noise = 0.0 if flat else noise_of(seen)
    contrast = _contrast(seen, noise)
    if contrast < max(_LEAST_CONTRAST, _LEAST_OVER_NOISE * noise) and not flat:
        # Strokes outlast a blur that noise does not.
        rise = np.asarray(cv2.GaussianBlur(rise, (0, 0), 1.0 if min(rise.shape) < 64 else 1.6), np.float32)
        seen = sparse(rise)
        noise = noise_of(seen)
        contrast = _contrast(seen, noise)
    is_large = min(grey.shape) >= _LEAST_SIDE
    depth = _depth(quantile(sparse(ground), 0.5), contrast, light_on_dark)
    softness = 0.0
    if contrast < _FAINT or depth < _SHOW_THROUGH:
        softness = _softness(seen, contrast)
    if (
        contrast < max(_LEAST_CONTRAST, _LEAST_OVER_NOISE * noise)
        or (contrast < _FAINT and not flat and softness > _SOFT)
        or (is_large and depth < _SHOW_THROUGH and softness > _DIFFUSE)
    ):
        return Ink(np.zeros(grey.shape, np.uint8), light_on_dark, contrast, noise, flat, False)
    found = _soft_map(rise, contrast, noise, flat)
    if flat or min(grey.shape) < _LEAST_WITH_SHADOW:
        return Ink(found, light_on_dark, contrast, noise, flat, False)
    clear = without_edges(found, grey, contrast)
    if widest_stroke > THIN_STROKES and (clear is not found or is_shadow(found, THIN_STROKES, depth)):
        # Beside a shadow the polarity was judged by the shadow.
        given = grey if light_on_dark else np.float32(255.0) - grey
        thin = ink_of(given, light_on_dark, THIN_STROKES)
        return replace(thin, map=without_edges(thin.map, grey, thin.contrast, anywhere=True), doubtful=True)
    return Ink(clear, light_on_dark, contrast, noise, flat, False)


def most_telling_grey(pixels: NDArray[np.uint8]) -> Floats:
    """Project colours on the direction in which the ink differs most from the paper.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w, 3), RGB.

    Returns
    -------
    ndarray
        ``float32`` of shape (h, w), 0 to 255: the luminance, unless another direction tells more.
    """
    small = thumbnail(pixels, 96).astype(np.float32)
    luminance = np.array([0.299, 0.587, 0.114], np.float32)
    colour = np.ptp(small, axis=2)
    if colour.mean() >= _COLOURED or colour.max() >= 4 * _COLOURED:
        flat = small.reshape(-1, 3)
        away = flat - np.partition(flat, len(flat) // 2, axis=0)[len(flat) // 2]
        strength = np.linalg.norm(away, axis=1)
        _, _, axes = np.linalg.svd(away[strength >= quantile(strength, 0.95)], full_matrices=False)
        direction = (axes[0] if axes[0].sum() >= 0 else -axes[0]).astype(np.float32)
        direction /= np.abs(direction).sum()
        if float(np.ptp(flat @ direction)) > _TELLING * float(np.ptp(flat @ luminance)):
            # What counts negatively is turned round, so that the values stay within 0 to 255.
            turned = np.float32(-255.0 * np.minimum(direction, 0).sum())
            return np.asarray(pixels.astype(np.float32) @ direction + turned, np.float32)
    return np.asarray(pixels.astype(np.float32) @ luminance, np.float32)


def _one_level(grey: Floats) -> float | None:
    """Return the level of the paper where most of it has exactly one, as on a screen."""
    if max(grey.shape) <= _TINY:
        return quantile(grey, 0.1)
    seen = sparse(grey)
    counts = np.bincount(np.rint(seen).astype(np.uint8).ravel(), minlength=256)
    paper_side = counts[: int(otsu(seen)) + 1]
    level, total = int(paper_side.argmax()), int(paper_side.sum())
    near = int(paper_side[max(level - 1, 0) : level + 2].sum())
    return float(level) if near >= 0.6 * total and total >= 0.08 * seen.size else None


def _depth(paper_level: float, contrast: float, light_on_dark: bool) -> float:
    """Return the contrast as a share of the lighter of paper and ink."""
    return contrast / max(1.0, paper_level + contrast if light_on_dark else 255.0 - paper_level)


def _softness(rise: Floats, contrast: float) -> float:
    """Return the share of half-dark pixels among those that stand out: strokes have edges."""
    out = rise > 0.25 * contrast
    return float((rise[out] < 0.7 * contrast).mean()) if out.any() else 1.0


def _contrast(rise: Floats, noise: float) -> float:
    """Return how far solid ink rises above the paper."""
    split = max(otsu(rise), 3.0 * noise, 1.0)
    inked = rise[rise > split]
    return quantile(inked, 0.75) if inked.size >= 3 else 0.0


def _soft_map(rise: Floats, contrast: float, noise: float, flat: bool) -> NDArray[np.uint8]:
    """Stretch the rise so that paper is 0 and solid ink is 255."""
    low, high = 0.0, float(rise.max())
    if not flat:
        low = min(max(2.5 * noise, 0.2 * contrast), 0.45 * contrast)
        high = 0.9 * contrast
    above = np.maximum(rise - np.float32(low), np.float32(0.0))
    return np.asarray(cv2.convertScaleAbs(above, alpha=255.0 / (high - low)), np.uint8)
