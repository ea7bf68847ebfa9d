"""Elastic deformation: images bent by smooth random displacement fields."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.augmentation.operation import CANVAS, choose_indices

_N_FIELDS = 400
_MARGIN = 16  # noise is smoothed beyond the canvas, so that fields are alike at its edge and in its middle

_Maps = list[tuple[NDArray[np.int16], NDArray[np.uint16]]]


@dataclass(frozen=True)
class ElasticDeformation:
    """Bends canvases by random displacement fields.

    Attributes
    ----------
    displacement
        Range of a field's root-mean-square displacement, in pixels of a digit image.
    smoothness
        Range of the standard deviation of the Gaussian that smooths a field, in pixels of a digit image: wide
        fields bend whole strokes, narrow ones imitate the tremor of a hand.
    share
        Share of the images that are bent.

    References
    ----------
    P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks applied to visual
    document analysis", ICDAR 2003, section 2.
    """

    image_side: ClassVar[int] = CANVAS
    displacement: tuple[float, float] = (0.0, 0.9)
    smoothness: tuple[float, float] = (3.0, 8.0)
    share: float = 1.0

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return canvases (n, 56, 56), ``uint8``, each chosen one bent by a random field of the stock."""
        maps = _draw_maps(self.displacement, self.smoothness)
        bent = images.copy()
        chosen = choose_indices(len(images), self.share, rng)
        for index, number in zip(chosen, rng.integers(len(maps), size=len(chosen)), strict=True):
            pixels, fractions = maps[number]
            cv2.remap(images[index], pixels, fractions, cv2.INTER_LINEAR, bent[index], cv2.BORDER_CONSTANT)
        return bent


@lru_cache(maxsize=8)
def _draw_maps(displacement: tuple[float, float], smoothness: tuple[float, float]) -> _Maps:
    """Return a stock of maps of a canvas in OpenCV's fixed-point form: pixels (56, 56, 2), fractions (56, 56).

    The stock is drawn once, from a fixed seed: new fields for every image would cost more than all other operations
    together.
    """
    rng = np.random.default_rng(20_250_101)
    pixels = np.arange(CANVAS, dtype=np.float32)
    columns, rows = np.meshgrid(pixels, pixels)
    side = CANVAS + 2 * _MARGIN
    inner = slice(_MARGIN, -_MARGIN)
    maps: _Maps = []
    for _ in range(_N_FIELDS):
        sigma = 2 * rng.uniform(*smoothness)
        noise = rng.standard_normal((2, side, side)).astype(np.float32)
        smooth = np.stack([cv2.GaussianBlur(plane, (0, 0), sigma)[inner, inner] for plane in noise])
        right, down = smooth * (2 * rng.uniform(*displacement) / np.sqrt(np.mean(np.square(smooth))))
        maps.append(cv2.convertMaps(columns + right, rows + down, cv2.CV_16SC2))
    return maps
