"""Candidates: the digit images that a picture of one digit may show, for the recogniser to choose from.

Most pictures have one candidate. There is a second one if the polarity is doubtful, if a region of the ink may be
a shadow, or if a straight stroke may be a line of a form.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.pictures.digits.segmentation import Crop, find_digit
from inkdigits.pictures.ink.components import find_touched_edges
from inkdigits.pictures.ink.ink_map import THIN_STROKES, Ink, find_ink
from inkdigits.pictures.ink.line_removal import remove_lines
from inkdigits.pictures.page import Page

_MAX_SMALL_SHARE = 0.4
"""Share of the picture's longer side below which a digit is segmented again on a close-up of it."""

_MIN_SIDE = 40
"""Shorter side, in pixels, of a picture in which lines and shadows are searched."""

_MIN_SHADOW_EDGE = 0.25
"""Smallest share of an edge of the picture that a shadow covers; digits hardly ever cover so much."""

_MAX_SCRAP_SHARE = 0.25
"""Largest size of a scrap at the edge of the picture, as a share of the picture's longer side."""

_MIN_LINE_SHARE = 0.3
"""Length of the shortest line, as a share of the picture's shorter side."""

_MIN_DIGIT_SHARE = 0.1
"""Smallest longer side of a digit after the removal of lines, as a share of the picture's shorter side."""

_MAX_STROKE_EXTENT = 1.2
"""Largest ratio of the sizes with and without lines at which the lines are strokes of the digit."""

_MIN_SAME_OVERLAP = 0.8
"""Intersection over union from which two crops show the same digit."""

_MIN_COVERED_SHARE = 0.7
"""Share of the ink near removed lines from which a crop is a remainder of these lines."""

_OPPOSITE_POLARITY_WEIGHT = 0.7
"""Factor on the weight of a candidate of the opposite polarity."""

_THIN_STROKES_WEIGHT = 0.8
"""Factor on the weight of a candidate of the ink map of thin strokes."""

_LINES_KEPT_WEIGHT = 0.4
"""Weight of a candidate with lines that certainly belong to a form."""

_LINES_REMOVED_WEIGHT = 0.9
"""Weight of a candidate without any line; one without frames has 1."""

_STROKES_REMOVED_WEIGHT = 0.7
"""Factor on the weight of a candidate without lines that may be strokes."""

_ALONG_EDGE_WEIGHT = 0.5
"""Factor on the weight of a candidate that covers a quarter of an edge, because it may be a shadow."""


@dataclass(frozen=True)
class Candidate:
    """A digit image that a picture may show.

    Attributes
    ----------
    image
        ``uint8`` of shape (28, 28), in MNIST's normal form.
    box
        x, y, width and height of the digit in pixels of the given picture.
    weight
        Prior weight before recognition, 0 to 1; the likeliest candidate has 1.
    """

    image: NDArray[np.uint8]
    box: tuple[int, int, int, int]
    weight: float


def find_candidates(picture: NDArray[np.uint8] | Page) -> list[Candidate]:
    """Find the digit images that a picture of one digit may show, the likeliest first.

    Parameters
    ----------
    picture
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB; or a page, whose ink maps are reused.

    Returns
    -------
    list of Candidate
        Empty if there is no ink.
    """
    page = picture if isinstance(picture, Page) else Page(picture)
    page = page.reduced
    page = page.find_sheet() or page
    ink = page.find_ink()
    found = _find_candidates_in_ink(page, ink)
    if ink.is_doubtful:
        found += [
            replace(each, weight=_OPPOSITE_POLARITY_WEIGHT * each.weight)
            for each in _find_candidates_in_ink(page, page.find_ink(not ink.light_on_dark))
        ]
    return [replace(each, box=page.to_source.map_box(each.box)) for each in found]


def _find_candidates_in_ink(page: Page, ink: Ink) -> list[Candidate]:
    crops, near_lines = _find_crops(ink.map)
    if not crops:
        return []
    crop = crops[0][0]
    height, width = ink.map.shape
    if not ink.is_even and max(crop.box[2:]) < _MAX_SMALL_SHARE * max(height, width):
        x, y, close_up = _cut_close_up(page.pixels, crop)
        close_crops, _ = _find_crops(find_ink(close_up, ink.light_on_dark).map)
        window = near_lines[y : y + close_up.shape[0], x : x + close_up.shape[1]]
        found = [
            _make_candidate(each, weight, x, y)
            for each, weight in close_crops
            if not _is_line_remainder(each, window)
        ]
        if close_crops:
            return found
    if not ink.is_even and min(height, width) >= _MIN_SIDE:
        thin_crops, _ = _find_crops(page.find_ink(ink.light_on_dark, THIN_STROKES).map)
        # A crop along an edge may be a shadow; it is certainly one if the map of thin strokes is empty.
        crops = [
            (each, _ALONG_EDGE_WEIGHT * weight if _lies_along_edge(each, ink.map) else weight)
            for each, weight in crops
        ]
        if not thin_crops:
            crops = [(each, weight) for each, weight in crops if not _lies_along_edge(each, ink.map)]
        for other, weight in thin_crops:
            if all(_compute_overlap(other, each) < _MIN_SAME_OVERLAP for each, _ in crops):
                crops.append((other, _THIN_STROKES_WEIGHT * weight))
    return [_make_candidate(crop, weight, 0, 0) for crop, weight in crops]


def _find_crops(ink: NDArray[np.uint8]) -> tuple[list[tuple[Crop, float]], NDArray[np.uint8]]:
    """Return the crops of the digit with and without lines, with their weights, and the mask of pixels near lines.

    If the lines certainly belong to a form, a picture with only specks besides them is blank. Otherwise the lines may
    be strokes of the digit.
    """
    crop = find_digit(ink)
    no_lines = np.zeros_like(ink)
    if crop is None or is_scrap(crop, ink.shape):
        return [], no_lines
    min_length = _MIN_LINE_SHARE * min(ink.shape)
    removal = remove_lines(ink, min_length, min_length) if min(ink.shape) >= _MIN_SIDE else None
    if removal is None:
        return [(crop, 1.0)], no_lines
    side = removal.thickness // 2 * 2 + 1
    near_lines = np.asarray(cv2.dilate(removal.lines, np.ones((side, side), np.uint8)), np.uint8)
    crops: list[tuple[Crop, float]] = []
    for cleaned, weight in ((removal.ink_without_frames, 1.0), (removal.ink, _LINES_REMOVED_WEIGHT)):
        rest = find_digit(cleaned)
        if rest is None or max(rest.box[2:]) < _MIN_DIGIT_SHARE * min(ink.shape):
            continue
        if _is_line_remainder(rest, near_lines):
            continue
        if not removal.is_form and _lines_end_at_digit(rest, removal.lines, crop):
            continue
        if all(_compute_overlap(rest, other) < _MIN_SAME_OVERLAP for other, _ in crops):
            crops.append((rest, weight if removal.is_form else _STROKES_REMOVED_WEIGHT * weight))
    if removal.is_form:
        return ([*crops, (crop, _LINES_KEPT_WEIGHT)] if crops else []), near_lines
    different = [each for each in crops if _compute_overlap(each[0], crop) < _MIN_SAME_OVERLAP]
    return [(crop, 1.0), *different], no_lines


def is_scrap(crop: Crop, shape: tuple[int, ...]) -> bool:
    """Return whether a crop is small and touches an edge of its map, like the end of a line or the edge of a shadow."""
    touches_edge = bool(find_touched_edges(*crop.box, shape).any())
    return touches_edge and min(shape) >= _MIN_SIDE and max(crop.box[2:]) < _MAX_SCRAP_SHARE * max(shape)


def _lines_end_at_digit(rest: Crop, lines: NDArray[np.uint8], crop: Crop) -> bool:
    """Return whether the lines end where the digit without them ends, as the base of a triangle does."""
    x, y, width, height = crop.box
    within = lines[y : y + height, x : x + width]
    if int((within > 0).sum()) < 0.9 * int((lines > 0).sum()):
        return False
    return width <= _MAX_STROKE_EXTENT * rest.box[2] and height <= _MAX_STROKE_EXTENT * rest.box[3]


def _lies_along_edge(crop: Crop, ink: NDArray[np.uint8]) -> bool:
    """Return whether the ink of a crop covers a quarter of an edge of its map."""
    is_inked = crop.ink >= 128
    height, width = ink.shape
    borders = (
        (is_inked[0], width),
        (is_inked[-1], width),
        (is_inked[:, 0], height),
        (is_inked[:, -1], height),
    )
    touched = find_touched_edges(*crop.box, ink.shape)
    return any(
        touches and int(border.sum()) > _MIN_SHADOW_EDGE * side
        for touches, (border, side) in zip(touched, borders, strict=True)
    )


def _is_line_remainder(crop: Crop, near_lines: NDArray[np.uint8]) -> bool:
    """Return whether most of the ink of a crop lies near removed lines."""
    x, y, width, height = crop.box
    is_inked = crop.ink >= 128
    n_covered = int((is_inked & (near_lines[y : y + height, x : x + width] > 0)).sum())
    return n_covered > _MIN_COVERED_SHARE * max(1, int(is_inked.sum()))


def _make_candidate(crop: Crop, weight: float, left: int, top: int) -> Candidate:
    x, y, width, height = crop.box
    return Candidate(normalise(crop.ink), (x + left, y + top, width, height), weight)


def _cut_close_up(pixels: NDArray[np.uint8], crop: Crop) -> tuple[int, int, NDArray[np.uint8]]:
    """Cut a crop with a margin out of the picture; return x and y of the cut, and its pixels."""
    x, y, width, height = crop.box
    margin = max(4, int(0.6 * max(width, height)))
    left, top = max(0, x - margin), max(0, y - margin)
    return left, top, np.ascontiguousarray(pixels[top : y + height + margin, left : x + width + margin])


def _compute_overlap(one: Crop, other: Crop) -> float:
    """Return the intersection over union of two crops of a map: of their ink, or of their boxes if that is smaller.

    A thin line beyond a digit has little ink, but changes the digit image much, so boxes are compared too.
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
    ink_overlap = int((masks[0] & masks[1]).sum()) / union if union else 1.0
    (x0, y0, width0, height0), (x1, y1, width1, height1) = one.box, other.box
    across = max(0, min(x0 + width0, x1 + width1) - max(x0, x1))
    shared = across * max(0, min(y0 + height0, y1 + height1) - max(y0, y1))
    return min(ink_overlap, shared / (width0 * height0 + width1 * height1 - shared))
