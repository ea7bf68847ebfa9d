"""Stroke width and outlines: the same digit, written with another pen."""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.augmentation.operation import CANVAS, choose_indices

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))


@dataclass(frozen=True)
class StrokeWidth:
    """A change of stroke width, done by `Fit`, which leaves room for wider strokes.

    Attributes
    ----------
    share
        Share of the images whose stroke width changes.
    thinnest, thickest
        The new width, log-uniform between these, in pixels of a digit image; MNIST's median is 2.5.
    """

    share: float
    thinnest: float = 1.0
    thickest: float = 5.5

    def draw_growth(self, canvases: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw a new stroke width for each canvas.

        Parameters
        ----------
        canvases
            ``uint8`` of shape (n, 56, 56).
        rng
            The source of randomness.

        Returns
        -------
        ndarray
            How much wider each canvas's strokes become, in pixels of a digit image (negative: thinner),
            ``float32`` (n,); 0 where the width stays.
        """
        n = len(canvases)
        width = _estimate_width(canvases)
        wanted = np.exp(rng.uniform(np.log(self.thinnest), np.log(self.thickest), n))
        # Beyond these bounds loops fill up and thin strokes break, which no pen does.
        growth = np.clip(wanted - width, np.maximum(-1.5, 0.9 - width), 2.0)
        growth[rng.random(n) >= self.share] = 0.0
        return np.asarray(growth, np.float32)


def _estimate_width(canvases: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean stroke width of each canvas (n,), in pixels of a digit image: twice its area by its outline.

    The outline's length is estimated by Cauchy and Crofton's formula from its horizontal and vertical edges alone.
    """
    small = canvases[:, ::2, ::2].astype(np.int16)
    area = small.sum(axis=(1, 2), dtype=np.int64)
    edges = np.abs(np.diff(small, axis=1)).sum(axis=(1, 2), dtype=np.int64)
    edges += np.abs(np.diff(small, axis=2)).sum(axis=(1, 2), dtype=np.int64)
    # A slanted line has up to root 2 times its length of horizontal and vertical edges: 4/pi on average.
    widths: NDArray[np.float64] = 2 * area / np.maximum(edges * (np.pi / 4), 1)
    return widths


def change_stroke_width(canvases: NDArray[np.uint8], growth: NDArray[np.float32]) -> None:
    """Dilate or erode the strokes of canvases in place.

    Parameters
    ----------
    canvases
        ``uint8`` of shape (n, 56, 56).
    growth
        How much wider strokes become, in pixels of a digit image (negative: thinner), ``float32`` (n,). A growth of
        1 is one canvas pixel on either side of a stroke; fractions blend two whole steps.
    """
    for index in np.flatnonzero(np.abs(growth) > 0.1):
        canvas, by = canvases[index], float(growth[index])
        operate = cv2.dilate if by > 0 else cv2.erode
        whole, part = int(abs(by)), abs(by) % 1.0
        for step in range(whole):
            operate(canvas, _SQUARE if step % 2 else _CROSS, dst=canvas)
        if part > 0.1:
            further = operate(canvas, _SQUARE if whole % 2 else _CROSS)
            cv2.addWeighted(further, part, canvas, 1 - part, 0.0, dst=canvas)


@dataclass(frozen=True)
class Outline:
    """Replaces strokes by their outlines, as in hollow letters on posters.

    The outline is the morphological gradient outside the stroke, so the ink keeps its grey values and soft edges. It
    is 1 or 1.5 pixels of a digit image thick, and the digit grows by it and by up to another pixel each way.

    Attributes
    ----------
    share
        Share of the images that become outlines.
    """

    image_side: ClassVar[int] = CANVAS
    share: float

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return canvases (n, 56, 56), ``uint8``, chosen ones reduced to outlines."""
        outlined = images.copy()
        for index in choose_indices(len(images), self.share, rng):
            inside = images[index]
            for _ in range(int(rng.integers(0, 3))):
                inside = np.asarray(cv2.dilate(inside, _CROSS), np.uint8)
            outside = inside
            for step in range(int(rng.integers(2, 4))):
                outside = np.asarray(cv2.dilate(outside, _SQUARE if step % 2 else _CROSS), np.uint8)
            cv2.subtract(outside, inside, dst=outlined[index])
        return outlined
