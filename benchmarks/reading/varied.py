"""Benchmark on real pictures that are changed: in size, light, contrast and surroundings.

The pictures are those of `benchmarks.reading.rotated`, read with the layout ``auto``. What is read should not depend on
these changes.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.reading.varied
"""

from functools import partial
from pathlib import Path

import cv2
import numpy as np

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading.changed.readings import Change, Pixels
from benchmarks.reading.rotated import measure
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "varied.json"

DESK = (60, 45, 40)
"""Colour of the surface under a picture, red, green and blue."""


def keep(pixels: Pixels) -> Pixels:
    """Leave a picture as it is."""
    return pixels


def scale(pixels: Pixels, factor: float) -> Pixels:
    """Scale a picture."""
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=method), np.uint8)


def stretch(pixels: Pixels, factor: float) -> Pixels:
    """Scale a picture horizontally only."""
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=1, interpolation=cv2.INTER_LINEAR), np.uint8)


def cast_shadow(pixels: Pixels) -> Pixels:
    """Darken the right of a picture to two fifths, with a slanted edge a fifth of the picture wide."""
    height, width = pixels.shape[:2]
    across, down = np.linspace(0, 1, width), np.linspace(0, 1, height)[:, np.newaxis]
    light = 1 - 0.6 / (1 + np.exp(-20 * (across + 0.3 * down - 0.6)))
    return (pixels * light.reshape(height, width, *[1] * (pixels.ndim - 2))).astype(np.uint8)


def surround(pixels: Pixels, colour: tuple[float, ...] | None = None) -> Pixels:
    """Surround a picture with a border a fifth of its longer side wide, by default in its median colour."""
    if colour is None:
        colour = tuple(np.atleast_1d(np.median(pixels.reshape(-1, *pixels.shape[2:]), axis=0)).tolist())
    elif pixels.ndim == 2:
        colour = (round(float(np.mean(colour))),)
    sides = (round(0.2 * max(pixels.shape[:2])),) * 4
    return np.asarray(cv2.copyMakeBorder(pixels, *sides, cv2.BORDER_CONSTANT, value=colour), np.uint8)


def fade(pixels: Pixels) -> Pixels:
    """Reduce the contrast of a picture to a quarter."""
    return np.clip(200 + 0.25 * (pixels.astype(np.float64) - 200), 0, 255).astype(np.uint8)


def compress(pixels: Pixels) -> Pixels:
    """Compress a picture as JPEG, with a quality of 15."""
    colours = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)
    _, coded = cv2.imencode(".jpg", colours, [cv2.IMWRITE_JPEG_QUALITY, 15])
    flag = cv2.IMREAD_GRAYSCALE if pixels.ndim == 2 else cv2.IMREAD_COLOR_RGB
    return np.asarray(cv2.imdecode(coded, flag), np.uint8)


VARIATIONS: dict[str, Change] = {
    "as given": keep,
    "half the size": partial(scale, factor=0.5),
    "twice the size": partial(scale, factor=2.0),
    "narrower by a fifth": partial(stretch, factor=0.8),
    "hard shadow": cast_shadow,
    "on a dark desk": partial(surround, colour=DESK),
    "wide margin": surround,
    "a quarter of the contrast": fade,
    "JPEG of quality 15": compress,
}
"""The changes, by name."""


def main() -> None:
    """Read all pictures with all changes, print and write the mean figures."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    out = parser.parse_args().out
    kinds = measure("variations", VARIATIONS)
    write_json(out, {"kinds": kinds, "machine": describe_environment()["machine"]})


if __name__ == "__main__":
    main()
