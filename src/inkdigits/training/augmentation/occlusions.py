"""Occlusions: overlays of background, which take away a part of the digit's strokes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.augmentation.operation import sample_length


@dataclass(frozen=True)
class CroppedSide:
    """Background over one side of the digit, as an inexact crop has it.

    Attributes
    ----------
    share
        Share of the images that are cropped.
    depth
        Range of the part that is cropped, in pixels of a digit image.
    """

    share: float
    depth: tuple[float, float] = (0.5, 2.5)

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Clear the side of a canvas (56, 56) in place."""
        x, y, width, height = cv2.boundingRect(canvas)
        depth = sample_length(self.depth, rng)
        side = rng.integers(4)
        if side == 0:
            canvas[: y + depth] = 0
        elif side == 1:
            canvas[y + height - depth :] = 0
        elif side == 2:
            canvas[:, : x + depth] = 0
        else:
            canvas[:, x + width - depth :] = 0


@dataclass(frozen=True)
class StrokeGaps:
    """Background over parts of the strokes: thin gaps, or one spot.

    Attributes
    ----------
    share
        Share of the images with gaps.
    count
        Range of the number of gaps; they are 5 pixels of a digit image long and 0.5 to 1.5 wide.
    spots
        Share of these images that have one elliptic spot in place of gaps, with half axes of 1 to 2.5 pixels.
    """

    share: float
    count: tuple[int, int] = (1, 3)
    spots: float = 0.3

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Draw the gaps, or the spot, on a canvas (56, 56) in place, at random places of its strokes."""
        rows, columns = np.nonzero(canvas > 128)
        if not len(rows):
            return
        if rng.random() < self.spots:
            place = rng.integers(len(rows))
            half_axes = int(rng.integers(2, 6)), int(rng.integers(2, 6))
            centre = int(columns[place]), int(rows[place])
            cv2.ellipse(canvas, centre, half_axes, float(rng.uniform(0, 180)), 0.0, 360.0, 0, -1, cv2.LINE_AA)
            return
        for _ in range(int(rng.integers(*self.count, endpoint=True))):
            place = rng.integers(len(rows))
            angle = rng.uniform(0, np.pi)
            right, down = round(5 * np.cos(angle)), round(5 * np.sin(angle))
            x, y = int(columns[place]), int(rows[place])
            width = int(rng.integers(1, 4))
            cv2.line(canvas, (x - right, y - down), (x + right, y + down), 0, width, cv2.LINE_AA)
