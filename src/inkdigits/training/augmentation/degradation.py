"""What cameras, scanners and paper do to a digit's grey values, without moving its strokes."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE, DigitImages

STRONGEST_NOISE = 70.0
"""Largest deviation of a sensor's noise, in grey values: what a dim room does to a small picture."""

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_ENLARGEMENTS = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_CUBIC)


def wear_down(
    images: DigitImages, low_resolution: float, binarised: float, blur: float, rng: np.random.Generator
) -> DigitImages:
    """Lose resolution, grey values or focus.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28).
    low_resolution, binarised, blur
        The share of images that each befalls; a coarse image may be binarised, too.
    rng
        The source of randomness.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28); the images given are left alone.
    """
    n = len(images)
    worn = images.copy()
    coarse = rng.random(n) < low_resolution
    stark = rng.random(n) < binarised
    for index in np.flatnonzero(coarse):
        _lose_resolution(worn[index], bool(stark[index]), rng)
    for index in np.flatnonzero(stark & ~coarse):
        _, worn[index] = cv2.threshold(worn[index], float(rng.uniform(60, 180)), 255, cv2.THRESH_BINARY)
    for index in np.flatnonzero(rng.random(n) < blur):
        sigma = float(rng.uniform(0.4, 1.3))
        worn[index] = to_full_ink(cv2.GaussianBlur(worn[index], (7, 7), sigma))
    return worn


def _lose_resolution(image: NDArray[np.uint8], stark: bool, rng: np.random.Generator) -> None:
    """Scan the image so coarsely that its digit is 8 to 16 pixels high, perhaps in few grey values; enlarge it."""
    side = round(float(rng.uniform(8.0, 16.0)) * SIDE / 20)
    # Coarse scanners count a cell that a stroke only grazes, so strokes often come out too wide.
    seen = cv2.dilate(image, _CROSS) if rng.random() < 0.4 else image
    small = cv2.resize(seen, (side, side), interpolation=cv2.INTER_AREA)
    if stark:
        _, small = cv2.threshold(small, float(rng.uniform(60, 150)), 255, cv2.THRESH_BINARY)
    elif rng.random() < 0.5:
        step = 255 / int(rng.integers(4, 17))
        small = (np.round(small / step) * step).astype(np.uint8)
    enlargement = _ENLARGEMENTS[rng.integers(len(_ENLARGEMENTS))]
    if enlargement == cv2.INTER_NEAREST:
        # Pixels multiplied until they are too many, then averaged: as MNIST's own makers enlarged.
        small = np.repeat(np.repeat(small, 3, axis=0), 3, axis=1)
        enlargement = cv2.INTER_AREA
    enlarged = cv2.resize(small, (SIDE, SIDE), interpolation=enlargement)
    image[:] = to_full_ink(np.asarray(enlarged, np.uint8))


def to_full_ink(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale grey values so that the darkest ink is 255 again, as the normal form does."""
    peak = float(image.max())
    return np.asarray(cv2.convertScaleAbs(image, alpha=255 / peak if peak > 0 else 1.0), np.uint8)


def weaken(
    images: DigitImages, pressure: float, contrast: float, noise: float, rng: np.random.Generator
) -> DigitImages:
    """Let ink fade along the strokes, change the contrast, and add soft noise.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28).
    pressure, noise
        The share of images that each befalls.
    contrast
        Grey values are raised to a power of up to exp(``contrast``), either way, and the ink dimmed to not
        less than exp(-``contrast``).
    rng
        The source of randomness.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28).
    """
    n = len(images)
    weakened = images
    if contrast:
        tables = _contrast_tables(contrast)
        weakened = tables[rng.integers(len(tables), size=n)[:, np.newaxis, np.newaxis], weakened]
    if not (pressure or noise):
        return weakened
    weakened = weakened.copy() if weakened is images else weakened
    faded = np.flatnonzero(rng.random(n) < pressure)
    fields = _smooth_fields()[rng.integers(len(_smooth_fields()), size=len(faded))]
    weakened[faded] = (weakened[faded] * fields).astype(np.uint8)
    grainy = np.flatnonzero(rng.random(n) < noise)
    grain = _grain()[rng.integers(len(_grain()), size=len(grainy))]
    strength = rng.uniform(4.0, STRONGEST_NOISE, (len(grainy), 1, 1)).astype(np.float32)
    noisy = weakened[grainy] + strength * grain
    weakened[grainy] = np.clip(noisy, 0, 255).astype(np.uint8)
    return weakened


@lru_cache(maxsize=4)
def _contrast_tables(contrast: float) -> NDArray[np.uint8]:
    """Return 256 look-up tables of grey values, shape (256, 256)."""
    rng = np.random.default_rng(20_250_102)
    power = np.exp(rng.uniform(-contrast, contrast, (256, 1)))
    # Two in three keep their full ink: the reading river scales to 255, but stains and shadows mislead it.
    dimming = np.exp(-np.maximum(0.0, rng.uniform(-2 * contrast, contrast, (256, 1))))
    grey = np.arange(256) / 255
    return np.round(255 * dimming * grey**power).astype(np.uint8)


@lru_cache(maxsize=1)
def _smooth_fields() -> NDArray[np.float32]:
    """Return 256 fields (256, 28, 28) of values from 0.25 to 1 that change slowly from place to place."""
    rng = np.random.default_rng(20_250_103)
    fields = []
    for _ in range(256):
        coarse = rng.standard_normal((5, 5)).astype(np.float32)
        field = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        field = (field - field.min()) / (field.max() - field.min())
        fields.append(1 - rng.uniform(0.3, 0.75) * field)
    return np.stack(fields).astype(np.float32)


@lru_cache(maxsize=1)
def _grain() -> NDArray[np.float32]:
    """Return 512 fields (512, 28, 28) of noise with unit deviation, from fine grain to blotches."""
    rng = np.random.default_rng(20_250_104)
    fields = rng.standard_normal((512, SIDE, SIDE)).astype(np.float32)
    for field in fields[::2]:
        smooth = cv2.GaussianBlur(field, (0, 0), float(rng.uniform(0.4, 1.5)))
        field[:] = smooth / smooth.std()
    return fields
