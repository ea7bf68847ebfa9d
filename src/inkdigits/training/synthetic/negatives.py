"""What is no digit: letters, signs, drawings, pieces and heaps of digits, scribbles, noise, paper.

Each kind has a name, so that whole kinds can be held out of training and met for the first time in measurement.
Whatever could be taken for a digit is kept out: the upper half of an 8 is a 0.
"""

from collections.abc import Callable, Sequence

import numpy as np

from inkdigits.contract import SIDE, DigitImages
from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import UsageError
from inkdigits.training.synthetic import clutter, scraps
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
    "fragments": (1.5, scraps.fragment),
    "pairs": (2.0, scraps.pair),
    "straddles": (1.0, scraps.straddle),
    "crossed_out": (1.0, scraps.crossed_out),
    "scribbles": (1.0, clutter.scribble),
    "arcs": (0.5, clutter.arc),
    "noise": (1.0, clutter.noise),
    "textures": (1.0, clutter.texture),
    "rules": (1.0, clutter.rules),
    "blobs": (1.0, clutter.blobs),
}
"""The kinds of non-digits: how often each is drawn relative to the others, and what makes one."""


def known_kinds(unknown: str) -> list[str]:
    """Return the names in `KINDS` that are not among ``unknown``, which has commas between them.

    Raises
    ------
    UsageError
        If a kind is unknown to this module, or if none is left.
    """
    left_out = [name.strip() for name in unknown.split(",") if name.strip()]
    _check_kinds(left_out)
    left = [name for name in KINDS if name not in left_out]
    if not left:
        raise UsageError("non-digits of at least one kind are needed, but all kinds were to be left out")
    return left


def negatives(
    n: int, rng: np.random.Generator, digits: LabelledImages, kinds: Sequence[str] | None = None
) -> DigitImages:
    """Invent images that are no digit.

    Parameters
    ----------
    n
        How many.
    rng
        The source of all randomness.
    digits
        Training digits in normal form, of which fragments, pairs and crossed-out digits are made.
    kinds
        The names in `KINDS` to draw from; all of them if None.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28), in normal form as far as such things have one.

    Raises
    ------
    UsageError
        If a kind is unknown.
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
            raise UsageError(f"there are no non-digits of the kind {name!r}; choose among {', '.join(KINDS)}")
