"""Degradations: what cameras, scanners and paper change in a digit's grey values, with its shape unchanged."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE
from inkdigits.training.augmentation.operation import choose_indices

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_INTERPOLATIONS = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_CUBIC)


@dataclass(frozen=True)
class Scan:
    """Scans images at a low resolution, in black and white, or both, and enlarges them again.

    Both are one operation because a scanner thresholds the pixels of its own resolution.

    Attributes
    ----------
    low_resolution
        Share of the images that are scanned at a low resolution, half of them in 4 to 16 steps of grey. They are
        scaled to full ink.
    binarised
        Share of the images that are thresholded, at low resolution or at their own.
    height
        Range of the height of a digit at low resolution, in pixels; in MNIST it is 20.
    """

    image_side: ClassVar[int] = SIDE
    low_resolution: float = 0.0
    binarised: float = 0.0
    height: tuple[float, float] = (8.0, 16.0)

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return digit images (n, 28, 28), ``uint8``, chosen ones scanned."""
        scanned = images.copy()
        coarse = rng.random(len(images)) < self.low_resolution
        binarised = rng.random(len(images)) < self.binarised
        for index in np.flatnonzero(coarse):
            scanned[index] = self._reduce_resolution(images[index], bool(binarised[index]), rng)
        for index in np.flatnonzero(binarised & ~coarse):
            _, scanned[index] = cv2.threshold(
                images[index], float(rng.uniform(60, 180)), 255, cv2.THRESH_BINARY
            )
        return scanned

    def _reduce_resolution(
        self, image: NDArray[np.uint8], binarised: bool, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return the image (28, 28) with the detail of a coarse scan, binarised or perhaps in few grey values."""
        side = round(float(rng.uniform(*self.height)) * SIDE / 20)
        # Coarse scanners count a cell that a stroke only touches, so strokes often come out too wide.
        seen = cv2.dilate(image, _CROSS) if rng.random() < 0.4 else image
        small = cv2.resize(seen, (side, side), interpolation=cv2.INTER_AREA)
        if binarised:
            _, small = cv2.threshold(small, float(rng.uniform(60, 150)), 255, cv2.THRESH_BINARY)
        elif rng.random() < 0.5:
            step = 255 / int(rng.integers(4, 17))
            small = (np.round(small / step) * step).astype(np.uint8)
        interpolation = _INTERPOLATIONS[rng.integers(len(_INTERPOLATIONS))]
        if interpolation == cv2.INTER_NEAREST:
            # Pixels repeated until they are too many, then averaged: MNIST's own authors enlarged in this way.
            small = np.repeat(np.repeat(small, 3, axis=0), 3, axis=1)
            interpolation = cv2.INTER_AREA
        return scale_to_full_ink(cv2.resize(small, (SIDE, SIDE), interpolation=interpolation))


def scale_to_full_ink(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return an image (28, 28) with its grey values scaled so that the darkest ink is 255, as in normal form."""
    peak = float(image.max())
    return np.asarray(cv2.convertScaleAbs(image, alpha=255 / peak if peak > 0 else 1.0), np.uint8)


@dataclass(frozen=True)
class Blur:
    """Blurs images by a Gaussian, as a lens out of focus does, and scales them to full ink.

    Attributes
    ----------
    share
        Share of the images that are blurred.
    sigma
        Range of the Gaussian's standard deviation, in pixels.
    """

    image_side: ClassVar[int] = SIDE
    share: float
    sigma: tuple[float, float] = (0.4, 1.3)

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return digit images (n, 28, 28), ``uint8``, chosen ones blurred."""
        blurred = images.copy()
        for index in choose_indices(len(images), self.share, rng):
            sigma = float(rng.uniform(*self.sigma))
            blurred[index] = scale_to_full_ink(cv2.GaussianBlur(images[index], (7, 7), sigma))
        return blurred


@dataclass(frozen=True)
class Contrast:
    """Changes the contrast of every image.

    Attributes
    ----------
    strength
        Grey values are raised to a power between exp(-``strength``) and exp(``strength``). One image in three is
        also multiplied by a factor between exp(-``strength``) and 1.
    """

    image_side: ClassVar[int] = SIDE
    strength: float

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return digit images (n, 28, 28), ``uint8``, each mapped by a random table of the stock."""
        tables = _draw_contrast_tables(self.strength)
        return tables[rng.integers(len(tables), size=len(images))[:, np.newaxis, np.newaxis], images]


@lru_cache(maxsize=4)
def _draw_contrast_tables(strength: float) -> NDArray[np.uint8]:
    """Return 256 look-up tables of grey values, shape (256, 256)."""
    rng = np.random.default_rng(20_250_102)
    power = np.exp(rng.uniform(-strength, strength, (256, 1)))
    # Reading scales the darkest ink to 255, but stains and shadows can be darker than the digit.
    factor = np.exp(-np.maximum(0.0, rng.uniform(-2 * strength, strength, (256, 1))))
    grey = np.arange(256) / 255
    return np.round(255 * factor * grey**power).astype(np.uint8)


@dataclass(frozen=True)
class Fading:
    """Multiplies images by smooth random fields, as pressure and ink vary along a stroke.

    Attributes
    ----------
    share
        Share of the images that fade.
    loss
        Range of the loss of ink at the faintest place, in [0, 1].
    """

    image_side: ClassVar[int] = SIDE
    share: float
    loss: tuple[float, float] = (0.3, 0.75)

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return digit images (n, 28, 28), ``uint8``, chosen ones multiplied by a random field of the stock."""
        faded = images.copy()
        chosen = choose_indices(len(images), self.share, rng)
        fields = _draw_fading_fields(self.loss)
        faded[chosen] = (images[chosen] * fields[rng.integers(len(fields), size=len(chosen))]).astype(
            np.uint8
        )
        return faded


@lru_cache(maxsize=4)
def _draw_fading_fields(loss: tuple[float, float]) -> NDArray[np.float32]:
    """Return 256 smooth fields (256, 28, 28) with values between 1 - the greatest loss and 1."""
    rng = np.random.default_rng(20_250_103)
    fields = []
    for _ in range(256):
        coarse = rng.standard_normal((5, 5)).astype(np.float32)
        field = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        field = (field - field.min()) / (field.max() - field.min())
        fields.append(1 - rng.uniform(*loss) * field)
    return np.stack(fields).astype(np.float32)


@dataclass(frozen=True)
class Noise:
    """Adds Gaussian noise, white or spatially correlated, as sensors and paper have it.

    Attributes
    ----------
    share
        Share of the images with noise.
    sigma
        Range of the noise's standard deviation, in grey values of 0 to 255. A small picture taken in poor light
        has 70.
    """

    image_side: ClassVar[int] = SIDE
    share: float
    sigma: tuple[float, float] = (4.0, 70.0)

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return digit images (n, 28, 28), ``uint8``, with noise on chosen ones."""
        noisy = images.copy()
        chosen = choose_indices(len(images), self.share, rng)
        fields = _draw_noise_fields()[rng.integers(_N_NOISE_FIELDS, size=len(chosen))]
        sigma = rng.uniform(*self.sigma, (len(chosen), 1, 1)).astype(np.float32)
        noisy[chosen] = np.clip(images[chosen] + sigma * fields, 0, 255).astype(np.uint8)
        return noisy


_N_NOISE_FIELDS = 512


@lru_cache(maxsize=1)
def _draw_noise_fields() -> NDArray[np.float32]:
    """Return 512 fields of noise (512, 28, 28) with unit deviation, half white, half smooth over up to 1.5 pixels."""
    rng = np.random.default_rng(20_250_104)
    fields = rng.standard_normal((_N_NOISE_FIELDS, SIDE, SIDE)).astype(np.float32)
    for field in fields[::2]:
        smooth = cv2.GaussianBlur(field, (0, 0), float(rng.uniform(0.4, 1.5)))
        field[:] = smooth / smooth.std()
    return fields
