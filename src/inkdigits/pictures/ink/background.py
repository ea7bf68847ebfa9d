"""The grey level of the paper at every pixel, also under the ink."""

import cv2
import numpy as np

from inkdigits.pictures.ink.array_types import Float32Array
from inkdigits.pictures.ink.grey_levels import blur, compute_otsu_threshold, compute_quantile, downscale

_BACKGROUND_SIDE = 128
"""Longest side, in pixels, of the copy on which the background is estimated."""

_SURFACE_SIDE = 64
"""Longest side, in pixels, of the copy to which the quadratic surface is fitted."""

_MIN_FILTERED_SIDE = 24
"""Shorter side of the copy, in pixels, from which a median filter removes noise from the background."""

_N_FIT_STEPS, _N_WIDE_STEPS = 6, 2
"""Steps of the robust fit, and how many of the first steps use twice the scale."""


def fit_quadratic_surface(grey: Float32Array) -> Float32Array:
    """Fit a surface of the second degree to the paper, robust to ink and dirt.

    The fit is least squares with Cauchy weights, reweighted six times, with a small ridge penalty.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), 0 to 255. Every pixel enters the fit, so the image must be small.

    Returns
    -------
    ndarray
        ``float32`` of the same shape.
    """
    height, width = grey.shape
    down, across = np.meshgrid(
        np.linspace(-1, 1, height, dtype=np.float32),
        np.linspace(-1, 1, width, dtype=np.float32),
        indexing="ij",
    )
    terms = [np.ones_like(down), across, down, across * down, across**2, down**2]
    design = np.stack(terms, axis=-1).reshape(-1, len(terms))
    values = grey.ravel()
    surface = np.full(values.shape, compute_quantile(values, 0.5), np.float32)
    penalty = np.diag(np.array([0, 1, 1, 1, 2, 2], np.float32)) * np.float32(0.01)
    for step in range(_N_FIT_STEPS):
        residuals = values - surface
        scale = max(compute_quantile(np.abs(residuals), 0.5) * 1.5, 1.0) * (
            2.0 if step < _N_WIDE_STEPS else 1.0
        )
        weights = 1.0 / (1.0 + np.square(residuals / scale))
        weighted = design * weights[:, np.newaxis]
        total = float(weights.sum())
        surface = design @ np.linalg.solve(design.T @ weighted + penalty * total, weighted.T @ values)
    return np.asarray(surface.reshape(height, width), np.float32)


def estimate_background(grey: Float32Array, widest_stroke: float = 0.4) -> Float32Array:
    """Estimate the level of the paper at every pixel, also under light ink.

    A quadratic surface is subtracted first. A morphological opening, wider than the widest stroke, then removes
    the ink from the rest. Edges of shadows remain in the background.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), 0 to 255, ink lighter than the paper.
    widest_stroke
        Width of the widest stroke, as a share of the shorter side.

    Returns
    -------
    ndarray
        ``float32`` of the same shape.
    """
    small = downscale(grey, _BACKGROUND_SIDE)
    height, width = small.shape
    smooth = blur(small, 1.0)
    surface = fit_quadratic_surface(downscale(smooth, _SURFACE_SIDE))
    trend = cv2.resize(surface, (width, height), interpolation=cv2.INTER_LINEAR)
    level = smooth - trend
    side = int(max(widest_stroke * min(height, width), 0.5 * widest_stroke * max(height, width), 3)) | 1
    opened = cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    rise = level - opened
    # The opening follows the minima of the noise, so pixels without ink keep their own level.
    is_paper = rise <= 0.5 * compute_otsu_threshold(rise)
    filled = np.where(is_paper, level, opened)
    filtered = cv2.medianBlur(filled, 5) if min(height, width) >= _MIN_FILTERED_SIDE else filled
    background = cv2.GaussianBlur(filtered, (0, 0), 1.0)
    bias = compute_quantile((level - opened)[is_paper], 0.5) if is_paper.any() else 0.0
    background = np.maximum(background, opened)
    is_inner_paper = cv2.erode(is_paper.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    background = np.where(is_inner_paper, background, opened + bias)
    full: Float32Array = np.asarray(
        cv2.resize((background + trend).astype(np.float32), grey.shape[::-1], interpolation=cv2.INTER_LINEAR),
        np.float32,
    )
    return full
