"""The ways in which a picture of one digit can be taken, for the recogniser to choose among.

Almost every picture has one way only. A second is proposed where the polarity is in doubt, where
what looks like ink may be a shadow, and where something straight may be a line of the form.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.ink import Ink, find_ink
from inkdigits.pictures.normalise import normalise
from inkdigits.pictures.rules import without_rules
from inkdigits.pictures.segment import Crop, one_digit

_SMALL_IN_PICTURE = 0.4
"""Share of the picture's longer side below which a digit is looked at again from close by."""

_THIN_STROKES = 0.16
"""The widest stroke, as a share of the shorter side, for which shadows are told from ink better."""

_LEAST_SIDE = 40
"""Shorter side, in pixels, from which lines and shadows are looked for."""

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
        x, y, width and height of the digit in pixels of the array it was found in.
    weight
        How likely this way is before the recogniser has seen it; 1 for the likeliest.
    """

    image: NDArray[np.uint8]
    box: tuple[int, int, int, int]
    weight: float


def candidates(pixels: NDArray[np.uint8]) -> list[Candidate]:
    """Propose the digit images that a picture of one digit may hold, the likeliest first.

    Parameters
    ----------
    pixels
        ``uint8`` of shape (h, w), grey, or (h, w, 3), RGB.

    Returns
    -------
    list of Candidate
        Empty where there is no ink.
    """
    ink = find_ink(pixels)
    found = _from_ink(pixels, ink)
    if ink.doubtful:
        found += [_lighter(each, 0.7) for each in _from_ink(pixels, find_ink(pixels, not ink.light_on_dark))]
    return found


def _from_ink(pixels: NDArray[np.uint8], ink: Ink, left: int = 0, top: int = 0) -> list[Candidate]:
    crop = one_digit(ink.map)
    if crop is None:
        return []
    height, width = ink.map.shape
    if left == top == 0 and not ink.flat and max(crop.box[2:]) < _SMALL_IN_PICTURE * max(height, width):
        x, y, near = _close_up(pixels, crop)
        again = _from_ink(near, find_ink(near, ink.light_on_dark), x, y)
        if again:
            return again
    maps = [(ink.map, crop, 1.0)]
    judged = min(height, width) >= _LEAST_SIDE  # in a smaller picture a stroke is no better than a line
    if not ink.flat and judged:
        other = find_ink(pixels, ink.light_on_dark, _THIN_STROKES).map
        other_crop = one_digit(other)
        if other_crop is not None and _overlap(crop, other_crop) < _SAME:
            maps.append((other, other_crop, 0.8))
    found = []
    for each, its_crop, weight in maps:
        for crop, its_weight in _cleaned(each, its_crop) if judged else [(its_crop, 1.0)]:
            found.append(_candidate(crop, weight * its_weight, left, top))
    return found


def _cleaned(ink: NDArray[np.uint8], crop: Crop) -> list[tuple[Crop, float]]:
    """Return the crop without the lines of the form, where there are any, and as it is.

    Three lines, or one that runs through the whole picture, are a form; nothing but specks besides
    them is an empty one. Fewer may be strokes of the digit.
    """
    ruled = without_rules(ink, 0.3 * min(ink.shape), 0.3 * min(ink.shape))
    if ruled is None:
        return [(crop, 1.0)]
    is_form = ruled.n_lines >= 3 or ruled.n_through >= 1
    least = 0.1 * min(ink.shape)
    rests = [one_digit(each) for each in (ruled.unframed, ruled.ink)]
    ways: list[tuple[Crop, float]] = []
    for rest, weight in zip(rests, (1.0, 0.9), strict=True):
        if rest is not None and max(rest.box[2:]) >= least:
            same = any(_overlap(rest, other) >= _SAME for other, _ in ways)
            if not same:
                ways.append((rest, weight if is_form else 0.7 * weight))
    if is_form:
        return [*ways, (crop, 0.4)] if ways else []
    return [(crop, 1.0), *(way for way in ways if _overlap(way[0], crop) < _SAME)]


def _candidate(crop: Crop, weight: float, left: int, top: int) -> Candidate:
    x, y, width, height = crop.box
    return Candidate(normalise(crop.ink), (x + left, y + top, width, height), weight)


def _lighter(candidate: Candidate, factor: float) -> Candidate:
    return Candidate(candidate.image, candidate.box, candidate.weight * factor)


def _close_up(pixels: NDArray[np.uint8], crop: Crop) -> tuple[int, int, NDArray[np.uint8]]:
    """Cut the surroundings of a crop out of the picture; return their place and their pixels."""
    x, y, width, height = crop.box
    margin = max(4, int(0.6 * max(width, height)))
    left, top = max(0, x - margin), max(0, y - margin)
    return left, top, np.ascontiguousarray(pixels[top : y + height + margin, left : x + width + margin])


def _overlap(one: Crop, other: Crop) -> float:
    """Return the intersection over union of the strokes of two crops of the same map."""
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
    return int((masks[0] & masks[1]).sum()) / union if union else 1.0
