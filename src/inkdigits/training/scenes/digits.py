"""Rendering of digits and letters from images, recorded pen paths, stroke models or fonts."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.training.scenes.sources import LETTERS, Font, SymbolSources
from inkdigits.training.scenes.sprites import Sprite, random_drop, render_bitmap, render_strokes
from inkdigits.training.scenes.writers import Writer
from inkdigits.training.synthetic.allographs import Allograph
from inkdigits.training.synthetic.strokes import smooth_line

Floats = NDArray[np.float32]

_WIDTHS = ((0.45, 1.1), (0.12, 0.8), *[(0.45, 0.95)] * 8)
"""Smallest and largest width of each digit from a recorded path, as a share of its height; the paths fill a square."""


def render_digit(digit: int, writer: Writer, sources: SymbolSources, rng: np.random.Generator) -> Sprite:
    """Render one digit.

    Parameters
    ----------
    digit
        0 to 9.
    writer, sources
        The writer, and the symbol sources.
    rng
        The random generator.
    """
    source = writer.source
    if source == "mixed":
        source = ("images", "paths", "allographs")[rng.choice(3, p=(0.45, 0.3, 0.25))]
    elif source == "images" and digit in writer.own_forms:
        source = "paths" if rng.random() < 0.3 else "allographs"
    height = writer.size * float(np.exp(rng.normal(0.0, writer.wobble)))
    if digit == 0:
        height *= writer.zero
    elif digit == 1:
        height *= writer.one
    if writer.font is not None:
        return render_glyph(str(digit), digit, writer, rng)
    if source == "images":
        images = sources.images[digit]
        ink = render_bitmap(_crop_ink(images[rng.integers(len(images))]), height, writer, rng, strength=1.0)
        return Sprite(ink, -ink.shape[0] + random_drop(writer, rng), digit, False)
    if source == "paths":
        paths = sources.paths[digit]
        lines = _vary_strokes(paths[rng.integers(len(paths))], _WIDTHS[digit], writer, rng)
    else:
        lines = _vary_form(writer.forms[digit], writer, rng)
    # A zero of reduced height is as wide as a normal one, or wider.
    wide = (1 / writer.zero) ** rng.uniform(0.3, 1.6) if digit == 0 else 1.0
    ink = render_strokes(lines, height, writer, rng, wide)
    return Sprite(ink, -ink.shape[0] + random_drop(writer, rng), digit, False)


def render_letter(
    writer: Writer, sources: SymbolSources, rng: np.random.Generator, letter: str = ""
) -> Sprite:
    """Render a letter or a sign that is not a digit, about as high as the digits.

    Parameters
    ----------
    writer, sources
        The writer, and the symbol sources.
    rng
        The random generator.
    letter
        The letter, rendered in a font; by default a random one of `LETTERS`, from a font or a stroke model.
    """
    if letter:
        font = writer.font or sources.handwritten[rng.integers(len(sources.handwritten))]
        if letter in font.glyphs:
            return render_glyph(letter, OTHER, writer, rng, font)
    if writer.font is not None or rng.random() < 0.5:
        fonts = sources.printed if writer.source == "printed" else sources.handwritten
        font = writer.font or fonts[rng.integers(len(fonts))]
        characters = [each for each in font.glyphs if each in LETTERS]
        if characters:
            return render_glyph(characters[rng.integers(len(characters))], OTHER, writer, rng, font)
    sign = sources.signs[rng.integers(len(sources.signs))]
    ink = render_strokes(_vary_form(sign, writer, rng), writer.size * rng.uniform(0.6, 1.2), writer, rng)
    return Sprite(ink, -ink.shape[0] + random_drop(writer, rng), OTHER, False)


def _vary_strokes(
    strokes: tuple[Floats, ...], widths: tuple[float, float], writer: Writer, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Vary recorded strokes: jitter the points, and deform the plane."""
    bend = rng.normal(0.0, 0.09 * writer.care, (2, 3))
    width = rng.uniform(*widths)
    lines = []
    for points in strokes:
        line = smooth_line(points + rng.normal(0.0, 0.018 * writer.care, points.shape))
        x, y = line[:, 0] - 0.5, line[:, 1] - 0.5
        across = x + bend[0] @ np.stack([x * y * 2, y * y * 2, x * x * 2])
        down = y + bend[1] @ np.stack([x * y * 2, x * x * 2, np.sin(3 * y) * y])
        lines.append(np.stack([width * across, down], axis=1))
    return lines


def _vary_form(form: Allograph, writer: Writer, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Vary a stroke model: jitter its control points, and change its width."""
    width = rng.uniform(*form.aspect)
    lines = []
    for path in form.paths:
        points = np.array(path, float) / 100
        same = np.append(False, (points[1:] == points[:-1]).all(axis=1))
        moved = (
            points
            + rng.normal(0.0, 0.04 * writer.care, points.shape)
            + rng.normal(0.0, 0.025 * writer.care, 2)
        )
        moved[same] = moved[np.flatnonzero(same) - 1]
        lines.append(smooth_line(moved) * [width, 1.0])
    return lines


def render_glyph(
    character: str, symbol: int, writer: Writer, rng: np.random.Generator, font: Font | None = None
) -> Sprite:
    """Render a character in a font.

    Parameters
    ----------
    character, symbol
        The character, and its class.
    writer
        The writer; its font is used if ``font`` is not given.
    rng
        The random generator.
    font
        The font.
    """
    font = font or writer.font
    assert font is not None
    picture, top = font.glyphs[character]
    scale = writer.size / font.height
    ink = render_bitmap(
        picture, picture.shape[0] * scale, writer, rng, strength=0.15 if font.printed else 0.7
    )
    return Sprite(ink, round((top - font.height) * scale) + random_drop(writer, rng), symbol, font.printed)


def _crop_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect((image > 40).astype(np.uint8))
    return image[y : y + height, x : x + width] if width else image
