"""A pen that follows splines: control points in the unit square to an ink mask."""

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.reading.pictures.random_fields import Field

Points = NDArray[np.float64]
_SHIFT = 4  # fractional bits of the coordinates that cv2.polylines takes
_SUPERSAMPLING = 3


def spline(points: Points, per_span: int = 14) -> Points:
    """Return a Catmull-Rom curve through ``points`` of shape (n, 2); two points give a straight line."""
    if len(points) < 3:
        return points
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, per_span, endpoint=False)[:, None]
    spans = []
    for a, b, c, d in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        spans.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.vstack([*spans, points[-1:]])


def wobble(rng: np.random.Generator, strokes: list[Points], amount: float) -> list[Points]:
    """Shift every control point slightly at random; strokes that met still meet."""
    shifts: dict[tuple[float, ...], Points] = {}
    for point in np.vstack(strokes):
        shifts.setdefault(tuple(point), rng.normal(0, amount, 2))
    return [np.array([point + shifts[tuple(point)] for point in stroke]) for stroke in strokes]


def draw_strokes(
    strokes: list[Points],
    height: int,
    width: int,
    stroke_px: float,
    pressure: NDArray[np.float64] | None = None,
) -> Field:
    """Draw curves with a round pen.

    Parameters
    ----------
    strokes
        Curves of shape (n, 2), x and y in pixels; they are drawn as they are, so pass them through `spline`.
    height, width
        Size of the mask.
    stroke_px
        Width of the stroke, in pixels; may be fractional.
    pressure
        Relative widths of shape (m,) along each curve, or None for an even stroke.

    Returns
    -------
    ndarray
        ``float32`` of shape (height, width): 1 under the pen, 0 elsewhere, anti-aliased.
    """
    k = _SUPERSAMPLING
    canvas = np.zeros((height * k, width * k), np.uint8)
    for stroke in strokes:
        scaled = np.round((stroke + 0.5) * k * (1 << _SHIFT)).astype(np.int32)
        if pressure is None:
            thickness = max(1, round(stroke_px * k))
            cv2.polylines(canvas, [scaled[:, None]], False, 255, thickness, cv2.LINE_8, _SHIFT)
            continue
        along = np.interp(np.linspace(0, 1, len(stroke) - 1), np.linspace(0, 1, len(pressure)), pressure)
        for start, end, weight in zip(scaled[:-1], scaled[1:], along, strict=True):
            thickness = max(1, round(stroke_px * k * weight))
            cv2.line(canvas, start.tolist(), end.tolist(), 255, thickness, cv2.LINE_8, _SHIFT)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


def from_outline(text: str) -> list[Points]:
    """Read strokes written as ``"x,y x,y ...; x,y ..."`` in hundredths of the unit square, y downwards."""
    return [
        np.array([[float(value) / 100 for value in pair.split(",")] for pair in stroke.split()])
        for stroke in text.split(";")
    ]
