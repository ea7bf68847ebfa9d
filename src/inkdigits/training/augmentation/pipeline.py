"""Augmentation: what the world's hands, pens, cameras and forms do to a digit, done to training images.

A picture that is read has always been brought into MNIST's normal form first, so after every distortion the
digit is fitted into 20x20 pixels and centred by its mass again, as the reading river would have done it; what
is left is the jitter of a real crop. `STRONG` is for networks that are to read everybody's digits; those too small
for it are trained on `warps`, or on shifts alone.

Kinds of damage that the robustness measurement uses (shot and impulse noise, glass and motion blur, fog,
stripes, spatter, dotted lines, zigzags, edge pictures) are left out on purpose: it is to measure strangers. Some that
are in are their relatives, such as the outlines of hollow pens.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import DigitImages, check_digit_images
from inkdigits.training.augmentation.degradation import weaken, wear_down
from inkdigits.training.augmentation.geometric import CHUNK, distort, enlarge_and_bend, reduce_to_digit_images
from inkdigits.training.augmentation.overlays import intrude_after_fit, intrude_before_fit
from inkdigits.training.augmentation.random_filters import retexture

MISPLACED = 4
"""Farthest that a crop is off its mark, in pixels along each axis."""


@dataclass(frozen=True)
class Augmentation:
    """How strongly training images are distorted; every field is off at 0.

    Lengths are in pixels of a digit image. A share is the probability, in [0, 1], that an image suffers that
    kind of damage.
    """

    rotation: float = 0.0
    """Rotate by up to this many degrees each way."""
    stretch: float = 0.0
    """Change width against height by a factor of up to exp(this), either way."""
    shear: float = 0.0
    """Slant by up to this tangent each way."""
    elastic: float = 0.0
    """Bend by smooth random fields of up to this root-mean-square displacement."""
    zoom: float = 0.0
    """Make the fitted digit larger or smaller by a factor of up to 1 + this."""
    jitter: float = 0.0
    """Move the centred digit by up to this far each way."""
    pen: float = 0.0
    """Share written anew with a pen of another width, between `thinnest` and `thickest`."""
    thinnest: float = 1.0
    """Width of the thinnest pen: a hair."""
    thickest: float = 5.5
    """Width of the thickest pen: a marker (MNIST's own median is 2.5)."""
    cropped: float = 0.0
    """Share that loses up to 2.5 pixels at one side, as a careless crop does."""
    tremble: float = 0.0
    """Share written by a trembling hand: bent by up to 1.4 pixels, smooth over about one, too."""
    hollow: float = 0.0
    """Share written as outlines alone."""
    misplaced: float = 0.0
    """Share moved by up to 4 pixels along each axis, as a crop off its mark does."""
    neighbours: float = 0.0
    """Share with a piece of another digit's strokes at the left or right edge."""
    rules: float = 0.0
    """Share with the remains of a printed rule or box at the edge."""
    breaks: float = 0.0
    """Share whose strokes are broken by thin gaps, or partly covered."""
    show_through: float = 0.0
    """Share through which another digit shows faintly."""
    scraps: float = 0.0
    """Share with scraps of another digit's strokes strewn over it."""
    flourishes: float = 0.0
    """Share into which a bent stroke of the next line or word runs."""
    margins: float = 0.0
    """Share at whose edge something dark beyond the sheet shows."""
    retextured: float = 0.0
    """Share whose surface a random small filter changes."""
    pressure: float = 0.0
    """Share whose ink fades along the stroke."""
    low_resolution: float = 0.0
    """Share that was scanned at 8 to 16 pixels a side."""
    binarised: float = 0.0
    """Share that was turned into pure black and white."""
    blur: float = 0.0
    """Share out of focus."""
    contrast: float = 0.0
    """Raise grey values to a power of up to exp(this), either way, and dim the ink."""
    noise: float = 0.0
    """Share with the soft grey noise of a sensor or of paper."""
    untouched: float = 0.0
    """Share left exactly as it was, so that the plain style keeps its weight."""

    @property
    def reshapes(self) -> bool:
        """Whether digits are bent, written anew or damaged in shape, and so fitted into normal form again."""
        bent = (self.rotation, self.stretch, self.shear, self.elastic, self.tremble, self.zoom, self.jitter)
        written = (self.pen, self.hollow, self.cropped, self.breaks)
        intruded = (
            self.neighbours,
            self.rules,
            self.show_through,
            self.scraps,
            self.flourishes,
            self.margins,
        )
        return any((*bent, *written, *intruded))


STRONG = Augmentation(
    rotation=17.0,
    stretch=0.25,
    shear=0.35,
    elastic=0.9,
    zoom=0.08,
    jitter=1.2,
    pen=0.6,
    cropped=0.06,
    neighbours=0.06,
    rules=0.06,
    breaks=0.06,
    tremble=0.28,
    hollow=0.06,
    misplaced=0.15,
    show_through=0.08,
    scraps=0.08,
    flourishes=0.07,
    margins=0.06,
    retextured=0.1,
    pressure=0.1,
    low_resolution=0.15,
    binarised=0.12,
    blur=0.2,
    contrast=0.4,
    noise=0.15,
    untouched=0.0,
)
"""For networks that are to read everybody's digits."""


def augment(images: DigitImages, augmentation: Augmentation, rng: np.random.Generator) -> DigitImages:
    """Return a freshly distorted copy of digit images.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, 28, 28), ink 255 on background 0. Neighbours' strokes come from these same
        images, so a batch should hold many.
    augmentation
        The kinds of distortion and their strengths.
    rng
        The source of all randomness: the same generator state gives the same images.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, 28, 28).
    """
    images = check_digit_images(images)
    chunks = [
        _augment_chunk(images[start : start + CHUNK], augmentation, rng)
        for start in range(0, len(images), CHUNK)
    ]
    return np.concatenate(chunks) if chunks else images.copy()


def _augment_chunk(images: DigitImages, augmentation: Augmentation, rng: np.random.Generator) -> DigitImages:
    changed = images
    if augmentation.reshapes:
        canvases = enlarge_and_bend(images, augmentation.elastic, augmentation.tremble, rng)
        intrude_before_fit(canvases, augmentation, rng)
        canvases = distort(canvases, augmentation, rng)
        intrude_after_fit(canvases, augmentation, rng)
        changed = reduce_to_digit_images(canvases)
    changed = wear_down(changed, augmentation.low_resolution, augmentation.binarised, augmentation.blur, rng)
    if augmentation.retextured:
        changed = retexture(changed, augmentation.retextured, rng)
    changed = weaken(changed, augmentation.pressure, augmentation.contrast, augmentation.noise, rng)
    if augmentation.misplaced:
        off = rng.random(len(images)) < augmentation.misplaced
        changed[off] = shift(changed[off], rng, MISPLACED)
    untouched = rng.random(len(images)) < augmentation.untouched
    return np.where(untouched[:, np.newaxis, np.newaxis], images, changed)


def shift(images: NDArray[np.uint8], rng: np.random.Generator, max_shift: int = 2) -> NDArray[np.uint8]:
    """Shift every image by whole pixels, up to ``max_shift`` each way, filling with background.

    Images that move alike are moved together, so a large batch costs about as much as copying it.

    Parameters
    ----------
    images
        ``uint8`` of shape (n, height, width).
    rng
        The source of the shifts.
    max_shift
        The longest shift, in pixels; at most the side of an image.

    Returns
    -------
    ndarray
        ``uint8`` of shape (n, height, width).
    """
    n, height, width = images.shape
    moves = rng.integers(-max_shift, max_shift + 1, size=(n, 2))
    shifted = np.zeros_like(images)
    for down, right in np.unique(moves, axis=0):
        alike = np.flatnonzero((moves[:, 0] == down) & (moves[:, 1] == right))
        to_rows, from_rows = _overlap(int(down), height)
        to_columns, from_columns = _overlap(int(right), width)
        shifted[alike, to_rows, to_columns] = images[alike, from_rows, from_columns]
    return shifted


def _overlap(move: int, side: int) -> tuple[slice, slice]:
    """Return where pixels land and where they come from when a line of ``side`` pixels moves by ``move``."""
    return slice(max(move, 0), side + min(move, 0)), slice(max(-move, 0), side + min(-move, 0))
