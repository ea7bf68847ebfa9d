"""Rendering of lines: symbols side by side, from widely spaced to touching, on a sloping or curved baseline."""

from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.training.scenes.digits import render_digit, render_letter
from inkdigits.training.scenes.marks import render_separator, strike_out, write_over
from inkdigits.training.scenes.sources import SymbolSources
from inkdigits.training.scenes.sprites import Sprite
from inkdigits.training.scenes.texts import GAP, LETTER
from inkdigits.training.scenes.writers import Writer

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PlacedSymbol:
    """A symbol on the canvas.

    Attributes
    ----------
    symbol
        Its class.
    box
        x, y, width and height of its ink, in pixels; it may extend beyond the canvas.
    printed
        Whether it is printed.
    """

    symbol: int
    box: tuple[int, int, int, int]
    printed: bool


@dataclass(frozen=True)
class LineStyle:
    """The spacing and the shape of a line.

    Attributes
    ----------
    closeness
        Share of the digits that touch the previous one.
    gap
        Gap between the other digits, as a share of their height.
    blank
        Gap between two numbers.
    slope, curve
        Slope and curvature of the baseline.
    joined
        Share of the digits that are connected to the previous one by a stroke.
    chained
        Share of the zeros after a zero that are connected to it at the top.
    struck
        Share of the digits that are crossed out.
    """

    closeness: float
    gap: float
    blank: float
    slope: float
    curve: float
    joined: float
    chained: float
    struck: float


def random_line_style(writer: Writer, rng: np.random.Generator) -> LineStyle:
    """Choose a random line style."""
    if writer.source == "printed":
        return LineStyle(
            0.0, float(rng.uniform(0.05, 0.2)), float(rng.uniform(0.5, 1.5)), 0.0, 0.0, 0.0, 0.0, 0.0
        )
    loose = rng.random() < 0.25
    return LineStyle(
        closeness=float(rng.choice((0.0, 0.3, 0.75), p=(0.4, 0.35, 0.25))),
        gap=float(rng.uniform(0.2, 0.9) if loose else rng.uniform(0.02, 0.25)),
        blank=float(rng.uniform(0.6, 2.5)),
        slope=float(rng.normal(0.0, 0.04)),
        curve=float(rng.normal(0.0, 0.0004)),
        joined=float(rng.uniform(0.1, 0.5)) if rng.random() < 0.15 else 0.0,
        chained=float(rng.uniform(0.3, 1.0)) if rng.random() < 0.3 else 0.0,
        struck=float(rng.uniform(0.1, 0.6)) if rng.random() < 0.05 else 0.0,
    )


def render_line(
    canvas: Floats,
    text: str,
    left: float,
    base: float,
    writer: Writer,
    style: LineStyle,
    sources: SymbolSources,
    rng: np.random.Generator,
) -> list[PlacedSymbol]:
    """Render a text onto a canvas, up to its right edge.

    Parameters
    ----------
    canvas
        ``float32`` (h, w), ink 1 on paper 0; modified in place.
    text
        The text; see `texts`.
    left, base
        x of the start of the line, and y of its baseline there, in pixels.
    writer, style, sources
        The writer, the line style, and the symbol sources.
    rng
        The random generator.

    Returns
    -------
    list of PlacedSymbol
    """
    placed: list[PlacedSymbol] = []
    before: tuple[Sprite, int, int] | None = None
    right = left
    middle = canvas.shape[1] / 2
    for character, size in zip(text, _decrease_sizes(text, writer), strict=True):
        scaled = writer if size == writer.size else replace(writer, size=size)
        if character == GAP:
            right += writer.size * style.blank * rng.uniform(0.7, 1.3)
            before = None
            continue
        if character.isdigit():
            sprite = render_digit(int(character), scaled, sources, rng)
            if rng.random() < writer.rewritten:
                sprite = _rewrite(sprite, scaled, sources, rng)
            if rng.random() < style.struck:
                sprite = strike_out(sprite, scaled, rng)
        elif character == LETTER:
            sprite = render_letter(scaled, sources, rng)
        elif character.isalpha() and character not in "X×":
            sprite = render_letter(scaled, sources, rng, character)
        else:
            sprite = render_separator(character, scaled, rng)
        offset = right - middle
        y = round(base + style.slope * offset + style.curve * offset * offset / writer.size * 10) + sprite.top
        x = round(_place_symbol(before, sprite, y, right, writer, style, rng)) if before else round(right)
        if x > canvas.shape[1]:
            break
        _add_ink(canvas, sprite.ink, x, y)
        height, width = sprite.ink.shape
        if before and sprite.symbol == before[0].symbol == 0 and rng.random() < style.chained:
            _chain(canvas, before, (sprite, x, y), writer, rng)
        elif before and _may_join(sprite, before[0]) and rng.random() < style.joined:
            _join(canvas, before, (sprite, x, y), writer, rng)
        placed.append(PlacedSymbol(sprite.symbol, (x, y, width, height), sprite.printed))
        before = sprite, x, y
        right = max(right, x + width)
    return placed


def _decrease_sizes(text: str, writer: Writer) -> list[float]:
    """Return the size of each symbol: within a number it changes evenly from the first to the last."""
    numbers = text.split(GAP)
    sizes = (
        [writer.size * writer.last ** (i / max(1, len(each) - 1)) for i in range(len(each) + 1)]
        for each in numbers
    )
    return list(chain.from_iterable(sizes))[: len(text)]


def _rewrite(sprite: Sprite, writer: Writer, sources: SymbolSources, rng: np.random.Generator) -> Sprite:
    """Write a digit over a thinner one: mostly the same, else another, which it corrects."""
    if rng.random() < 0.7:
        return write_over(sprite, render_digit(sprite.symbol, writer, sources, rng), writer, rng)
    thin = replace(writer, pen=writer.pen * float(rng.uniform(0.4, 0.7)))
    return write_over(sprite, render_digit(int(rng.integers(N_CLASSES)), thin, sources, rng), writer, rng)


def _may_join(sprite: Sprite, last: Sprite) -> bool:
    """Return whether a stroke may connect two symbols: two digits, or two letters of a word."""
    return max(sprite.symbol, last.symbol) < N_CLASSES or sprite.symbol == last.symbol == OTHER


def _join(
    canvas: Floats,
    last: tuple[Sprite, int, int],
    new: tuple[Sprite, int, int],
    writer: Writer,
    rng: np.random.Generator,
) -> None:
    """Draw a stroke from the right of one digit to the left of the next."""
    ends = []
    for (sprite, x, y), side in ((last, 1), (new, -1)):
        rows, columns = np.nonzero(sprite.ink > 0.5)
        if not len(rows):
            return
        end = int(np.argmax(side * columns + rng.normal(0, 0.15 * writer.size, len(rows))))
        ends.append((int(columns[end]) + x, int(rows[end]) + y))
    cv2.line(canvas, ends[0], ends[1], 1.0, max(1, round(writer.pen * rng.uniform(0.5, 1.0))), cv2.LINE_AA)


def _chain(
    canvas: Floats,
    last: tuple[Sprite, int, int],
    new: tuple[Sprite, int, int],
    writer: Writer,
    rng: np.random.Generator,
) -> None:
    """Draw a sagging stroke from the top of one zero to the top of the next."""
    (first, x, y), (second, u, v) = last, new
    start = x + rng.uniform(0.4, 0.9) * first.ink.shape[1], y + rng.uniform(0.02, 0.15) * first.ink.shape[0]
    end = u + rng.uniform(0.2, 0.6) * second.ink.shape[1], v + rng.uniform(0.0, 0.1) * second.ink.shape[0]
    sag = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + rng.uniform(-0.05, 0.2) * writer.size
    points = np.round([start, sag, end]).astype(np.int32)
    cv2.polylines(
        canvas, [points], False, 1.0, max(1, round(writer.pen * rng.uniform(0.6, 1.0))), cv2.LINE_AA
    )


def _add_ink(canvas: Floats, ink: Floats, x: int, y: int) -> None:
    top, left = max(0, y), max(0, x)
    bottom, right = min(canvas.shape[0], y + ink.shape[0]), min(canvas.shape[1], x + ink.shape[1])
    if bottom > top and right > left:
        window = canvas[top:bottom, left:right]
        np.maximum(window, ink[top - y : bottom - y, left - x : right - x], out=window)


def _place_symbol(
    before: tuple[Sprite, int, int],
    sprite: Sprite,
    y: int,
    right: float,
    writer: Writer,
    style: LineStyle,
    rng: np.random.Generator,
) -> float:
    """Return x of the left edge of a symbol after the previous one."""
    last, last_x, last_y = before
    is_mark = sprite.symbol >= 10 or last.symbol >= 10
    both_ones = sprite.symbol == last.symbol == 1
    contact = last_x + _first_contact(last.ink, sprite.ink, y - last_y)
    if not is_mark and not both_ones and rng.random() < style.closeness:
        depth = rng.uniform(0.0, 0.1) * writer.size
        return float(max(contact - depth, last_x + 0.45 * last.ink.shape[1]))
    gap = max(0.06 * writer.size, writer.size * style.gap * rng.uniform(0.4, 1.6)) + (
        writer.pen if both_ones else 0
    )
    # In slanted writing the gap is that between the ink, not between the boxes.
    free = rng.uniform(0.0, 1.0)
    return float(max(free * contact + (1 - free) * right + gap, last_x + 0.3 * last.ink.shape[1]))


def _first_contact(before: Floats, ink: Floats, drop: int) -> float:
    """Return the horizontal offset at which the ink of both symbols touches; ``drop`` is their vertical offset."""
    low, high = max(0, drop), min(before.shape[0], drop + ink.shape[0])
    if high <= low:
        return float(before.shape[1])
    mine, other = before[low:high] > 0.4, ink[low - drop : high - drop] > 0.4
    ends = np.where(mine.any(axis=1), mine.shape[1] - mine[:, ::-1].argmax(axis=1), -1000)
    starts = np.where(other.any(axis=1), other.argmax(axis=1), 1000)
    reach = int((ends - starts).max())
    return float(reach) if reach > -500 else float(before.shape[1])
