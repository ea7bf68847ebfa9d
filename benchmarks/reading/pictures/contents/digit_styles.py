"""Ten digits in strokes, with the styles that MNIST lacks, in hundredths of the digit's height."""

import numpy as np

from benchmarks.reading.pictures.contents.strokes import draw_strokes, from_outline, spline, wobble
from benchmarks.reading.pictures.random_fields import Field

STYLES: dict[str, tuple[str, ...]] = {
    # The styles under study, by name; the first character is the digit.
    "1 with a long flag": (
        "2,48 18,28 36,1; 36,1 35,100",
        "0,62 20,34 38,0; 38,0 36,100",
        "4,40 20,24 32,2; 32,2 30,100",
    ),
    "7 crossed": (
        "2,5 28,4 58,2; 58,2 38,45 22,100; 14,53 54,47",
        "3,12 2,3; 2,3 56,4; 56,4 40,50 34,100; 16,50 60,48",
    ),
    "4 open": (
        "12,2 8,30 3,60; 3,60 60,57; 45,22 42,100",
        "10,4 2,52; 2,52 56,54; 50,0 46,100",
        "14,0 6,34 6,54 18,60 52,56; 48,12 46,100",
    ),
    "9 with a straight leg": (
        "50,12 28,0 6,14 4,34 22,46 44,36 50,12; 52,4 51,100",
        "52,6 30,1 8,10 3,30 20,44 42,38 52,22; 52,4 48,100",
    ),
}

ORDINARY: dict[int, tuple[str, ...]] = {
    # As taught at school: one with and without a flag, seven with and without a serif.
    0: (
        "30,0 9,18 2,50 10,84 30,100 50,84 58,50 50,16 30,0",
        "34,0 12,12 2,48 12,90 34,99 54,80 58,40 50,10 30,1",
    ),
    1: ("24,0 24,100", "30,0 22,100", "10,20 30,0; 30,0 30,100"),
    2: ("4,22 14,4 32,0 50,12 48,34 30,64 4,99; 4,99 30,96 60,98", "6,18 26,0 48,10 46,36 4,98; 4,98 58,100"),
    3: (
        "6,10 28,0 50,12 42,36 22,46; 22,46 48,52 56,76 38,98 4,92",
        "6,2 54,2; 54,2 24,40; 24,40 52,50 54,84 28,100 2,90",
    ),
    4: ("44,0 2,66; 2,66 62,66; 44,0 44,100", "40,2 4,62; 4,62 60,60; 42,40 38,100"),
    5: (
        "12,2 8,44; 8,44 30,36 54,54 52,84 28,100 2,90; 12,2 56,0",
        "14,0 10,42; 10,42 36,40 54,62 44,92 18,99 3,90; 14,0 52,3",
    ),
    6: (
        "46,2 18,24 3,60 10,92 32,100 54,84 48,60 26,52 5,70",
        "36,0 12,30 4,70 20,99 46,92 50,66 32,54 6,70",
    ),
    7: ("2,4 58,2; 58,2 36,46 20,100", "2,14 3,3; 3,3 56,5; 56,5 34,60 30,100"),
    8: (
        "50,14 30,0 8,16 22,42 50,64 52,88 28,100 6,84 14,60 44,36 50,14",
        "30,0 10,14 14,34 30,46 50,66 46,94 24,100 6,84 12,62 30,46 48,32 50,10 30,0",
    ),
    9: (
        "50,16 28,0 6,14 4,36 24,48 44,38 50,16; 50,16 46,60 30,100",
        "50,10 26,0 6,20 14,44 38,42 50,10; 50,10 50,50 40,84 14,98",
    ),
}


def style_mask(rng: np.random.Generator, outline: str, height_px: float, stroke_px: float) -> Field:
    """Draw one outline with random small deviations.

    Parameters
    ----------
    outline
        One of `STYLES` or `ORDINARY`.
    height_px
        Height of the digit from stroke end to stroke end, in pixels.
    stroke_px
        Width of the pen, in pixels.

    Returns
    -------
    ndarray
        ``float32`` ink mask, cropped to the ink.
    """
    strokes = wobble(rng, from_outline(outline), 0.018)
    slant, stretch = np.tan(np.radians(rng.uniform(-4, 14))), rng.uniform(0.85, 1.15)
    curves = []
    for stroke in strokes:
        curve = spline(stroke)
        curve = np.stack([curve[:, 0] * stretch + slant * (1 - curve[:, 1]), curve[:, 1]], axis=1)
        curves.append(curve * height_px)
    everything = np.vstack(curves)
    pad = stroke_px / 2 + 2
    origin = everything.min(axis=0) - pad
    size = np.ceil(everything.max(axis=0) + pad - origin).astype(int)
    pressure = rng.uniform(0.8, 1.15, 5)
    return draw_strokes([curve - origin for curve in curves], size[1], size[0], stroke_px, pressure)
