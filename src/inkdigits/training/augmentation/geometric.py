"""Bend, turn, slant and stretch: a digit's shape, distorted, written anew and fitted into normal form again.

All of it happens on canvases of twice a digit image's resolution, where half a pixel of stroke can be added
or taken away and where resampling twice does not blur.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE, DigitImages
from inkdigits.training.augmentation.stroke_width import hollow_out, pen_growth, write_anew

if TYPE_CHECKING:
    from inkdigits.training.augmentation.pipeline import Augmentation

CANVAS = 2 * SIDE
"""Height and width of a canvas, in canvas pixels; two of them are one pixel of a digit image."""

CHUNK = 500
"""Digit images handled at a time: stacked upon each other they stay within OpenCV's 32,767 rows."""

_N_FIELDS = 400
_WIDE = (6.0, 16.0)  # canvas pixels over which a field of a whole stroke is smooth
_N_TREMBLES = 200
_NARROW = (0.7, 2.5)  # the same of a trembling hand
_TREMBLING = (0.6, 2.8)  # how far it trembles, root mean square, in canvas pixels
_FITTED = 40.0  # the 20 pixels of MNIST's normal form, in canvas pixels
_CENTRE = 29.0  # MNIST's centres of mass lie evenly between 14 and 15, counted from the image's edge
_INK = 48  # the grey value from which a pixel counts towards the tight box


def enlarge_and_bend(
    images: DigitImages, elastic: float, tremble: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Enlarge digit images to canvases, bending each by one of a stock of smooth random fields.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28).
    elastic
        The largest root-mean-square displacement, in pixels of a digit image; 0 only enlarges.
    tremble
        The share of images that fields bend, too, which change from pixel to pixel.
    rng
        Chooses the field of each image.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 56, 56).

    References
    ----------
    P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks applied to visual
    document analysis", ICDAR 2003, section 2.
    """
    n = len(images)
    stacked = images.reshape(n * SIDE, SIDE)
    enlarged = cv2.resize(stacked, (CANVAS, n * CANVAS), interpolation=cv2.INTER_CUBIC)
    canvases = np.asarray(enlarged, np.uint8).reshape(n, CANVAS, CANVAS)
    if elastic:
        fields = _fields(_N_FIELDS, _WIDE, (0.0, 2 * elastic), 20_250_101)
        canvases = _bent(canvases, np.arange(n), fields, rng)
    if tremble:
        fields = _fields(_N_TREMBLES, _NARROW, _TREMBLING, 20_250_105)
        canvases = _bent(canvases, np.flatnonzero(rng.random(n) < tremble), fields, rng)
    return canvases


def _bent(
    canvases: NDArray[np.uint8],
    chosen: NDArray[np.int64],
    fields: list[tuple[NDArray[np.int16], NDArray[np.uint16]]],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    bent = canvases.copy()
    for index, field in zip(chosen, rng.integers(len(fields), size=len(chosen)), strict=True):
        coarse, fine = fields[field]
        cv2.remap(
            canvases[index], coarse, fine, cv2.INTER_LINEAR, dst=bent[index], borderMode=cv2.BORDER_CONSTANT
        )
    return bent


@lru_cache(maxsize=8)
def _fields(
    n: int, widths: tuple[float, float], strengths: tuple[float, float], seed: int
) -> list[tuple[NDArray[np.int16], NDArray[np.uint16]]]:
    """Return ``n`` maps of canvases, in OpenCV's fixed-point form, that bend them.

    ``widths`` are the deviations that the fields are smoothed with, ``strengths`` their root-mean-square
    displacements, all in canvas pixels. The stock is drawn once from a seed of its own: new fields for every image
    would cost more than all the rest together.
    """
    rng = np.random.default_rng(seed)
    pixels = np.arange(CANVAS, dtype=np.float32)
    columns, rows = np.meshgrid(pixels, pixels)
    margin = 16  # noise is smoothed beyond the canvas, so that fields are alike at its edge and in its middle
    side = CANVAS + 2 * margin
    fields = []
    for _ in range(n):
        width = rng.uniform(*widths)
        noise = rng.standard_normal((2, side, side)).astype(np.float32)
        smooth = [cv2.GaussianBlur(plane, (0, 0), width)[margin:-margin, margin:-margin] for plane in noise]
        right, down = np.asarray(smooth) * (rng.uniform(*strengths) / np.sqrt(np.mean(np.square(smooth))))
        fields.append(cv2.convertMaps(columns + right, rows + down, cv2.CV_16SC2))
    return fields


def distort(
    canvases: NDArray[np.uint8], augmentation: "Augmentation", rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Turn, slant and stretch each canvas's digit, write it with another pen, and fit it into normal form.

    Parameters
    ----------
    canvases
        ``uint8`` of shape (n, 56, 56).
    augmentation
        The strengths.
    rng
        The source of randomness.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 56, 56): the longer side of the digit's box near 40, its centre of mass near
        the middle.
    """
    n = len(canvases)
    linear = _random_linear_maps(n, augmentation, rng)
    centres, outlines = _centres_and_outlines(canvases)
    growth = np.where(
        rng.random(n) < augmentation.pen,
        pen_growth(canvases, augmentation.thinnest, augmentation.thickest, rng),
        np.float32(0.0),
    )
    extents = _extents(linear, *outlines)
    zoom = rng.uniform(-augmentation.zoom, augmentation.zoom, n)
    scale = (_FITTED - 2 * growth) / np.maximum(extents, 10.0) * (1 + zoom)
    linear *= scale[:, np.newaxis, np.newaxis]
    targets = (
        _CENTRE + rng.uniform(-1.0, 1.0, (n, 2)) + 2 * augmentation.jitter * rng.uniform(-1.0, 1.0, (n, 2))
    )
    # OpenCV counts from the middle of the first pixel, centres and targets from its edge.
    offsets = targets - 0.5 - np.einsum("nij,nj->ni", linear, centres - 0.5)
    matrices = np.concatenate([linear, offsets[:, :, np.newaxis]], axis=2)
    distorted = np.empty_like(canvases)
    for canvas, matrix, result in zip(canvases, matrices, distorted, strict=True):
        cv2.warpAffine(canvas, matrix, (CANVAS, CANVAS), dst=result, flags=cv2.INTER_LINEAR)
    write_anew(distorted, growth)
    hollow_out(distorted, augmentation.hollow, rng)
    return distorted


def _random_linear_maps(
    n: int, augmentation: "Augmentation", rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return random maps of (x, y) as matrices (n, 2, 2): stretch first, then slant, then turn."""
    angle = np.deg2rad(rng.uniform(-augmentation.rotation, augmentation.rotation, n))
    slant = rng.uniform(-augmentation.shear, augmentation.shear, n)
    stretch = np.exp(rng.uniform(-augmentation.stretch, augmentation.stretch, n) / 2)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack(
        [
            np.stack([cos * stretch, (cos * slant - sin) / stretch], axis=-1),
            np.stack([sin * stretch, (sin * slant + cos) / stretch], axis=-1),
        ],
        axis=1,
    )


def _centres_and_outlines(
    canvases: NDArray[np.uint8],
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return centres of mass (n, 2) as (x, y), and where each row's ink begins and ends, (n, 56) both.

    Rows without ink end before they begin; the centre of a canvas without any is its middle.
    """
    middles = np.arange(CANVAS) + 0.5
    columns = canvases.sum(axis=1, dtype=np.int32)
    rows = canvases.sum(axis=2, dtype=np.int32)
    mass = rows.sum(axis=1)
    centres = np.stack([columns @ middles, rows @ middles], axis=1) / np.maximum(mass, 1)[:, np.newaxis]
    centres[mass == 0] = CANVAS / 2

    ink = canvases >= _INK
    begins = ink.argmax(axis=2).astype(np.float32)
    ends = CANVAS - ink[:, :, ::-1].argmax(axis=2).astype(np.float32)
    empty = ~ink.any(axis=2)
    begins[empty], ends[empty] = 1, 0
    return centres, (begins, ends)


def _extents(
    linear: NDArray[np.float64], begins: NDArray[np.float32], ends: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the longer side of each digit's box after its linear map, in canvas pixels, shape (n,).

    The ends of all rows span the digit's convex hull, so they alone decide.
    """
    middles = np.arange(CANVAS, dtype=np.float32) + 0.5
    sides = []
    for across, down in linear.astype(np.float32).transpose(1, 2, 0)[:, :, :, np.newaxis]:
        # Half a pixel of height on either side of the middle of a row.
        height = down * middles
        first = np.minimum(across * begins, across * ends)
        last = np.maximum(across * begins, across * ends)
        empty = begins > ends
        first[empty], last[empty] = np.inf, -np.inf
        sides.append((last + height).max(axis=1) - (first + height).min(axis=1) + np.abs(down[:, 0]))
    longer = np.maximum(*sides)
    return np.where(np.isfinite(longer), longer, 0.0)  # a blank canvas has no extent


def reduce_to_digit_images(canvases: NDArray[np.uint8]) -> DigitImages:
    """Halve canvases to digit images (n, 28, 28), averaging over area."""
    n = len(canvases)
    stacked = canvases.reshape(n * CANVAS, CANVAS)
    halved = cv2.resize(stacked, (SIDE, n * SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(halved, np.uint8).reshape(n, SIDE, SIDE)
