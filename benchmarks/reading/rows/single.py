"""Rows of single digits."""

from dataclasses import replace

import cv2
import numpy as np

from benchmarks.reading.pictures.contents.digit_masks import digit_mask
from benchmarks.reading.pictures.contents.digit_styles import ORDINARY, STYLES, style_mask
from benchmarks.reading.pictures.contents.fonts import digits_of, find_fonts, font_mask
from benchmarks.reading.pictures.contents.forms import single_cell
from benchmarks.reading.pictures.media.kinds import (
    ON_PAPER,
    PHOTOS,
    SCANS,
    SCREENS,
    Kind,
    digit_height,
    render,
)
from benchmarks.reading.pictures.random_fields import Field
from benchmarks.reading.pictures.severities import SEVERITIES as S
from benchmarks.reading.pictures.sheets import Example, Sheet, on_sheet, paste
from benchmarks.reading.pictures.sources import Sources
from benchmarks.reading.rows.row import Row, order

STYLE_NAMES = (*STYLES, "very thin pen", "very thick pen")
WIDE_DIGITS = (0, 2, 3, 5, 6, 8, 9)
"""Neighbours at a crop's edge: half a 1, 4 or 7 may be a whole 1."""
STYLE_KINDS = tuple(
    kind
    for kind in ON_PAPER
    if kind.name
    in {"photo, white paper", "photo, cream or recycled paper", "photo, ruled paper", "scan, grey"}
)


def _small(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    """Return scikit-learn's digits unchanged: 8x8, light on dark and dark on light in turn."""
    place = index % len(sources.small_labels)
    image = sources.small_images[place]
    inverted = (index + index // len(sources.small_labels)) % 2 == 1
    kind = "8x8, dark on light" if inverted else "8x8, light on dark"
    return Example(255 - image if inverted else image, (str(sources.small_labels[place]),), kind, "digit")


def _small_enlarged(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    """Enlarge the same digits, smoothly or in plain squares, with a margin."""
    place = index % len(sources.small_labels)
    top, bottom, left, right = rng.integers(0, 4, 4).tolist()
    image = cv2.copyMakeBorder(sources.small_images[place], top, bottom, left, right, cv2.BORDER_CONSTANT)
    squares, inverted = index % 4 >= 2, index % 2 == 1
    scale = int(rng.integers(6, 25))
    method = cv2.INTER_NEAREST if squares else cv2.INTER_CUBIC
    picture = cv2.resize(image, None, fx=scale, fy=scale, interpolation=method)
    kind = f"enlarged {'in squares' if squares else 'smoothly'}, {'dark on light' if inverted else 'light on dark'}"
    picture = np.asarray(255 - picture if inverted else picture, np.uint8)
    return Example(picture, (str(sources.small_labels[place]),), kind, "digit")


def mnist_digit(
    rng: np.random.Generator, sources: Sources, kind: Kind, place: int, name: str
) -> tuple[Sheet, str, float]:
    """Put the next MNIST digit on a sheet for pictures of one kind; returns also its label and height."""
    place = int(order(sources.split, name, len(sources.labels))[place % len(sources.labels)])
    height = digit_height(rng, kind, S.photo_digit_px)
    mask = digit_mask(sources.images[place], height, rng.uniform(*S.stroke_width) * height)
    label = str(sources.labels[place])
    if kind.form == "none":
        return on_sheet(rng, mask, height), label, height
    return single_cell(rng, mask, height, kind.form), label, height


def _on_paper(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    kinds = PHOTOS + SCANS
    kind = kinds[index % len(kinds)]
    sheet, label, _ = mnist_digit(rng, sources, kind, index, "photos-and-scans")
    return Example(render(rng, sheet, kind, sources), (label,), kind.name)


def _on_paper_told(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    return replace(_on_paper(rng, sources, index), layout="digit")


def _on_screen(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    kind = SCREENS[index % len(SCREENS)]
    sheet, label, _ = mnist_digit(rng, sources, kind, index, "screens")
    return Example(render(rng, sheet, kind, sources), (label,), kind.name)


def _style(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    """Draw digits as strokes: styles that MNIST lacks, very thin and very thick pens."""
    style = STYLE_NAMES[index % len(STYLE_NAMES)]
    kind = STYLE_KINDS[(index // len(STYLE_NAMES)) % len(STYLE_KINDS)]
    height = digit_height(rng, kind, S.photo_digit_px)
    if style in STYLES:
        outlines, label, widths = STYLES[style], style[0], S.stroke_width
    else:
        digit = int(rng.integers(10))
        outlines, label = ORDINARY[digit], str(digit)
        widths = S.thin_stroke if style == "very thin pen" else S.thick_stroke
    stroke = max(rng.uniform(*widths) * height, 1.2)
    mask = style_mask(rng, outlines[rng.integers(len(outlines))], height, stroke)
    return Example(render(rng, on_sheet(rng, mask, height), kind, sources), (label,), style)


def _clutter(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    """Cut a crop that includes less than half of the neighbours at its edges."""
    kind = ON_PAPER[index % len(ON_PAPER)]
    place = int(order(sources.split, "clutter", len(sources.labels))[index % len(sources.labels)])
    height = digit_height(rng, kind, S.photo_digit_px)
    stroke = rng.uniform(*S.stroke_width) * height
    mask = digit_mask(sources.images[place], height, stroke)
    gap = rng.uniform(0.12, 0.25) * height
    room = gap + rng.uniform(0.08, 0.25) * height
    canvas = np.zeros((mask.shape[0] + round(2 * room), mask.shape[1] + round(2 * room)), np.float32)
    paste(canvas, mask, room, room)
    sides = rng.permutation(["left", "right", "below"])[: int(rng.integers(1, 3))]
    for side in sides:
        image, _ = sources.digit(rng, int(rng.choice(WIDE_DIGITS)))
        _beside(rng, canvas, digit_mask(image, height, stroke), mask.shape, room, gap, side)
    kind_name = " and ".join(sorted(sides))
    sheet = Sheet(canvas, height, (room + mask.shape[0],))
    return Example(
        render(rng, sheet, replace(kind, camera=replace(kind.camera, steady=True, desk=False)), sources),
        (str(sources.labels[place]),), f"neighbour {kind_name}", "digit",
    )  # fmt: skip


def _beside(
    rng: np.random.Generator,
    canvas: Field,
    other: Field,
    shape: tuple[int, ...],
    room: float,
    gap: float,
    side: str,
) -> None:
    """Paste a neighbour so that it stays ``gap`` away from the digit and is cut by the crop's edge."""
    across, down = (
        min(room - gap, S.neighbour_share * length) for length in (other.shape[1], other.shape[0])
    )
    if side == "left":
        paste(canvas, other, across - other.shape[1], room + rng.uniform(-0.1, 0.1) * shape[0])
    elif side == "right":
        paste(canvas, other, canvas.shape[1] - across, room + rng.uniform(-0.1, 0.1) * shape[0])
    else:
        paste(canvas, other, room + rng.uniform(-0.3, 0.3) * shape[1], canvas.shape[0] - down)


def _font_digit(rng: np.random.Generator, sources: Sources, index: int) -> Example:
    files = find_fonts().files
    path = files[index % len(files)]
    kinds = ON_PAPER + SCREENS
    kind = kinds[(index // len(files)) % len(kinds)]
    label = str(rng.choice(list(digits_of(path))))
    height = max(digit_height(rng, kind, S.photo_digit_px), 28)
    sheet = on_sheet(rng, font_mask(path, label, height), height)
    return Example(render(rng, sheet, kind, sources), (label,), path.stem)


SINGLE_ROWS = (
    Row("small-digits", "scikit-learn's 8x8 digits as they are", "text", 0, 0.97, _small),
    Row("small-digits-enlarged", "scikit-learn's 8x8 digits, enlarged", "text", 0, 0.97, _small_enlarged),
    Row("photos-and-scans", "MNIST digits in photos and scans", "text", 1800, 0.985, _on_paper),
    Row("photos-and-scans-told", "the same, told that each is one digit", "text", 720, 0.985,
        _on_paper_told, "photos-and-scans"),
    Row("screens", "MNIST digits drawn on screens", "text", 400, None, _on_screen),
    Row("styles", "styles that MNIST lacks", "text", 600, None, _style),
    Row("clutter", "crops with neighbours' strokes at the edge", "text", 300, None, _clutter),
    Row("font-digits", "digits of handwriting fonts", "text", 440, None, _font_digit, needs_fonts=True),
)  # fmt: skip
