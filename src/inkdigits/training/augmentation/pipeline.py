"""Runs a sequence of augmentation operations on digit images."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE, DigitImages, check_digit_images
from inkdigits.training.augmentation.operation import CANVAS, Operation

CHUNK = 500
"""Images that go through the operations together: stacked on each other they stay within OpenCV's 32,767 rows."""


def augment(images: DigitImages, operations: Sequence[Operation], rng: np.random.Generator) -> DigitImages:
    """Return an augmented copy of digit images.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28), ink 255 on background 0. Overlays copy strokes from other images of these,
        so a batch should hold many.
    operations
        Applied one after the other. Images are enlarged to canvases before the first operation on canvases and
        reduced after the last one; an operation on digit images between two on canvases costs a further reduction
        and enlargement.
    rng
        The source of all randomness: the same generator state gives the same images.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28).
    """
    images = check_digit_images(images)
    augmented = np.empty_like(images)
    for start in range(0, len(images), CHUNK):
        chunk: NDArray[np.uint8] = images[start : start + CHUNK]
        for operation in operations:
            chunk = operation.apply(_resize(chunk, operation.image_side), rng)
        augmented[start : start + CHUNK] = _resize(chunk, SIDE)
    return augmented


def _resize(images: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Enlarge digit images to canvases, or reduce canvases to digit images, where they are not of that side.

    Canvases are interpolated cubically; their reduction is the mean over 2x2 pixels. All images are resized by one
    call, stacked on each other, so ink in the outermost row of one can reach the outermost row of the next.
    """
    n, _, current = images.shape
    if current == side:
        return images
    interpolation = cv2.INTER_CUBIC if side == CANVAS else cv2.INTER_AREA
    resized = cv2.resize(images.reshape(n * current, current), (side, n * side), interpolation=interpolation)
    return np.asarray(resized, np.uint8).reshape(n, side, side)
