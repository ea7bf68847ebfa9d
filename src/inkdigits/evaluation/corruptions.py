"""Fifteen image corruptions for measuring robustness. They are frozen, and no training uses them.

The corruptions are those of MNIST-C, mostly with the same severities. Shot noise, fog, spatter and the thresholds of
Canny edges differ, and the implementation is independent, so results are not comparable with published ones. Grey
values are between 0 (background) and 1 (full ink).

References
----------
N. Mu and J. Gilmer, "MNIST-C: a robustness benchmark for computer vision", arXiv:1906.02337, 2019.
D. Hendrycks and T. Dietterich, "Benchmarking neural network robustness to common corruptions and perturbations",
ICLR 2019.
"""

import itertools
import types
from collections.abc import Callable
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE, DigitImages

Grey: TypeAlias = NDArray[np.float32]
"""Images of shape (n, 28, 28), or one image of shape (28, 28), in [0, 1]."""

PHOTONS = 5.0
"""Shot noise: number of photons at full ink."""
IMPULSES = 0.17
"""Impulse noise: share of the pixels that are set to black or white."""
GLASS_BLUR, GLASS_REACH, GLASS_ROUNDS = 0.7, 1, 2
"""Glass blur: standard deviation of the blur before and after the exchange of pixels, its largest distance in pixels,
and the number of rounds."""
MOTION_LENGTH, MOTION_DEVIATION, MOTION_ANGLE = 10, 3.0, 45.0
"""Motion blur: length and standard deviation of the kernel, in pixels, and its largest rotation, in degrees."""
SHEAR = 0.4
"""Tangent of the shear angle; the direction is random."""
SCALE = 0.7
"""Scale factor of the digit."""
ROTATION = 0.4
"""Rotation in radians (23 degrees); the direction is random."""
BRIGHTNESS = 0.5
"""Amount added to every grey value."""
TRANSLATION = 3
"""Shift along each axis, in pixels; the directions are random."""
STRIPE = 7
"""Width of the inverted stripes at the left and right edges, in pixels."""
FOG, FOG_DECAY = 0.8, 2.0
"""Density of the fog, and the factor by which the density falls with each octave."""
SPATTER_DEVIATION, SPATTER_SHARE, SPATTER_STRENGTH = 1.2, 0.12, 0.9
"""Spatter: size of the drops in pixels, share of the image that they cover, and their grey value."""
LINE_DECAY = 2.3
"""Distance from the centre of a line, in pixels, at which its grey value is zero."""
DOT = 2
"""Length of the dots of a dotted line, and of the gaps between them, in pixels."""
ZIG, ZAG = 2.0, 2.0
"""Half the wavelength of a zigzag, and its amplitude, in pixels."""
CANNY_DEVIATION, CANNY_LOW, CANNY_HIGH = 1.0, 25, 51
"""Canny edges: standard deviation of the blur, and the two thresholds on the gradient of grey values up to 255."""

Corruption: TypeAlias = Callable[[Grey, np.random.Generator], Grey]

_ROWS, _COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
_CENTRE = (SIDE - 1) / 2


def corrupt(images: DigitImages, name: str, seed: int = 0) -> DigitImages:
    """Apply one corruption to digit images.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28).
    name
        One of `CORRUPTIONS`.
    seed
        Random seed; the same seed gives the same corrupted images.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28).
    """
    rng = np.random.default_rng((seed, list(CORRUPTIONS).index(name)))
    corrupted = CORRUPTIONS[name](np.asarray(images / 255, np.float32), rng)
    return np.asarray(np.rint(255 * np.clip(corrupted, 0, 1)), np.uint8)


def _shot_noise(images: Grey, rng: np.random.Generator) -> Grey:
    return np.asarray(rng.poisson(images * PHOTONS) / PHOTONS, np.float32)


def _impulse_noise(images: Grey, rng: np.random.Generator) -> Grey:
    is_changed = rng.random(images.shape) < IMPULSES
    return np.where(is_changed, rng.integers(0, 2, images.shape), images).astype(np.float32)


def _glass_blur(images: Grey, rng: np.random.Generator) -> Grey:
    shuffled = _blur(images, GLASS_BLUR)
    all_images = np.arange(len(images))
    inside = range(SIDE - GLASS_REACH - 1, GLASS_REACH - 1, -1)
    for _ in range(GLASS_ROUNDS):
        for row in inside:
            for column in inside:
                down, right = rng.integers(-GLASS_REACH, GLASS_REACH + 1, (2, len(images)))
                other = all_images, row + down, column + right
                shuffled[:, row, column], shuffled[other] = shuffled[other], shuffled[:, row, column].copy()
    return _blur(shuffled, GLASS_BLUR)


def _motion_blur(images: Grey, rng: np.random.Generator) -> Grey:
    steps = np.arange(2 * MOTION_LENGTH + 1) - MOTION_LENGTH
    kernel = np.zeros((len(steps), len(steps)), np.float32)
    # The kernel is one-sided: the blur extends in one direction from each pixel.
    weights = np.where(steps >= 0, np.exp(-(steps**2) / (2 * MOTION_DEVIATION**2)), 0)
    kernel[MOTION_LENGTH] = weights / weights.sum()
    centre = (MOTION_LENGTH, MOTION_LENGTH)
    return _map_images(
        images,
        lambda image: cv2.filter2D(
            image,
            -1,
            _rotate_kernel(kernel, centre, rng.uniform(-MOTION_ANGLE, MOTION_ANGLE)),
            borderType=cv2.BORDER_CONSTANT,
        ),
    )


def _rotate_kernel(kernel: Grey, centre: tuple[int, int], degrees: float) -> Grey:
    rotated = cv2.warpAffine(kernel, cv2.getRotationMatrix2D(centre, degrees, 1.0), kernel.shape)
    return np.asarray(rotated / rotated.sum(), np.float32)


def _shear(images: Grey, rng: np.random.Generator) -> Grey:
    return _map_images(images, lambda image: _transform(image, [[1, _random_sign(rng) * SHEAR], [0, 1]]))


def _scale(images: Grey, _: np.random.Generator) -> Grey:
    return _map_images(images, lambda image: _transform(image, [[SCALE, 0], [0, SCALE]]))


def _rotate(images: Grey, rng: np.random.Generator) -> Grey:
    cos, sin = np.cos(ROTATION), np.sin(ROTATION)

    def rotate(image: Grey) -> Grey:
        sign = _random_sign(rng)
        return _transform(image, [[cos, -sign * sin], [sign * sin, cos]])

    return _map_images(images, rotate)


def _brightness(images: Grey, _: np.random.Generator) -> Grey:
    return np.asarray(images + BRIGHTNESS, np.float32)


def _translate(images: Grey, rng: np.random.Generator) -> Grey:
    return _map_images(
        images,
        lambda image: _transform(
            image, [[1, 0], [0, 1]], (_random_sign(rng) * TRANSLATION, _random_sign(rng) * TRANSLATION)
        ),
    )


def _stripe(images: Grey, _: np.random.Generator) -> Grey:
    striped = images.copy()
    for edge in (np.s_[:, :, :STRIPE], np.s_[:, :, -STRIPE:]):
        striped[edge] = 1 - striped[edge]
    return striped


def _fog(images: Grey, rng: np.random.Generator) -> Grey:
    def fogged(image: Grey) -> Grey:
        fog = np.zeros((SIDE, SIDE), np.float32)
        # A sum of octaves of noise, each with half the wavelength of the last.
        for octave, cells in enumerate((2, 4, 8, 16)):
            coarse = rng.random((cells, cells)).astype(np.float32)
            clouds = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
            fog += np.asarray(clouds, np.float32) / FOG_DECAY**octave
        fog = (fog - fog.min()) / (fog.max() - fog.min())
        peak = max(float(image.max()), 1e-6)
        return np.asarray((image + FOG * fog) * peak / (peak + FOG), np.float32)

    return _map_images(images, fogged)


def _spatter(images: Grey, rng: np.random.Generator) -> Grey:
    def spattered(image: Grey) -> Grey:
        wet = cv2.GaussianBlur(rng.random((SIDE, SIDE)).astype(np.float32), (0, 0), SPATTER_DEVIATION)
        drops = (wet > np.quantile(wet, 1 - SPATTER_SHARE)).astype(np.float32)
        return np.asarray(image + SPATTER_STRENGTH * cv2.GaussianBlur(drops, (3, 3), 0), np.float32)

    return _map_images(images, spattered)


def _dotted_line(images: Grey, rng: np.random.Generator) -> Grey:
    dots = (_COLUMNS // DOT) % 2 == 1

    def crossed(image: Grey) -> Grey:
        first, last = rng.integers(0, SIDE - 1, 2)
        return np.asarray(image + dots * _draw_line((0, first), (SIDE - 1, last)), np.float32)

    return _map_images(images, crossed)


def _zigzag(images: Grey, rng: np.random.Generator) -> Grey:
    begin, end = 2.0, SIDE - 3.0

    def crossed(image: Grey) -> Grey:
        first = float(rng.integers(0, SIDE - 1))
        slope = float(rng.integers(-5, 5)) / (end - begin)
        turns = np.arange(begin, end, 2 * ZIG)
        heights = first + slope * (turns - begin) + ZAG * np.where(np.arange(len(turns)) % 2, -1, 1)
        corners = list(zip(turns.tolist(), heights.tolist(), strict=True))
        for one, other in itertools.pairwise(corners):
            image = image + _draw_line(one, other)
        return image

    return _map_images(images, crossed)


def _canny_edges(images: Grey, _: np.random.Generator) -> Grey:
    grey = np.asarray(np.rint(255 * _blur(images, CANNY_DEVIATION)), np.uint8)
    edges = np.stack([cv2.Canny(image, CANNY_LOW, CANNY_HIGH) for image in grey])
    return np.asarray(edges / 255, np.float32)


def _draw_line(one: tuple[float, float], other: tuple[float, float]) -> Grey:
    """Draw a line between two points (x, y), the left one first; grey values fall with the vertical distance."""
    (x0, y0), (x1, y1) = one, other
    distance = np.abs(_ROWS - (y0 + (y1 - y0) / (x1 - x0) * (_COLUMNS - x0)))
    within = (np.floor(x0) <= _COLUMNS) & (np.ceil(x1) >= _COLUMNS)
    ink = np.log(1 - np.minimum(distance, LINE_DECAY - 1e-6) / LINE_DECAY) + 1
    return np.asarray(np.clip(ink, 0, 1) * within, np.float32)


def _transform(image: Grey, linear: Any, move: tuple[float, float] = (0.0, 0.0)) -> Grey:
    """Apply a linear map about the centre of an image, then a shift by (x, y) pixels."""
    matrix = np.asarray(linear, np.float64)
    offset = np.array([_CENTRE, _CENTRE]) + move - matrix @ np.array([_CENTRE, _CENTRE])
    return np.asarray(cv2.warpAffine(image, np.column_stack([matrix, offset]), (SIDE, SIDE)), np.float32)


def _random_sign(rng: np.random.Generator) -> int:
    return 1 if rng.random() < 0.5 else -1


def _blur(images: Grey, deviation: float) -> Grey:
    return _map_images(images, lambda image: cv2.GaussianBlur(image, (0, 0), deviation))


def _map_images(images: Grey, function: Callable[[Grey], Any]) -> Grey:
    return np.stack([np.asarray(function(image), np.float32) for image in images])


CORRUPTIONS: types.MappingProxyType[str, Corruption] = types.MappingProxyType(
    {
        "shot noise": _shot_noise,
        "impulse noise": _impulse_noise,
        "glass blur": _glass_blur,
        "motion blur": _motion_blur,
        "shear": _shear,
        "scale": _scale,
        "rotate": _rotate,
        "brightness": _brightness,
        "translate": _translate,
        "stripe": _stripe,
        "fog": _fog,
        "spatter": _spatter,
        "dotted line": _dotted_line,
        "zigzag": _zigzag,
        "Canny edges": _canny_edges,
    }
)
"""The fifteen corruptions by name. They take and return grey values; the caller clips the result to [0, 1]."""
