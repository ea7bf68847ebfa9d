"""What symbols are drawn from: real digit images, recorded pen paths, stroke models, glyphs of fonts."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.data.labelled import LabelledImages
from inkdigits.training.synthetic.allographs import (
    Allograph,
    digit_allographs,
    national_allographs,
    sign_allographs,
)

Floats = NDArray[np.float32]


LETTERS = frozenset("AEFHKLMNTWXkmnwtx$%()=#")
"""Letters and signs that look like no digit and like no separator, however they are written: C, a, c and e are small
zeros in some hands, P is a 9, h a 4 and R an 8."""

_SIGNS = (
    *("question mark", "per cent", "hash", "asterisk", "arrow right", "arrow left"),
    *("sum", "pi", "omega", "euro", "at", "double cross"),
)
"""The stroke models of signs of which the same holds."""


@dataclass(frozen=True)
class Font:
    """The glyphs of one font at one scale.

    Attributes
    ----------
    glyphs
        For each character its picture, ``uint8`` (h, w), ink 255, and how far its top lies below the top of the digits.
    height
        Height of its digits, in the pixels of the pictures.
    printed
        Whether it is a font of print; the others are handwriting.
    """

    glyphs: dict[str, tuple[NDArray[np.uint8], int]]
    height: float
    printed: bool


@dataclass(frozen=True)
class Stock:
    """All sources of symbols.

    Attributes
    ----------
    images
        For each digit its images, ``uint8`` (n, 28, 28), ink 255 on paper 0.
    paths
        For each digit the recorded ones, each as its strokes: ``float32`` (m, 2) points in the unit square, y down.
    allographs
        For each digit the ways to write it.
    signs
        Stroke models of letters and signs that are no digit.
    handwritten, printed
        Fonts.
    """

    images: tuple[NDArray[np.uint8], ...]
    paths: tuple[tuple[tuple[Floats, ...], ...], ...]
    allographs: tuple[tuple[Allograph, ...], ...]
    signs: tuple[Allograph, ...]
    handwritten: tuple[Font, ...]
    printed: tuple[Font, ...]


def make_stock(digits: LabelledImages) -> Stock:
    """Gather the sources.

    Parameters
    ----------
    digits
        Digit images in normal form, with labels.
    """
    points, labels = pen_digits()
    fonts = line_fonts()
    return Stock(
        tuple(digits.images[digits.labels == label] for label in range(N_CLASSES)),
        tuple(
            tuple(strokes_of(path, label) for path in points[labels == label]) for label in range(N_CLASSES)
        ),
        tuple(digit_allographs()[label] + national_allographs()[label] for label in range(N_CLASSES)),
        tuple(
            sign
            for sign in (*sign_allographs()["letter"], *sign_allographs()["sign"])
            if (sign.name[0] in LETTERS and sign.label == "letter") or sign.name in _SIGNS
        ),
        tuple(font for font in fonts if not font.printed),
        tuple(font for font in fonts if font.printed),
    )


def pen_digits() -> tuple[Floats, NDArray[np.uint8]]:
    """Return the recorded pen paths: ``float32`` (n, 8, 2) in [0, 1] with y down, and their labels ``uint8`` (n,).

    References
    ----------
    E. Alpaydin and F. Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
    CC BY 4.0: 44 writers, eight points at equal distances along the path of each digit.
    """
    with _stored("pen_digits.npz") as stored:
        return stored["points"].astype(np.float32) / np.float32(100), stored["labels"]


def strokes_of(path: Floats, digit: int) -> tuple[Floats, ...]:
    """Part a recorded path where the pen was lifted.

    The recording joins the strokes of a digit by a straight line that nobody wrote: of a 7 its bar follows the foot of
    the stem, of a 5 the bar on top follows the belly, of a 4 the stem follows the crossbar. The rules below were found
    on contact sheets of 100 digits each: 87% of the 7s, 59% of the 5s and 40% of the 4s have such a join.

    Parameters
    ----------
    path
        ``float32`` (8, 2), x and y in [0, 1], y down.
    digit
        What it is.

    Returns
    -------
    tuple of ndarray
        One stroke or two.
    """
    x, y = path[:, 0], path[:, 1]
    lowest = int(y.argmax())
    if digit == 7 and lowest < 6:
        rest = x[lowest + 1 :]
        first = lowest + 1 + int(rest.argmin() if x[7] >= rest.mean() else rest.argmax())
        return _parted(path, lowest, first)
    if digit == 5 and y[7] < 0.4 and lowest < 7:
        before, after = _parted(path, lowest, lowest + 1 + int((y[lowest + 1 :] < 0.35).argmax()))
        # Points on the join hide the end of the belly: it went on to the left.
        tail = before[-1:] - np.array([[0.3, 0.02]], np.float32)
        return np.concatenate([before, np.maximum(tail, 0)]), after
    if digit == 4:
        corner = 2 + int(x[2:7].argmax())
        if corner < 6:
            stem = corner + 1 + int(y[corner + 1 : 7].argmin())
            if y[stem] < y[corner]:
                return _parted(path, corner, stem)
    return (path,)


def _parted(path: Floats, last: int, first: int) -> tuple[Floats, Floats]:
    """Return the strokes up to the point ``last`` and from ``first`` on; a stroke of one point gets a second."""
    before, after = path[: last + 1], path[first:]
    if len(before) < 2:
        before = np.concatenate([before, before + np.float32(0.02)])
    if len(after) < 2:
        after = np.concatenate([after, after + np.float32(0.02)])
    return before, after


def line_fonts() -> list[Font]:
    """Return the fonts that lines are set in, as `tools/render_line_glyphs.py` rendered them."""
    with _stored("line_glyphs.npz") as stored:
        sizes, bits, tops = stored["sizes"].astype(int), stored["bits"], stored["tops"]
        characters, names, printed = stored["characters"], stored["fonts"], stored["printed"]
    glyphs: dict[str, dict[str, tuple[NDArray[np.uint8], int]]] = {}
    is_printed: dict[str, bool] = {}
    start = 0
    for i, (height, width) in enumerate(sizes):
        end = start + -(-height * width // 8)
        ink = np.unpackbits(bits[start:end], count=height * width).reshape(height, width) * np.uint8(255)
        glyphs.setdefault(str(names[i]), {})[str(characters[i])] = ink, int(tops[i])
        is_printed[str(names[i])] = bool(printed[i])
        start = end
    return [
        Font(
            of_font, float(np.mean([of_font[str(d)][0].shape[0] for d in range(N_CLASSES)])), is_printed[name]
        )
        for name, of_font in glyphs.items()
        if all(str(d) in of_font for d in range(N_CLASSES))
    ]


def _stored(name: str) -> Any:
    return np.load(str(files("inkdigits.training.synthetic").joinpath(name)), allow_pickle=False)
