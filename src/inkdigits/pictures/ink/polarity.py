"""Polarity of a picture: whether the ink is lighter or darker than the paper."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink.array_types import Float32Array, Float64Array
from inkdigits.pictures.ink.background import fit_quadratic_surface
from inkdigits.pictures.ink.grey_levels import blur, compute_otsu_threshold, compute_quantile, downscale

_FEATURE_SIDE = 64
"""Longest side, in pixels, of the copy on which the features are computed."""

_SPARSE_SIDE = 256
"""Longest side, in pixels, of the copy on which sparse writing is detected."""

_SPARSE_SHARE = 0.06
"""Share of the pixels below which writing is sparse."""

_MIN_SPARSE_CONTRAST = 20.0
"""Smallest contrast of sparse writing to the median around it, in grey levels."""

_MIN_SPARSE_RATIO = 2.5
"""Smallest ratio of the contrast of sparse writing to the contrast on the opposite side of the median."""

_SPARSE_LOG_ODDS = 8.0
"""Log-odds of the polarity of sparse writing."""

_DECISIVE_LOG_ODDS = 3.0
"""Absolute log-odds from which the opposite polarity is not considered."""

POLARITY_WEIGHTS = (0.8, 2.0, 2.5, 0.7, 0.8, 2.7)
"""Log-odds per unit of each of the `compute_polarity_features`: a logistic regression on pictures drawn from held-out
training images (``benchmarks/settings/polarity.py``, ``benchmarks/results/polarity.json``)."""


class Polarity(NamedTuple):
    """Polarity of a picture.

    Attributes
    ----------
    light_on_dark
        Whether the ink is lighter than the paper.
    is_doubtful
        Whether the opposite polarity must be considered too.
    """

    light_on_dark: bool
    is_doubtful: bool


def estimate_polarity(grey: Float32Array) -> Polarity:
    """Return whether the ink is lighter than the paper, and whether that is doubtful.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), 0 to 255.
    """
    log_odds = compute_polarity_log_odds(grey)
    return Polarity(log_odds > 0, abs(log_odds) < _DECISIVE_LOG_ODDS)


def compute_polarity_log_odds(grey: Float32Array) -> float:
    """Return the log-odds of light ink on dark paper.

    Sparse writing decides alone; otherwise the log-odds are a weighted sum of `compute_polarity_features`.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), 0 to 255.

    Returns
    -------
    float
        Above 0 for light ink on dark paper, below 0 for dark ink on light paper.
    """
    sparse = _compute_sparse_log_odds(grey)
    if sparse:
        return sparse
    features = compute_polarity_features(grey)
    return -1.0 if features is None else float(np.dot(POLARITY_WEIGHTS, features))


def compute_polarity_features(grey: Float32Array) -> Float64Array | None:
    """Return six features of the polarity, above 0 for light ink and below 0 for dark ink.

    They assume that the border of a picture is mostly paper, that strokes cover the smaller part of the picture,
    that strokes are thinner than the gaps between them, and that ink deviates from the paper in one direction.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), 0 to 255.

    Returns
    -------
    ndarray or None
        ``float64`` (6,), each about -1 to 1: balance of the deviations from the paper, thin structures at two sizes,
        the border, a ring inside the border, and a fixed vote of border, corners, area and local medians. None if
        all pixels have the same level.
    """
    small = downscale(grey, _FEATURE_SIDE)
    height, width = small.shape
    if np.ptp(small) < 1.0:
        return None
    smooth = blur(small, 0.8)
    level = smooth - fit_quadratic_surface(smooth)
    largest = float(np.abs(level).max()) or 1.0
    is_light = _threshold_levels(128.0 + level * (127.0 / largest))
    inset = max(1, int(0.12 * min(height, width))) if min(height, width) > 4 else 0
    return np.array(
        [
            _compute_balance(level),
            _compare_thin_structures(smooth, int(0.3 * min(height, width))),
            _compare_thin_structures(smooth, int(0.12 * max(height, width))),
            1.0 - 2.0 * _compute_ring_mean(is_light, 0),
            1.0 - 2.0 * _compute_ring_mean(is_light, inset),
            _compute_fixed_vote(small),
        ]
    )


def _compute_sparse_log_odds(grey: Float32Array) -> float:
    """Return the log-odds of light ink where writing covers little of a large picture, as a line in a photo does.

    The copy for the other features is too small for such writing: the line becomes a grey band there.

    Returns
    -------
    float
        0 if the picture is small, if it is not sparse, or if pixels deviate from the median in both directions.
    """
    if max(grey.shape) < 2 * _SPARSE_SIDE:
        return 0.0
    small = downscale(grey, _SPARSE_SIDE)
    side = int(0.2 * min(small.shape)) | 1
    median = cv2.medianBlur(np.clip(small, 0, 255).astype(np.uint8), max(side, 3)).astype(np.float32)
    deviation = small - median
    light, dark = compute_quantile(deviation, 0.997), -compute_quantile(deviation, 0.003)
    largest = max(light, dark)
    if largest < _MIN_SPARSE_CONTRAST or float((np.abs(deviation) > 0.5 * largest).mean()) > _SPARSE_SHARE:
        return 0.0
    if light > _MIN_SPARSE_RATIO * max(dark, 0.0):
        return _SPARSE_LOG_ODDS
    return -_SPARSE_LOG_ODDS if dark > _MIN_SPARSE_RATIO * max(light, 0.0) else 0.0


def _compute_balance(level: Float32Array) -> float:
    """Return the balance of squared deviations above and below 0, -1 to 1."""
    up, down = float(np.square(np.maximum(level, 0)).sum()), float(np.square(np.minimum(level, 0)).sum())
    return (up - down) / (up + down + 1e-6)


def _compare_thin_structures(grey: Float32Array, width: int) -> float:
    """Return the balance of light and dark structures thinner than ``width`` pixels, -1 to 1."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, width) | 1, max(3, width) | 1))
    light = float(np.square(grey - cv2.morphologyEx(grey, cv2.MORPH_OPEN, kernel)).sum())
    dark = float(np.square(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel) - grey).sum())
    return (light - dark) / (light + dark + 1e-6)


def _compute_fixed_vote(small: Float32Array) -> float:
    """Return a fixed vote of border, corners, area and local medians, about -1 to 1; assumes even light."""
    height, width = small.shape
    lowest = float(small.min())
    eight_bits = np.rint((small - lowest) * (255.0 / (float(small.max()) - lowest))).astype(np.uint8)
    reach = min(255, max(3, int(0.7 * max(height, width)) | 1)) // 2
    padded = cv2.copyMakeBorder(eight_bits, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    local = cv2.medianBlur(padded, 2 * reach + 1)[reach : reach + height, reach : reach + width]
    is_light = _threshold_levels(eight_bits.astype(np.float32))
    corners = is_light[[0, 0, -1, -1], [0, -1, 0, -1]]
    return float(
        0.35 * _compute_balance(eight_bits.astype(np.float32) - local)
        + 0.4 * (1.0 - 2.0 * _compute_ring_mean(is_light, 0))
        + 0.15 * (1.0 - 2.0 * corners.mean())
        + 0.25 * (1.0 - 2.0 * is_light.mean())
    )


def _threshold_levels(values: Float32Array) -> NDArray[np.bool_]:
    return np.asarray(np.floor(values) > compute_otsu_threshold(values))


def _compute_ring_mean(mask: NDArray[np.bool_], inset: int) -> float:
    """Return the share of set pixels on a ring of one pixel, ``inset`` pixels from the border."""
    inner = mask[inset : mask.shape[0] - inset, inset : mask.shape[1] - inset]
    return float(np.concatenate([inner[0], inner[-1], inner[:, 0], inner[:, -1]]).mean())
