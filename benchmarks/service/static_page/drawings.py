"""Drawings of one digit, black on white like those of the page: training digits, enlarged, for pens of any width."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.digits.normal_form import BOX

MIN_SIDE, MAX_SIDE = 240, 800
"""Range of width and height, in pixels: the page draws on a canvas of at most 800 pixels."""

LARGE_EVERY, LARGE_SIZE = 100, (1500, 1100)
"""Every so manieth drawing has this width and height, with more pixels than a digit is read with."""


def draw_digits(images: NDArray[np.uint8], seed: int = 0) -> Iterator[NDArray[np.uint8]]:
    """Draw digit images on white canvases.

    Size and place vary, up to a tenth of the digit beyond the edges; so does the pen, from 0.4 to 2 times as wide as in
    the digit image. Every fourth pen is grey.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28), ink 255 on background 0.
    seed
        Seed of the random numbers.

    Yields
    ------
    ndarray
        ``uint8`` of shape (h, w), ink 0 to 90 on paper 255.
    """
    rng = np.random.default_rng(seed)
    for i, image in enumerate(images):
        width, height = (
            LARGE_SIZE if i % LARGE_EVERY == 0 else rng.integers(MIN_SIDE, MAX_SIDE, 2, endpoint=True)
        )
        ink = _enlarge(image, rng.uniform(0.25, 0.95) * min(width, height) / BOX, rng)
        covered = _place(ink, int(width), int(height), rng)
        level = rng.uniform(0, 90) if i % 4 == 3 else 0.0
        yield np.rint(255 - (255 - level) * covered).astype(np.uint8)


def _enlarge(image: NDArray[np.uint8], factor: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a digit with smooth, sharp edges, 0 to 1, in a tight box."""
    side = round(factor * len(image))
    large = cv2.resize(image.astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    is_ink = (cv2.GaussianBlur(large, (0, 0), 0.5 * factor) > 100).astype(np.uint8)
    inside, outside = (cv2.distanceTransform(each, cv2.DIST_L2, 5) for each in (is_ink, 1 - is_ink))
    # An offset of the contour makes the pen wider; thin strokes keep some width.
    half_width = np.quantile(inside[is_ink > 0], 0.9)
    offset = half_width * rng.uniform(-0.6, 1)
    soft = np.clip(inside - outside + offset + 0.5, 0, 1).astype(np.float32)
    x, y, width, height = cv2.boundingRect((soft > 0).astype(np.uint8))
    return np.asarray(soft[y : y + height, x : x + width])


def _place(
    ink: NDArray[np.float32], width: int, height: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Place ink at random on a canvas; what lies beyond its edges is cut off."""
    rows, columns = ink.shape
    down, across = int(0.1 * rows), int(0.1 * columns)
    padded = np.zeros((height + 2 * down, width + 2 * across), np.float32)
    ink = ink[: padded.shape[0], : padded.shape[1]]
    top = int(rng.integers(0, padded.shape[0] - ink.shape[0], endpoint=True))
    left = int(rng.integers(0, padded.shape[1] - ink.shape[1], endpoint=True))
    padded[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return padded[down : down + height, across : across + width]
