"""Numbers by one writer: spacing from wide to overlapping, touching digits, curved lines, separators."""

import cv2
import numpy as np

from benchmarks.reading.pictures.contents.digit_masks import crop_to_ink, digit_mask, slant_of, turned
from benchmarks.reading.pictures.contents.strokes import draw_strokes, spline
from benchmarks.reading.pictures.random_fields import Field
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.sheets import Sheet, paste
from benchmarks.reading.pictures.sources import Sources

SEPARATORS = ".,-"


def number_masks(
    rng: np.random.Generator, sources: Sources, digits: str, digit_px: float, stroke_px: float | None = None
) -> list[Field]:
    """Return the digits of a number as one person writes them: one pen, one slant, slightly varied sizes.

    MNIST's digits are by many writers, so most of each digit's slant is removed before that of the number is applied.
    """
    stroke = rng.uniform(*S.stroke_width) * digit_px if stroke_px is None else stroke_px
    slant = rng.uniform(-S.slant_degrees, S.slant_degrees)
    masks = []
    for character in digits:
        image, _ = sources.digit(rng, int(character))
        size = digit_px * (1 + rng.uniform(-S.size_jitter, S.size_jitter))
        own_slant = slant + rng.uniform(-S.slant_jitter_degrees, S.slant_jitter_degrees)
        mask = digit_mask(image, size, stroke)
        slant_now = own_slant - S.unslanting * slant_of(mask)
        masks.append(crop_to_ink(turned(mask, slant_degrees=slant_now), level=0.3))
    return masks


def random_number(rng: np.random.Generator, n_digits: int) -> str:
    """Draw a number of ``n_digits`` digits, each equally likely, zeros in front included."""
    return "".join(map(str, rng.integers(0, 10, n_digits)))


def spaced(rng: np.random.Generator, masks: list[Field], digit_px: float, overlap_percent: float) -> Field:
    """Set digits side by side.

    Parameters
    ----------
    overlap_percent
        How far the ink box of each digit reaches into its neighbour's, in percent of the mean width of the two;
        negative is a gap. Boxes are upright, so slanted digits can overlap in their boxes without touching.
    """
    places, right = [], 0.0
    for place, mask in enumerate(masks):
        left = 0.0
        if place:
            mean_width = (masks[place - 1].shape[1] + mask.shape[1]) / 2
            left = right - overlap_percent / 100 * mean_width
        places.append(left)
        right = left + mask.shape[1]
    return _set(rng, masks, places, digit_px)


def touching(
    rng: np.random.Generator, digits: str, masks: list[Field], digit_px: float, stroke_px: float
) -> tuple[Field, int]:
    """Set digits side by side so that some neighbours touch, one pair at least.

    Two ones never touch each other: nobody could read them.

    Returns
    -------
    mask : ndarray
        The ink of the whole number.
    n_touching : int
        How many pairs touch.
    """
    n_pairs = len(masks) - 1
    may_touch = np.array([digits[pair : pair + 2] != "11" for pair in range(n_pairs)])
    touch = rng.random(n_pairs) < S.touching_share
    if may_touch.any():
        touch[rng.choice(np.flatnonzero(may_touch))] = True
    touch &= may_touch
    drops = rng.uniform(-S.baseline_jitter, S.baseline_jitter, len(masks)) * digit_px
    tops = [drop - mask.shape[0] for drop, mask in zip(drops, masks, strict=True)]
    places = [0.0]
    for pair in range(n_pairs):
        left, right, drop = masks[pair], masks[pair + 1], round(tops[pair + 1] - tops[pair])
        clear = _first_contact(left, right, drop)
        depth, gap = rng.uniform(*S.touching_depth) * stroke_px + 1, rng.uniform(*S.touching_gap) * digit_px
        if touch[pair]:
            while (
                depth > 1 and _shared_ink(left, right, clear - depth, drop) > S.touching_area * stroke_px**2
            ):
                depth -= 0.1 * stroke_px + 0.5
        places.append(places[-1] + clear + (-depth if touch[pair] else gap))
    return _set(rng, masks, places, digit_px, drops), int(touch.sum())


def _shared_ink(left: Field, right: Field, place: float, drop: int) -> float:
    """Return the area, in pixels, that the strokes of two digits share when ``right`` is at ``place``."""
    x = round(place)
    low, high = max(0, drop), min(left.shape[0], drop + right.shape[0])
    width = min(left.shape[1] - x, right.shape[1])
    if high <= low or width <= 0:
        return 0.0
    return float((left[low:high, x : x + width] * right[low - drop : high - drop, :width]).sum())


def _first_contact(left: Field, right: Field, drop: int) -> float:
    """Return the position of ``right``, measured from the left of ``left``, when the ink of both just meets."""
    ends = np.where((left > 0.4).any(axis=1), left.shape[1] - np.argmax((left > 0.4)[:, ::-1], axis=1), -1)
    starts = np.where((right > 0.4).any(axis=1), np.argmax(right > 0.4, axis=1), 10**6)
    low, high = max(0, drop), min(len(ends), drop + len(starts))
    if high <= low:
        return float(left.shape[1])
    reach = ends[low:high] - starts[low - drop : high - drop]
    nearest = float(reach.max()) if len(reach) else 0.0
    # Digits never pass each other's middle, even where their ink would allow it (a 7 over a small 2).
    return float(max(nearest, 0.75 * left.shape[1]))


def _set(
    rng: np.random.Generator,
    masks: list[Field],
    places: list[float],
    digit_px: float,
    drops: np.ndarray | None = None,
) -> Field:
    """Draw the digits on one canvas, on a baseline that is not quite straight."""
    if drops is None:
        drops = rng.uniform(-S.baseline_jitter, S.baseline_jitter, len(masks)) * digit_px
    tops = [drop - mask.shape[0] for drop, mask in zip(drops, masks, strict=True)]
    top, bottom = min(tops), max(drops)
    left = min(places)
    width = max(place + mask.shape[1] for place, mask in zip(places, masks, strict=True)) - left
    canvas = np.zeros((int(np.ceil(bottom - top)) + 2, int(np.ceil(width)) + 2), np.float32)
    for mask, x, y in zip(masks, places, tops, strict=True):
        paste(canvas, mask, x - left, y - top)
    return canvas


def with_separators(rng: np.random.Generator, sources: Sources, text: str, digit_px: float) -> Field:
    """Write a number with points, commas, minus signs and dashes, each drawn so that it is clear."""
    stroke = rng.uniform(0.08, 0.13) * digit_px
    digits = iter(number_masks(rng, sources, "".join(filter(str.isdigit, text)), digit_px, stroke))
    masks, places, drops, right = [], [], [], 0.0
    for character in text:
        gap = rng.uniform(0.10, 0.22) * digit_px
        if character.isdigit():
            mask, drop = next(digits), rng.uniform(-S.baseline_jitter, S.baseline_jitter) * digit_px
        elif character == "-":
            mask = _dash(rng, rng.uniform(0.32, 0.5) * digit_px, stroke)
            drop, gap = -rng.uniform(0.42, 0.55) * digit_px, max(gap, 0.15 * digit_px)
        elif character == ".":
            mask = _dot(stroke * rng.uniform(1.0, 1.5))
            drop = rng.uniform(-0.03, 0.03) * digit_px
        else:
            mask = _comma(rng, digit_px, stroke)
            drop = 0.6 * mask.shape[0]
        masks.append(mask)
        places.append(right + gap)
        drops.append(drop)
        right += gap + mask.shape[1]
    return _set(rng, masks, places, digit_px, np.asarray(drops))


def _dash(rng: np.random.Generator, length: float, stroke: float) -> Field:
    rise = rng.uniform(-0.08, 0.08) * length
    return _stroke_mask([(0, 0), (length, rise)], stroke)


def _dot(diameter: float) -> Field:
    return _stroke_mask([(0, 0), (0.1 * diameter, 0)], max(diameter, 2.0))


def _comma(rng: np.random.Generator, digit_px: float, stroke: float) -> Field:
    length = rng.uniform(0.24, 0.32) * digit_px
    return _stroke_mask([(0.4 * length, 0), (0.3 * length, 0.55 * length), (0, length)], stroke)


def _stroke_mask(points: list[tuple[float, float]], stroke: float) -> Field:
    curve = spline(np.asarray(points, np.float64))
    low = curve.min(axis=0) - stroke / 2 - 2
    size = np.ceil(curve.max(axis=0) + stroke / 2 + 2 - low).astype(int)
    return crop_to_ink(draw_strokes([curve - low], size[1], size[0], stroke))


def bent(rng: np.random.Generator, mask: Field, digit_px: float, slope_degrees: float, sag: float) -> Field:
    """Slope and bend a line of writing; its digits stay perpendicular to the line.

    Parameters
    ----------
    slope_degrees
        Rise of the line to the right.
    sag
        Height of the line's arc, in digit heights; negative arcs upwards.
    """
    height, width = mask.shape
    pad = int(np.ceil(abs(sag) * digit_px)) + 2
    columns = np.linspace(-1, 1, width, dtype=np.float32)
    dip = np.float32(sag * digit_px) * (1 - columns**2)
    map_x = np.repeat(np.arange(width, dtype=np.float32)[None], height + 2 * pad, axis=0)
    map_y = np.arange(height + 2 * pad, dtype=np.float32)[:, None] - pad - dip[None, :]
    arced = cv2.remap(mask, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return turned(arced, rotation_degrees=slope_degrees)


def number_sheet(rng: np.random.Generator, mask: Field, digit_px: float) -> Sheet:
    """Put a number on a sheet with some room around it."""
    left, right = (round(rng.uniform(0.4, 1.5) * digit_px) for _ in range(2))
    top, bottom = (round(rng.uniform(0.4, 1.0) * digit_px) for _ in range(2))
    canvas = np.zeros((mask.shape[0] + top + bottom, mask.shape[1] + left + right), np.float32)
    paste(canvas, mask, left, top)
    return Sheet(canvas, digit_px, (float(top + mask.shape[0]),))
