"""Set a line: symbols side by side as hands set them, from wide apart to run together, on a sloping or curved base."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.training.scenes.digits import write_digit, write_letter
from inkdigits.training.scenes.hands import Hand
from inkdigits.training.scenes.marks import strike_out, write_separator
from inkdigits.training.scenes.sprites import Sprite
from inkdigits.training.scenes.stock import Stock
from inkdigits.training.scenes.texts import GAP, LETTER

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Placed:
    """A symbol on the canvas.

    Attributes
    ----------
    symbol
        Its class.
    box
        x, y, width and height of its ink, in pixels; it may reach over the edge of the canvas.
    printed
        Whether it is print.
    """

    symbol: int
    box: tuple[int, int, int, int]
    printed: bool


@dataclass(frozen=True)
class Manner:
    """How a hand sets its symbols.

    Attributes
    ----------
    closeness
        Share of the digits that touch the one before.
    gap
        Gap between the others, as a share of their height.
    blank
        Gap between two numbers.
    slope, curve
        How the base of the line rises and bends.
    joined
        Share of the digits that the pen went on to without being lifted.
    chained
        Share of the zeros behind a zero that hang together with it at the top.
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


def random_manner(hand: Hand, rng: np.random.Generator) -> Manner:
    """Choose how symbols are set."""
    if hand.source == "printed":
        return Manner(
            0.0, float(rng.uniform(0.05, 0.2)), float(rng.uniform(0.5, 1.5)), 0.0, 0.0, 0.0, 0.0, 0.0
        )
    loose = rng.random() < 0.25
    return Manner(
        closeness=float(rng.choice((0.0, 0.3, 0.75), p=(0.4, 0.35, 0.25))),
        gap=float(rng.uniform(0.2, 0.9) if loose else rng.uniform(0.02, 0.25)),
        blank=float(rng.uniform(0.6, 2.5)),
        slope=float(rng.normal(0.0, 0.04)),
        curve=float(rng.normal(0.0, 0.0004)),
        joined=float(rng.uniform(0.1, 0.5)) if rng.random() < 0.15 else 0.0,
        chained=float(rng.uniform(0.3, 1.0)) if rng.random() < 0.3 else 0.0,
        struck=float(rng.uniform(0.1, 0.6)) if rng.random() < 0.05 else 0.0,
    )


def set_line(
    canvas: Floats,
    text: str,
    left: float,
    base: float,
    hand: Hand,
    manner: Manner,
    stock: Stock,
    rng: np.random.Generator,
) -> list[Placed]:
    """Write a text onto a canvas, until its right edge.

    Parameters
    ----------
    canvas
        ``float32`` (h, w), ink 1 on paper 0; written on in place.
    text
        What to write; see `texts`.
    left, base
        Where the line begins, and y of its base there, in pixels.
    hand, manner, stock
        Who writes, how, and out of what.
    rng
        The source of all randomness.

    Returns
    -------
    list of Placed
    """
    placed: list[Placed] = []
    before: tuple[Sprite, int, int] | None = None
    right = left
    middle = canvas.shape[1] / 2
    for character in text:
        if character == GAP:
            right += hand.size * manner.blank * rng.uniform(0.7, 1.3)
            before = None
            continue
        if character.isdigit():
            sprite = write_digit(int(character), hand, stock, rng)
            if rng.random() < manner.struck:
                sprite = strike_out(sprite, hand, rng)
        elif character == LETTER:
            sprite = write_letter(hand, stock, rng)
        elif character.isalpha() and character not in "X×":
            sprite = write_letter(hand, stock, rng, character)
        else:
            sprite = write_separator(character, hand, rng)
        offset = right - middle
        y = round(base + manner.slope * offset + manner.curve * offset * offset / hand.size * 10) + sprite.top
        x = round(_beside(before, sprite, y, right, hand, manner, rng)) if before else round(right)
        if x > canvas.shape[1]:
            break
        _lay(canvas, sprite.ink, x, y)
        height, width = sprite.ink.shape
        if before and sprite.symbol == before[0].symbol == 0 and rng.random() < manner.chained:
            _chain(canvas, before, (sprite, x, y), hand, rng)
        elif before and _may_join(sprite, before[0]) and rng.random() < manner.joined:
            _join(canvas, before, (sprite, x, y), hand, rng)
        placed.append(Placed(sprite.symbol, (x, y, width, height), sprite.printed))
        before = sprite, x, y
        right = max(right, x + width)
    return placed


def _may_join(sprite: Sprite, last: Sprite) -> bool:
    """Tell whether the pen may go on from one symbol to the next: between digits, and within a word."""
    return max(sprite.symbol, last.symbol) < N_CLASSES or sprite.symbol == last.symbol == OTHER


def _join(
    canvas: Floats,
    last: tuple[Sprite, int, int],
    new: tuple[Sprite, int, int],
    hand: Hand,
    rng: np.random.Generator,
) -> None:
    """Draw the stroke from the right of one digit to the left of the next."""
    ends = []
    for (sprite, x, y), side in ((last, 1), (new, -1)):
        rows, columns = np.nonzero(sprite.ink > 0.5)
        if not len(rows):
            return
        end = int(np.argmax(side * columns + rng.normal(0, 0.15 * hand.size, len(rows))))
        ends.append((int(columns[end]) + x, int(rows[end]) + y))
    cv2.line(canvas, ends[0], ends[1], 1.0, max(1, round(hand.pen * rng.uniform(0.5, 1.0))), cv2.LINE_AA)


def _chain(
    canvas: Floats,
    last: tuple[Sprite, int, int],
    new: tuple[Sprite, int, int],
    hand: Hand,
    rng: np.random.Generator,
) -> None:
    """Draw the stroke from the top of one zero to the top of the next, sagging between them."""
    (first, x, y), (second, u, v) = last, new
    start = x + rng.uniform(0.4, 0.9) * first.ink.shape[1], y + rng.uniform(0.02, 0.15) * first.ink.shape[0]
    end = u + rng.uniform(0.2, 0.6) * second.ink.shape[1], v + rng.uniform(0.0, 0.1) * second.ink.shape[0]
    sag = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + rng.uniform(-0.05, 0.2) * hand.size
    points = np.round([start, sag, end]).astype(np.int32)
    cv2.polylines(canvas, [points], False, 1.0, max(1, round(hand.pen * rng.uniform(0.6, 1.0))), cv2.LINE_AA)


def _lay(canvas: Floats, ink: Floats, x: int, y: int) -> None:
    top, left = max(0, y), max(0, x)
    bottom, right = min(canvas.shape[0], y + ink.shape[0]), min(canvas.shape[1], x + ink.shape[1])
    if bottom > top and right > left:
        window = canvas[top:bottom, left:right]
        np.maximum(window, ink[top - y : bottom - y, left - x : right - x], out=window)


def _beside(
    before: tuple[Sprite, int, int],
    sprite: Sprite,
    y: int,
    right: float,
    hand: Hand,
    manner: Manner,
    rng: np.random.Generator,
) -> float:
    """Return x of the left edge of a symbol beside the one before it."""
    last, last_x, last_y = before
    is_mark = sprite.symbol >= 10 or last.symbol >= 10
    both_ones = sprite.symbol == last.symbol == 1
    contact = last_x + _first_contact(last.ink, sprite.ink, y - last_y)
    if not is_mark and not both_ones and rng.random() < manner.closeness:
        depth = rng.uniform(0.0, 0.1) * hand.size
        return float(max(contact - depth, last_x + 0.45 * last.ink.shape[1]))
    gap = max(0.06 * hand.size, hand.size * manner.gap * rng.uniform(0.4, 1.6)) + (
        hand.pen if both_ones else 0
    )
    # The gap of a slanted hand is that between the ink of the two, not between their boxes.
    free = rng.uniform(0.0, 1.0)
    return float(max(free * contact + (1 - free) * right + gap, last_x + 0.3 * last.ink.shape[1]))


def _first_contact(before: Floats, ink: Floats, drop: int) -> float:
    """Return how far right of the left edge of ``before`` the ink of both just meets, if they stand ``drop`` apart."""
    low, high = max(0, drop), min(before.shape[0], drop + ink.shape[0])
    if high <= low:
        return float(before.shape[1])
    mine, other = before[low:high] > 0.4, ink[low - drop : high - drop] > 0.4
    ends = np.where(mine.any(axis=1), mine.shape[1] - mine[:, ::-1].argmax(axis=1), -1000)
    starts = np.where(other.any(axis=1), other.argmax(axis=1), 1000)
    reach = int((ends - starts).max())
    return float(reach) if reach > -500 else float(before.shape[1])
