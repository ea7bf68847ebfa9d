"""Gentle warps for small networks: turned, slanted, stretched, moved and bent a little, in one resampling.

A strong augmentation asks more of a network than a small one can hold, and costs more time than its step. Here all
kinds of distortion are one map, drawn beforehand, and a whole batch is resampled by one call.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE, DigitImages

CHUNK = 1000
"""Images that are resampled at a time: stacked upon each other they stay within OpenCV's 32,767 rows."""

_FRAMED = SIDE + 2  # an image with a frame of one blank pixel
_N_MAPS = 8192
_N_FIELDS = 512
_MARGIN = 12  # noise is smoothed beyond the image, so that fields are alike at its edge and in its middle


@dataclass(frozen=True)
class Warp:
    """How far digit images are warped; every field is off at 0."""

    rotation: float = 10.0
    """Turn by up to this many degrees each way."""
    zoom: float = 0.1
    """Scale by up to this share, either way, each axis for itself by half of it."""
    shear: float = 0.15
    """Slant by up to this tangent each way."""
    shift: float = 1.5
    """Move by up to this many pixels along each axis."""
    elastic: float = 0.7
    """Bend by smooth random fields of up to this root-mean-square displacement, in pixels."""
    sharp: float = 0.5
    """Share of the images that only move, by whole pixels: resampling blurs, and what is read later is sharp."""

    def times(self, strength: float) -> "Warp":
        """Return a warp so many times as strong."""
        return Warp(
            self.rotation * strength,
            self.zoom * strength,
            self.shear * strength,
            self.shift * strength,
            self.elastic * strength,
            self.sharp,
        )


def warp(images: DigitImages, strength: Warp, rng: np.random.Generator) -> DigitImages:
    """Return a freshly warped copy of digit images.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28).
    strength
        How far they are warped.
    rng
        Chooses the map of each image.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28).

    References
    ----------
    P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks applied to visual
    document analysis", ICDAR 2003, section 2.
    """
    coarse, fine = _maps(strength)
    warped = np.empty_like(images)
    for start in range(0, len(images), CHUNK):
        part = images[start : start + CHUNK]
        chosen = rng.integers(len(coarse), size=len(part))
        places = coarse[chosen]
        places[..., 1] += (_FRAMED * np.arange(len(part), dtype=np.int16))[:, np.newaxis, np.newaxis]
        framed = np.zeros((len(part), _FRAMED, _FRAMED), np.uint8)
        framed[:, 1:-1, 1:-1] = part
        resampled = cv2.remap(
            framed.reshape(-1, _FRAMED),
            places.reshape(-1, SIDE, 2),
            fine[chosen].reshape(-1, SIDE),
            cv2.INTER_LINEAR,
        )
        warped[start : start + CHUNK] = resampled.reshape(-1, SIDE, SIDE)
    return warped


@lru_cache(maxsize=2)
def _maps(strength: Warp) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Return a stock of maps in OpenCV's fixed-point form: whole pixels (m, 28, 28, 2) and fractions (m, 28, 28).

    The stock is drawn once from a seed of its own, so that the same run draws from the same one.
    """
    rng = np.random.default_rng(20_250_105)
    fields = _elastic_fields(strength.elastic, rng)
    middle = (SIDE - 1) / 2
    pixels = np.arange(SIDE, dtype=np.float32) - middle
    columns, rows = np.meshgrid(pixels, pixels)
    angle = np.deg2rad(rng.uniform(-strength.rotation, strength.rotation, _N_MAPS))
    slant = rng.uniform(-strength.shear, strength.shear, _N_MAPS)
    zoom = 1 + rng.uniform(-strength.zoom, strength.zoom, _N_MAPS)
    stretch = 1 + rng.uniform(-strength.zoom, strength.zoom, _N_MAPS) / 2
    moves = rng.uniform(-strength.shift, strength.shift, (_N_MAPS, 2))
    cos, sin = np.cos(angle), np.sin(angle)
    whole = np.empty((_N_MAPS, SIDE, SIDE, 2), np.int16)
    fractions = np.empty((_N_MAPS, SIDE, SIDE), np.uint16)
    for i in range(_N_MAPS):
        across, down = zoom[i] * stretch[i], zoom[i] / stretch[i]
        right, below = fields[i % _N_FIELDS]
        x = across * (cos[i] * columns + (cos[i] * slant[i] - sin[i]) * rows) + right + (middle + moves[i, 0])
        y = down * (sin[i] * columns + (sin[i] * slant[i] + cos[i]) * rows) + below + (middle + moves[i, 1])
        if i < strength.sharp * _N_MAPS:
            x, y = (
                plane + middle + round(move) for plane, move in zip((columns, rows), moves[i], strict=True)
            )
        # Whatever lies beyond the image is taken from its blank frame: above and below it its neighbours lie.
        x, y = (np.clip(each + 1, 0, _FRAMED - 1).astype(np.float32) for each in (x, y))
        whole[i], fractions[i] = cv2.convertMaps(x, y, cv2.CV_16SC2)
    return whole, fractions


def _elastic_fields(elastic: float, rng: np.random.Generator) -> NDArray[np.float32]:
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
