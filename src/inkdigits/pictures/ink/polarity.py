"""How paper and light look under the ink: which of light and dark is the ink, and the level of the paper."""

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pixels = TypeVar("Pixels", NDArray[np.float32], NDArray[np.uint8])

INK = 64
"""Value of an ink map, 0 to 255, from which a pixel belongs to a stroke."""

_THUMBNAIL_SIDE = 128
"""Longest side, in pixels, of the small copy on which the paper is judged."""

_POLARITY_SIDE = 64
"""Longest side of the still smaller copy on which the polarity is judged."""

_ENOUGH_TO_JUDGE = 400_000
"""Pixels from which levels, noise and contrast are known as well as from more."""

_SPARSE_SIDE = 256
"""Longest side of the copy on which sparse writing is looked for."""

_SPARSE_SHARE = 0.06
"""Writing is sparse when it takes up less than this share of the picture."""

_LEAST_AWAY = 20.0
"""Grey levels by which sparse writing stands out of its surroundings at least."""

_ONE_SIDED = 2.5
"""By how much farther than anything on the other side."""

VOTE_WEIGHTS = (0.8, 2.0, 2.5, 0.7, 0.8, 2.7)
"""Log-odds that each of the `polarity_votes` is worth: a logistic regression on drawn pictures of held-out training
images (``benchmarks/polarity.py``, ``benchmarks/results/polarity.json``)."""

_SPARSE_ODDS = 8.0
"""Log-odds of a picture that is told by its sparse writing."""


def polarity(grey: Floats) -> float:
    """Judge which of light and dark is the ink.

    The border of a picture is mostly paper, strokes cover the lesser part of it, they are thinner
    than the gaps between them, and they stand out of their surroundings on one side; see `polarity_votes`.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), 0 to 255.

    Returns
    -------
    float
        The log-odds of light ink on dark paper: above 0 for it, below 0 for dark ink on light paper.
    """
    sparse = _sparse_writing(grey)
    if sparse:
        return sparse
    votes = polarity_votes(grey)
    return -1.0 if votes is None else float(np.dot(VOTE_WEIGHTS, votes))


def polarity_votes(grey: Floats) -> NDArray[np.float64] | None:
    """Return what speaks for light ink (above 0) and for dark ink (below 0), on a small copy.

    Parameters
    ----------
    grey
        As for `polarity`.

    Returns
    -------
    ndarray or None
        ``float64`` (6,): the balance of what deviates from the paper, two sizes of thin structures, the border, a ring
        inside it, and a plain vote of border, corners, area and local medians. None where the picture is of one level.
    """
    small = thumbnail(grey, _POLARITY_SIDE)
    height, width = small.shape
    if np.ptp(small) < 1.0:
        return None
    smooth = _blurred(small, 0.8)
    level = smooth - slope(smooth)
    reach = float(np.abs(level).max()) or 1.0
    is_light = _split(128.0 + level * (127.0 / reach))
    inset = max(1, int(0.12 * min(height, width))) if min(height, width) > 4 else 0
    return np.array(
        [
            _balance(level),
            _thin_structures(smooth, int(0.3 * min(height, width))),
            _thin_structures(smooth, int(0.12 * max(height, width))),
            1.0 - 2.0 * _ring(is_light, 0),
            1.0 - 2.0 * _ring(is_light, inset),
            _plain_vote(small),
        ]
    )


def _sparse_writing(grey: Floats) -> float:
    """Judge by how far strokes stand out of the median around them, where writing takes up little of the picture.

    A line of writing across a large photo is a grey band on the copy that the other votes see.

    Returns
    -------
    float
        Log-odds as of `polarity`; 0 where the picture is small, or full, or stands out to both sides.
    """
    if max(grey.shape) < 2 * _SPARSE_SIDE:
        return 0.0
    small = thumbnail(grey, _SPARSE_SIDE)
    reach = int(0.2 * min(small.shape)) | 1
    around = cv2.medianBlur(np.clip(small, 0, 255).astype(np.uint8), max(reach, 3)).astype(np.float32)
    away = small - around
    light, dark = quantile(away, 0.997), -quantile(away, 0.003)
    most = max(light, dark)
    if most < _LEAST_AWAY or float((np.abs(away) > 0.5 * most).mean()) > _SPARSE_SHARE:
        return 0.0
    if light > _ONE_SIDED * max(dark, 0.0):
        return _SPARSE_ODDS
    return -_SPARSE_ODDS if dark > _ONE_SIDED * max(light, 0.0) else 0.0


def slope(grey: Floats) -> Floats:
    """Fit a smooth surface of the second degree to the paper, letting ink and dirt count little.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w); small, since every pixel enters the fit.

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
    surface = np.full(values.shape, quantile(values, 0.5), np.float32)
    penalty = np.diag(np.array([0, 1, 1, 1, 2, 2], np.float32)) * np.float32(0.01)
    for step in range(6):  # Cauchy weights, wider at first
        away = values - surface
        spread = max(quantile(np.abs(away), 0.5) * 1.5, 1.0) * (2.0 if step < 2 else 1.0)
        weight = 1.0 / (1.0 + np.square(away / spread))
        weighted = design * weight[:, np.newaxis]
        total = float(weight.sum())
        surface = design @ np.linalg.solve(design.T @ weighted + penalty * total, weighted.T @ values)
    return np.asarray(surface.reshape(height, width), np.float32)


def paper(grey: Floats, widest_stroke: float = 0.4) -> Floats:
    """Estimate the level of the paper everywhere, under light ink too.

    What is smooth over the whole picture is fitted first; of the rest, everything narrower than
    the widest stroke one could expect is opened away. Edges of shadows stay.

    Parameters
    ----------
    grey
        ``float32`` of shape (h, w), ink lighter than the paper.
    widest_stroke
        Width of the widest stroke, as a share of the shorter side.

    Returns
    -------
    ndarray
        ``float32`` of the same shape.
    """
    small = thumbnail(grey, _THUMBNAIL_SIDE)
    height, width = small.shape
    smooth = _blurred(small, 1.0)
    surface = slope(thumbnail(smooth, _POLARITY_SIDE))
    trend = cv2.resize(surface, (width, height), interpolation=cv2.INTER_LINEAR)
    level = smooth - trend
    reach = int(max(widest_stroke * min(height, width), 0.5 * widest_stroke * max(height, width), 3)) | 1
    opened = cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))
    rise = level - opened
    # The opening follows the lowest noise; where there is no ink, the paper itself is asked.
    is_paper = rise <= 0.5 * otsu(rise)
    filled = np.where(is_paper, level, opened)
    settled = cv2.GaussianBlur(cv2.medianBlur(filled, 5) if min(height, width) >= 24 else filled, (0, 0), 1.0)
    bias = quantile((level - opened)[is_paper], 0.5) if is_paper.any() else 0.0
    settled = np.maximum(settled, opened)
    settled = np.where(
        cv2.erode(is_paper.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, settled, opened + bias
    )
    full: Floats = np.asarray(
        cv2.resize((settled + trend).astype(np.float32), grey.shape[::-1], interpolation=cv2.INTER_LINEAR),
        np.float32,
    )
    return full


def noise_of(rise: Floats) -> float:
    """Return the standard deviation of bare paper, from what lies below its middle: there is no ink there.

    Parameters
    ----------
    rise
        ``float32``: how far the ink stands out, 0 on the middle of the paper.
    """
    below = rise[rise < 0]
    return 1.4826 * quantile(-below, 0.5) if below.size > 0.05 * rise.size else 0.0


def quantile(values: Floats, share: float) -> float:
    """Return a quantile; ``np.quantile`` would import ``numpy.ma``, a tenth of the time of numpy."""
    flat = values.ravel()
    place = min(int(share * flat.size), flat.size - 1)
    return float(np.partition(flat, place)[place])


def sparse(values: Floats) -> Floats:
    """Thin out the pixels of a large picture: a few hundred thousand tell the level of its paper and ink as well."""
    step = int(np.ceil((values.size / _ENOUGH_TO_JUDGE) ** 0.5))
    return values if step <= 1 else values[::step, ::step]


def otsu(values: Floats) -> float:
    """Return Otsu's threshold (Otsu 1979, IEEE Trans. SMC 9:62) of values from 0 to 255."""
    eight = np.clip(values, 0, 255).astype(np.uint8)
    split, _ = cv2.threshold(eight, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return float(split)


def thumbnail(values: Pixels, side: int) -> Pixels:
    """Scale down to a longest side of ``side`` pixels; smaller pictures stay as they are."""
    height, width = values.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return values
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return cast(Pixels, cv2.resize(values, size, interpolation=cv2.INTER_AREA))


def _blurred(small: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma), np.float32) if min(small.shape) >= 24 else small


def _balance(level: Floats) -> float:
    """From -1 to 1: whether what deviates from 0 deviates upwards."""
    up, down = float(np.square(np.maximum(level, 0)).sum()), float(np.square(np.minimum(level, 0)).sum())
    return (up - down) / (up + down + 1e-6)


def _thin_structures(grey: Floats, width: int) -> float:
    """From -1 to 1: whether what is thinner than ``width`` is light rather than dark."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, width) | 1, max(3, width) | 1))
    light = float(np.square(grey - cv2.morphologyEx(grey, cv2.MORPH_OPEN, kernel)).sum())
    dark = float(np.square(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel) - grey).sum())
    return (light - dark) / (light + dark + 1e-6)


def _plain_vote(small: Floats) -> float:
    """From about -1 to 1: the vote of border, corners, area and local medians, light taken as even."""
    height, width = small.shape
    lowest = float(small.min())
    eight = np.rint((small - lowest) * (255.0 / (float(small.max()) - lowest))).astype(np.uint8)
    reach = min(255, max(3, int(0.7 * max(height, width)) | 1)) // 2
    framed = cv2.copyMakeBorder(eight, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    local = cv2.medianBlur(framed, 2 * reach + 1)[reach : reach + height, reach : reach + width]
    is_light = _split(eight.astype(np.float32))
    corners = is_light[[0, 0, -1, -1], [0, -1, 0, -1]]
    return float(
        0.35 * _balance(eight.astype(np.float32) - local)
        + 0.4 * (1.0 - 2.0 * _ring(is_light, 0))
        + 0.15 * (1.0 - 2.0 * corners.mean())
        + 0.25 * (1.0 - 2.0 * is_light.mean())
    )


def _split(values: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.floor(values) > otsu(values))


def _ring(mask: NDArray[np.bool_], inset: int) -> float:
    """Return the share of the frame of one pixel, ``inset`` pixels from the border, that is set."""
    inner = mask[inset : mask.shape[0] - inset, inset : mask.shape[1] - inset]
    return float(np.concatenate([inner[0], inner[-1], inner[:, 0], inner[:, -1]]).mean())
