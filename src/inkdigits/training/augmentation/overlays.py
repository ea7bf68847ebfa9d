"""What stands in a crop beside its digit, and what is missing: neighbours, rules, scraps, careless cuts, gaps.

Some of it is there before the crop is fitted into normal form, and then makes the digit smaller or moves it;
some of it shows only afterwards, at the edge of the field.
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.augmentation.geometric import CANVAS

if TYPE_CHECKING:
    from inkdigits.training.augmentation.pipeline import Augmentation


def intrude_before_fit(
    canvases: NDArray[np.uint8], augmentation: "Augmentation", rng: np.random.Generator
) -> None:
    """Cut sides off, and add strokes that count towards the digit's box, in place.

    Parameters
    ----------
    canvases
        ``uint8`` of shape (n, 56, 56).
    augmentation
        Its shares of canvases ``cropped``, and with ``neighbours`` and ``rules``; half of the latter two are left to
        `intrude_after_fit`.
    rng
        The source of randomness.
    """
    n = len(canvases)
    originals = canvases.copy()
    for index in np.flatnonzero(rng.random(n) < augmentation.cropped):
        _cut_side(canvases[index], rng)
    for index in np.flatnonzero(rng.random(n) < augmentation.neighbours / 2):
        _add_neighbour(canvases[index], originals[rng.integers(n)], int(rng.integers(0, 7)), rng)
    for index in np.flatnonzero(rng.random(n) < augmentation.rules / 2):
        _add_rule(canvases[index], rng)


def intrude_after_fit(
    canvases: NDArray[np.uint8], augmentation: "Augmentation", rng: np.random.Generator
) -> None:
    """Add what reaches into fitted canvases from elsewhere, and break the digits' own strokes, in place.

    Parameters
    ----------
    canvases
        ``uint8`` of shape (n, 56, 56), each digit fitted into normal form.
    augmentation
        Its shares of canvases with each kind of intrusion.
    rng
        The source of randomness.
    """
    n = len(canvases)
    originals = canvases.copy()

    def struck(share: float) -> NDArray[np.int64]:
        return np.flatnonzero(rng.random(n) < share)

    for index in struck(augmentation.neighbours / 2):
        _add_neighbour(canvases[index], originals[rng.integers(n)], int(rng.integers(3, 12)), rng)
    for index in struck(augmentation.rules / 2):
        _add_rule(canvases[index], rng)
    for index in struck(augmentation.breaks):
        _break_strokes(canvases[index], rng)
    for index in struck(augmentation.show_through):
        _show_through(canvases[index], originals[rng.integers(n)], rng)
    for index in struck(augmentation.scraps):
        _add_scraps(canvases[index], originals[rng.integers(n)], rng)
    for index in struck(augmentation.flourishes):
        _add_flourish(canvases[index], rng)
    for index in struck(augmentation.margins):
        _add_margin(canvases[index], rng)


def _cut_side(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Clear up to 2.5 pixels of the digit, five of the canvas, at one side."""
    x, y, width, height = cv2.boundingRect(canvas)
    depth = int(rng.integers(1, 6))
    side = rng.integers(4)
    if side == 0:
        canvas[: y + depth] = 0
    elif side == 1:
        canvas[y + height - depth :] = 0
    elif side == 2:
        canvas[:, : x + depth] = 0
    else:
        canvas[:, x + width - depth :] = 0


def _add_neighbour(
    canvas: NDArray[np.uint8], other: NDArray[np.uint8], gap: int, rng: np.random.Generator
) -> None:
    """Let the near edge of another digit show, ``gap`` canvas pixels away from this one's box."""
    x, _, width, _ = cv2.boundingRect(canvas)
    from_x, _, other_width, _ = cv2.boundingRect(other)
    shown = int(rng.integers(2, 9))
    drop = int(rng.integers(-6, 7))
    strip = np.roll(other, drop, axis=0)
    if rng.random() < 0.5:
        left = x + width + gap
        shown = min(shown, CANVAS - left, other_width // 3)
        if shown > 0:
            place = canvas[:, left : left + shown]
            np.maximum(place, strip[:, from_x : from_x + shown], out=place)
    else:
        right = x - gap
        shown = min(shown, right, other_width // 3)
        if shown > 0:
            end = from_x + other_width
            place = canvas[:, right - shown : right]
            np.maximum(place, strip[:, end - shown : end], out=place)


def _add_rule(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Draw what is left of a rule or of one or two sides of a box, close to the digit's own box."""
    x, y, width, height = cv2.boundingRect(canvas)
    ink = int(rng.integers(90, 256))
    thickness = int(rng.integers(1, 4))
    for _ in range(1 if rng.random() < 0.7 else 2):
        away = int(rng.integers(-2, 7))
        tilt = int(rng.integers(-2, 3))
        start, end = sorted(rng.integers(0, CANVAS + 1, 2))
        if rng.random() < 0.5 or end - start < 12:
            start, end = 0, CANVAS
        side = rng.choice(4, p=(0.15, 0.45, 0.2, 0.2))
        if side < 2:
            level = y - away if side == 0 else y + height - 1 + away
            ends = (int(start), level), (int(end), level + tilt)
        else:
            level = x - away if side == 2 else x + width - 1 + away
            ends = (level, int(start)), (level + tilt, int(end))
        line = np.zeros_like(canvas)
        cv2.line(line, *ends, ink, thickness, cv2.LINE_AA)
        np.maximum(canvas, line, out=canvas)


def _break_strokes(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Draw one to three gaps, or one larger spot, of paper over the strokes."""
    rows, columns = np.nonzero(canvas > 128)
    if not len(rows):
        return
    if rng.random() < 0.3:
        spot = rng.integers(len(rows))
        axes = int(rng.integers(2, 6)), int(rng.integers(2, 6))
        centre = int(columns[spot]), int(rows[spot])
        cv2.ellipse(canvas, centre, axes, float(rng.uniform(0, 180)), 0.0, 360.0, 0, -1, cv2.LINE_AA)
        return
    for _ in range(int(rng.integers(1, 4))):
        spot = rng.integers(len(rows))
        angle = rng.uniform(0, np.pi)
        reach = np.round(5 * np.array((np.cos(angle), np.sin(angle)))).astype(int)
        x, y = int(columns[spot]), int(rows[spot])
        start, end = (x - int(reach[0]), y - int(reach[1])), (x + int(reach[0]), y + int(reach[1]))
        cv2.line(canvas, start, end, 0, int(rng.integers(1, 4)), cv2.LINE_AA)


def _show_through(canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Let another digit show faintly: from the back of the sheet, mirrored, or from the sheet before."""
    behind = other[:, ::-1] if rng.random() < 0.5 else other
    behind = np.roll(behind, rng.integers(-12, 13, 2), axis=(0, 1))
    cv2.add(canvas, cv2.convertScaleAbs(behind, alpha=float(rng.uniform(0.1, 0.5))), dst=canvas)


def _add_scraps(canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Strew up to five pieces of another digit's strokes, of up to 8 pixels, over the field."""
    for _ in range(int(rng.integers(1, 6))):
        height, width = rng.integers(4, 17, 2)
        from_y, to_y = rng.integers(0, CANVAS - height + 1, 2)
        from_x, to_x = rng.integers(8, CANVAS - width - 7), rng.integers(0, CANVAS - width + 1)
        place = canvas[to_y : to_y + height, to_x : to_x + width]
        np.maximum(place, other[from_y : from_y + height, from_x : from_x + width], out=place)


def _add_flourish(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Let a thin bent stroke from the next line or word run into the field, or through it."""
    side = int(rng.integers(4))
    begin = np.array([rng.uniform(0, CANVAS), 0.0])
    end = np.array([rng.uniform(0, CANVAS), CANVAS * rng.uniform(0.2, 1.0)])
    bend = (begin + end) / 2 + rng.normal(0.0, 12.0, 2)
    along = np.linspace(0.0, 1.0, 12)[:, np.newaxis]
    curve = (1 - along) ** 2 * begin + 2 * along * (1 - along) * bend + along**2 * end
    stroke = np.zeros_like(canvas)
    ink, thickness = int(rng.integers(100, 256)), int(rng.integers(1, 4))
    cv2.polylines(stroke, [np.round(16 * curve).astype(np.int32)], False, ink, thickness, cv2.LINE_AA, 4)
    np.maximum(canvas, np.rot90(stroke, side), out=canvas)


def _add_margin(canvas: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Let what lies beyond the sheet's edge show at one side or two, up to 7 pixels deep and at a slant."""
    grey = int(rng.integers(50, 256))
    depths = rng.integers(0, 15, 2)
    for _ in range(1 if rng.random() < 0.6 else 2):
        corners = np.array([(0, 0), (CANVAS, 0), (CANVAS, depths[1]), (0, depths[0])], np.int32)
        margin = np.zeros_like(canvas)
        cv2.fillPoly(margin, [corners], grey, cv2.LINE_AA)
        margin = np.rot90(margin, int(rng.integers(4)))
        np.maximum(canvas, margin, out=canvas)
