"""Rows of pictures in which there is no digit to read."""

import numpy as np

from benchmarks.reading.pictures.contents.digit_masks import digit_mask
from benchmarks.reading.pictures.contents.drawings import DRAWINGS, crossed_out, drawing_mask
from benchmarks.reading.pictures.contents.fonts import digits_of, find_fonts, font_mask, letters_of
from benchmarks.reading.pictures.contents.forms import single_cell
from benchmarks.reading.pictures.media.kinds import (
    ON_PAPER,
    PHOTOS,
    SCANS,
    SCREENS,
    Kind,
    digit_height,
    render,
)
from benchmarks.reading.pictures.media.textures import NOISES, TEXTURES
from benchmarks.reading.pictures.random_fields import log_uniform
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.sheets import Example, Sheet
from benchmarks.reading.pictures.sheets import on_sheet as put
from benchmarks.reading.pictures.sources import Sources
from benchmarks.reading.rows.row import Row
from benchmarks.reading.rows.single import mnist_digit

BLANK_KINDS = PHOTOS + SCANS + SCREENS[:3]
ANY_KIND = ON_PAPER + SCREENS


def _blank_sheet(rng: np.random.Generator, kind: Kind) -> Sheet:
    """Return a sheet with nothing on it, or an empty box."""
    height = digit_height(rng, kind, S.photo_digit_px)
    empty = np.zeros((round(height), round(0.7 * height)), np.float32)
    if kind.form != "none":
        return single_cell(rng, empty, height, kind.form)
    return put(rng, empty, height)


def _blank(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    kind = BLANK_KINDS[index % len(BLANK_KINDS)]
    layout = ("auto", "digit")[index // len(BLANK_KINDS) % 2]
    return Example(render(rng, _blank_sheet(rng, kind), kind, sources), (), kind.name, layout)


def _refusal(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    """Noise, textures and drawings in turn, read as anything or as one digit."""
    group, place = index % 3, index // 3
    layout = ("auto", "digit")[place % 2]
    if group < 2:
        table = (NOISES, TEXTURES)[group]
        name = list(table)[place // 2 % len(table)]
        side = round(log_uniform(rng, (60, 320)))
        return Example(table[name](rng, side), (), f"{('noise', 'texture')[group]}: {name}", layout)
    name = list(DRAWINGS)[place // 2 % len(DRAWINGS)]
    kind = ANY_KIND[int(rng.integers(len(ANY_KIND)))]
    height = max(digit_height(rng, kind, S.photo_digit_px), 40.0)
    stroke = max(rng.uniform(*S.stroke_width) * height * 0.6, 1.2)
    sheet = put(rng, drawing_mask(rng, name, height, stroke), height)
    return Example(render(rng, sheet, kind, sources), (), f"drawing: {name}", layout)


def _crossed_out(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    kind = ANY_KIND[index % len(ANY_KIND)]
    height = max(digit_height(rng, kind, S.photo_digit_px), 32.0)
    stroke = rng.uniform(*S.stroke_width) * height
    image, _ = sources.digit(rng)
    mask, way = crossed_out(rng, digit_mask(image, height, stroke), height, stroke)
    return Example(render(rng, put(rng, mask, height), kind, sources), (), f"crossed out: {way}", "digit")


def _letters(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    """Letters twice, then a digit of MNIST and one of a font, all in the same kinds of picture."""
    files = find_fonts().files
    kind = ANY_KIND[index // 4 % len(ANY_KIND)]
    if index % 4 == 2:
        sheet, label, _ = mnist_digit(rng, sources, kind, index // 4, "letters")
        return Example(render(rng, sheet, kind, sources), (label,), "digit of MNIST", "digit")
    path = files[int(rng.integers(len(files)))]
    is_letter = index % 4 < 2
    character = str(rng.choice(list((letters_of if is_letter else digits_of)(path))))
    height = max(digit_height(rng, kind, S.photo_digit_px), 28.0)
    sheet = put(rng, font_mask(path, character, height), height)
    picture = render(rng, sheet, kind, sources)
    if is_letter:
        return Example(
            picture, (), f"letter {character}", "digit", notes={"character": character, "font": path.stem}
        )
    return Example(picture, (character,), "digit of a font", "digit", notes={"font": path.stem})


REFUSAL_ROWS = (
    Row("blanks", "blanks found", "blank", 324, 1.0, _blank),
    Row("refusals", "noise, textures and drawings refused", "refused", 612, 0.99, _refusal),
    Row("crossed-out", "crossed-out digits refused", "refused", 200, None, _crossed_out),
    Row(
        "letters",
        "letters refused, at 99% of digits accepted",
        "letters",
        1400,
        0.90,
        _letters,
        needs_fonts=True,
    ),
)
