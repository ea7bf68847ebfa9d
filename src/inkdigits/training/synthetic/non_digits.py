"""Synthetic non-digits: letters, signs, drawings, parts and groups of digits, scribbles, noise, paper.

Each kind has a name, so that kinds can be excluded from training, for tests on unseen kinds. Images that look like
digits are not drawn: for example, the upper half of an 8 is a 0.
"""

from collections.abc import Callable, Sequence

import numpy as np

from inkdigits.contract import SIDE, DigitImages
from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import UsageError
from inkdigits.training.synthetic import clutter, non_digits_from_digits
from inkdigits.training.synthetic.allographs import sign_allographs
from inkdigits.training.synthetic.digits import draw_digit
from inkdigits.training.synthetic.fonts import FOREIGN, LETTERS, SYMBOLS, draw_glyph, training_glyphs
from inkdigits.training.synthetic.rendering import Ink

Maker = Callable[[LabelledImages, np.random.Generator], Ink]


def _glyph(characters: str) -> Maker:
    def make(_: LabelledImages, rng: np.random.Generator) -> Ink:
        glyphs = training_glyphs()
        return draw_glyph(glyphs.pictures[rng.choice(glyphs.indices_of(characters))], rng)

    return make


def _drawn(kind: str) -> Maker:
    def make(_: LabelledImages, rng: np.random.Generator) -> Ink:
        ways = sign_allographs()[kind]
        weights = np.array([way.weight for way in ways])
        return draw_digit(ways[rng.choice(len(ways), p=weights / weights.sum())], rng)

    return make


KINDS: dict[str, tuple[float, Maker]] = {
    "letters_of_fonts": (2.0, _glyph(LETTERS)),
    "letters_by_hand": (2.0, _drawn("letter")),
    "signs_of_fonts": (1.0, _glyph(SYMBOLS)),
    "signs_by_hand": (1.0, _drawn("sign")),
    "foreign": (1.0, _glyph(FOREIGN)),
    "drawings": (1.0, _drawn("drawing")),
    "fragments": (1.5, non_digits_from_digits.fragment),
    "pairs": (2.0, non_digits_from_digits.pair),
    "straddles": (1.0, non_digits_from_digits.straddle),
    "crossed_out": (1.0, non_digits_from_digits.crossed_out),
    "scribbles": (1.0, clutter.scribble),
    "arcs": (0.5, clutter.arc),
    "noise": (1.0, clutter.noise),
    "textures": (1.0, clutter.texture),
    "rules": (1.0, clutter.rules),
    "blobs": (1.0, clutter.blobs),
}
"""The kinds of non-digits, each with its relative frequency and the function that draws it."""


def training_kinds(unknown: str) -> list[str]:
    """Return the kinds in `KINDS` without those in ``unknown``, a list separated by commas.

    Raises
    ------
    UsageError
        If a kind does not exist, or if all kinds are excluded.
    """
    excluded = [name.strip() for name in unknown.split(",") if name.strip()]
    _check_kinds(excluded)
    kept = [name for name in KINDS if name not in excluded]
    if not kept:
        raise UsageError(
            "expected at least one kind of non-digits, but all are excluded; exclude fewer kinds"
        )
    return kept


def draw_non_digits(
    n: int, rng: np.random.Generator, digits: LabelledImages, kinds: Sequence[str] | None = None
) -> DigitImages:
    """Draw images of non-digits.

    Parameters
    ----------
    n
        Number of images.
    rng
        The random generator.
    digits
        Normalised training digits, for fragments, pairs and crossed-out digits.
    kinds
        The names in `KINDS` to draw from; all of them if None.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28), normalised like digits.

    Raises
    ------
    UsageError
        If a kind does not exist.
    """
    names = list(KINDS) if kinds is None else list(kinds)
    _check_kinds(names)
    weights = np.array([KINDS[name][0] for name in names])
    images = np.zeros((n, SIDE, SIDE), np.uint8)
    for image, chosen in zip(images, rng.choice(len(names), size=n, p=weights / weights.sum()), strict=True):
        image[:] = KINDS[names[chosen]][1](digits, rng)
    return images


def _check_kinds(names: Sequence[str]) -> None:
    for name in names:
        if name not in KINDS:
            raise UsageError(f"unknown kind of non-digits {name!r}; choose among {', '.join(KINDS)}")
