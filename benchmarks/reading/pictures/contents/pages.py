"""Pages: lines of numbers by one writer, with the ground truth in reading order; and the large photo for timing."""

import numpy as np

from benchmarks.reading.pictures.contents.numbers import number_masks, random_number, spaced
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.sheets import Sheet, paste
from benchmarks.reading.pictures.sources import Sources


def page(rng: np.random.Generator, sources: Sources, digit_px: float) -> tuple[Sheet, tuple[str, ...]]:
    """Write a page of 3 to 8 lines with 1 to 3 numbers of 1 to 6 digits each.

    Returns
    -------
    sheet : Sheet
    numbers : tuple of str
        In reading order: lines from top to bottom, each from left to right.
    """
    n_lines, pitch = int(rng.integers(3, 9)), rng.uniform(1.7, 2.4) * digit_px
    stroke = rng.uniform(*S.stroke_width) * digit_px
    n_columns = int(rng.integers(1, 4))
    column_width = 6.2 * digit_px
    margin = rng.uniform(0.8, 1.6) * digit_px
    height = round(n_lines * pitch + 2 * margin)
    ink = np.zeros((height, round(n_columns * column_width + 2 * margin)), np.float32)
    numbers, baselines = [], []
    ragged = rng.random() < 0.3  # some lines have fewer numbers
    for line in range(n_lines):
        baseline = margin + (line + 0.85) * pitch
        baselines.append(baseline)
        n_here = int(rng.integers(1, n_columns + 1)) if ragged else n_columns
        right = -digit_px
        for column in range(n_here):
            digits = random_number(rng, int(rng.integers(1, 7)))
            masks = number_masks(rng, sources, digits, digit_px, stroke)
            mask = spaced(rng, masks, digit_px, rng.uniform(-25, -5))
            left = (
                max(margin + column * column_width, right + 1.1 * digit_px) + rng.uniform(0, 0.4) * digit_px
            )
            if left + mask.shape[1] > ink.shape[1] - 0.3 * digit_px:
                break
            right = left + mask.shape[1]
            paste(ink, mask, left, baseline - mask.shape[0] + rng.uniform(-0.05, 0.08) * digit_px)
            numbers.append(digits)
    return Sheet(ink, digit_px, tuple(baselines)), tuple(numbers)


def large_photo(rng: np.random.Generator, sources: Sources) -> tuple[Sheet, str]:
    """Write ten digits in a line on a sheet of 4000 by 3000 pixels, as photographed by a phone."""
    digits = random_number(rng, 10)
    digit_px = 260.0
    mask = spaced(rng, number_masks(rng, sources, digits, digit_px), digit_px, -20)
    ink = np.zeros((3000, 4000), np.float32)
    top = 1400
    paste(ink, mask, (4000 - mask.shape[1]) / 2, top)
    return Sheet(ink, digit_px, (float(top + mask.shape[0]),)), digits
