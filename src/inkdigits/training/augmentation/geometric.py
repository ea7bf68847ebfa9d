"""Geometric operations: an affine map that ends in MNIST's normal form, and translation by whole pixels."""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import SIDE
from inkdigits.training.augmentation.operation import CANVAS
from inkdigits.training.augmentation.stroke_width import StrokeWidth, change_stroke_width

_FITTED = 40.0  # the 20 pixels of MNIST's normal form, in canvas pixels
_CENTRE = 29.0  # MNIST's centres of mass lie evenly between 14 and 15, counted from the image's edge
_INK = 48  # the grey value from which a pixel counts towards the tight box


@dataclass(frozen=True)
class Fit:
    """Maps each digit by a random affine map and fits it into MNIST's normal form.

    A picture is read in normal form, so the longer side of the mapped digit's box becomes 20 pixels long again, and
    its centre of mass lies in the middle; ``zoom`` and ``jitter`` are the errors of a real crop.

    Attributes
    ----------
    rotation
        Largest rotation each way, in degrees.
    stretch
        Largest change of width against height, by a factor of exp(``stretch``) either way.
    shear
        Largest tangent of the shear angle, each way.
    zoom
        Largest relative change of the fitted size, each way.
    jitter
        Largest translation of the centred digit along each axis, in pixels of a digit image.
    stroke_width
        A change of stroke width after the map. It belongs to the fit because a digit with wider strokes has to be
        smaller before; None for no change.

    References
    ----------
    C. Yadav, L. Bottou, "Cold case: the lost MNIST digits", NeurIPS 2019, for MNIST's normal form.
    """

    image_side: ClassVar[int] = CANVAS
    rotation: float = 0.0
    stretch: float = 0.0
    shear: float = 0.0
    zoom: float = 0.0
    jitter: float = 0.0
    stroke_width: StrokeWidth | None = None

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return canvases (n, 56, 56), ``uint8``: the longer side of each digit's box near 40, its mass centred."""
        n = len(images)
        linear = self._draw_linear_maps(n, rng)
        centres = _measure_centres(images)
        extents = _measure_extents(linear, *_measure_rows(images))
        growth = self.stroke_width.draw_growth(images, rng) if self.stroke_width else np.zeros(n, np.float32)
        zoom = 1 + rng.uniform(-self.zoom, self.zoom, n)
        scale = (_FITTED - 2 * growth) / np.maximum(extents, 10.0) * zoom
        linear *= scale[:, np.newaxis, np.newaxis]
        targets = _CENTRE + rng.uniform(-1.0, 1.0, (n, 2)) + 2 * self.jitter * rng.uniform(-1.0, 1.0, (n, 2))
        # OpenCV counts from the middle of the first pixel, centres and targets from its edge.
        offsets = targets - 0.5 - np.einsum("nij,nj->ni", linear, centres - 0.5)
        matrices = np.concatenate([linear, offsets[:, :, np.newaxis]], axis=2)
        fitted = np.empty_like(images)
        for canvas, matrix, result in zip(images, matrices, fitted, strict=True):
            cv2.warpAffine(canvas, matrix, (CANVAS, CANVAS), dst=result, flags=cv2.INTER_LINEAR)
        change_stroke_width(fitted, growth)
        return fitted

    def _draw_linear_maps(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return random maps of (x, y) as matrices (n, 2, 2): stretch first, then shear, then rotation."""
        angle = np.deg2rad(rng.uniform(-self.rotation, self.rotation, n))
        shear = rng.uniform(-self.shear, self.shear, n)
        stretch = np.exp(rng.uniform(-self.stretch, self.stretch, n) / 2)
        cos, sin = np.cos(angle), np.sin(angle)
        return np.stack(
            [
                np.stack([cos * stretch, (cos * shear - sin) / stretch], axis=-1),
                np.stack([sin * stretch, (sin * shear + cos) / stretch], axis=-1),
            ],
            axis=1,
        )


def _measure_centres(canvases: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return centres of mass (n, 2) as (x, y) from the edge; a blank canvas's is its middle."""
    middles = np.arange(CANVAS) + 0.5
    columns = canvases.sum(axis=1, dtype=np.int32)
    rows = canvases.sum(axis=2, dtype=np.int32)
    mass = rows.sum(axis=1)
    centres: NDArray[np.float64] = np.stack([columns @ middles, rows @ middles], axis=1)
    centres /= np.maximum(mass, 1)[:, np.newaxis]
    centres[mass == 0] = CANVAS / 2
    return centres


def _measure_rows(canvases: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where each row's ink begins and ends, (n, 56) both; a row without ink ends before it begins."""
    ink = canvases >= _INK
    begins = ink.argmax(axis=2).astype(np.float32)
    ends = CANVAS - ink[:, :, ::-1].argmax(axis=2).astype(np.float32)
    empty = ~ink.any(axis=2)
    begins[empty], ends[empty] = 1, 0
    return begins, ends


def _measure_extents(
    linear: NDArray[np.float64], begins: NDArray[np.float32], ends: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the longer side of each digit's box after its linear map, in canvas pixels, shape (n,).

    The ends of all rows span the digit's convex hull, so they alone decide.
    """
    middles = np.arange(CANVAS, dtype=np.float32) + 0.5
    sides = []
    for across, down in linear.astype(np.float32).transpose(1, 2, 0)[:, :, :, np.newaxis]:
        # Half a pixel of height on either side of the middle of a row.
        height = down * middles
        first = np.minimum(across * begins, across * ends)
        last = np.maximum(across * begins, across * ends)
        empty = begins > ends
        first[empty], last[empty] = np.inf, -np.inf
        sides.append((last + height).max(axis=1) - (first + height).min(axis=1) + np.abs(down[:, 0]))
    longer = np.maximum(*sides)
    return np.where(np.isfinite(longer), longer, 0.0)  # a blank canvas has no extent


@dataclass(frozen=True)
class Shift:
    """Translates digit images by whole pixels, filling with background.

    Attributes
    ----------
    max_shift
        Largest translation along each axis, in pixels, 0 to 28.
    share
        Share of the images that are shifted.
    """

    image_side: ClassVar[int] = SIDE
    max_shift: int
    share: float = 1.0

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return shifted digit images (n, 28, 28), ``uint8``.

        Images with the same shift are moved together, so a large batch costs about as much as copying it.
        """
        n = len(images)
        moves = rng.integers(-self.max_shift, self.max_shift + 1, size=(n, 2))
        moves[rng.random(n) >= self.share] = 0
        shifted = np.zeros_like(images)
        for down, right in np.unique(moves, axis=0):
            alike = np.flatnonzero((moves[:, 0] == down) & (moves[:, 1] == right))
            to_rows, from_rows = _find_overlap(int(down), SIDE)
            to_columns, from_columns = _find_overlap(int(right), SIDE)
            shifted[alike, to_rows, to_columns] = images[alike, from_rows, from_columns]
        return shifted


def _find_overlap(move: int, side: int) -> tuple[slice, slice]:
    """Return the target and the source of the pixels that remain when a line of ``side`` pixels moves by ``move``."""
    return slice(max(move, 0), side + min(move, 0)), slice(max(-move, 0), side + min(-move, 0))
