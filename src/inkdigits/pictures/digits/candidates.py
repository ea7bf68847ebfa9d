"""The ways in which a picture of one digit can be taken, for the recogniser to choose among.

Almost every picture has one way only. A second is proposed where the polarity is in doubt, where
what looks like ink may be a shadow, and where something straight may be a line of the form.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.pictures.digits.segmentation import Crop, one_digit
from inkdigits.pictures.ink.ink_map import THIN_STROKES, Ink, find_ink
from inkdigits.pictures.ink.line_removal import without_rules
from inkdigits.pictures.page import Page

_SMALL_IN_PICTURE = 0.4
"""Share of the picture's longer side below which a digit is looked at again from close by."""

_LEAST_SIDE = 40
"""Shorter side, in pixels, from which lines and shadows are looked for."""

_EDGE_SHARE = 0.25
"""Share of an edge of the picture along which a shadow lies, and a digit hardly ever."""

_SCRAP = 0.25
"""Size, as a share of the picture's longer side, below which what lies at its edge is not what was pictured."""

_DRAWN = 1.2
"""How far lines reach beyond a digit at least: lines that end where it ends are strokes of it."""

_SAME = 0.8
"""Overlap (intersection over union) from which two ways of taking a picture are the same."""


@dataclass(frozen=True)
class Candidate:
    """One way of taking a picture.

    Attributes
    ----------
    image
        ``uint8`` of shape (28, 28), in MNIST's normal form.
    box
        x, y, width and height of the digit in pixels of the picture as it was given.
    weight
        How likely this way is before the recogniser has seen it; 1 for the likeliest.
    """

    image: NDArray[np.uint8]
    box: tuple[int, int, int, int]
    weight: float


def candidates(picture: NDArray[np.uint8] | Page) -> list[Candidate]:
    """Propose the digit images that a picture of one digit may hold, the likeliest first.

    Parameters
    ----------
    picture
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB; or a page, whose maps are shared.

    Returns
    -------
    list of Candidate
        Empty where there is no ink.
    """
    page = picture if isinstance(picture, Page) else Page(picture)
    page = page.reduced
    page = page.on_sheet or page
    ink = page.ink()
    found = _from_ink(page, ink)
    if ink.doubtful:
        found += [
            replace(each, weight=0.7 * each.weight)
            for each in _from_ink(page, page.ink(not ink.light_on_dark))
        ]
    return [replace(each, box=page.to_source.box(each.box)) for each in found]


def _from_ink(page: Page, ink: Ink) -> list[Candidate]:
    ways, beside = _ways(ink.map)
    if not ways:
        return []
    crop = ways[0][0]
    height, width = ink.map.shape
    if not ink.flat and max(crop.box[2:]) < _SMALL_IN_PICTURE * max(height, width):
        x, y, near = _close_up(page.pixels, crop)
        close_ways, _ = _ways(find_ink(near, ink.light_on_dark).map)
        cover = beside[y : y + near.shape[0], x : x + near.shape[1]]
        again = [_candidate(each, weight, x, y) for each, weight in close_ways if not _is_rest(each, cover)]
        if again or close_ways:
            return again
    if not ink.flat and min(height, width) >= _LEAST_SIDE:
        thin_ways, _ = _ways(page.ink(ink.light_on_dark, THIN_STROKES).map)
        # What lies along the edge of the picture is rather a shadow; nothing but a shadow if no stroke is left.
        ways = [(each, 0.5 * weight if _lies_along_edge(each, ink.map) else weight) for each, weight in ways]
        if not thin_ways:
            ways = [(each, weight) for each, weight in ways if not _lies_along_edge(each, ink.map)]
        for other, weight in thin_ways:
            if all(_overlap(other, each) < _SAME for each, _ in ways):
                ways.append((other, 0.8 * weight))
    return [_candidate(crop, weight, 0, 0) for crop, weight in ways]


def _ways(ink: NDArray[np.uint8]) -> tuple[list[tuple[Crop, float]], NDArray[np.uint8]]:
    """Return the digit with and without the lines of the form, and the place of these lines.

    Where the lines are surely a form, nothing but specks besides them is an empty one; otherwise they
    may be strokes of the digit.
    """
    crop = one_digit(ink)
    nothing = np.zeros_like(ink)
    if crop is None or _is_scrap(crop, ink.shape):
        return [], nothing
    least = 0.3 * min(ink.shape)
    ruled = without_rules(ink, least, least) if min(ink.shape) >= _LEAST_SIDE else None
    if ruled is None:
        return [(crop, 1.0)], nothing
    reach = ruled.thickness // 2 * 2 + 1
    beside = np.asarray(cv2.dilate(ruled.lines, np.ones((reach, reach), np.uint8)), np.uint8)
    ways: list[tuple[Crop, float]] = []
    for rest, weight in ((one_digit(ruled.unframed), 1.0), (one_digit(ruled.ink), 0.9)):
        if rest is None or max(rest.box[2:]) < 0.1 * min(ink.shape) or _is_rest(rest, beside):
            continue
        if not ruled.is_form and _ends_with(rest, ruled.lines, crop):
            continue
        if all(_overlap(rest, other) < _SAME for other, _ in ways):
            ways.append((rest, weight if ruled.is_form else 0.7 * weight))
    if ruled.is_form:
        return ([*ways, (crop, 0.4)] if ways else []), beside
    return [(crop, 1.0), *(way for way in ways if _overlap(way[0], crop) < _SAME)], nothing


def _is_scrap(crop: Crop, shape: tuple[int, ...]) -> bool:
    """Tell whether a crop is small and lies at the edge of its map: the end of a line, the rim of a shadow."""
    x, y, width, height = crop.box
    touches = x == 0 or y == 0 or x + width == shape[1] or y + height == shape[0]
    return touches and min(shape) >= _LEAST_SIDE and max(width, height) < _SCRAP * max(shape)


def _ends_with(rest: Crop, lines: NDArray[np.uint8], crop: Crop) -> bool:
    """Tell whether the lines end where the digit ends without them, as the base of a triangle does."""
    x, y, width, height = crop.box
    within = lines[y : y + height, x : x + width]
    if int((within > 0).sum()) < 0.9 * int((lines > 0).sum()):
        return False
    return width <= _DRAWN * rest.box[2] and height <= _DRAWN * rest.box[3]


def _lies_along_edge(crop: Crop, ink: NDArray[np.uint8]) -> bool:
    """Tell whether a crop meets an edge of its map along a quarter of that edge."""
    x, y, width, height = crop.box
    inked = crop.ink >= 128
    meets = [
        (y == 0, inked[0], ink.shape[1]),
        (y + height == ink.shape[0], inked[-1], ink.shape[1]),
        (x == 0, inked[:, 0], ink.shape[0]),
        (x + width == ink.shape[1], inked[:, -1], ink.shape[0]),
    ]
    return any(touches and int(line.sum()) > _EDGE_SHARE * side for touches, line, side in meets)


def _is_rest(crop: Crop, beside: NDArray[np.uint8]) -> bool:
    """Tell whether a crop is what was left of lines: it lies beside lines."""
    x, y, width, height = crop.box
    inked = crop.ink >= 128
    covered = int((inked & (beside[y : y + height, x : x + width] > 0)).sum())
    return covered > 0.7 * max(1, int(inked.sum()))


def _candidate(crop: Crop, weight: float, left: int, top: int) -> Candidate:
    x, y, width, height = crop.box
    return Candidate(normalise(crop.ink), (x + left, y + top, width, height), weight)


def _close_up(pixels: NDArray[np.uint8], crop: Crop) -> tuple[int, int, NDArray[np.uint8]]:
    """Cut the surroundings of a crop out of the picture; return their place and their pixels."""
    x, y, width, height = crop.box
    margin = max(4, int(0.6 * max(width, height)))
    left, top = max(0, x - margin), max(0, y - margin)
    return left, top, np.ascontiguousarray(pixels[top : y + height + margin, left : x + width + margin])


def _overlap(one: Crop, other: Crop) -> float:
    """Return the intersection over union of two crops of a map: of their strokes, or of their boxes if it is less.

    A thin line that goes on past a digit is hardly any ink, and makes another digit image of it all the same.
    """
    left, top = min(one.box[0], other.box[0]), min(one.box[1], other.box[1])
    right = max(crop.box[0] + crop.box[2] for crop in (one, other))
    bottom = max(crop.box[1] + crop.box[3] for crop in (one, other))
    masks = []
    for crop in (one, other):
        x, y, width, height = crop.box
        mask = np.zeros((bottom - top, right - left), bool)
        mask[y - top : y - top + height, x - left : x - left + width] = crop.ink >= 128
        masks.append(mask)
    union = int((masks[0] | masks[1]).sum())
    strokes = int((masks[0] & masks[1]).sum()) / union if union else 1.0
    (x0, y0, wide0, high0), (x1, y1, wide1, high1) = one.box, other.box
    across = max(0, min(x0 + wide0, x1 + wide1) - max(x0, x1))
    shared = across * max(0, min(y0 + high0, y1 + high1) - max(y0, y1))
    return min(strokes, shared / (wide0 * high0 + wide1 * high1 - shared))
