"""The image galleries of a run: digit images in a grid, each with a caption."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES
from inkdigits.evaluation.result import Mistake
from inkdigits.reporting.style import BLUE, INK, MUTED, RULE, VERMILLION, WIDTH, new_figure

_N_EACH = 4
"""Largest number of training images, and of correct predictions, of each digit: ten columns fit the page."""


@dataclass(frozen=True)
class Tile:
    """One digit image of a gallery.

    Attributes
    ----------
    image
        ``uint8`` (28, 28), ink 255; drawn as dark ink on white paper.
    caption
        The first line below it.
    note
        The second line below it, in grey.
    right
        Whether the prediction is correct: a thin blue frame if it is, a thick vermillion frame if not, grey if None.
    doubtful
        Whether its label is known to be wrong: a dashed vermillion frame.
    """

    image: NDArray[np.uint8]
    caption: str = ""
    note: str = ""
    right: bool | None = None
    doubtful: bool = False


def draw_gallery(tiles: Sequence[Tile | None], n_columns: int, width: float = WIDTH) -> Figure:
    """Draw tiles in rows of ``n_columns``; None is an empty cell.

    All tiles share one Axes, because one Axes per image is many times slower.
    """
    n_rows = -(-len(tiles) // n_columns)
    present = [tile for tile in tiles if tile is not None]
    text = 0.0
    if any(tile.caption for tile in present):
        text = 0.32 if any(tile.note for tile in present) else 0.2
    cell = width / n_columns
    gap = min(0.14 * cell, 0.12)
    side = cell - gap
    row = side + gap + text
    height = n_rows * row
    figure = new_figure(height, width)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    for place, tile in enumerate(tiles):
        if tile is not None:
            left = place % n_columns * cell + gap / 2
            top = height - place // n_columns * row - gap / 2
            _draw_tile(axes, tile, left, top, side)
    axes.set(xlim=(0, width), ylim=(0, height))
    return figure


def _draw_tile(axes: Axes, tile: Tile, left: float, top: float, side: float) -> None:
    extent = (left, left + side, top - side, top)
    axes.imshow(255 - tile.image, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="none")
    colour, line = {None: (RULE, 0.8), True: (BLUE, 0.9), False: (VERMILLION, 1.6)}[tile.right]
    if tile.doubtful:
        colour, line = VERMILLION, 1.2
    axes.add_patch(
        Rectangle(
            (left, top - side),
            side,
            side,
            fill=False,
            edgecolor=colour,
            linewidth=line,
            linestyle=(0, (3, 2)) if tile.doubtful else "-",
        )
    )
    middle = left + side / 2
    strong = INK if tile.right is None else colour
    weight = "normal" if tile.right else "bold"
    line_1, line_2 = top - side - 0.05, top - side - 0.185
    axes.text(middle, line_1, tile.caption, ha="center", va="top", fontsize=7.5, color=strong, weight=weight)
    axes.text(middle, line_2, tile.note, ha="center", va="top", fontsize=6.5, color=MUTED)


def draw_training_examples(examples: NDArray[np.uint8]) -> Figure:
    """Draw some training images of each digit, one column per digit.

    Parameters
    ----------
    examples
        ``uint8`` (10, k, 28, 28).
    """
    rows = range(min(_N_EACH, examples.shape[1]))
    return draw_gallery([Tile(examples[digit, row]) for row in rows for digit in range(N_CLASSES)], N_CLASSES)


def draw_first_predictions(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    confidences: NDArray[np.float32],
) -> Figure:
    """Draw one column per digit: its first correct predictions, and below them its first mistake.

    Parameters
    ----------
    images
        ``uint8`` (n, 28, 28).
    labels, predicted
        ``int64`` (n,).
    confidences
        ``float32`` (n,) in [0, 1].
    """
    columns: list[list[Tile | None]] = []
    for digit in range(N_CLASSES):
        right = np.flatnonzero((labels == digit) & (predicted == digit))[:_N_EACH]
        wrong = np.flatnonzero((labels == digit) & (predicted != digit))[:1]
        tiles: list[Tile | None] = [
            Tile(images[i], f"{predicted[i]}", f"{confidences[i]:.1%}", bool(predicted[i] == digit))
            for i in (*right, *wrong)
        ]
        blank: list[Tile | None] = [None]
        columns.append(tiles[: len(right)] + blank * (_N_EACH - len(right)) + (tiles[len(right) :] or blank))
    n_rows = _N_EACH + any(column[-1] for column in columns)
    return draw_gallery([column[row] for row in range(n_rows) for column in columns], N_CLASSES)


def draw_mistakes(
    images: NDArray[np.uint8],
    mistakes: Sequence[Mistake],
    label_errors: Collection[int] = (),
    n_shown: int = 40,
) -> Figure:
    """Draw the most confident mistakes.

    Parameters
    ----------
    images
        ``uint8`` (n, 28, 28): all test images.
    mistakes
        The mistakes, in order of decreasing confidence.
    label_errors
        Indices of the images whose label is known to be wrong.
    n_shown
        Largest number of mistakes to draw.
    """
    tiles = [
        Tile(
            images[mistake.index],
            f"{mistake.label} → {mistake.predicted}",
            f"{mistake.confidence:.1%}" + (" †" if mistake.index in label_errors else ""),
            doubtful=mistake.index in label_errors,
        )
        for mistake in mistakes[:n_shown]
    ]
    return draw_gallery(tiles, 10)


def draw_filters(filters: NDArray[np.float32]) -> Figure:
    """Draw the filters of the first layer on the same scale: blue is negative, red positive, white zero.

    Parameters
    ----------
    filters
        ``float32`` (height, width, n_filters).
    """
    n_columns = min(16, filters.shape[2])
    n_rows = -(-filters.shape[2] // n_columns)
    cell = WIDTH / 16
    width, height = n_columns * cell, n_rows * cell * filters.shape[0] / filters.shape[1]
    figure = new_figure(height, width)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    reach = float(np.abs(filters).max()) or 1.0
    for place in range(filters.shape[2]):
        left, top = place % n_columns * cell, height - place // n_columns * height / n_rows
        extent = (left + 0.03, left + cell - 0.03, top - height / n_rows + 0.03, top - 0.03)
        axes.imshow(
            filters[:, :, place],
            cmap="RdBu_r",
            vmin=-reach,
            vmax=reach,
            extent=extent,
            interpolation="none",
        )
        corner, across, down = (extent[0], extent[2]), extent[1] - extent[0], extent[3] - extent[2]
        axes.add_patch(Rectangle(corner, across, down, fill=False, edgecolor=MUTED, linewidth=0.5))
    axes.set(xlim=(0, width), ylim=(0, height))
    return figure
