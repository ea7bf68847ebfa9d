"""Fifteen ways in which a digit image is spoilt, to measure how a recogniser bears it. Frozen: no training uses them.

The kinds are those of MNIST-C, and most of their strengths; noise by photons, fog, spatter and the thresholds of edges
are set here, and the code is our own, so figures do not compare with others'. Grey values are counted here from 0, the
background, to 1, full ink.

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
"""Images of shape (n, 28, 28), or one of shape (28, 28), in [0, 1]."""

PHOTONS = 5.0
"""Shot noise: photons that make full ink."""
IMPULSES = 0.17
"""Impulse noise: share of the pixels that turn black or white."""
GLASS_BLUR, GLASS_REACH, GLASS_ROUNDS = 0.7, 1, 2
"""Glass blur: deviation of the blur before and after, how far pixels are exchanged, and how often."""
MOTION_LENGTH, MOTION_DEVIATION, MOTION_ANGLE = 10, 3.0, 45.0
"""Motion blur: reach and deviation of the trail, in pixels, and how far it is turned each way, in degrees."""
SHEAR = 0.4
"""Tangent of the slant, either way."""
SCALE = 0.7
"""Size of the digit against what it was."""
ROTATION = 0.4
"""Turn in radians, either way: 23 degrees."""
BRIGHTNESS = 0.5
"""What is added to every grey value."""
TRANSLATION = 3
"""Pixels that the digit is moved along each axis, either way."""
STRIPE = 7
"""Width of the inverted stripes at the left and right edges, in pixels."""
FOG, FOG_DECAY = 0.8, 2.0
"""Density of the fog, and how much less of it each finer scale has."""
SPATTER_DEVIATION, SPATTER_SHARE, SPATTER_STRENGTH = 1.2, 0.12, 0.9
"""Spatter: size of the drops, in pixels, share of the image that they cover, and how dark they are."""
LINE_DECAY = 2.3
"""Distance from the middle of a drawn line, in pixels, at which its ink has faded."""
DOT = 2
"""Length of the dots of a dotted line, and of the gaps between them, in pixels."""
ZIG, ZAG = 2.0, 2.0
"""Half a wave's length along a zigzag, and its height, in pixels."""
CANNY_DEVIATION, CANNY_LOW, CANNY_HIGH = 1.0, 25, 51
"""Edge pictures: deviation of the blur before, and the two thresholds on the gradient of grey values up to 255."""

Corruption: TypeAlias = Callable[[Grey, np.random.Generator], Grey]

_ROWS, _COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
_MIDDLE = (SIDE - 1) / 2


def corrupt(images: DigitImages, name: str, seed: int = 0) -> DigitImages:
    """Return digit images spoilt in one way.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28).
    name
        One of `CORRUPTIONS`.
    seed
        The same seed spoils the same images alike.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28).
    """
    rng = np.random.default_rng((seed, list(CORRUPTIONS).index(name)))
    spoilt = CORRUPTIONS[name](np.asarray(images / 255, np.float32), rng)
    return np.asarray(np.rint(255 * np.clip(spoilt, 0, 1)), np.uint8)


def _shot_noise(images: Grey, rng: np.random.Generator) -> Grey:
    return np.asarray(rng.poisson(images * PHOTONS) / PHOTONS, np.float32)


def _impulse_noise(images: Grey, rng: np.random.Generator) -> Grey:
    struck = rng.random(images.shape) < IMPULSES
    return np.where(struck, rng.integers(0, 2, images.shape), images).astype(np.float32)


def _glass_blur(images: Grey, rng: np.random.Generator) -> Grey:
    shuffled = _blurred(images, GLASS_BLUR)
    everyone = np.arange(len(images))
    inside = range(SIDE - GLASS_REACH - 1, GLASS_REACH - 1, -1)
    for _ in range(GLASS_ROUNDS):
        for row in inside:
            for column in inside:
                down, right = rng.integers(-GLASS_REACH, GLASS_REACH + 1, (2, len(images)))
                there = everyone, row + down, column + right
                shuffled[:, row, column], shuffled[there] = shuffled[there], shuffled[:, row, column].copy()
    return _blurred(shuffled, GLASS_BLUR)


def _motion_blur(images: Grey, rng: np.random.Generator) -> Grey:
    steps = np.arange(2 * MOTION_LENGTH + 1) - MOTION_LENGTH
    trail = np.zeros((len(steps), len(steps)), np.float32)
    # The trail goes one way from where the pixel was.
    weights = np.where(steps >= 0, np.exp(-(steps**2) / (2 * MOTION_DEVIATION**2)), 0)
    trail[MOTION_LENGTH] = weights / weights.sum()
    middle = (MOTION_LENGTH, MOTION_LENGTH)
    return _each(
        images,
        lambda image: cv2.filter2D(
            image,
            -1,
            _turned(trail, middle, rng.uniform(-MOTION_ANGLE, MOTION_ANGLE)),
            borderType=cv2.BORDER_CONSTANT,
        ),
    )


def _turned(kernel: Grey, middle: tuple[int, int], degrees: float) -> Grey:
    turned = cv2.warpAffine(kernel, cv2.getRotationMatrix2D(middle, degrees, 1.0), kernel.shape)
    return np.asarray(turned / turned.sum(), np.float32)


def _shear(images: Grey, rng: np.random.Generator) -> Grey:
    return _each(images, lambda image: _mapped(image, [[1, _either(rng) * SHEAR], [0, 1]]))


def _scale(images: Grey, _: np.random.Generator) -> Grey:
    return _each(images, lambda image: _mapped(image, [[SCALE, 0], [0, SCALE]]))


def _rotate(images: Grey, rng: np.random.Generator) -> Grey:
    cos, sin = np.cos(ROTATION), np.sin(ROTATION)

    def turned(image: Grey) -> Grey:
        way = _either(rng)
        return _mapped(image, [[cos, -way * sin], [way * sin, cos]])

    return _each(images, turned)


def _brightness(images: Grey, _: np.random.Generator) -> Grey:
    return np.asarray(images + BRIGHTNESS, np.float32)


def _translate(images: Grey, rng: np.random.Generator) -> Grey:
    return _each(
        images,
        lambda image: _mapped(
            image, [[1, 0], [0, 1]], (_either(rng) * TRANSLATION, _either(rng) * TRANSLATION)
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
        # Clouds upon clouds, each half as large as the last.
        for octave, cells in enumerate((2, 4, 8, 16)):
            coarse = rng.random((cells, cells)).astype(np.float32)
            clouds = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
            fog += np.asarray(clouds, np.float32) / FOG_DECAY**octave
        fog = (fog - fog.min()) / (fog.max() - fog.min())
        peak = max(float(image.max()), 1e-6)
        return np.asarray((image + FOG * fog) * peak / (peak + FOG), np.float32)

    return _each(images, fogged)


def _spatter(images: Grey, rng: np.random.Generator) -> Grey:
    def spattered(image: Grey) -> Grey:
        wet = cv2.GaussianBlur(rng.random((SIDE, SIDE)).astype(np.float32), (0, 0), SPATTER_DEVIATION)
        drops = (wet > np.quantile(wet, 1 - SPATTER_SHARE)).astype(np.float32)
        return np.asarray(image + SPATTER_STRENGTH * cv2.GaussianBlur(drops, (3, 3), 0), np.float32)

    return _each(images, spattered)


def _dotted_line(images: Grey, rng: np.random.Generator) -> Grey:
    dots = (_COLUMNS // DOT) % 2 == 1

    def crossed(image: Grey) -> Grey:
        first, last = rng.integers(0, SIDE - 1, 2)
        return np.asarray(image + dots * _line((0, first), (SIDE - 1, last)), np.float32)

    return _each(images, crossed)


def _zigzag(images: Grey, rng: np.random.Generator) -> Grey:
    begin, end = 2.0, SIDE - 3.0

    def crossed(image: Grey) -> Grey:
        first = float(rng.integers(0, SIDE - 1))
        slope = float(rng.integers(-5, 5)) / (end - begin)
        turns = np.arange(begin, end, 2 * ZIG)
        heights = first + slope * (turns - begin) + ZAG * np.where(np.arange(len(turns)) % 2, -1, 1)
        corners = list(zip(turns.tolist(), heights.tolist(), strict=True))
        for one, other in itertools.pairwise(corners):
            image = image + _line(one, other)
        return image

    return _each(images, crossed)


def _canny_edges(images: Grey, _: np.random.Generator) -> Grey:
    grey = np.asarray(np.rint(255 * _blurred(images, CANNY_DEVIATION)), np.uint8)
    edges = np.stack([cv2.Canny(image, CANNY_LOW, CANNY_HIGH) for image in grey])
    return np.asarray(edges / 255, np.float32)


def _line(one: tuple[float, float], other: tuple[float, float]) -> Grey:
    """Return the ink of a line between two points (x, y), the first of them on the left, faded by vertical distance."""
    (x0, y0), (x1, y1) = one, other
    away = np.abs(_ROWS - (y0 + (y1 - y0) / (x1 - x0) * (_COLUMNS - x0)))
    within = (np.floor(x0) <= _COLUMNS) & (np.ceil(x1) >= _COLUMNS)
    ink = np.log(1 - np.minimum(away, LINE_DECAY - 1e-6) / LINE_DECAY) + 1
    return np.asarray(np.clip(ink, 0, 1) * within, np.float32)


def _mapped(image: Grey, linear: Any, move: tuple[float, float] = (0.0, 0.0)) -> Grey:
    """Map an image linearly about its middle, then move it by (x, y) pixels."""
    matrix = np.asarray(linear, np.float64)
    offset = np.array([_MIDDLE, _MIDDLE]) + move - matrix @ np.array([_MIDDLE, _MIDDLE])
    return np.asarray(cv2.warpAffine(image, np.column_stack([matrix, offset]), (SIDE, SIDE)), np.float32)


def _either(rng: np.random.Generator) -> int:
    return 1 if rng.random() < 0.5 else -1


def _blurred(images: Grey, deviation: float) -> Grey:
    return _each(images, lambda image: cv2.GaussianBlur(image, (0, 0), deviation))


def _each(images: Grey, spoil: Callable[[Grey], Any]) -> Grey:
    return np.stack([np.asarray(spoil(image), np.float32) for image in images])


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
"""The fifteen by name. They take and return grey values; whoever calls them keeps those within [0, 1]."""
