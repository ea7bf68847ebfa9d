"""Rows of forms: boxes, combs, grids."""

from dataclasses import replace

import numpy as np

from benchmarks.reading.pictures.contents.forms import form_row, sudoku
from benchmarks.reading.pictures.media.kinds import FOR_FORMS, digit_height, render
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.sheets import Example
from benchmarks.reading.pictures.sources import Sources
from benchmarks.reading.rows.row import Row

FORMS = ("joined boxes", "spaced boxes", "comb")
N_CELLS = 8
BLANK_SHARE = 0.3
SUDOKU_BLANK_SHARE = 0.6


def _boxes(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    form = FORMS[index % len(FORMS)]
    kind = FOR_FORMS[(index // len(FORMS)) % len(FOR_FORMS)]
    height = digit_height(rng, kind, S.number_digit_px)
    sheet, text = form_row(rng, sources, height, N_CELLS, form, BLANK_SHARE)
    return Example(render(rng, sheet, kind, sources), (text,), f"{kind.name}, {form}", "boxes")


def _boxes_untold(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    return replace(_boxes(rng, sources, index), layout="auto")


def _sudoku(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    kind = FOR_FORMS[index % len(FOR_FORMS)]
    height = min(max(digit_height(rng, kind, S.page_digit_px), 24.0), 60.0)
    sheet, text = sudoku(rng, sources, height, SUDOKU_BLANK_SHARE)
    return Example(render(rng, sheet, kind, sources), (text,), kind.name, "boxes")


FORM_ROWS = (
    Row("boxes", "boxed numbers, 8 cells, with blanks", "cells", 450, 0.98, _boxes),
    Row(
        "boxes-untold", "the same, not told that there are boxes", "cells", 150, None, _boxes_untold, "boxes"
    ),
    Row("sudoku", "grids of 9 by 9 cells, whole grids", "cells", 50, None, _sudoku),
)
