"""Warps for small networks: rotation, shear, scaling, translation and elastic deformation in one resampling.

A strong augmentation needs a larger network, and costs more time than a small network's step. Here all kinds of
distortion are one map, drawn beforehand, and a whole batch is resampled by one call.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE

_FRAMED = SIDE + 2  # an image with a frame of one blank pixel
_N_MAPS = 8192
_N_FIELDS = 512
_MARGIN = 12  # noise is smoothed beyond the image, so that fields are alike at its edge and in its middle


@dataclass(frozen=True)
class Warp:
    """Warps digit images; every distortion is off at 0.

    Attributes
    ----------
    rotation
        Largest rotation each way, in degrees.
    zoom
        Largest relative change of scale, each way; the aspect ratio changes by up to half of it per axis.
    shear
        Largest tangent of the shear angle, each way.
    shift
        Largest translation along each axis, in pixels.
    elastic
        Largest root-mean-square displacement of the smooth random fields, in pixels.
    shift_only
        Share of the images that are only shifted, by whole pixels: resampling blurs, and the images that are read
        later are sharp.

    References
    ----------
    P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks applied to visual
    document analysis", ICDAR 2003, section 2.
    """

    image_side: ClassVar[int] = SIDE
    rotation: float = 10.0
    zoom: float = 0.1
    shear: float = 0.15
    shift: float = 1.5
    elastic: float = 0.7
    shift_only: float = 0.5

    def scale(self, factor: float) -> "Warp":
        """Return a warp with all distortions multiplied by ``factor``, and the same ``shift_only``."""
        return replace(
            self,
            rotation=self.rotation * factor,
            zoom=self.zoom * factor,
            shear=self.shear * factor,
            shift=self.shift * factor,
            elastic=self.elastic * factor,
        )

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return digit images (n, 28, 28), ``uint8``, each resampled through a random map of the stock."""
        n = len(images)
        pixels, fractions = _draw_maps(self)
        chosen = rng.integers(len(pixels), size=n)
        places = pixels[chosen]
        places[..., 1] += (_FRAMED * np.arange(n, dtype=np.int16))[:, np.newaxis, np.newaxis]
        framed = np.zeros((n, _FRAMED, _FRAMED), np.uint8)
        framed[:, 1:-1, 1:-1] = images
        resampled = cv2.remap(
            framed.reshape(-1, _FRAMED),
            places.reshape(-1, SIDE, 2),
            fractions[chosen].reshape(-1, SIDE),
            cv2.INTER_LINEAR,
        )
        return np.asarray(resampled, np.uint8).reshape(n, SIDE, SIDE)


@lru_cache(maxsize=2)
def _draw_maps(warp: Warp) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Return a stock of maps in OpenCV's fixed-point form: whole pixels (m, 28, 28, 2) and fractions (m, 28, 28).

    The stock is drawn once, from a fixed seed, so that the same run draws from the same stock.
    """
    rng = np.random.default_rng(20_250_105)
    fields = _draw_elastic_fields(warp.elastic, rng)
    middle = (SIDE - 1) / 2
    pixels = np.arange(SIDE, dtype=np.float32) - middle
    columns, rows = np.meshgrid(pixels, pixels)
    angle = np.deg2rad(rng.uniform(-warp.rotation, warp.rotation, _N_MAPS))
    shear = rng.uniform(-warp.shear, warp.shear, _N_MAPS)
    zoom = 1 + rng.uniform(-warp.zoom, warp.zoom, _N_MAPS)
    stretch = 1 + rng.uniform(-warp.zoom, warp.zoom, _N_MAPS) / 2
    shifts = rng.uniform(-warp.shift, warp.shift, (_N_MAPS, 2))
    cos, sin = np.cos(angle), np.sin(angle)
    whole = np.empty((_N_MAPS, SIDE, SIDE, 2), np.int16)
    fractions = np.empty((_N_MAPS, SIDE, SIDE), np.uint16)
    for i in range(_N_MAPS):
        across, down = zoom[i] * stretch[i], zoom[i] / stretch[i]
        right, below = fields[i % _N_FIELDS]
        x = (
            across * (cos[i] * columns + (cos[i] * shear[i] - sin[i]) * rows)
            + right
            + (middle + shifts[i, 0])
        )
        y = down * (sin[i] * columns + (sin[i] * shear[i] + cos[i]) * rows) + below + (middle + shifts[i, 1])
        if i < warp.shift_only * _N_MAPS:
            x, y = (
                plane + middle + round(shift) for plane, shift in zip((columns, rows), shifts[i], strict=True)
            )
        # Pixels beyond the image come from its blank frame: above and below it lie other images of the stack.
        x, y = (np.clip(each + 1, 0, _FRAMED - 1).astype(np.float32) for each in (x, y))
        whole[i], fractions[i] = cv2.convertMaps(x, y, cv2.CV_16SC2)
    return whole, fractions


def _draw_elastic_fields(elastic: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return smooth random displacements, (m, 2, 28, 28), of up to ``elastic`` pixels root mean square."""
    noise = rng.standard_normal((_N_FIELDS, 2, SIDE + 2 * _MARGIN, SIDE + 2 * _MARGIN)).astype(np.float32)
    inner = slice(_MARGIN, -_MARGIN)
    for field in noise:
        sigma = float(rng.uniform(3.0, 7.0))
        for plane in field:
            cv2.GaussianBlur(plane, (0, 0), sigma, dst=plane)
        size = np.sqrt(np.mean(np.square(field[:, inner, inner])))
        field *= rng.uniform(0.0, elastic) / size
    return noise[:, :, inner, inner]
