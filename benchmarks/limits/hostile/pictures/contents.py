"""Valid pictures whose content makes reading expensive: specks, strokes, noise, rules, and strips."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.limits.hostile.pictures.drawing import encode

SIDE = 2000
"""Height and width of a page, in pixels: 4 million pixels, to which larger pictures are scaled down."""

Pixels = NDArray[np.uint8]


def make_files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file."""
    for name, pixels in make_pages():
        yield f"read-{name}.png", encode(Image.fromarray(pixels), "PNG", compress_level=1)


def make_pages() -> Iterator[tuple[str, Pixels]]:
    """Yield name and pixels, ``uint8`` (h, w), of each page."""
    rng = np.random.default_rng(0)
    yield "ten-thousand-specks", _draw_specks(rng, 10_000, 2)
    yield "ten-thousand-blots", _draw_specks(rng, 10_000, 5)
    yield "ten-thousand-long-strokes", _draw_strokes(rng, 10_000, 40)
    yield "ten-thousand-short-strokes", _draw_strokes(rng, 10_000, 12)
    yield "a-million-strokes", _draw_strokes(rng, 1_000_000, 12)
    yield "noise", rng.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    yield (
        "coarse-noise",
        np.kron(rng.integers(0, 2, (250, 250), dtype=np.uint8) * np.uint8(255), np.ones((8, 8), np.uint8)),
    )
    down, across = np.indices((SIDE, SIDE))
    yield "squared-paper", np.where((down % 20 < 2) | (across % 20 < 2), 0, 255).astype(np.uint8)
    yield "bars", np.where((down % 32 < 22) & (across % 12 < 3), 0, 255).astype(np.uint8)
    yield "chessboard", ((down // 3 + across // 3) % 2 * 255).astype(np.uint8)
    yield "rings", (np.hypot(down - 1000, across - 1000) % 16 < 4).astype(np.uint8) * np.uint8(255)
    yield "black", np.zeros((SIDE, SIDE), np.uint8)
    yield (
        "tall-strip-of-bars",
        np.ascontiguousarray(
            np.tile(np.where((np.arange(60_000) % 32 < 22)[:, np.newaxis], 0, 255), (1, 24)).astype(np.uint8)
        ),
    )
    yield (
        "wide-strip-of-bars",
        np.tile(np.where(np.arange(60_000) % 20 < 4, 0, 255).astype(np.uint8), (24, 1)),
    )


def _draw_specks(rng: np.random.Generator, n: int, radius: int) -> Pixels:
    picture = np.full((SIDE, SIDE), 255, np.uint8)
    for x, y in rng.integers(0, SIDE, (n, 2)).tolist():
        cv2.circle(picture, (x, y), radius, 0, -1)
    return picture


def _draw_strokes(rng: np.random.Generator, n: int, length: int) -> Pixels:
    picture = np.full((SIDE, SIDE), 255, np.uint8)
    starts, angles = rng.integers(0, SIDE, (n, 2)), rng.uniform(0, np.pi, n)
    shifts = np.rint(length * np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype(np.int64)
    lines = np.stack([starts, starts + shifts], axis=1).astype(np.int32)
    cv2.polylines(picture, list(lines), isClosed=False, color=0, thickness=2)
    return picture
