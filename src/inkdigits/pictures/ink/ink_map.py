"""The ink map of a picture: 0 on paper, 255 on full ink, for either polarity, uneven light, coloured pens and paper."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float32Array
from inkdigits.pictures.ink.background import estimate_background
from inkdigits.pictures.ink.grey_levels import (
    compute_otsu_threshold,
    compute_quantile,
    downscale,
    estimate_noise,
    subsample,
)
from inkdigits.pictures.ink.polarity import estimate_polarity
from inkdigits.pictures.ink.shadow_removal import has_shadow, remove_shadow_edges

_COLOUR_SIDE = 96
"""Longest side, in pixels, of the copy on which the colour of the ink is estimated."""

_MIN_CHROMA = 8.0
"""Smallest mean difference between the colour channels of a coloured picture, in grey levels."""

_MIN_PROJECTION_GAIN = 1.1
"""Smallest ratio of the range along the colour of the ink to the range of the luminance at which the first is used."""

_MIN_CONTRAST = 11.0
"""Smallest contrast between paper and ink, in grey levels; a picture with less is blank."""

_MIN_CONTRAST_TO_NOISE = 5.5
"""Smallest ratio of contrast to noise of ink (of texture without ink: up to 4.9)."""

_FAINT_CONTRAST, _MAX_FAINT_SOFTNESS = 24.0, 0.58
"""Contrast of faint ink, in grey levels, and its largest softness: faint and softer components are creases or
shadows."""

_SHOW_THROUGH_CONTRAST, _MAX_SHOW_THROUGH_SOFTNESS = 0.125, 0.42
"""Contrast of writing that shows through from the back, as a share of the light, and the largest softness of ink with
so little contrast."""

THIN_STROKES = 0.16
"""Width of the widest stroke beside a shadow, as a share of the shorter side."""

_MIN_SHOW_THROUGH_SIDE = 40
"""Shorter side, in pixels, from which writing on the back is distinguished from ink."""

_MIN_SHADOW_SIDE = 64
"""Shorter side, in pixels, from which shadows are removed: a smaller picture is a close crop with wide strokes."""

_MAX_EVEN_SIDE = 20
"""Longest side, in pixels, up to which light is assumed to be even, because ink may cover most of the picture."""


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
    is_even
        Whether the paper has one grey level, as on a screen.
    is_doubtful
        Whether the polarity may be the opposite one.
    """

    map: NDArray[np.uint8]
    light_on_dark: bool
    contrast: float
    noise: float
    is_even: bool
    is_doubtful: bool


def find_ink(pixels: NDArray[np.uint8], light_on_dark: bool | None = None, widest_stroke: float = 0.4) -> Ink:
    """Separate the ink from the paper.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.
    light_on_dark
        Whether the ink is lighter than the paper; None to estimate it.
    widest_stroke
        Width of the widest stroke, as a share of the shorter side; wider regions are shadows or the edge of a sheet.

    Returns
    -------
    Ink
        With a map of zeros if the picture is blank.
    """
    grey = convert_to_grey(pixels)
    if light_on_dark is not None:
        return separate_ink(grey, light_on_dark, widest_stroke)
    light_on_dark, is_doubtful = estimate_polarity(grey)
    ink = separate_ink(grey, light_on_dark, widest_stroke)
    return replace(ink, is_doubtful=is_doubtful or ink.is_doubtful)


def convert_to_grey(pixels: NDArray[np.uint8]) -> Float32Array:
    """Return the grey levels on which ink is separated from paper.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.

    Returns
    -------
    ndarray
        ``float32`` of shape (h, w), 0 to 255; of a coloured picture see `project_colours`.
    """
    return pixels.astype(np.float32) if pixels.ndim == 2 else project_colours(pixels)


def separate_ink(grey: Float32Array, light_on_dark: bool, widest_stroke: float) -> Ink:
    """Separate the ink from the paper on grey levels of known polarity.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), 0 to 255.
    light_on_dark, widest_stroke
        As of `find_ink`.
    """
    if not light_on_dark:
        grey = np.float32(255.0) - grey
    level = _find_even_level(grey)
    is_even = level is not None
    ground = estimate_background(grey, widest_stroke) if level is None else np.full((1, 1), level, np.float32)
    rise = grey - ground
    samples = subsample(rise)
    noise = 0.0 if is_even else estimate_noise(samples)
    contrast = _measure_contrast(samples, noise)
    if contrast < max(_MIN_CONTRAST, _MIN_CONTRAST_TO_NOISE * noise) and not is_even:
        # A blur removes noise, but not strokes.
        rise = np.asarray(cv2.GaussianBlur(rise, (0, 0), 1.0 if min(rise.shape) < 64 else 1.6), np.float32)
        samples = subsample(rise)
        noise = estimate_noise(samples)
        contrast = _measure_contrast(samples, noise)
    contrast_share = _compute_contrast_share(
        compute_quantile(subsample(ground), 0.5), contrast, light_on_dark
    )
    softness = 0.0
    if contrast < _FAINT_CONTRAST or contrast_share < _SHOW_THROUGH_CONTRAST:
        softness = _measure_softness(samples, contrast)
    is_large = min(grey.shape) >= _MIN_SHOW_THROUGH_SIDE
    if (
        contrast < max(_MIN_CONTRAST, _MIN_CONTRAST_TO_NOISE * noise)
        or (contrast < _FAINT_CONTRAST and not is_even and softness > _MAX_FAINT_SOFTNESS)
        or (is_large and contrast_share < _SHOW_THROUGH_CONTRAST and softness > _MAX_SHOW_THROUGH_SOFTNESS)
    ):
        return Ink(np.zeros(grey.shape, np.uint8), light_on_dark, contrast, noise, is_even, False)
    ink = _stretch_rise(rise, contrast, noise, is_even)
    if is_even or min(grey.shape) < _MIN_SHADOW_SIDE:
        return Ink(ink, light_on_dark, contrast, noise, is_even, False)
    clean = remove_shadow_edges(ink, grey, contrast)
    if widest_stroke > THIN_STROKES and (clean is not ink or has_shadow(ink, THIN_STROKES, contrast_share)):
        # The shadow may have decided the polarity, so the polarity is doubtful.
        given = grey if light_on_dark else np.float32(255.0) - grey
        thin = separate_ink(given, light_on_dark, THIN_STROKES)
        clean = remove_shadow_edges(thin.map, grey, thin.contrast, everywhere=True)
        return replace(thin, map=clean, is_doubtful=True)
    return Ink(clean, light_on_dark, contrast, noise, is_even, False)


def project_colours(pixels: NDArray[np.uint8]) -> Float32Array:
    """Project colours on the direction in which the ink differs most from the paper.

    The direction is the first right singular vector of the 5% of the pixels that differ most from the median colour.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w, 3), RGB.

    Returns
    -------
    ndarray
        ``float32`` of shape (h, w), 0 to 255: the luminance, unless that direction has at least 1.1 times its range.
    """
    small = downscale(pixels, _COLOUR_SIDE).astype(np.float32)
    luminance = np.array([0.299, 0.587, 0.114], np.float32)
    chroma = np.ptp(small, axis=2)
    if chroma.mean() >= _MIN_CHROMA or chroma.max() >= 4 * _MIN_CHROMA:
        colours = small.reshape(-1, 3)
        differences = colours - np.partition(colours, len(colours) // 2, axis=0)[len(colours) // 2]
        distances = np.linalg.norm(differences, axis=1)
        farthest = differences[distances >= compute_quantile(distances, 0.95)]
        _, _, axes = np.linalg.svd(farthest, full_matrices=False)
        direction = (axes[0] if axes[0].sum() >= 0 else -axes[0]).astype(np.float32)
        direction /= np.abs(direction).sum()
        if float(np.ptp(colours @ direction)) > _MIN_PROJECTION_GAIN * float(np.ptp(colours @ luminance)):
            # The offset for negative coefficients keeps the levels within 0 to 255.
            offset = np.float32(-255.0 * np.minimum(direction, 0).sum())
            return np.asarray(pixels.astype(np.float32) @ direction + offset, np.float32)
    return np.asarray(pixels.astype(np.float32) @ luminance, np.float32)


def _find_even_level(grey: Float32Array) -> float | None:
    """Return the level of the paper if most of the paper has exactly that level, as on a screen."""
    if max(grey.shape) <= _MAX_EVEN_SIDE:
        return compute_quantile(grey, 0.1)
    samples = subsample(grey)
    counts = np.bincount(np.rint(samples).astype(np.uint8).ravel(), minlength=256)
    paper_counts = counts[: int(compute_otsu_threshold(samples)) + 1]
    level, total = int(paper_counts.argmax()), int(paper_counts.sum())
    near = int(paper_counts[max(level - 1, 0) : level + 2].sum())
    return float(level) if near >= 0.6 * total and total >= 0.08 * samples.size else None


def _compute_contrast_share(paper_level: float, contrast: float, light_on_dark: bool) -> float:
    """Return the contrast as a share of the lighter of paper and ink, 0 to 1."""
    return contrast / max(1.0, paper_level + contrast if light_on_dark else 255.0 - paper_level)


def _measure_softness(rise: Float32Array, contrast: float) -> float:
    """Return the share of half-dark pixels among the pixels above the paper, 0 to 1: sharp strokes have few."""
    is_inked = rise > 0.25 * contrast
    return float((rise[is_inked] < 0.7 * contrast).mean()) if is_inked.any() else 1.0


def _measure_contrast(rise: Float32Array, noise: float) -> float:
    """Return the rise of full ink above the paper, in grey levels."""
    threshold = max(compute_otsu_threshold(rise), 3.0 * noise, 1.0)
    inked = rise[rise > threshold]
    return compute_quantile(inked, 0.75) if inked.size >= 3 else 0.0


def _stretch_rise(rise: Float32Array, contrast: float, noise: float, is_even: bool) -> NDArray[np.uint8]:
    """Stretch the rise so that paper is 0 and full ink is 255."""
    low, high = 0.0, float(rise.max())
    if not is_even:
        low = min(max(2.5 * noise, 0.2 * contrast), 0.45 * contrast)
        high = 0.9 * contrast
    above = np.maximum(rise - np.float32(low), np.float32(0.0))
    return np.asarray(cv2.convertScaleAbs(above, alpha=255.0 / (high - low)), np.uint8)
