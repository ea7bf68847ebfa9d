"""One hand writing one line: where its digits come from, how it slants them, how wide its pen is.

Whatever the source, a symbol becomes a `Sprite`: a small picture of its ink that knows where it stands on the line.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.symbols import OTHER, SYMBOLS
from inkdigits.training.scenes.stock import LETTERS, Font, Stock
from inkdigits.training.synthetic.allographs import Allograph
from inkdigits.training.synthetic.strokes import smooth_line

Floats = NDArray[np.float32]

_SHIFT = 4
"""Fractional bits of OpenCV's coordinates."""

_SOURCES = ("images", "paths", "allographs", "handwritten", "printed", "mixed")
_SHARES = (0.2, 0.27, 0.27, 0.1, 0.06, 0.1)
"""Where the digits of a line come from, and how often."""

_WIDTHS = ((0.45, 1.1), (0.12, 0.6), *[(0.45, 0.95)] * 8)
"""The least and the greatest width of each digit of a recorded path, which fills a square, as a share of its height."""

_ELLIPSE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


@dataclass(frozen=True)
class Sprite:
    """The ink of one symbol.

    Attributes
    ----------
    ink
        ``float32`` (h, w) in [0, 1], cut tight.
    top
        y of its first row, relative to the base of the line (negative above it).
    symbol
        Its class.
    printed
        Whether it is print.
    """

    ink: Floats
    top: int
    symbol: int
    printed: bool


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
    font: Font | None


def random_hand(stock: Stock, size: float, rng: np.random.Generator) -> Hand:
    """Choose a hand for a line whose digits are ``size`` pixels high."""
    source = str(rng.choice(_SOURCES, p=_SHARES))
    fonts = {"handwritten": stock.handwritten, "printed": stock.printed}.get(source)
    printed = source == "printed"
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
        zero=1.0 if printed or rng.random() < 0.65 else float(rng.uniform(0.45, 0.95)),
        forms=tuple(_form(ways, rng) for ways in stock.allographs),
        font=None if not fonts else fonts[rng.integers(len(fonts))],
    )


def write_digit(digit: int, hand: Hand, stock: Stock, rng: np.random.Generator) -> Sprite:
    """Write one digit.

    Parameters
    ----------
    digit
        0 to 9.
    hand, stock
        Who writes, and out of what.
    rng
        The source of all randomness.
    """
    source = hand.source
    if source == "mixed":
        source = ("images", "paths", "allographs")[rng.integers(3)]
    height = hand.size * float(np.exp(rng.normal(0.0, hand.wobble)))
    if digit == 0:
        height *= hand.zero
    if hand.font is not None:
        return _of_font(str(digit), digit, hand, rng)
    if source == "images":
        images = stock.images[digit]
        ink = _of_bitmap(_cut(images[rng.integers(len(images))]), height, hand, rng, strength=1.0)
        return Sprite(ink, -ink.shape[0] + _drop(hand, rng), digit, False)
    if source == "paths":
        paths = stock.paths[digit]
        lines = _strayed_strokes(paths[rng.integers(len(paths))], _WIDTHS[digit], hand, rng)
    else:
        lines = _strayed_form(hand.forms[digit], hand, rng)
    # A low zero is as wide as a high one, or wider.
    wide = (1 / hand.zero) ** rng.uniform(0.3, 1.6) if digit == 0 else 1.0
    ink = _written(lines, height, hand, rng, wide)
    return Sprite(ink, -ink.shape[0] + _drop(hand, rng), digit, False)


def write_letter(hand: Hand, stock: Stock, rng: np.random.Generator) -> Sprite:
    """Write a letter or a sign that is no digit, about as high as the digits."""
    if hand.font is not None or rng.random() < 0.5:
        fonts = stock.printed if hand.source == "printed" else stock.handwritten
        font = hand.font or fonts[rng.integers(len(fonts))]
        characters = [each for each in font.glyphs if each in LETTERS]
        if characters:
            return _of_font(characters[rng.integers(len(characters))], OTHER, hand, rng, font)
    sign = stock.signs[rng.integers(len(stock.signs))]
    ink = _written(_strayed_form(sign, hand, rng), hand.size * rng.uniform(0.6, 1.2), hand, rng)
    return Sprite(ink, -ink.shape[0] + _drop(hand, rng), OTHER, False)


def write_separator(symbol: str, hand: Hand, rng: np.random.Generator) -> Sprite:
    """Write a separator or a sign; ``=``, ``÷``, ``"`` and ``$`` are of the class ``other``.

    Parameters
    ----------
    symbol
        One of ``. , - / : + ×``, or ``=``, ``÷``, ``"``, ``$`` or ``X``.
    hand, rng
        Who writes, and the source of all randomness.
    """
    size = hand.size
    label = SYMBOLS.index(symbol) if symbol in SYMBOLS else OTHER
    if hand.font is not None and symbol in hand.font.glyphs and rng.random() < 0.8:
        return _of_font(symbol, label, hand, rng)

    def jitter(scale: float = 0.05) -> float:
        return float(rng.normal(0.0, scale))

    lines: list[list[tuple[float, float]]]  # in units of the digits' height, y up from the base
    if symbol == ".":
        x, y = jitter(), abs(jitter())
        lines = [[(x, y), (x + abs(jitter(0.04)), y + jitter(0.03))]]
    elif symbol == ",":
        length = rng.uniform(0.12, 0.4)
        lines = [[(0.08, 0.1 + jitter()), (0.07, 0.0), (-0.35 * length + jitter(0.03), 0.08 - length)]]
    elif symbol == "-":
        length, y, rise = rng.uniform(0.22, 0.95), rng.uniform(0.28, 0.62), jitter(0.15)
        lines = [[(0, y), (length / 2, y + jitter(0.06)), (length, y + rise)]]
    elif symbol == "=":
        length, y, gap = rng.uniform(0.15, 0.7), rng.uniform(0.15, 0.7), rng.uniform(0.1, 0.3)
        lines = [
            [(0, y), (length, y + jitter())],
            [(jitter(), y + gap), (length + jitter(), y + gap + jitter())],
        ]
    elif symbol == '"':
        apart, high = rng.uniform(0.08, 0.2), rng.uniform(0.7, 1.0)
        lines = [[(x, high), (x + jitter(0.03), high - rng.uniform(0.1, 0.3))] for x in (0.0, apart)]
    elif symbol == "/":
        lean, low, high = rng.uniform(0.2, 0.7), rng.uniform(-0.25, 0.05), rng.uniform(0.9, 1.3)
        lines = [[(0, low), (lean / 2 + jitter(0.03), (low + high) / 2), (lean, high)]]
    elif symbol == ":":
        x, y, gap = jitter(), abs(jitter(0.1)), rng.uniform(0.25, 0.5)
        lines = [[(x, y), (x + 0.02, y + 0.01)], [(x + jitter(), y + gap), (x + 0.02, y + gap + 0.02)]]
    elif symbol == "+":
        arm, y = rng.uniform(0.2, 0.55), rng.uniform(0.35, 0.55)
        high = arm * rng.uniform(0.7, 1.3)
        lines = [[(-arm, y + jitter()), (arm, y + jitter())], [(jitter(), y + high), (jitter(), y - high)]]
    elif symbol == "÷":
        arm, y, gap = rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.55), rng.uniform(0.15, 0.35)
        lines = [[(-arm, y + jitter()), (arm, y + jitter())]]
        for side in (-gap, gap):
            ring = np.linspace(0, 2 * np.pi, 6) + rng.uniform(0, 6)
            radius = rng.choice((0.01, 0.07))
            lines.append([(radius * np.cos(turn), y + side + radius * np.sin(turn)) for turn in ring])
    elif symbol == "×":
        arm, y = rng.uniform(0.14, 0.45), rng.uniform(0.25, 0.5)
        lines = [[(-arm, y + arm), (arm + jitter(), y - arm)], [(arm, y + arm + jitter()), (-arm, y - arm)]]
    elif symbol == "X":
        lines = [
            [(0, 1), (rng.uniform(0.5, 1), jitter())],
            [(rng.uniform(0.5, 1), 1 + jitter()), (jitter(), jitter())],
        ]
    else:  # "$": an S with one or two strokes through it
        curve = [(0.55, 0.8), (0.3, 0.95), (0.08, 0.75), (0.3, 0.5), (0.52, 0.25), (0.3, 0.05), (0.02, 0.2)]
        lines = [[(x + jitter(0.03), y + jitter(0.03)) for x, y in curve]]
        lines += [
            [(x, 1.15), (x + jitter(), -0.15)] for x in ((0.3,) if rng.random() < 0.5 else (0.22, 0.38))
        ]
    strokes = [np.array([(x, -y) for x, y in line]) for line in lines]
    pen = max(2.0, hand.pen * rng.uniform(0.8, 1.5 if symbol in ".:" else 1.2))
    ink, top = _drawn([smooth_line(line) for line in strokes], size, 1.0, hand.slant, pen, 0.0, rng)
    return Sprite(ink, top, label, False)


def _form(ways: tuple[Allograph, ...], rng: np.random.Generator) -> Allograph:
    weights = np.array([way.weight for way in ways])
    return ways[rng.choice(len(ways), p=weights / weights.sum())]


def _drop(hand: Hand, rng: np.random.Generator) -> int:
    """Return how far a symbol sinks below the line."""
    return round(hand.size * float(rng.normal(0.0, 0.5 * hand.wobble)))


def _strayed_strokes(
    strokes: tuple[Floats, ...], widths: tuple[float, float], hand: Hand, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Vary recorded strokes as a hand would: their points, and the plane they lie in."""
    bend = rng.normal(0.0, 0.09 * hand.care, (2, 3))
    width = rng.uniform(*widths)
    lines = []
    for points in strokes:
        line = smooth_line(points + rng.normal(0.0, 0.018 * hand.care, points.shape))
        x, y = line[:, 0] - 0.5, line[:, 1] - 0.5
        across = x + bend[0] @ np.stack([x * y * 2, y * y * 2, x * x * 2])
        down = y + bend[1] @ np.stack([x * y * 2, x * x * 2, np.sin(3 * y) * y])
        lines.append(np.stack([width * across, down], axis=1))
    return lines


def _strayed_form(form: Allograph, hand: Hand, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Vary a stroke model: its control points, its width, and the plane it lies in."""
    width = rng.uniform(*form.aspect)
    lines = []
    for path in form.paths:
        points = np.array(path, float) / 100
        same = np.append(False, (points[1:] == points[:-1]).all(axis=1))
        moved = (
            points + rng.normal(0.0, 0.04 * hand.care, points.shape) + rng.normal(0.0, 0.025 * hand.care, 2)
        )
        moved[same] = moved[np.flatnonzero(same) - 1]
        lines.append(smooth_line(moved) * [width, 1.0])
    return lines


def _written(
    lines: list[NDArray[np.float64]], height: float, hand: Hand, rng: np.random.Generator, aspect: float = 1.0
) -> Floats:
    """Write lines of any unit ``height`` pixels high."""
    low = min(line[:, 1].min() for line in lines)
    high = max(line[:, 1].max() for line in lines)
    tilt = rng.normal(0.0, 0.05)
    aspect *= hand.aspect
    unit = [(line - [0, low]) / max(high - low, 1e-3) for line in lines]
    ink, _ = _drawn(unit, height, aspect, hand.slant + tilt, hand.pen, hand.nib, rng)
    return ink


def _drawn(
    lines: list[NDArray[np.float64]],
    height: float,
    aspect: float,
    slant: float,
    pen: float,
    nib: float,
    rng: np.random.Generator,
) -> tuple[Floats, int]:
    """Draw lines in units of ``height``; return the ink, cut tight, and the y of its first row."""
    scaled = [
        np.stack([height * (aspect * line[:, 0] - slant * line[:, 1]), height * line[:, 1]], axis=1)
        for line in lines
    ]
    everything = np.concatenate(scaled)
    low, high = everything.min(axis=0), everything.max(axis=0)
    margin = int(pen) + 3
    origin = np.floor(low) - margin
    width, tall = (np.ceil(high - origin) + margin).astype(int)
    paper = np.zeros((max(tall, 3), max(width, 3)), np.uint8)
    uneven = rng.random() < 0.35
    for line in scaled:
        fixed = np.round((line - origin) * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)
        if nib and len(fixed) > 3:
            parts = _by_direction(line, nib)
        elif uneven and len(fixed) > 3:
            cuts = np.linspace(0, len(fixed), 5).astype(int)
            parts = [(max(0, start - 1), end, rng.uniform(0.6, 1.25)) for start, end in pairwise(cuts.tolist())]
        else:
            parts = [(0, len(fixed), 1.0)]
        for start, end, share in parts:
            width_here = max(1, round(pen * share))
            cv2.polylines(paper, [fixed[start:end]], False, 255, width_here, cv2.LINE_AA, _SHIFT)
    x, y, wide, tall = cv2.boundingRect(paper)
    return paper[y : y + tall, x : x + wide].astype(np.float32) / np.float32(255), int(origin[1]) + y


def _by_direction(line: NDArray[np.float64], nib: float) -> list[tuple[int, int, float]]:
    """Part a line where a nib's stroke changes its width: first point, the one after the last, share of the width."""
    step = np.diff(line, axis=0)
    down = np.clip(step[:, 1] / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6), 0, 1)
    widths = 1 - nib * (1 - np.round(down * 3) / 3)
    cuts = [0, *(np.flatnonzero(np.diff(widths)) + 1).tolist(), len(step)]
    return [(start, end + 1, float(widths[start])) for start, end in pairwise(cuts)]


def strike_out(sprite: Sprite, hand: Hand, rng: np.random.Generator) -> Sprite:
    """Cross a symbol out, by a cross, by strokes to and fro, or by a zigzag: it becomes one of the class ``other``."""
    margin = round(0.25 * hand.size)
    ink = np.pad(sprite.ink, margin)
    height, width = ink.shape
    kind = rng.integers(3)
    if kind == 0:
        across = np.array([[(0, 0), (1, 1)], [(1, 0), (0, 1)]], float)
    elif kind == 1:
        rows = np.linspace(0.3, 0.7, int(rng.integers(3, 6)))
        across = np.stack([[(0, y), (1, y)] for y in rows])
    else:
        n = int(rng.integers(6, 12))
        across = np.array([[(i / (n - 1), i % 2) for i in range(n)]], float)
    for line in across + rng.normal(0.0, 0.08, across.shape):
        points = np.round(line * [width - 1, height - 1]).astype(np.int32)
        cv2.polylines(ink, [points], False, 1.0, max(1, round(hand.pen * rng.uniform(0.7, 1.2))), cv2.LINE_AA)
    return Sprite(ink, sprite.top - margin, OTHER, sprite.printed)


def _of_font(
    character: str, symbol: int, hand: Hand, rng: np.random.Generator, font: Font | None = None
) -> Sprite:
    font = font or hand.font
    assert font is not None
    picture, top = font.glyphs[character]
    scale = hand.size / font.height
    ink = _of_bitmap(picture, picture.shape[0] * scale, hand, rng, strength=0.15 if font.printed else 0.7)
    return Sprite(ink, round((top - font.height) * scale) + _drop(hand, rng), symbol, font.printed)


def _cut(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect((image > 40).astype(np.uint8))
    return image[y : y + height, x : x + width] if width else image


def _of_bitmap(
    picture: NDArray[np.uint8], height: float, hand: Hand, rng: np.random.Generator, strength: float
) -> Floats:
    """Bring a picture of ink to a height, slanted, warped and with the pen of the hand; the ink is cut tight."""
    tall, wide = picture.shape
    scale = height / max(tall, 0.6 * wide)
    if scale < 0.7:  # warpAffine does not average
        smaller = max(1, round(2 * scale * wide)), max(1, round(2 * scale * tall))
        picture = np.asarray(cv2.resize(picture, smaller, interpolation=cv2.INTER_AREA))
        tall, wide = picture.shape
        scale = 0.5
    margin = int(0.25 * height) + 4
    slant = hand.slant * (0.6 if strength == 1.0 else 1.0) + rng.normal(0.0, 0.05 * strength)
    reach = abs(slant) * height
    across, down = scale * hand.aspect, scale
    size = int(across * wide + reach) + 2 * margin, int(down * tall) + 2 * margin
    shift = margin + (slant * height if slant > 0 else 0.0)
    matrix = np.array([[across, -slant * down, shift], [0.0, down, margin]])
    ink = np.asarray(cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR), np.float32) / np.float32(
        255
    )
    if strength > 0.5:
        ink = _warped(ink, 0.05 * height * hand.care * strength, rng)
    ink = np.clip((ink - 0.5) * np.float32(rng.uniform(1.0, 3.0)) + 0.5, 0, 1)
    change = float(rng.normal(0.0, 0.05 * height)) * (1.0 if strength > 0.5 else 0.4)
    for _ in range(min(3, abs(round(change)))):
        changed = np.asarray((cv2.dilate if change > 0 else cv2.erode)(ink, _ELLIPSE), np.float32)
        if change < 0 and changed.sum() < 0.55 * ink.sum():
            break
        ink = changed
    x, y, width, high = cv2.boundingRect((ink > 0.3).astype(np.uint8))
    return np.ascontiguousarray(ink[y : y + high, x : x + width]) if width else ink[:1, :1]


def _warped(ink: Floats, reach: float, rng: np.random.Generator) -> Floats:
    """Move the ink about smoothly by some ``reach`` pixels."""
    height, width = ink.shape
    field = cv2.resize(
        rng.normal(0.0, reach, (3, 3, 2)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.asarray(
        cv2.remap(ink, columns + field[..., 0], rows + field[..., 1], cv2.INTER_LINEAR), np.float32
    )
