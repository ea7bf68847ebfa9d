"""Overlays: strokes, lines and edges that a crop holds beside its digit, drawn over canvases."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from inkdigits.training.augmentation.operation import CANVAS, choose_indices, sample_length


class Overlay(Protocol):
    """Something that is drawn over a canvas: a frozen dataclass with its probability and its ranges.

    Lengths are in pixels of a digit image, half a pixel being the step; ink is a grey value of 0 to 255. A range
    (low, high) has both ends in it.
    """

    @property
    def share(self) -> float:
        """Share of the images with the overlay."""
        ...

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Draw over a canvas in place.

        Parameters
        ----------
        canvas
            ``uint8`` of shape (56, 56), ink 255 on background 0.
        other
            Another digit's canvas, without overlays; not changed.
        rng
            The source of randomness.
        """
        ...


@dataclass(frozen=True)
class Overlays:
    """An operation that draws several overlays, each with its own probability, in their order.

    They are one operation so that strokes of other digits come from canvases as they were before the first overlay.

    Attributes
    ----------
    overlays
        What is drawn. Before `Fit`, an overlay counts towards the digit's box, so the fit makes the digit smaller
        or moves it, as it does with a real crop; after `Fit` the digit keeps its place.
    """

    image_side: ClassVar[int] = CANVAS
    overlays: tuple[Overlay, ...]

    def apply(self, images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return canvases (n, 56, 56), ``uint8``, with overlays on chosen ones."""
        n = len(images)
        drawn = images.copy()
        for overlay in self.overlays:
            for index in choose_indices(n, overlay.share, rng):
                overlay.draw(drawn[index], images[rng.integers(n)], rng)
        return drawn


@dataclass(frozen=True)
class NeighbourStrokes:
    """The near edge of another digit, 1 to 4 pixels of it, at the left or the right.

    Attributes
    ----------
    share
        Share of the images with such strokes.
    gap
        Range of the distance from the digit's box, in pixels of a digit image.
    """

    share: float
    gap: tuple[float, float]

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Draw the strokes on a canvas (56, 56) in place, as far as there is room."""
        x, _, width, _ = cv2.boundingRect(canvas)
        other_x, _, other_width, _ = cv2.boundingRect(other)
        gap = sample_length(self.gap, rng)
        shown = int(rng.integers(2, 9))
        strip = np.roll(other, int(rng.integers(-6, 7)), axis=0)
        if rng.random() < 0.5:
            left = x + width + gap
            shown = min(shown, CANVAS - left, other_width // 3)
            if shown > 0:
                _draw_ink(canvas[:, left : left + shown], strip[:, other_x : other_x + shown])
        else:
            right = x - gap
            shown = min(shown, right, other_width // 3)
            if shown > 0:
                end = other_x + other_width
                _draw_ink(canvas[:, right - shown : right], strip[:, end - shown : end])


@dataclass(frozen=True)
class RuledLine:
    """The remains of a ruled line, or of one or two sides of a box, close to the digit's own box.

    Attributes
    ----------
    share
        Share of the images with such a line.
    distance
        Range of its distance from the digit's box, in pixels of a digit image; negative within it.
    ink
        Range of its grey value.
    """

    share: float
    distance: tuple[float, float] = (-1.0, 3.0)
    ink: tuple[int, int] = (90, 255)

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Draw one or two lines, 0.5 to 1.5 pixels thick, on a canvas (56, 56) in place."""
        x, y, width, height = cv2.boundingRect(canvas)
        ink = int(rng.integers(*self.ink, endpoint=True))
        thickness = int(rng.integers(1, 4))
        for _ in range(1 if rng.random() < 0.7 else 2):
            distance = sample_length(self.distance, rng)
            tilt = int(rng.integers(-2, 3))
            start, end = (int(place) for place in sorted(rng.integers(0, CANVAS + 1, 2)))
            if rng.random() < 0.5 or end - start < 12:
                start, end = 0, CANVAS
            side = rng.choice(["top", "bottom", "left", "right"], p=(0.15, 0.45, 0.2, 0.2))
            if side in ("top", "bottom"):
                level = y - distance if side == "top" else y + height - 1 + distance
                ends = (start, level), (end, level + tilt)
            else:
                level = x - distance if side == "left" else x + width - 1 + distance
                ends = (level, start), (level + tilt, end)
            line = np.zeros_like(canvas)
            cv2.line(line, *ends, ink, thickness, cv2.LINE_AA)
            _draw_ink(canvas, line)


@dataclass(frozen=True)
class ShowThrough:
    """Another digit that shows faintly: mirrored, from the back of the sheet, or from the sheet before.

    Attributes
    ----------
    share
        Share of the images with such a digit.
    opacity
        Range of the factor that its ink is multiplied by, in [0, 1].
    """

    share: float
    opacity: tuple[float, float] = (0.1, 0.5)

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Add the other digit, shifted by up to 6 pixels, to a canvas (56, 56) in place."""
        behind = other[:, ::-1] if rng.random() < 0.5 else other
        behind = np.roll(behind, rng.integers(-12, 13, 2), axis=(0, 1))
        cv2.add(canvas, cv2.convertScaleAbs(behind, alpha=float(rng.uniform(*self.opacity))), dst=canvas)


@dataclass(frozen=True)
class StrokeFragments:
    """Rectangular pieces of another digit, anywhere in the image.

    Attributes
    ----------
    share
        Share of the images with fragments.
    count
        Range of their number.
    size
        Range of their height and width, in pixels of a digit image.
    """

    share: float
    count: tuple[int, int] = (1, 5)
    size: tuple[float, float] = (2.0, 8.0)

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Draw the fragments on a canvas (56, 56) in place."""
        for _ in range(int(rng.integers(*self.count, endpoint=True))):
            height, width = sample_length(self.size, rng), sample_length(self.size, rng)
            from_y, to_y = rng.integers(0, CANVAS - height + 1, 2)
            from_x, to_x = rng.integers(8, CANVAS - width - 7), rng.integers(0, CANVAS - width + 1)
            place = canvas[to_y : to_y + height, to_x : to_x + width]
            _draw_ink(place, other[from_y : from_y + height, from_x : from_x + width])


@dataclass(frozen=True)
class StrayStroke:
    """A thin bent stroke of the next line or word that runs into the image, or through it.

    Attributes
    ----------
    share
        Share of the images with such a stroke.
    ink
        Range of its grey value.
    """

    share: float
    ink: tuple[int, int] = (100, 255)

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Draw a quadratic Bézier curve, 0.5 to 1.5 pixels thick, from a side of a canvas (56, 56) in place."""
        side = int(rng.integers(4))
        begin = np.array([rng.uniform(0, CANVAS), 0.0])
        end = np.array([rng.uniform(0, CANVAS), CANVAS * rng.uniform(0.2, 1.0)])
        control = (begin + end) / 2 + rng.normal(0.0, 12.0, 2)
        t = np.linspace(0.0, 1.0, 12)[:, np.newaxis]
        curve = (1 - t) ** 2 * begin + 2 * t * (1 - t) * control + t**2 * end
        stroke = np.zeros_like(canvas)
        ink, thickness = int(rng.integers(*self.ink, endpoint=True)), int(rng.integers(1, 4))
        cv2.polylines(stroke, [np.round(16 * curve).astype(np.int32)], False, ink, thickness, cv2.LINE_AA, 4)
        _draw_ink(canvas, np.rot90(stroke, side))


@dataclass(frozen=True)
class PageEdge:
    """A dark slanted margin at one side or two, as beyond the edge of the sheet.

    Attributes
    ----------
    share
        Share of the images with such a margin.
    depth
        Range of its depth at either end, in pixels of a digit image.
    ink
        Range of its grey value.
    """

    share: float
    depth: tuple[float, float] = (0.0, 7.0)
    ink: tuple[int, int] = (50, 255)

    def draw(self, canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Draw the margin on a canvas (56, 56) in place."""
        ink = int(rng.integers(*self.ink, endpoint=True))
        left, right = sample_length(self.depth, rng), sample_length(self.depth, rng)
        corners = np.array([(0, 0), (CANVAS, 0), (CANVAS, right), (0, left)], np.int32)
        margin = np.zeros_like(canvas)
        cv2.fillPoly(margin, [corners], ink, cv2.LINE_AA)
        for _ in range(1 if rng.random() < 0.6 else 2):
            _draw_ink(canvas, np.rot90(margin, int(rng.integers(4))))


def _draw_ink(place: NDArray[np.uint8], ink: NDArray[np.uint8]) -> None:
    """Draw ink over a part of a canvas in place: the darker of both stays."""
    np.maximum(place, ink, out=place)
