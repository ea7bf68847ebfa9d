"""Invented numbers: digits set side by side as hands set them, from wide apart to run together.

A number is drawn at the size that the network of numbers reads (see `inkdigits.recognition.columns`), with what
the reading river leaves about it: separators, specks, the remains of rules, neighbours' strokes, breaks.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES, DigitImages
from inkdigits.recognition.columns import BLANK, DIGIT_HEIGHT, FIRST_DIGIT, HEIGHT, OTHER, STRIDE
from inkdigits.training.synthetic.line_damage import as_floats, punctuate, wear_line

WIDTH = 160
"""Width, in pixels, of a drawn number."""

MOST = 9
"""Digits of the longest number drawn."""

_IGNORED = -1
"""A column that may be read either way, beside the middle of a digit."""

_OFTEN = np.where(np.arange(N_CLASSES) == 1, 2.0, 1.0) / (N_CLASSES + 1)
"""How often each digit is drawn: the narrow 1 is the one that is overlooked between two others."""

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Numbers:
    """Pictures of numbers and what they say.

    Attributes
    ----------
    images
        ``uint8`` (n, HEIGHT, WIDTH), ink 255 on paper 0.
    symbols
        ``int32`` (n, MOST): the symbols from left to right, padded with `BLANK`.
    lengths
        ``int32`` (n,): how many symbols there are.
    columns
        ``int32`` (n, WIDTH / STRIDE): the symbol whose middle a column holds, `BLANK` well away from any
        middle, -1 in between.
    """

    images: NDArray[np.uint8]
    symbols: NDArray[np.int32]
    lengths: NDArray[np.int32]
    columns: NDArray[np.int32]


@dataclass(frozen=True)
class Stock:
    """The images that numbers are made of, each in normal form.

    Attributes
    ----------
    digits
        ``uint8`` (n, 28, 28).
    labels
        ``int64`` (n,).
    others
        ``uint8`` (m, 28, 28): letters, signs, scribbles.
    """

    digits: DigitImages
    labels: NDArray[np.int64]
    others: DigitImages


@dataclass(frozen=True)
class _Manner:
    """How close a hand sets its digits: the share that touch, and the gap, in pixels, between those that do not."""

    closeness: float
    spread: float


def draw_numbers(n: int, stock: Stock, rng: np.random.Generator) -> Numbers:
    """Draw numbers of 1 to `MOST` digits.

    Parameters
    ----------
    n
        How many.
    stock
        The images to make them of.
    rng
        The source of all randomness.

    Returns
    -------
    Numbers
    """
    images = np.zeros((n, HEIGHT, WIDTH), np.uint8)
    symbols = np.full((n, MOST), BLANK, np.int32)
    lengths = np.zeros(n, np.int32)
    columns = np.full((n, WIDTH // STRIDE), BLANK, np.int32)
    by_label = [np.flatnonzero(stock.labels == label) for label in range(N_CLASSES)]
    for i in range(n):
        canvas, said, middles = _draw(stock, by_label, rng)
        images[i] = canvas
        lengths[i] = len(said)
        symbols[i, : len(said)] = said
        places = np.clip(middles / STRIDE, 0, columns.shape[1] - 1).astype(int)
        for place in places:
            columns[i, max(0, place - 2) : place + 3] = _IGNORED
        for place, symbol in zip(places, said, strict=True):
            columns[i, place] = symbol
    return Numbers(images, symbols, lengths, columns)


def _draw(
    stock: Stock, by_label: list[NDArray[np.int64]], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], list[int], Floats]:
    """Draw one number: its picture, its symbols, and the x of the middle of each."""
    size = DIGIT_HEIGHT * rng.uniform(0.86, 1.12)
    closeness = rng.choice((0.0, 0.35, 0.8), p=(0.25, 0.35, 0.4))
    spread = rng.uniform(0.05, 0.9) if rng.random() < 0.3 else rng.uniform(0.0, 0.25)
    manner = _Manner(float(closeness), spread * size)
    has_others = len(stock.others) > 0 and rng.random() < 0.08
    pen = rng.choice((-1, 0, 1), p=(0.12, 0.73, 0.15))
    glyphs: list[Floats] = []
    said: list[int] = []
    places: list[tuple[int, int]] = []
    right = int(rng.uniform(3, 14))
    canvas = np.zeros((3 * HEIGHT, WIDTH + 4 * HEIGHT), np.float32)
    for _ in range(int(rng.integers(1, MOST + 1))):
        if has_others and rng.random() < 0.3:
            image, symbol = stock.others[rng.integers(len(stock.others))], OTHER
        else:
            label = int(rng.choice(N_CLASSES, p=_OFTEN))
            image, symbol = stock.digits[rng.choice(by_label[label])], FIRST_DIGIT + label
        glyph = _glyph(image, size, pen, rng)
        top = round(1.5 * HEIGHT + 0.5 * size + rng.normal(0, 0.06 * size)) - glyph.shape[0]
        left = right
        if glyphs:
            both_ones = said[-1] == symbol == FIRST_DIGIT + 1
            left = _beside(glyphs[-1], places[-1], glyph, top, manner, both_ones, rng)
        if (left + glyph.shape[1]) * 1.1 > WIDTH - 8:
            break
        window = canvas[top : top + glyph.shape[0], left : left + glyph.shape[1]]
        np.maximum(window, glyph, out=window)
        if glyphs and rng.random() < 0.05:
            _join(canvas, places[-1], glyphs[-1], (left, top), glyph, rng)
        glyphs.append(glyph)
        said.append(symbol)
        places.append((left, top))
        right = left + glyph.shape[1]
    middles = np.array(
        [
            (left + glyph.shape[1] / 2, top + glyph.shape[0] / 2)
            for glyph, (left, top) in zip(glyphs, places, strict=True)
        ],
        np.float32,
    ).reshape(-1, 2)
    if rng.random() < 0.15 and len(said) > 1:
        at = int(rng.integers(len(places)))
        (left, top), (tall, wide) = places[at], glyphs[at].shape
        punctuate(canvas, size, left + wide, top + tall, rng)
    canvas, xs = _turned(canvas, middles, rng)
    return wear_line(canvas, rng), said, xs


def _glyph(image: NDArray[np.uint8], size: float, pen: int, rng: np.random.Generator) -> Floats:
    """Cut an image to its ink, give it the height of the line's digits and the line's pen."""
    rows, columns = np.flatnonzero(image.max(axis=1) > 40), np.flatnonzero(image.max(axis=0) > 40)
    if len(rows) == 0:
        return np.zeros((round(size), 2), np.float32)
    tight = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = tight.shape
    scale = size * rng.uniform(0.86, 1.14) / max(height, 0.75 * width)
    across = scale * rng.uniform(0.85, 1.12)
    new = max(2, round(width * across)), max(4, round(height * scale))
    method = cv2.INTER_AREA if scale < 0.9 else cv2.INTER_LINEAR
    glyph = as_floats(cv2.resize(tight, new, interpolation=method)) / np.float32(255)
    if pen:
        glyph = as_floats(np.pad(glyph, 1))
        changed = as_floats((cv2.dilate if pen > 0 else cv2.erode)(glyph, _CROSS))
        glyph += np.float32(rng.uniform(0.3, 0.8)) * (changed - glyph)
        glyph = as_floats(glyph[1:-1, 1:-1] if pen < 0 else glyph)
    return glyph


def _beside(
    before: Floats,
    place: tuple[int, int],
    glyph: Floats,
    top: int,
    manner: _Manner,
    both_ones: bool,
    rng: np.random.Generator,
) -> int:
    """Return where the left edge of a glyph stands, beside the one before it."""
    left, width = place[0], int(before.shape[1])
    if both_ones and rng.random() < manner.closeness:
        # Two ones that touch all along are no number.
        return int(left + width + rng.integers(0, 4))
    if both_ones or rng.random() > manner.closeness:
        if both_ones or rng.random() < 0.7:
            gap = rng.uniform(1.0, 3.0) + manner.spread * rng.uniform(0.6, 1.4)
            return left + width + round(float(gap))
        # Boxes overlap, the ink as it happens.
        overlap = rng.uniform(-0.2, 0.22) * (width + glyph.shape[1]) / 2
        return left + max(round(float(width - overlap)), round(0.55 * width), 4)
    contact = _first_contact(before, glyph, top - place[1])
    depth = float(rng.uniform(0.0, 3.2))
    return left + max(round(contact - depth), round(0.6 * width), 4)


def _first_contact(before: Floats, glyph: Floats, drop: int) -> float:
    """Return how far right of the left edge of ``before`` the ink of both just meets."""
    low, high = max(0, drop), min(before.shape[0], drop + glyph.shape[0])
    if high <= low:
        return float(before.shape[1])
    ink, other = before[low:high] > 0.4, glyph[low - drop : high - drop] > 0.4
    ends = np.where(ink.any(axis=1), ink.shape[1] - ink[:, ::-1].argmax(axis=1), -1000)
    starts = np.where(other.any(axis=1), other.argmax(axis=1), 1000)
    reach = int((ends - starts).max())
    return float(reach) if reach > -500 else float(before.shape[1])


def _join(
    canvas: Floats,
    place: tuple[int, int],
    before: Floats,
    other_place: tuple[int, int],
    glyph: Floats,
    rng: np.random.Generator,
) -> None:
    """Draw the stroke of a pen that was not lifted, from one glyph to the next."""
    y, x = np.nonzero(before > 0.5)
    v, u = np.nonzero(glyph > 0.5)
    if len(x) == 0 or len(u) == 0:
        return
    start = int(np.argmax(x + rng.normal(0, 2, len(x))))
    stop = int(np.argmin(u + rng.normal(0, 2, len(u))))
    one = int(x[start] + place[0]), int(y[start] + place[1])
    two = int(u[stop] + other_place[0]), int(v[stop] + other_place[1])
    cv2.line(canvas, one, two, 1.0, int(rng.integers(1, 3)), cv2.LINE_AA)


def _turned(canvas: Floats, middles: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Slant and turn the line a little and cut the picture out; return it and the x of every middle."""
    slant = np.clip(rng.normal(0, 0.22), -0.55, 0.55)
    slope = rng.normal(0, 0.025)
    grow = rng.uniform(0.92, 1.1)
    middle = 1.5 * HEIGHT
    # About the middle of the line: x' = x + slant * (middle - y), y' = y + slope * (x - WIDTH / 2).
    linear = np.array([[1.0, -slant], [slope, 1.0]]) * np.array([[grow], [1.0]])
    down = HEIGHT / 2 - middle - slope * WIDTH / 2 + rng.normal(0, 0.8)
    xs = middles @ linear[0]
    first, last = float(xs.min(initial=WIDTH)), float(xs.max(initial=0))
    right = min(rng.uniform(6, 40), max(6.0, WIDTH - 8 - (last - first))) - first
    matrix = np.concatenate([linear, [[right], [down]]], axis=1)
    turned = as_floats(cv2.warpAffine(canvas, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR))
    return turned, np.asarray(xs + right, np.float32)
