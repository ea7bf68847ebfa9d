"""Random writers: the source of the digits, the slant, the pen, and other properties that are constant along a line."""

from dataclasses import dataclass

import numpy as np

from inkdigits.contract import N_CLASSES
from inkdigits.training.scenes.sources import Font, SymbolSources
from inkdigits.training.synthetic.allographs import Allograph

_SOURCES = ("images", "paths", "allographs", "handwritten", "printed", "mixed")
_SHARES = (0.35, 0.22, 0.2, 0.1, 0.04, 0.09)
"""The sources of the digits of a line, and their probabilities."""

_OWN_FORMS = (0.08, 0.5, 0.2, 0.1, 0.25, 0.2, 0.12, 0.35, 0.1, 0.35)
"""For each digit, the probability that a writer with digits from images writes its own allograph instead. The images
are American: almost no 1 has a flag, and almost no 7 has a bar."""

_STICKS = 0.25
"""Share of the writers that write every 1 as a single stroke. Such thin strokes are rare in the images, and the
detector confused them with rules."""


@dataclass(frozen=True)
class Writer:
    """The properties of the writing that are constant along a line.

    Attributes
    ----------
    source
        The source of the digits.
    size
        Height of the digits, in pixels.
    slant
        Horizontal shift per unit of height.
    aspect
        Horizontal scale factor.
    pen
        Width of the pen, in pixels.
    nib
        By which share of the width horizontal and upward strokes are thinner than downward ones.
    care
        Amount of random variation of the shapes; 1 for ordinary writing.
    wobble
        Relative variation of the size between symbols.
    zero
        Height of zeros relative to the other digits.
    one
        Height of 1s relative to the other digits; in amounts the first 1 is often the tallest symbol.
    last
        Height of the last symbols of a number relative to the first; in amounts the digits often become smaller.
    rewritten
        Share of the digits that are written twice, to correct or to emphasise them.
    forms
        For each digit its allograph.
    own_forms
        The digits that are always drawn from their allograph, whatever the source.
    font
        The font, if the source is a font.
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
    one: float
    last: float
    rewritten: float
    forms: tuple[Allograph, ...]
    own_forms: frozenset[int]
    font: Font | None


def random_writer(sources: SymbolSources, size: float, rng: np.random.Generator, source: str = "") -> Writer:
    """Choose a random writer.

    Parameters
    ----------
    sources
        The symbol sources.
    size
        Height of the digits, in pixels.
    rng
        The random generator.
    source
        The source of the digits; by default a random one.
    """
    source = source or str(rng.choice(_SOURCES, p=_SHARES))
    fonts = {"handwritten": sources.handwritten, "printed": sources.printed}.get(source)
    printed = source == "printed"
    forms = [_form(ways, rng) for ways in sources.allographs]
    own = rng.random(N_CLASSES) < _OWN_FORMS
    if rng.random() < _STICKS:
        forms[1], own[1] = _stick(sources), True
    slant = rng.normal(0.14, 0.28) if not printed else (0.0 if rng.random() < 0.8 else rng.uniform(0, 0.3))
    return Writer(
        source=source,
        size=size,
        slant=float(np.clip(slant, -0.5, 1.0)),
        aspect=float(np.exp(rng.normal(0.0, 0.2 if not printed else 0.1))),
        pen=size * float(np.clip(np.exp(rng.normal(np.log(0.09), 0.4)), 0.025, 0.24)),
        nib=float(rng.uniform(0.3, 0.75)) if rng.random() < 0.2 else 0.0,
        care=float(rng.choice((0.5, 1.0, 1.6), p=(0.35, 0.45, 0.2))),
        wobble=0.02 if printed else float(rng.uniform(0.02, 0.14)),
        zero=1.0 if printed or rng.random() < 0.65 else float(rng.uniform(0.38, 0.95)),
        one=1.0 if printed or rng.random() < 0.7 else float(rng.uniform(1.1, 1.6)),
        last=1.0 if printed or rng.random() < 0.75 else float(rng.uniform(0.4, 1.0)),
        rewritten=0.0 if printed or rng.random() < 0.92 else float(rng.uniform(0.1, 0.5)),
        forms=tuple(forms),
        own_forms=frozenset(np.flatnonzero(own).tolist()),
        font=None if not fonts else fonts[rng.integers(len(fonts))],
    )


def _form(ways: tuple[Allograph, ...], rng: np.random.Generator) -> Allograph:
    weights = np.array([way.weight for way in ways])
    return ways[rng.choice(len(ways), p=weights / weights.sum())]


def _stick(sources: SymbolSources) -> Allograph:
    return next(way for way in sources.allographs[1] if way.name == "stick")
