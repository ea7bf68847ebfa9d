"""Noise and textures: pictures without writing, ``uint8`` RGB or grey."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.media.cameras import to_uint8
from benchmarks.reading.pictures.random_fields import Field, grain, ramp, smooth

Levels = NDArray[np.uint8]


def _coloured(rng: np.random.Generator, field: Field, contrast: float = 0.3) -> Levels:
    """Give a field of about [-1, 1] a colour and a lightness."""
    colour = rng.uniform(0.35, 0.85, 3).astype(np.float32)
    return to_uint8(255 * np.clip(1 + contrast * field, 0, 1.6)[..., None] * colour)


def _grid(side: int) -> tuple[Field, Field]:
    y, x = np.mgrid[:side, :side].astype(np.float32)
    return x, y


def _white_noise(rng: np.random.Generator, side: int) -> Levels:
    return rng.integers(0, 256, (side, side), np.uint8)


def _sensor_noise(rng: np.random.Generator, side: int) -> Levels:
    return to_uint8(rng.uniform(40, 210) + rng.uniform(8, 40) * grain(rng, side, side, rng.uniform(0, 2.5)))


def _salt_and_pepper(rng: np.random.Generator, side: int) -> Levels:
    field = np.full((side, side), int(rng.choice([128, 255, 0])), np.uint8)
    chance = rng.random((side, side))
    share = rng.uniform(0.01, 0.08)
    field[chance < share] = 0
    field[chance > 1 - share] = 255
    return field


def _clouds(rng: np.random.Generator, side: int) -> Levels:
    field = sum(smooth(rng, side, side, 2.0**octave) / 1.8**octave for octave in range(1, 7))
    return _coloured(rng, np.asarray(field, np.float32), 0.6)


def _wood(rng: np.random.Generator, side: int) -> Levels:
    x, y = _grid(side)
    rings = np.sin(
        (x + 0.15 * side * smooth(rng, side, side, 2)) * rng.uniform(10, 25) * 2 * np.pi / side + y * 0.002
    )
    return _coloured(rng, 0.6 * rings + 0.2 * cv2.blur(grain(rng, side, side), (1, 15)) * 3, 0.22)


def _cloth(rng: np.random.Generator, side: int) -> Levels:
    x, y = _grid(side)
    thread = 2 * np.pi / rng.uniform(5, 12)
    return _coloured(rng, np.sin(x * thread) * np.sin(y * thread) + 0.25 * grain(rng, side, side, 1), 0.2)


def _bricks(rng: np.random.Generator, side: int) -> Levels:
    x, y = _grid(side)
    height = side / rng.uniform(5, 9)
    row = np.floor(y / height)
    mortar = ((y % height) < 0.12 * height) | (((x + (row % 2) * height) % (2 * height)) < 0.12 * height)
    return _coloured(
        rng, np.where(mortar, 0.7, -0.2).astype(np.float32) + 0.15 * grain(rng, side, side, 1.5), 0.5
    )


def _checkers(rng: np.random.Generator, side: int) -> Levels:
    x, y = _grid(side)
    cell = side / rng.uniform(5, 14)
    return _coloured(
        rng, np.where((np.floor(x / cell) + np.floor(y / cell)) % 2 == 0, 0.6, -0.6).astype(np.float32), 0.7
    )


def _stripes(rng: np.random.Generator, side: int) -> Levels:
    angle = rng.uniform(0, np.pi)
    wave = np.sin(ramp(side, side, angle) * rng.uniform(8, 20) * 2 * np.pi)
    return _coloured(rng, np.sign(wave) * 0.6 if rng.random() < 0.5 else wave, 0.5)


def _gravel(rng: np.random.Generator, side: int) -> Levels:
    points = rng.uniform(0, side, (int(rng.integers(80, 250)), 2))
    x, y = _grid(side)
    stones = np.full((side, side), np.inf, np.float32)
    shade = np.zeros((side, side), np.float32)
    for px, py in points:
        distance = (x - np.float32(px)) ** 2 + (y - np.float32(py)) ** 2
        nearer = distance < stones
        stones[nearer], shade[nearer] = distance[nearer], rng.uniform(-0.6, 0.6)
    return _coloured(rng, cv2.GaussianBlur(shade, (0, 0), 1.2) + 0.1 * grain(rng, side, side), 0.45)


def _grass(rng: np.random.Generator, side: int) -> Levels:
    field = np.zeros((side, side), np.float32)
    for x, y, length, lean in zip(
        *rng.uniform(0, side, (2, 900)),
        rng.uniform(0.04, 0.12, 900) * side,
        rng.normal(0, 0.3, 900),
        strict=True,
    ):
        end = (int(x + lean * length), int(y - length))
        cv2.line(field, (int(x), int(y)), end, float(rng.uniform(-0.8, 0.8)), 1, cv2.LINE_AA)
    return _coloured(rng, field, 0.5)


def _marble(rng: np.random.Generator, side: int) -> Levels:
    turbulence = sum(np.abs(smooth(rng, side, side, 2.0**octave)) / 2**octave for octave in range(1, 6))
    return _coloured(rng, np.sin(ramp(side, side, 0.6) * 12 + 6 * np.asarray(turbulence, np.float32)), 0.3)


def _sky_gradient(rng: np.random.Generator, side: int) -> Levels:
    return _coloured(rng, 2 * ramp(side, side, rng.uniform(0, 2 * np.pi)) - 1, 0.45)


def _bokeh(rng: np.random.Generator, side: int) -> Levels:
    field = np.full((side, side), -0.6, np.float32)
    for _ in range(int(rng.integers(12, 30))):
        layer = np.zeros_like(field)
        centre = (int(rng.uniform(0, side)), int(rng.uniform(0, side)))
        cv2.circle(
            layer, centre, int(rng.uniform(0.03, 0.12) * side), float(rng.uniform(0.2, 0.8)), -1, cv2.LINE_AA
        )
        field += layer
    return _coloured(rng, cv2.GaussianBlur(field, (0, 0), 1.5), 0.6)


NOISES: dict[str, Callable[[np.random.Generator, int], Levels]] = {
    "white noise": _white_noise,
    "sensor noise": _sensor_noise,
    "salt and pepper": _salt_and_pepper,
}
TEXTURES: dict[str, Callable[[np.random.Generator, int], Levels]] = {
    "clouds": _clouds, "wood": _wood, "cloth": _cloth, "bricks": _bricks, "checkers": _checkers, "stripes": _stripes,
    "gravel": _gravel, "grass": _grass, "marble": _marble, "gradient": _sky_gradient, "bokeh": _bokeh,
}  # fmt: skip
