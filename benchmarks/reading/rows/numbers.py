"""Rows of numbers: one line each, or a page."""

from dataclasses import replace

import numpy as np

from benchmarks.reading.pictures.contents.numbers import (
    bent,
    number_masks,
    number_sheet,
    random_number,
    spaced,
    touching,
    with_separators,
)
from benchmarks.reading.pictures.contents.pages import page
from benchmarks.reading.pictures.media.kinds import FOR_NUMBERS, FOR_PAGES, digit_height, render
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.sheets import Example
from benchmarks.reading.pictures.sources import Sources
from benchmarks.reading.rows.row import Row

SEPARATED = tuple(overlap for overlap in S.overlap_percent if overlap < 0)
FORMATS = (
    "#.#",
    "##.##",
    "#.###",
    "##,##",
    "#,###",
    "-#",
    "-##",
    "-#,##",
    "-##.#",
    "###-##",
    "##-##-##",
    "#.###,##",
)
"""Shapes of numbers with separators; # stands for a digit."""


def _number(
    rng: np.random.Generator,
    sources: Sources,
    index: int,
    n_digits: int,
    overlap: float,
    kind_name: str | None = None,
) -> Example:
    kind = FOR_NUMBERS[index % len(FOR_NUMBERS)]
    height = digit_height(rng, kind, S.number_digit_px)
    digits = random_number(rng, n_digits)
    mask = spaced(rng, number_masks(rng, sources, digits, height), height, overlap)
    picture = render(rng, number_sheet(rng, mask, height), kind, sources)
    return Example(picture, (digits,), kind_name or kind.name)


def separated(rng: np.random.Generator, sources: Sources, index: int, n_digits: int = 5) -> Example:
    """Draw a number whose digits stand well apart."""
    return _number(rng, sources, index, n_digits, float(rng.choice(SEPARATED)))


def _by_overlap(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    overlap = S.overlap_percent[index % len(S.overlap_percent)]
    return _number(rng, sources, index // len(S.overlap_percent), 5, overlap, f"overlap {overlap:+d}%")


def _by_length(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    n_digits = 1 + index % 10
    return _number(rng, sources, index // 10, n_digits, rng.uniform(-25, 0), f"{n_digits:2d} digits")


def touching_number(rng: np.random.Generator, sources: Sources, index: int, n_digits: int = 5) -> Example:
    """Draw a number some of whose digits touch, two at least."""
    kind = FOR_NUMBERS[index % len(FOR_NUMBERS)]
    height = digit_height(rng, kind, S.number_digit_px)
    digits, stroke = random_number(rng, n_digits), rng.uniform(*S.stroke_width) * height
    mask, n_touching = touching(
        rng, digits, number_masks(rng, sources, digits, height, stroke), height, stroke
    )
    picture = render(rng, number_sheet(rng, mask, height), kind, sources)
    return Example(picture, (digits,), f"{n_touching} of {n_digits - 1} pairs touch")


def _touching_told(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    return replace(touching_number(rng, sources, index), layout="line", length=5)


def _bent(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    kind = FOR_NUMBERS[index % len(FOR_NUMBERS)]
    height = digit_height(rng, kind, S.number_digit_px)
    digits = random_number(rng, int(rng.integers(4, 9)))
    mask = spaced(rng, number_masks(rng, sources, digits, height), height, rng.uniform(-25, -8))
    curved = index // len(FOR_NUMBERS) % 2 == 1
    slope = rng.uniform(0.4, 1) * S.line_slope_degrees * rng.choice([-1, 1])
    sag = rng.uniform(0.4, 1) * S.line_sag * rng.choice([-1, 1])
    mask = bent(rng, mask, height, 0.0 if curved else slope, sag if curved else 0.0)
    picture = render(rng, number_sheet(rng, mask, height), kind, sources)
    return Example(picture, (digits,), "curved" if curved else "sloping")


def _separators(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    shape = FORMATS[index % len(FORMATS)]
    kind = FOR_NUMBERS[(index // len(FORMATS)) % len(FOR_NUMBERS)]
    height = max(digit_height(rng, kind, S.number_digit_px), 30.0)
    text = "".join(str(rng.integers(10)) if character == "#" else character for character in shape)
    mask = with_separators(rng, sources, text, height)
    return Example(render(rng, number_sheet(rng, mask, height), kind, sources), (text,), shape, "line")


def _page(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    kind = FOR_PAGES[index % len(FOR_PAGES)]
    sheet, truth = page(rng, sources, digit_height(rng, kind, S.page_digit_px))
    return Example(render(rng, sheet, kind, sources), truth, kind.name, "page")


NUMBER_ROWS = (
    Row("numbers-separated", "5-digit numbers, well separated", "text", 500, 0.97, separated),
    Row("numbers-touching", "5-digit numbers, touching", "text", 500, 0.93, touching_number),
    Row("numbers-touching-told", "the same, told that there are five", "text", 200, None,
        _touching_told, "numbers-touching"),
    Row("numbers-by-overlap", "5-digit numbers by overlap of their boxes", "text", 500, None, _by_overlap),
    Row("numbers-by-length", "numbers of 1 to 10 digits", "text", 400, None, _by_length),
    Row("numbers-bent", "numbers on sloping and curved lines", "text", 200, None, _bent),
    Row("separators", "numbers with points, commas, minus signs and dashes", "text", 240, None, _separators),
    Row("pages", "pages of numbers, whole pages", "page", 60, None, _page),
)  # fmt: skip
