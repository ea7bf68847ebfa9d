"""Synthetic non-digits from digits: fragments, several digits in one crop, crossed-out digits."""

import cv2
import numpy as np

from inkdigits.data.labelled import LabelledImages
from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.training.synthetic.rendering import Ink

# Fragments that look like digits are excluded: a 0 is half of an 8, a 1 half of a 7, a 3 the right half of an 8.
_PIECES = {
    "upper": (0, 2, 3, 4, 5),
    "lower": (0, 2, 3, 5),
    "left": (0, 2, 3, 5, 6, 8, 9),
    "right": (0, 2, 5, 6),
    "quarter": (0, 2, 3, 5, 6, 8, 9),
}
_MARGIN = 14


def fragment(digits: LabelledImages, rng: np.random.Generator) -> Ink:
    """Cut half or a quarter of a digit, and normalise it like a whole digit."""
    while True:
        piece = str(rng.choice(list(_PIECES)))
        tight = _tight(_digit(digits, rng, _PIECES[piece]))
        height, width = tight.shape
        row, column = (int(side * rng.uniform(0.4, 0.6)) for side in (height, width))
        if piece == "upper":
            part = tight[:row]
        elif piece == "lower":
            part = tight[row:]
        elif piece == "left":
            part = tight[:, :column]
        elif piece == "right":
            part = tight[:, column:]
        else:
            part = tight[:row] if rng.random() < 0.5 else tight[row:]
            part = part[:, :column] if rng.random() < 0.5 else part[:, column:]
        if not _is_upright_stroke(part):
            break
    # Fragments are small, and normalisation does not enlarge crops below 10 pixels, so they are enlarged here.
    scale = rng.uniform(1.0, 2.5)
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    return normalise(np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_CUBIC), np.uint8))


def _is_upright_stroke(part: Ink) -> bool:
    """Return whether a fragment looks like a 1: a single narrow vertical line."""
    moments = cv2.moments(part)
    if moments["m00"] < 255 * 12:
        return True
    across, along, both = (moments[key] / moments["m00"] for key in ("mu20", "mu02", "mu11"))
    turned = np.sqrt((across - along) ** 2 + 4 * both**2)
    narrowness = (across + along - turned) / max(across + along + turned, 1e-9)
    return bool(narrowness < 0.12 and along > across * 0.7)


def pair(digits: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw two or three digits side by side in one crop."""
    row = _tight(_digit(digits, rng))
    for _ in range(1 if rng.random() < 0.85 else 2):
        other = _tight(_digit(digits, rng))
        if rng.random() < 0.25:
            # A crop with most of a neighbouring digit is a non-digit; smaller parts are ignored as dirt of the crop.
            other = _tight(other[:, : round(other.shape[1] * rng.uniform(0.6, 0.9))])
        row = _place_beside(row, other, rng)
    return normalise(row)


def straddle(digits: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw the right part of one digit and the left part of the next, as after a wrong segmentation."""
    wide = (0, 2, 3, 4, 5, 6, 7, 8, 9)
    left, right = (_tight(_digit(digits, rng, wide)) for _ in range(2))
    first, last = (round(crop.shape[1] * rng.uniform(0.4, 0.6)) for crop in (left, right))
    return normalise(_place_beside(left[:, first:], right[:, :last], rng))


def _place_beside(left: Ink, right: Ink, rng: np.random.Generator) -> Ink:
    """Place one crop beside another, from a gap of 4 pixels to an overlap of a fifth of a digit's width."""
    scale = rng.uniform(0.8, 1.2)
    size = max(1, round(right.shape[1] * scale)), max(1, round(right.shape[0] * scale))
    right = np.asarray(cv2.resize(right, size, interpolation=cv2.INTER_AREA), np.uint8)
    at = max(0, left.shape[1] - round(rng.uniform(-4.0, 0.2 * min(left.shape[1], right.shape[1]))))
    height = max(left.shape[0], right.shape[0]) + 6
    row = np.zeros((height, max(left.shape[1], at + right.shape[1])), np.uint8)
    tops = [int(rng.integers(0, height - crop.shape[0] + 1)) for crop in (left, right)]
    row[tops[0] : tops[0] + left.shape[0], : left.shape[1]] = left
    place = row[tops[1] : tops[1] + right.shape[0], at : at + right.shape[1]]
    np.maximum(place, right, out=place)
    return row


def crossed_out(digits: LabelledImages, rng: np.random.Generator) -> Ink:
    """Draw a crossed-out digit, with one line, a cross, several lines or a scribble.

    A single line is drawn only through digits that are not legible with it, unlike a slashed 0 or a crossed 7. It
    extends beyond the edges of the digit.
    """
    variant = rng.choice(("line", "cross", "lines", "scribble"))
    tight = _tight(_digit(digits, rng, (2, 3, 5, 6, 8, 9) if variant == "line" else tuple(range(10))))
    height, width = tight.shape
    crop = np.pad(tight, _MARGIN)
    middle = np.array([crop.shape[1], crop.shape[0]]) / 2 + rng.normal(0, 1.0, 2)
    thickness = int(rng.integers(1, 4))
    ink = int(rng.integers(150, 256))
    if variant == "scribble":
        turns = int(rng.integers(5, 10))
        x = middle[0] + np.where(np.arange(turns) % 2, 1, -1) * width * rng.uniform(0.5, 0.8)
        y = np.linspace(middle[1] - 0.45 * height, middle[1] + 0.45 * height, turns)
        path = np.stack([x, y], axis=1) + rng.normal(0, 1.0, (turns, 2))
        cv2.polylines(crop, [np.round(path).astype(np.int32)], False, ink, thickness, cv2.LINE_AA)
        return normalise(crop)
    slope = rng.uniform(0.3, 1.0) * (1 if rng.random() < 0.5 else -1)
    slopes = {"line": [slope], "cross": [slope, -slope], "lines": [0.2 * slope] * int(rng.integers(2, 4))}[
        variant
    ]
    reach = np.hypot(width, height) * rng.uniform(0.55, 0.75)
    for index, tilt in enumerate(slopes):
        direction = np.array([1.0, tilt]) / np.hypot(1.0, tilt) * reach
        shift = np.array([0.0, (index - (len(slopes) - 1) / 2) * 5.0 if variant == "lines" else 0.0])
        ends = [np.round(middle + shift + sign * direction).astype(int).tolist() for sign in (-1, 1)]
        cv2.line(crop, ends[0], ends[1], ink, thickness, cv2.LINE_AA)
    return normalise(crop)


def _digit(
    digits: LabelledImages, rng: np.random.Generator, labels: tuple[int, ...] = tuple(range(10))
) -> Ink:
    """Return a random digit image that has one of the labels."""
    while True:
        index = int(rng.integers(len(digits.images)))
        if int(digits.labels[index]) in labels and digits.images[index].any():
            image: Ink = digits.images[index]
            return image


def _tight(image: Ink) -> Ink:
    x, y, width, height = cv2.boundingRect(image)
    return image[y : y + height, x : x + width]
