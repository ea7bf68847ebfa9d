"""One hand writing one line: where its digits come from, how it slants them, how wide its pen is."""

from dataclasses import dataclass

import numpy as np

from inkdigits.contract import N_CLASSES
from inkdigits.training.scenes.stock import Font, Stock
from inkdigits.training.synthetic.allographs import Allograph

_SOURCES = ("images", "paths", "allographs", "handwritten", "printed", "mixed")
_SHARES = (0.4, 0.25, 0.12, 0.1, 0.04, 0.09)
"""Where the digits of a line come from, and how often."""

_OWN_FORMS = (0.08, 0.5, 0.2, 0.1, 0.25, 0.2, 0.12, 0.35, 0.1, 0.35)
"""How often a hand whose digits come from images writes each digit in a form of its own instead. The images are
American: hardly a 1 of them has a flag, hardly a 7 a bar."""

_STICKS = 0.15
"""Share of the hands that write every 1 as a bare stroke. Of the images' 1s hardly one is as thin; between other digits
thin strokes were taken for rules."""


@dataclass(frozen=True)
class Hand:
    """What stays the same along a line.

    Attributes
    ----------
    source
        Where digits come from.
    size
        Height of the digits, in pixels.
    slant
        Shift to the right for each unit of height.
    aspect
        Stretch along the line.
    pen
        Width of the pen, in pixels.
    nib
        How much thinner its strokes across and up are than those down, as a share of the width.
    care
        How far shapes stray: 1 for ordinary writing.
    wobble
        How much size varies between symbols, as a share of it.
    zero
        Height of its zeros, as a share of that of the others.
    forms
        For each digit the allograph this hand writes.
    own_forms
        The digits that it writes so wherever the others come from.
    font
        The font, where the source is one.
    """

    source: str
    size: float
    slant: float
    aspect: float
    pen: float
    nib: float
    care: float
    wobble: float
    zero: float
    forms: tuple[Allograph, ...]
    own_forms: frozenset[int]
    font: Font | None


def random_hand(stock: Stock, size: float, rng: np.random.Generator, source: str = "") -> Hand:
    """Choose a hand for a line whose digits are ``size`` pixels high.

    Parameters
    ----------
    stock
        What there is to draw from.
    size
        Height of the digits, in pixels.
    rng
        The source of all randomness.
    source
        Where its digits come from; chosen by default.
    """
    source = source or str(rng.choice(_SOURCES, p=_SHARES))
    fonts = {"handwritten": stock.handwritten, "printed": stock.printed}.get(source)
    printed = source == "printed"
    forms = [_form(ways, rng) for ways in stock.allographs]
    own = rng.random(N_CLASSES) < _OWN_FORMS
    if rng.random() < _STICKS:
        forms[1], own[1] = _stick(stock), True
    slant = rng.normal(0.14, 0.28) if not printed else (0.0 if rng.random() < 0.8 else rng.uniform(0, 0.3))
    return Hand(
        source=source,
        size=size,
        slant=float(np.clip(slant, -0.5, 1.0)),
        aspect=float(np.exp(rng.normal(0.0, 0.2 if not printed else 0.1))),
        pen=size * float(np.clip(np.exp(rng.normal(np.log(0.09), 0.4)), 0.025, 0.24)),
        nib=float(rng.uniform(0.3, 0.75)) if rng.random() < 0.2 else 0.0,
        care=float(rng.choice((0.5, 1.0, 1.6), p=(0.35, 0.45, 0.2))),
        wobble=0.02 if printed else float(rng.uniform(0.02, 0.14)),
        zero=1.0 if printed or rng.random() < 0.65 else float(rng.uniform(0.38, 0.95)),
        forms=tuple(forms),
        own_forms=frozenset(np.flatnonzero(own).tolist()),
        font=None if not fonts else fonts[rng.integers(len(fonts))],
    )


def _form(ways: tuple[Allograph, ...], rng: np.random.Generator) -> Allograph:
    weights = np.array([way.weight for way in ways])
    return ways[rng.choice(len(ways), p=weights / weights.sum())]


def _stick(stock: Stock) -> Allograph:
    return next(way for way in stock.allographs[1] if way.name == "stick")
