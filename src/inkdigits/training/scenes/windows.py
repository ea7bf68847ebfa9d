"""Rendering of windows, the training pictures of the detector, and computation of their targets."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.recognition.detection.symbols import CELL_HEIGHT, CELL_WIDTH, DIGIT_HEIGHT, N_ORIENTATIONS
from inkdigits.training.scenes.cameras import STRONG, Degradation, simulate_camera
from inkdigits.training.scenes.framing import (
    IGNORED,
    PARTLY_VISIBLE,
    VISIBLE,
    crop,
    rotate,
    shear,
    visible_share,
)
from inkdigits.training.scenes.grids import render_grid
from inkdigits.training.scenes.lines import PlacedSymbol, random_line_style, render_line
from inkdigits.training.scenes.papers import draw_block, draw_dirt, draw_rules, random_paper
from inkdigits.training.scenes.sources import SymbolSources
from inkdigits.training.scenes.texts import random_form_text, random_letters, random_text
from inkdigits.training.scenes.writers import Writer, random_writer

SHAPES = ((48, 160), (96, 80), (64, 120))
"""Heights and widths of the windows, equally frequent; all have the same area."""

_OVERSAMPLING = 2
"""Resolution of the ink relative to that of the window."""

N_TARGETS = 9
"""Number of target values per cell; see `make_targets`."""

_BLACK = 0.06
"""Share of windows with a black area at an edge: a bar of a form, or the dark border of a copied sheet."""

_SHOWING_THROUGH = 0.06
"""Share of windows with writing that shines through from the back of the sheet."""

_FORM_ROWS = 0.14
"""Share of the lines that are words, as printed on forms; half of it in windows of one line. Without them, printed
letters were detected as digits: 65 in place of 12 on the development pictures of a form."""

_GRIDS = 0.18
"""Share of windows with a grid of cells, or a row of boxes, with one symbol in each."""

_SLANTED, _STEEPEST = 0.4, 0.25
"""Share of windows that are sheared, as in the reader's last detection passes, and the largest shear."""

ROTATED = 0.05
"""Share of windows that are rotated by quarter turns, in which rotated digits are non-digits."""

_STRANGERS = 0.04
"""Share of windows without digits: letters and signs, or only paper, rules and dirt."""


@dataclass(frozen=True)
class Window:
    """A picture and its symbols.

    Attributes
    ----------
    image
        ``uint8`` (h, w).
    symbols
        The symbols, with boxes in pixels of the image.
    negative
        Whether the ink is lighter than the paper.
    quarters
        Number of quarter turns, counter-clockwise, by which it is rotated, 0 to 3.
    """

    image: NDArray[np.uint8]
    symbols: tuple[PlacedSymbol, ...]
    negative: bool = False
    quarters: int = 0


def draw_window(
    shape: tuple[int, int],
    sources: SymbolSources,
    rng: np.random.Generator,
    one_line: bool = False,
    degradation: Degradation = STRONG,
) -> Window:
    """Draw a random window: one or more lines of writing on paper, with the degradations of a camera.

    Parameters
    ----------
    shape
        Height and width, in pixels.
    sources
        The symbol sources.
    rng
        The random generator.
    one_line
        Whether to draw one line only.
    degradation
        The limits of the camera's degradation.
    """
    quarters = int(rng.integers(1, 4)) if rng.random() < ROTATED else 0
    if not quarters:
        return _draw_upright(shape, sources, rng, one_line, degradation)
    upright_shape = shape[::-1] if quarters % 2 else shape
    window = _draw_upright(upright_shape, sources, rng, one_line, degradation)
    image, symbols = rotate(window.image, list(window.symbols), quarters)
    return Window(image, tuple(symbols), window.negative, quarters)


def _draw_upright(
    shape: tuple[int, int],
    sources: SymbolSources,
    rng: np.random.Generator,
    one_line: bool,
    degradation: Degradation,
) -> Window:
    """Draw a window with upright writing."""
    scale = _OVERSAMPLING
    height, width = shape[0] * scale, shape[1] * scale
    size = DIGIT_HEIGHT * scale * float(np.clip(np.exp(rng.normal(0.0, 0.22)), 0.58, 1.55))
    ink = np.zeros((height, width), np.float32)
    placed: list[PlacedSymbol] = []
    pitch = size * rng.uniform(1.3, 2.6)
    n_lines = (
        1
        if one_line or pitch > height or (shape[0] < 64 and rng.random() < 0.6)
        else int(np.ceil(height / pitch)) + 1
    )
    base = height / 2 + size / 2 + rng.normal(0.0, 0.12) * size
    if n_lines > 1:
        base = size * rng.uniform(0.3, 1.4)
    writer, style = random_writer(sources, size, rng), None
    rules = np.zeros_like(ink)
    is_ruled = rng.random() < 0.4
    are_strangers = rng.random() < _STRANGERS
    if rng.random() < _GRIDS:
        placed, is_ruled, n_lines = render_grid(ink, rules, size, writer, sources, rng), True, 0
    for row in range(n_lines):
        if row and rng.random() < 0.1:
            writer = random_writer(sources, size * rng.uniform(0.7, 1.2), rng)
            style = None
        style = style or random_line_style(writer, rng)
        left = rng.uniform(-0.3, 0.8) * size if rng.random() < 0.7 else rng.uniform(0.0, 0.6) * width
        # With a short text the rest of the line is empty, as around a single digit.
        wanted = int(rng.integers(1, 4)) if rng.random() < 0.35 else int(width / (0.45 * size)) + 1
        text = random_letters(wanted, rng) if are_strangers else random_text(wanted, rng)
        line_writer, line_style = writer, style
        if not are_strangers and rng.random() < (_FORM_ROWS if n_lines > 1 else _FORM_ROWS / 2):
            source = "printed" if rng.random() < 0.65 else "handwritten"
            line_writer = random_writer(sources, size * float(rng.uniform(0.45, 1.0)), rng, source)
            line_style = random_line_style(line_writer, rng)
            text = random_form_text(int(width / (0.35 * line_writer.size)), rng)
        line = render_line(ink, text, left, base + row * pitch, line_writer, line_style, sources, rng)
        placed += line
        if is_ruled:
            draw_rules(rules, base + row * pitch, size, [each.box for each in line], rng)
    draw_dirt(ink, size, rng)
    if rng.random() < _BLACK:
        draw_block(ink, size, [each.box for each in placed], rng)
    if writer.source != "printed" and rng.random() < 0.25:  # uneven ink flow or pressure
        coarse = rng.standard_normal((height // 12 + 2, width // 12 + 2)).astype(np.float32)
        ink *= np.clip(1 + 0.35 * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0.25, 1)
    ink = np.asarray(cv2.resize(ink, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    depth = float(np.exp(rng.uniform(np.log(degradation.min_contrast), np.log(190))))
    paper = random_paper(*shape, size / scale, depth, rng)
    if is_ruled:
        rules = np.asarray(cv2.resize(rules, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
        paper -= rules * np.float32(min(depth * rng.uniform(0.3, 1.3), float(paper.mean()) - 5))
    if rng.random() < _SHOWING_THROUGH:
        paper -= _draw_back_side(shape, writer, sources, rng) * np.float32(depth * rng.uniform(0.08, 0.35))
    # The ink is opaque, or the pattern of the paper shines through.
    covering = np.minimum(paper, np.float32(np.median(paper) - depth))
    tone = covering if rng.random() < 0.6 else paper - np.float32(depth)
    negative = bool(rng.random() < degradation.negatives)
    image = simulate_camera(paper * (1 - ink) + tone * ink, depth, negative, rng, degradation)
    symbols = [
        PlacedSymbol(each.symbol, tuple(round(value / scale) for value in each.box), each.printed)  # type: ignore[arg-type]
        for each in placed
    ]
    if rng.random() < _SLANTED:
        image, symbols = shear(image, symbols, rng.uniform(-_STEEPEST, _STEEPEST))
    if rng.random() < 0.3:
        image, symbols = crop(image, symbols, size / scale, rng)
    return Window(image, tuple(symbols), negative)


def _draw_back_side(
    shape: tuple[int, int], writer: Writer, sources: SymbolSources, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw writing that shines through from the back of the sheet: mirrored and blurred."""
    height, width = shape[0] * _OVERSAMPLING, shape[1] * _OVERSAMPLING
    ink = np.zeros((height, width), np.float32)
    left, base = rng.uniform(0, 0.6) * width, rng.uniform(0.4, 1.2) * height
    render_line(ink, random_text(4, rng), left, base, writer, random_line_style(writer, rng), sources, rng)
    small = cv2.resize(ink[:, ::-1], shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), rng.uniform(0.6, 2.0)), np.float32)


def make_targets(window: Window) -> NDArray[np.float32]:
    """Compute the targets of the detector for a window.

    Returns
    -------
    ndarray
        ``float32`` (h / CELL_HEIGHT, w / CELL_WIDTH, N_TARGETS). For each cell: the heat in [0, 1], which is 1 in the
        cell of a symbol's centre and decays with the distance from it; the class of that symbol; the distances from
        the centre of the cell to the left, top, right and bottom of its box, in units of `CELL_HEIGHT` pixels; whether
        it is printed; the weight of the cell, 0 if it is ignored, else 1; and in the cell of a symbol's centre the
        quarter turns of the window, elsewhere `N_ORIENTATIONS`. A rotated symbol that may look like another one is
        ignored, but has an orientation.
    """
    height, width = window.image.shape
    tall, wide = height // CELL_HEIGHT, width // CELL_WIDTH
    targets = np.zeros((tall, wide, N_TARGETS), np.float32)
    targets[..., 7], targets[..., 8] = 1.0, N_ORIENTATIONS
    rows = (np.arange(tall, dtype=np.float32) + 0.5) * CELL_HEIGHT
    columns = (np.arange(wide, dtype=np.float32) + 0.5) * CELL_WIDTH
    known = []
    for each in window.symbols:
        x, y, w, h = each.box
        share = visible_share(each.box, height, width)
        row, column = int((y + h / 2) // CELL_HEIGHT), int((x + w / 2) // CELL_WIDTH)
        if share < PARTLY_VISIBLE:
            continue
        if share >= VISIBLE and 0 <= row < tall and 0 <= column < wide:
            targets[row, column, 8] = window.quarters
            if each.symbol != IGNORED:
                known.append((each, row, column))
                continue
        top, left = max(0, y // CELL_HEIGHT), max(0, x // CELL_WIDTH)
        targets[top : (y + h) // CELL_HEIGHT + 1, left : (x + w) // CELL_WIDTH + 1, 7] = 0.0
    for each, row, column in known:
        x, y, w, h = each.box
        reach_y, reach_x = max(3.0, 0.14 * h), max(1.8, 0.14 * w)
        heat = np.exp(
            -0.5
            * (
                ((rows - rows[row]) / reach_y)[:, None] ** 2
                + ((columns - columns[column]) / reach_x)[None, :] ** 2
            )
        )
        nearer = heat > targets[..., 0]
        targets[..., 0][nearer] = heat[nearer]
        targets[..., 1][nearer] = each.symbol
        distances = np.stack(
            np.broadcast_arrays(
                columns[None, :] - x, rows[:, None] - y, x + w - columns[None, :], y + h - rows[:, None]
            ),
            axis=-1,
        )
        targets[nearer, 2:6] = distances[nearer] / CELL_HEIGHT
        targets[..., 6][nearer] = each.printed
        targets[row, column, 7] = 1.0
    return targets
