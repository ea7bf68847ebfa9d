"""Scanners and screens: flat light, a slight skew, dust, one bit a pixel; and ink drawn on a screen."""

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.media.cameras import Window, cut_window, jpeg, to_uint8
from benchmarks.reading.pictures.media.papers import Picture
from benchmarks.reading.pictures.random_fields import Field, grain, smoothstep
from benchmarks.reading.pictures.severities import SEVERITIES as S


def scan_digit_px(rng: np.random.Generator) -> float:
    """Draw a digit's height in pixels: a size on paper and a resolution."""
    dots_per_inch = S.scan_dpi[rng.integers(len(S.scan_dpi))]
    return float(rng.uniform(*S.scan_digit_mm) / 25.4 * dots_per_inch)


def scan(
    rng: np.random.Generator, picture: Picture, digit_px: float, mode: str, window: Window
) -> bytes | NDArray[np.uint8] | NDArray[np.bool_]:
    """Scan a sheet.

    Parameters
    ----------
    mode
        ``grey`` (``uint8`` array), ``colour`` (``uint8`` RGB, or JPEG bytes), ``bilevel`` (bool, True is white).
    """
    angle = rng.uniform(-S.scan_skew_degrees, S.scan_skew_degrees)
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    picture = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    picture = cut_window(picture, np.vstack([matrix, [0, 0, 1]]), digit_px, window)
    height, width = picture.shape[:2]
    picture *= 1 - _dust(rng, height, width, digit_px)[..., None]
    levels = picture * np.float32(255 * rng.uniform(0.95, 1.03))
    levels += grain(rng, height, width, 0.5)[..., None] * np.float32(rng.uniform(*S.scan_noise_levels))
    if mode == "colour":
        rgb = to_uint8(levels)
        return jpeg(rgb, int(rng.integers(*S.scan_jpeg_quality))) if rng.random() < 0.5 else rgb
    grey = levels @ np.array([0.299, 0.587, 0.114], np.float32)
    if mode == "grey":
        return to_uint8(grey)
    paper = float(np.quantile(grey, 0.8))
    return np.asarray(grey > paper * rng.uniform(*S.bilevel_threshold))


def _dust(rng: np.random.Generator, height: int, width: int, digit_px: float) -> Field:
    """Return specks of dust as a mask in [0, 1]."""
    mask = np.zeros((height, width), np.float32)
    n = rng.poisson(rng.uniform(*S.dust_per_digit_area) * height * width / digit_px**2)
    for _ in range(min(int(n), 400)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        radius, darkness = rng.uniform(*S.dust_size) * digit_px / 2, float(rng.uniform(0.3, 0.9))
        if radius < 0.8:  # less than a pixel: OpenCV would draw three by three
            mask[int(y), int(x)] = darkness * min(1.0, np.pi * radius**2 + 0.3)
            continue
        centre = (round(x * 16), round(y * 16))
        cv2.circle(mask, centre, round(radius * 16), darkness, -1, cv2.LINE_8, 4)
    return mask


def on_screen(rng: np.random.Generator, ink: Field, mode: str) -> NDArray[np.uint8]:
    """Draw ink as a paint program does: flat colours and hard, anti-aliased edges.

    Parameters
    ----------
    mode
        ``white canvas`` (RGB), ``dark canvas`` (RGB), ``transparent`` (RGBA, dark ink), ``alpha only`` (RGBA whose
        colour is black everywhere: only the alpha channel contains the ink), ``white on black`` (grey).
    """
    sharp = smoothstep(ink, 0.15, 0.85)
    inks = ((0, 0, 0), (0, 0, 0), (30, 60, 200), (200, 30, 40), (20, 120, 50), (90, 40, 140))
    colour = np.asarray(inks[rng.integers(len(inks))], np.float32)
    if mode == "white on black":
        return to_uint8(sharp * 255)
    if mode == "white canvas":
        return to_uint8(255 + sharp[..., None] * (colour - 255))
    if mode == "dark canvas":
        canvas = np.asarray(((18, 18, 18), (30, 34, 45), (0, 0, 0))[rng.integers(3)], np.float32)
        bright = np.asarray(((255, 255, 255), (250, 220, 90), (120, 220, 250))[rng.integers(3)], np.float32)
        return to_uint8(canvas + sharp[..., None] * (bright - canvas))
    rgba = np.zeros((*ink.shape, 4), np.uint8)
    if mode == "transparent":
        rgba[..., :3] = colour.astype(np.uint8)
    rgba[..., 3] = to_uint8(sharp * 255)
    return rgba
