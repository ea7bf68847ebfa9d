"""What every augmentation operation is: a map from images to changed images, with a probability and ranges."""

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE

CANVAS = 2 * SIDE
"""Height and width of a canvas: a digit image at twice its resolution.

Half a pixel of stroke can be added or removed there, and resampling twice does not blur. A canvas pixel is half a
pixel of a digit image."""


class Operation(Protocol):
    """One step of an augmentation, such as `Fit` or `Blur`: a frozen dataclass with its probability and its ranges.

    A field ``share`` is the probability, in [0, 1], that an image is changed. Lengths are in pixels of a digit
    image, and a range (low, high) has both ends in it.
    """

    image_side: ClassVar[int]
    """Height and width of the images that it works on: `SIDE` (28) for digit images, `CANVAS` (56) for canvases."""

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return a changed copy of images; the images given are not changed.

        Parameters
        ----------
        images
            ``uint8`` of shape (n, ``image_side``, ``image_side``), ink 255 on background 0; n from 1 to
            `inkdigits.training.augmentation.pipeline.CHUNK`.
        rng
            The source of all randomness: the same generator state gives the same images.

        Returns
        -------
        ndarray
            ``uint8`` of the same shape.
        """
        ...


def choose_indices(n: int, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the indices (m,) of the images that an operation changes: each of ``n`` with probability ``share``."""
    return np.flatnonzero(rng.random(n) < share)


def sample_length(lengths: tuple[float, float], rng: np.random.Generator) -> int:
    """Return a random length in canvas pixels from a range (low, high) in pixels of a digit image, both ends in it."""
    low, high = lengths
    return int(rng.integers(round(2 * low), round(2 * high), endpoint=True))
