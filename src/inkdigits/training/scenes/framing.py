"""Crop, shear and rotation of a drawn picture and its boxes, as the reader does before detection."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.scan import compute_border_level
from inkdigits.recognition.detection.symbols import OTHER
from inkdigits.training.scenes.lines import PlacedSymbol

IGNORED = -1
"""The class of symbols that the loss ignores."""

VISIBLE, PARTLY_VISIBLE = 0.6, 0.35
"""Visible share of a symbol above which it is a target, and below which it is background; between them it is
ignored."""

_ROTATED_NON_DIGITS = ((), (2, 3, 4, 5, 6, 7, 9), (3, 4, 7), (2, 3, 4, 5, 6, 7, 9))
"""For each number of quarter turns, the digits that are not digits after the rotation. The others may be digits: an
upside-down 6 is a 9."""


def crop(
    image: NDArray[np.uint8], symbols: list[PlacedSymbol], size: float, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], list[PlacedSymbol]]:
    """Crop a picture to some of its symbols, and pad it with the grey level of its border, as the reader does.

    Parameters
    ----------
    image
        ``uint8`` (h, w).
    symbols
        Its symbols.
    size
        Height of its digits, in pixels.
    rng
        The random generator.

    Returns
    -------
    tuple
        The picture and the symbols in the crop; cut symbols are `IGNORED`.
    """
    height, width = image.shape
    whole = [i for i, each in enumerate(symbols) if visible_share(each.box, height, width) >= VISIBLE]
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
    filled = np.full_like(image, compute_border_level(cut) if rng.random() < 0.85 else rng.integers(256))
    filled[top:bottom, left:right] = cut
    kept = []
    for each in symbols:
        x, y, w, h = each.box
        inside = max(0, min(right, x + w) - max(left, x)) * max(0, min(bottom, y + h) - max(top, y))
        if inside >= VISIBLE * w * h:
            kept.append(each)
        elif inside >= PARTLY_VISIBLE * w * h:
            kept.append(replace(each, symbol=IGNORED))
    return filled, kept


def shear(
    image: NDArray[np.uint8], symbols: list[PlacedSymbol], slant: float
) -> tuple[NDArray[np.uint8], list[PlacedSymbol]]:
    """Shear a picture horizontally.

    Parameters
    ----------
    image
        ``uint8`` (h, w).
    symbols
        Its symbols.
    slant
        Horizontal shift per pixel downwards; the centre is fixed.

    Returns
    -------
    tuple
        The picture, of the same size, and its symbols; their widths are estimated.
    """
    height, width = image.shape
    matrix = np.array([[1, slant, -slant * height / 2], [0, 1, 0]], np.float32)
    moved = []
    for each in symbols:
        x, y, wide, tall = each.box
        # The width of a sheared ellipse in the box, because the ink is not known here.
        widest = round(float(np.hypot(wide, slant * tall)))
        left = x + wide / 2 + slant * (y + tall / 2 - height / 2) - widest / 2
        moved.append(replace(each, box=(round(left), y, widest, tall)))
    picture = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.uint8), moved


def rotate(
    image: NDArray[np.uint8], symbols: list[PlacedSymbol], quarters: int
) -> tuple[NDArray[np.uint8], list[PlacedSymbol]]:
    """Rotate a picture counter-clockwise by quarter turns.

    Parameters
    ----------
    image
        ``uint8`` (h, w).
    symbols
        Its symbols.
    quarters
        Number of quarter turns, from 1 to 3.

    Returns
    -------
    tuple
        The picture and its symbols; rotated digits are non-digits, or `IGNORED` if they may look like digits.
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
        is_non_digit = each.symbol == OTHER or each.symbol in _ROTATED_NON_DIGITS[quarters]
        moved.append(replace(each, symbol=OTHER if is_non_digit else IGNORED, box=box))
    return np.ascontiguousarray(np.rot90(image, quarters)), moved


def visible_share(box: tuple[int, int, int, int], height: int, width: int) -> float:
    """Return the share of a box (x, y, width, height) within a picture of this height and width."""
    x, y, w, h = box
    inside = max(0, min(width, x + w) - max(0, x)) * max(0, min(height, y + h) - max(0, y))
    return inside / max(1, w * h)
