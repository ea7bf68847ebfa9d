"""Simulation of a camera: light on the paper, viewing angle, lens, sensor and JPEG."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.media.papers import Picture
from benchmarks.reading.pictures.random_fields import Field, grain, ramp, smooth, smoothstep
from benchmarks.reading.pictures.severities import SEVERITIES as S

DESKS = ((0.42, 0.28, 0.17), (0.22, 0.20, 0.19), (0.30, 0.33, 0.38), (0.55, 0.42, 0.28))


@dataclass(frozen=True)
class Camera:
    """Special difficulties of a photo; each flag is one of them."""

    shadow: bool = False
    desk: bool = False
    """The whole sheet lies on a desk and its edges show."""
    motion: bool = False
    strong_jpeg: bool = False
    steady: bool = False
    """Held straight: no rotation and no perspective (pages and grids that fill the picture)."""


Window = tuple[tuple[int, int, int, int], int]
"""The box (x0, y0, x1, y1) that must stay in the picture, and how far the paper goes on beyond the picture."""


def photograph(
    rng: np.random.Generator, picture: Picture, digit_px: float, camera: Camera, window: Window
) -> bytes:
    """Return the JPEG file of a photo of ``picture`` (float32 RGB reflectance)."""
    picture = _aim(rng, picture, digit_px, camera, window)
    height, width = picture.shape[:2]
    picture *= _light(rng, height, width, camera)[..., None]
    tint = 1 - rng.uniform(0, S.tint, 3) * (rng.permutation(3) > 0)
    picture *= (tint * rng.uniform(*S.exposure)).astype(np.float32)
    picture = _lens(rng, picture, digit_px, camera)
    levels = picture * 255
    spread = rng.uniform(*S.noise_levels)
    noise = grain(rng, height, width, 0.6 if rng.random() < 0.5 else 0.0) * np.float32(spread)
    levels += (noise * (1.15 - 0.5 * np.clip(picture[..., 1], 0, 1)))[..., None]
    if rng.random() < 0.5:  # colour noise, as small sensors have it
        levels[..., 0] += grain(rng, height, width, 1.2) * np.float32(spread * 0.5)
        levels[..., 2] += grain(rng, height, width, 1.2) * np.float32(spread * 0.5)
    low, high = S.strong_jpeg_quality if camera.strong_jpeg else S.jpeg_quality
    return jpeg(to_uint8(levels), int(rng.integers(low, high + 1)))


def to_uint8(levels: Field) -> NDArray[np.uint8]:
    """Round grey levels to ``uint8``, clipped to 0..255."""
    return np.asarray(np.clip(levels + 0.5, 0, 255).astype(np.uint8))


def jpeg(rgb: NDArray[np.uint8], quality: int) -> bytes:
    """Encode an RGB picture as JPEG."""
    done, buffer = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"OpenCV cannot encode a picture of shape {rgb.shape} as JPEG")
    return buffer.tobytes()


def _light(rng: np.random.Generator, height: int, width: int, camera: Camera) -> Field:
    """Return the light on the paper, 1 where it is brightest."""
    light = 1 - np.float32(rng.uniform(*S.light_gradient)) * ramp(height, width, rng.uniform(0, 2 * np.pi))
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    light *= 1 - np.float32(rng.uniform(*S.vignette)) * (x * x + y * y) / 2
    if camera.shadow:
        angle = rng.uniform(0, 2 * np.pi)
        edge = ramp(height, width, angle) + 0.06 * smooth(rng, height, width, 3)
        softness = rng.uniform(*S.shadow_softness)
        place = rng.uniform(0.25, 0.75)
        light *= 1 - np.float32(rng.uniform(*S.shadow_depth)) * smoothstep(edge, place, place + softness)
        if rng.random() < 0.3:  # a second one: the hand and the telephone
            edge, place = ramp(height, width, angle + rng.uniform(1, 2)), rng.uniform(0.3, 0.8)
            light *= 1 - np.float32(0.6 * rng.uniform(*S.shadow_depth)) * smoothstep(
                edge, place, place + softness
            )
    return light / np.float32(np.quantile(light[::4, ::4], 0.85))


def cut_window(picture: Picture, matrix: NDArray[Any], digit_px: float, window: Window) -> Picture:
    """Crop a rotated picture to its original size, or slightly larger if the writing would be cut off.

    Parameters
    ----------
    matrix
        The homography (3, 3) that was applied to the picture.
    """
    (x0, y0, x1, y1), beyond = window
    height, width = picture.shape[:2]
    corners = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], np.float64)
    moved = cv2.perspectiveTransform(corners, matrix)[0]
    low, high = moved.min(axis=0) - 0.3 * digit_px, moved.max(axis=0) + 0.3 * digit_px
    left, top = np.maximum(np.minimum(low, beyond), 0).astype(int)
    right = int(min(max(high[0], width - beyond), width))
    bottom = int(min(max(high[1], height - beyond), height))
    return np.ascontiguousarray(picture[top:bottom, left:right])


def _aim(
    rng: np.random.Generator, picture: Picture, digit_px: float, camera: Camera, window: Window
) -> Picture:
    """Rotate and tilt the paper; it extends beyond the picture, or lies on a desk with visible edges."""
    height, width = picture.shape[:2]
    if camera.steady and not camera.desk:
        return picture
    angle = np.radians(rng.uniform(-S.rotation_degrees, S.rotation_degrees))
    jitter = (S.desk_perspective if camera.desk else S.perspective) * rng.uniform(-1, 1, (4, 2))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    middle = np.array([width / 2, height / 2])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = (corners - middle) @ turn.T + middle + jitter * min(width, height)
    low, high = target.min(axis=0), target.max(axis=0)
    if camera.desk:
        room = rng.uniform(0.04, 0.22, 4) * min(width, height)
        target += room[:2] - low
        size = np.ceil(high - low + room[:2] + room[2:]).astype(int)
        desk = _desk(rng, size[1], size[0])
        matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32))
        cv2.warpPerspective(
            picture, matrix, tuple(size.tolist()), desk, cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
        )
        return desk
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32))
    turned = cv2.warpPerspective(
        picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return cut_window(turned, matrix, digit_px, window)


def _desk(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Return the surface of a desk: wood with its grain, or plain."""
    colour = np.asarray(DESKS[rng.integers(len(DESKS))], np.float32)
    rings = cv2.GaussianBlur(grain(rng, height, width), (0, 0), sigmaX=width / 6, sigmaY=1.5)
    wood = 1 + 0.12 * rings / max(float(rings.std()), 1e-6)
    return np.asarray(np.clip(wood, 0.4, 1.6)[..., None] * colour, np.float32)


def _lens(rng: np.random.Generator, picture: Picture, digit_px: float, camera: Camera) -> Picture:
    spread = rng.uniform(*S.blur_px) * min(1.0, digit_px / 60) + rng.uniform(*S.blur_height) * digit_px
    picture = cv2.GaussianBlur(picture, (0, 0), spread)
    if camera.motion:
        length = rng.uniform(*S.motion_px) * max(digit_px / 60, 0.6)
        picture = cv2.filter2D(picture, -1, _motion_kernel(length, rng.uniform(0, np.pi)))
    return picture


def _motion_kernel(length: float, angle: float) -> Field:
    side = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((side, side), np.float32)
    for step in np.linspace(-length / 2, length / 2, 4 * side):
        x, y = side // 2 + step * np.cos(angle), side // 2 + step * np.sin(angle)
        kernel[int(np.clip(round(y), 0, side - 1)), int(np.clip(round(x), 0, side - 1))] += 1
    return np.asarray(kernel / kernel.sum())
