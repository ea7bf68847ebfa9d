"""Rendering of lines with random pens, and normalisation of the ink to a digit image."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.training.synthetic.strokes import Line

Ink = NDArray[np.uint8]
"""A picture (h, w) of ink 255 on paper 0."""

_HEIGHT = 80.0  # longer side of a digit in the drawing, in pixels; four pixels per pixel of the digit image
_MARGIN = 24
_SHIFT = 3  # fractional bits of OpenCV's coordinates


@dataclass(frozen=True)
class Pen:
    """The properties of a pen.

    Attributes
    ----------
    width
        Mean stroke width, in pixels of the digit image.
    nib
        Relative difference of the widths along and across the angle of a broad nib, 0 to 1.
    angle
        The angle of the nib, in radians.
    pressure
        Relative variation of the width by pressure, 0 to 1.
    taper
        Relative reduction of the width at the end of the line, 0 to 1.
    flow
        Smallest ink density along the line, as a share of full ink.
    """

    width: float
    nib: float = 0.0
    angle: float = 0.0
    pressure: float = 0.0
    taper: float = 0.0
    flow: float = 1.0


def random_pen(rng: np.random.Generator) -> Pen:
    """Choose a random pen: mostly with a width as in MNIST, sometimes very thin or very thick."""
    width = float(np.exp(rng.normal(np.log(2.4), 0.35)))
    if rng.random() < 0.15:
        width = float(np.exp(rng.uniform(np.log(0.9), np.log(5.5))))
    kind = rng.random()
    return Pen(
        width=min(max(width, 0.9), 5.5),
        nib=float(rng.uniform(0.3, 0.8)) if kind < 0.12 else 0.0,
        angle=float(rng.uniform(0, np.pi)),
        pressure=float(rng.uniform(0.05, 0.5)) if kind > 0.5 else 0.0,
        taper=float(rng.uniform(0.2, 0.9)) if rng.random() < 0.3 else 0.0,
        flow=float(rng.uniform(0.35, 0.9)) if rng.random() < 0.2 else 1.0,
    )


def render_lines(lines: Sequence[Line], pen: Pen, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Render lines with a pen at four times the resolution of a digit image.

    Parameters
    ----------
    lines
        Lines in any unit; they are scaled to a longer side of 80 pixels.
    pen
        The pen.
    rng
        The random generator of pressure and ink flow.

    Returns
    -------
    ndarray
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    """
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = _HEIGHT / max((high - low).max(), 1e-6)
    width, height = np.ceil((high - low) * scale).astype(int) + 2 * _MARGIN
    paper = np.zeros((height, width), np.uint8)
    for line in lines:
        _write_line((line - low) * scale + _MARGIN, pen, paper, rng)
    return paper


def _write_line(line: Line, pen: Pen, paper: NDArray[np.uint8], rng: np.random.Generator) -> None:
    n = len(line)
    if n < 2:
        return
    along = np.linspace(0.0, 1.0, n - 1)
    steps = np.diff(line, axis=0)
    widths = np.full(n - 1, 4 * pen.width)
    if pen.nib:
        direction = np.arctan2(steps[:, 1], steps[:, 0])
        widths *= 1 - pen.nib * np.abs(np.cos(direction - pen.angle))
    if pen.pressure:
        widths *= np.interp(along, np.linspace(0, 1, 5), rng.uniform(1 - pen.pressure, 1 + pen.pressure, 5))
    if pen.taper:
        widths *= 1 - pen.taper * np.clip((along - 0.7) / 0.3, 0, 1)
    ink = np.full(n - 1, 255.0)
    if pen.flow < 1:
        ink *= np.interp(along, np.linspace(0, 1, 6), rng.uniform(pen.flow, 1.0, 6))
    fixed = np.round(line * (1 << _SHIFT)).astype(int).tolist()
    thicknesses = np.maximum(np.round(widths), 1).astype(int).tolist()
    if pen.flow == 1 and len(set(thicknesses)) == 1:
        path = np.array(fixed, np.int32).reshape(-1, 1, 2)
        cv2.polylines(paper, [path], False, 255, thicknesses[0], cv2.LINE_AA, _SHIFT)
        return
    for start, end, thickness, grey in zip(fixed, fixed[1:], thicknesses, ink.tolist(), strict=False):
        cv2.line(paper, start, end, grey, thickness, cv2.LINE_AA, _SHIFT)


def to_digit_image(paper: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Normalise rendered ink to a digit image, like a crop of a large picture or of a small one.

    The reader normalises the stroke width of large crops but not of small ones, so both are drawn with equal
    probability.

    Parameters
    ----------
    paper
        ``uint8`` of shape (h, w), ink 255 on paper 0.
    rng
        The random generator of the size.

    Returns
    -------
    ndarray
        ``uint8`` of shape (28, 28).
    """
    if rng.random() < 0.5:
        return normalise(paper)
    x, y, width, height = cv2.boundingRect(paper)
    if not width:
        return normalise(paper)
    tight = paper[y : y + height, x : x + width]
    scale = float(rng.uniform(20.0, 30.0)) / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return normalise(np.asarray(cv2.resize(tight, size, interpolation=cv2.INTER_AREA), np.uint8))
