"""Digits and letters, written by a hand out of images, recorded paths, stroke models or fonts."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.training.scenes.hands import Hand
from inkdigits.training.scenes.sprites import Sprite, drop_of, of_bitmap, written
from inkdigits.training.scenes.stock import LETTERS, Font, Stock
from inkdigits.training.synthetic.allographs import Allograph
from inkdigits.training.synthetic.strokes import smooth_line

Floats = NDArray[np.float32]

_WIDTHS = ((0.45, 1.1), (0.12, 0.8), *[(0.45, 0.95)] * 8)
"""The least and the greatest width of each digit of a recorded path, which fills a square, as a share of its height."""


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
        source = ("images", "paths", "allographs")[rng.choice(3, p=(0.45, 0.3, 0.25))]
    elif source == "images" and digit in hand.own_forms:
        source = "paths" if rng.random() < 0.3 else "allographs"
    height = hand.size * float(np.exp(rng.normal(0.0, hand.wobble)))
    if digit == 0:
        height *= hand.zero
    if hand.font is not None:
        return of_font(str(digit), digit, hand, rng)
    if source == "images":
        images = stock.images[digit]
        ink = of_bitmap(_cut(images[rng.integers(len(images))]), height, hand, rng, strength=1.0)
        return Sprite(ink, -ink.shape[0] + drop_of(hand, rng), digit, False)
    if source == "paths":
        paths = stock.paths[digit]
        lines = _strayed_strokes(paths[rng.integers(len(paths))], _WIDTHS[digit], hand, rng)
    else:
        lines = _strayed_form(hand.forms[digit], hand, rng)
    # A low zero is as wide as a high one, or wider.
    wide = (1 / hand.zero) ** rng.uniform(0.3, 1.6) if digit == 0 else 1.0
    ink = written(lines, height, hand, rng, wide)
    return Sprite(ink, -ink.shape[0] + drop_of(hand, rng), digit, False)


def write_letter(hand: Hand, stock: Stock, rng: np.random.Generator, letter: str = "") -> Sprite:
    """Write a letter or a sign that is no digit, about as high as the digits.

    Parameters
    ----------
    hand, stock
        Who writes, and out of what.
    rng
        The source of all randomness.
    letter
        Which one, set in a font; by default any of `LETTERS`, set or written.
    """
    if letter:
        font = hand.font or stock.handwritten[rng.integers(len(stock.handwritten))]
        if letter in font.glyphs:
            return of_font(letter, OTHER, hand, rng, font)
    if hand.font is not None or rng.random() < 0.5:
        fonts = stock.printed if hand.source == "printed" else stock.handwritten
        font = hand.font or fonts[rng.integers(len(fonts))]
        characters = [each for each in font.glyphs if each in LETTERS]
        if characters:
            return of_font(characters[rng.integers(len(characters))], OTHER, hand, rng, font)
    sign = stock.signs[rng.integers(len(stock.signs))]
    ink = written(_strayed_form(sign, hand, rng), hand.size * rng.uniform(0.6, 1.2), hand, rng)
    return Sprite(ink, -ink.shape[0] + drop_of(hand, rng), OTHER, False)


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


def of_font(
    character: str, symbol: int, hand: Hand, rng: np.random.Generator, font: Font | None = None
) -> Sprite:
    """Set a character in a font.

    Parameters
    ----------
    character, symbol
        What to set, and its class.
    hand
        Who writes; its font is taken where ``font`` is not given.
    rng
        The source of all randomness.
    font
        The font.
    """
    font = font or hand.font
    assert font is not None
    picture, top = font.glyphs[character]
    scale = hand.size / font.height
    ink = of_bitmap(picture, picture.shape[0] * scale, hand, rng, strength=0.15 if font.printed else 0.7)
    return Sprite(ink, round((top - font.height) * scale) + drop_of(hand, rng), symbol, font.printed)


def _cut(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect((image > 40).astype(np.uint8))
    return image[y : y + height, x : x + width] if width else image
