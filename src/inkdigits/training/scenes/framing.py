"""How a finished picture is framed: cut off, slanted, or turned, as it comes to the detector when it reads."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.locate import border_level
from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.training.scenes.lines import Placed

IGNORED = -1
"""The class of what may be found or not: any answer is right there."""

SEEN, HARDLY_SEEN = 0.6, 0.35
"""Share of a symbol in the window from which it is to be found, and below which it is not; between them, either way."""

_STRANGE_TURNED = ((), (2, 3, 4, 5, 6, 7, 9), (3, 4, 7), (2, 3, 4, 5, 6, 7, 9))
"""The digits that are none after so many quarter turns. The others, upside down, may be a digit too: 6 is a 9."""


def cropped(
    image: NDArray[np.uint8], symbols: list[Placed], size: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], list[Placed]]:
    """Cut a picture off around some of its symbols and fill the rest with the grey of its border, as reading does.

    Parameters
    ----------
    image
        ``uint8`` (h, w).
    symbols
        What stands in it.
    size
        Height of its digits, in pixels.
    rng
        The source of all randomness.

    Returns
    -------
    tuple
        The picture and what is left in it; what is cut through is `IGNORED`.
    """
    height, width = image.shape
    whole = [i for i, each in enumerate(symbols) if share_within(each.box, height, width) >= SEEN]
    if not whole:
        return image, symbols
    first = whole[rng.integers(len(whole))]
    chosen = symbols[first : first + (1 if rng.random() < 0.4 else int(rng.integers(1, 8)))]
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in (each.box for each in chosen)])
    margin = size * rng.uniform(-0.06, 0.7, 4)
    left, top = (boxes[:, :2].min(axis=0) - margin[:2]).round().astype(int)
    right, bottom = (boxes[:, 2:].max(axis=0) + margin[2:]).round().astype(int)
    left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
    if right - left < 4 or bottom - top < 6:
        return image, symbols
    cut = image[top:bottom, left:right]
    filled = np.full_like(image, border_level(cut) if rng.random() < 0.85 else rng.integers(256))
    filled[top:bottom, left:right] = cut
    kept = []
    for each in symbols:
        x, y, w, h = each.box
        inside = max(0, min(right, x + w) - max(left, x)) * max(0, min(bottom, y + h) - max(top, y))
        if inside >= SEEN * w * h:
            kept.append(each)
        elif inside >= HARDLY_SEEN * w * h:
            kept.append(replace(each, symbol=IGNORED))
    return filled, kept


def slanted(
    image: NDArray[np.uint8], symbols: list[Placed], slant: float
) -> tuple[NDArray[np.uint8], list[Placed]]:
    """Slant a picture.

    Parameters
    ----------
    image
        ``uint8`` (h, w).
    symbols
        What stands in it.
    slant
        Shift to the right for each pixel down, none in the middle.

    Returns
    -------
    tuple
        The picture, of the same size, and its symbols; how wide they are now is estimated.
    """
    height, width = image.shape
    matrix = np.array([[1, slant, -slant * height / 2], [0, 1, 0]], np.float32)
    moved = []
    for each in symbols:
        x, y, wide, tall = each.box
        # As of an ellipse that fills the box: what ink does in it is not known any more.
        widest = round(float(np.hypot(wide, slant * tall)))
        left = x + wide / 2 + slant * (y + tall / 2 - height / 2) - widest / 2
        moved.append(replace(each, box=(round(left), y, widest, tall)))
    picture = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.uint8), moved


def turned(
    image: NDArray[np.uint8], symbols: list[Placed], quarters: int
) -> tuple[NDArray[np.uint8], list[Placed]]:
    """Turn a picture, counter-clockwise.

    Parameters
    ----------
    image
        ``uint8`` (h, w).
    symbols
        What stands in it.
    quarters
        By how many quarters of a full turn, from 1 to 3.

    Returns
    -------
    tuple
        The picture and its symbols: a turned digit is no digit, or `IGNORED` where it may look like one.
    """
    height, width = image.shape
    moved = []
    for each in symbols:
        x, y, wide, tall = each.box
        box = (
            (y, width - x - wide, tall, wide),
            (width - x - wide, height - y - tall, wide, tall),
            (height - y - tall, x, tall, wide),
        )[quarters - 1]
        is_strange = each.symbol == OTHER or each.symbol in _STRANGE_TURNED[quarters]
        moved.append(replace(each, symbol=OTHER if is_strange else IGNORED, box=box))
    return np.ascontiguousarray(np.rot90(image, quarters)), moved


def share_within(box: tuple[int, int, int, int], height: int, width: int) -> float:
    """Return the share of a box (x, y, width, height) that lies within a picture of so many pixels."""
    x, y, w, h = box
    inside = max(0, min(width, x + w) - max(0, x)) * max(0, min(height, y + h) - max(0, y))
    return inside / max(1, w * h)
