"""Surfaces changed at random, shapes left alone: what a network must not rely on."""

import cv2
import numpy as np

from inkdigits.contract import DigitImages
from inkdigits.training.augmentation.degradation import to_full_ink

_SIZES = (3, 5)
_MOST_MIXED = 0.9


def retexture(images: DigitImages, share: float, rng: np.random.Generator) -> DigitImages:
    """Pass images through small filters of random weights, each mixed with the image itself.

    A filter may smear a stroke, hollow it out, cast its shadow or ruffle its edge, each time in another way: the
    shape is all that the filtered images have in common.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28).
    share
        The share of images that this befalls.
    rng
        Draws the weights.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28), changed images scaled to full ink; the images given are left alone.

    References
    ----------
    Z. Xu et al., "Robust and generalizable visual representation learning via random convolutions", ICLR 2021,
    arXiv:2007.13003. Background stays background there, too; here the sign is dropped, since ink has none.
    """
    changed = images.copy()
    for index in np.flatnonzero(rng.random(len(images)) < share):
        size = _SIZES[rng.integers(len(_SIZES))]
        weights = rng.normal(0.0, 1 / size, (size, size)).astype(np.float32)
        image = images[index].astype(np.float32)
        filtered = cv2.filter2D(image, -1, weights, borderType=cv2.BORDER_CONSTANT)
        kept = rng.uniform(1 - _MOST_MIXED, 1.0)
        changed[index] = to_full_ink(np.abs(kept * image + (1 - kept) * filtered))
    return changed
