"""The sources of symbols: real digit images, recorded pen paths, stroke models, and glyphs of fonts."""

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
"""Letters and signs that are not confused with digits or separators in any handwriting: C, a, c and e can look like
small zeros, P like a 9, h like a 4 and R like an 8."""

_SIGNS = (
    *("question mark", "per cent", "hash", "asterisk", "arrow right", "arrow left"),
    *("sum", "pi", "omega", "euro", "at", "double cross"),
)
"""Stroke models of signs that are not confused with digits either."""


@dataclass(frozen=True)
class Font:
    """The glyphs of one font at one scale.

    Attributes
    ----------
    glyphs
        For each character its picture, ``uint8`` (h, w), ink 255, and the offset of its top from the top of the digits.
    height
        Height of the digits, in pixels of the pictures.
    printed
        Whether it is a printed font; the others are handwriting fonts.
    """

    glyphs: dict[str, tuple[NDArray[np.uint8], int]]
    height: float
    printed: bool


@dataclass(frozen=True)
class SymbolSources:
    """All sources of symbols.

    Attributes
    ----------
    images
        For each digit its images, ``uint8`` (n, 28, 28), ink 255 on paper 0.
    paths
        For each digit the recorded pen paths, each as strokes: ``float32`` (m, 2) points in the unit square, y down.
    allographs
        For each digit its allographs.
    signs
        Stroke models of letters and signs that are not digits.
    handwritten, printed
        Fonts.
    """

    images: tuple[NDArray[np.uint8], ...]
    paths: tuple[tuple[tuple[Floats, ...], ...], ...]
    allographs: tuple[tuple[Allograph, ...], ...]
    signs: tuple[Allograph, ...]
    handwritten: tuple[Font, ...]
    printed: tuple[Font, ...]


def load_symbol_sources(digits: LabelledImages) -> SymbolSources:
    """Load all symbol sources.

    Parameters
    ----------
    digits
        Digit images in normal form, with labels.
    """
    points, labels = load_pen_digits()
    fonts = load_line_fonts()
    return SymbolSources(
        tuple(digits.images[digits.labels == label] for label in range(N_CLASSES)),
        tuple(
            tuple(split_strokes(path, label) for path in points[labels == label])
            for label in range(N_CLASSES)
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


def load_pen_digits() -> tuple[Floats, NDArray[np.uint8]]:
    """Load the recorded pen paths: ``float32`` (n, 8, 2) in [0, 1] with y down, and their labels ``uint8`` (n,).

    References
    ----------
    E. Alpaydin and F. Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
    CC BY 4.0: 44 writers, eight points at equal distances along the path of each digit.
    """
    with _load_archive("pen_digits.npz") as stored:
        return stored["points"].astype(np.float32) / np.float32(100), stored["labels"]


def split_strokes(path: Floats, digit: int) -> tuple[Floats, ...]:
    """Split a recorded path at the point where the pen was lifted.

    The data set connects the strokes of a digit by a straight line that was not written: the bar of a 7 follows the
    foot of its stem, the top bar of a 5 follows its bowl, the stem of a 4 follows its crossbar. The rules below were
    determined on contact sheets of 100 digits each: 87% of the 7s, 59% of the 5s and 40% of the 4s have such a line.

    Parameters
    ----------
    path
        ``float32`` (8, 2), x and y in [0, 1], y down.
    digit
        The digit.

    Returns
    -------
    tuple of ndarray
        One or two strokes.
    """
    x, y = path[:, 0], path[:, 1]
    lowest = int(y.argmax())
    if digit == 7 and lowest < 6:
        rest = x[lowest + 1 :]
        first = lowest + 1 + int(rest.argmin() if x[7] >= rest.mean() else rest.argmax())
        return _split_at(path, lowest, first)
    if digit == 5 and y[7] < 0.4 and lowest < 7:
        before, after = _split_at(path, lowest, lowest + 1 + int((y[lowest + 1 :] < 0.35).argmax()))
        # The bowl continues to the left; points on the connecting line replace its end.
        tail = before[-1:] - np.array([[0.3, 0.02]], np.float32)
        return np.concatenate([before, np.maximum(tail, 0)]), after
    if digit == 4:
        corner = 2 + int(x[2:7].argmax())
        if corner < 6:
            stem = corner + 1 + int(y[corner + 1 : 7].argmin())
            if y[stem] < y[corner]:
                return _split_at(path, corner, stem)
    return (path,)


def _split_at(path: Floats, last: int, first: int) -> tuple[Floats, Floats]:
    """Return the strokes up to the point ``last`` and from ``first`` on, each with at least two points."""
    before, after = path[: last + 1], path[first:]
    if len(before) < 2:
        before = np.concatenate([before, before + np.float32(0.02)])
    if len(after) < 2:
        after = np.concatenate([after, after + np.float32(0.02)])
    return before, after


def load_line_fonts() -> list[Font]:
    """Load the fonts for lines, which `tools/render_line_glyphs.py` has rendered."""
    with _load_archive("line_glyphs.npz") as stored:
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
            font_glyphs,
            float(np.mean([font_glyphs[str(d)][0].shape[0] for d in range(N_CLASSES)])),
            is_printed[name],
        )
        for name, font_glyphs in glyphs.items()
        if all(str(d) in font_glyphs for d in range(N_CLASSES))
    ]


def _load_archive(name: str) -> Any:
    return np.load(str(files("inkdigits.training.synthetic").joinpath(name)), allow_pickle=False)
