"""The content of a page: handwriting, print, and the ground truth."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.random_fields import Field
from inkdigits.recognition.numbers.lexicon import Roster


@dataclass(frozen=True)
class Sheet:
    """Ink and print of one picture, before paper, light and camera.

    Attributes
    ----------
    ink
        ``float32`` (height, width) in [0, 1]: the handwriting.
    digit_px
        Height of its digits, in pixels: the unit of every other length.
    baselines
        Baselines of the writing, y in pixels: ruled lines are drawn near them.
    printed
        ``float32`` (height, width) in [0, 1]: boxes, combs, grids; None where there is no print.
    """

    ink: Field
    digit_px: float
    baselines: tuple[float, ...] = ()
    printed: Field | None = None


@dataclass(frozen=True)
class Example:
    """One picture with its ground truth and the options for the reader.

    Attributes
    ----------
    picture
        The input of the reader: the bytes of a file, or an array (grey, RGB, RGBA or bool).
    truth
        The numbers in reading order; the cells of a form as one text with ``_`` for a blank; empty where
        nothing must be read.
    kind
        The name of its kind in the results.
    layout, length, roster
        Arguments of the reader.
    """

    picture: bytes | NDArray[np.generic]
    truth: tuple[str, ...]
    kind: str
    layout: str = "auto"
    length: int | None = None
    roster: Roster | None = None
    notes: dict[str, object] = field(default_factory=dict)


def paste(canvas: Field, mask: Field, left: float, top: float) -> None:
    """Draw ``mask`` on ``canvas`` in place, as the maximum of both; it is clipped at the edges."""
    x, y = round(left), round(top)
    height, width = mask.shape
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + width, canvas.shape[1]), min(y + height, canvas.shape[0])
    if x1 > x0 and y1 > y0:
        part = canvas[y0:y1, x0:x1]
        np.maximum(part, mask[y0 - y : y1 - y, x0 - x : x1 - x], out=part)


def on_sheet(
    rng: np.random.Generator, mask: Field, digit_px: float, margins: tuple[float, float] = (0.5, 1.3)
) -> Sheet:
    """Put one mask near the centre of a sheet with free ``margins`` in digit heights on each side."""
    left, right, top, bottom = (round(rng.uniform(*margins) * digit_px) for _ in range(4))
    height, width = mask.shape
    canvas = np.zeros((height + top + bottom, width + left + right), np.float32)
    paste(canvas, mask, left, top)
    return Sheet(canvas, digit_px, (float(top + height),))
