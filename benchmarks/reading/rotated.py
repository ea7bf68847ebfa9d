"""Benchmark on real pictures that are rotated: by quarter turns, as a sheet on a scanner, or askew by some degrees.

The pictures are those of `benchmarks.reading.real`: every second number and row of boxes, and every page. Quarter turns
only move pixels; by other angles a picture is rotated about its centre, and its border is continued into the corners.
Every picture is read with the layout ``auto``.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.reading.rotated
"""

import itertools
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading.changed.readings import Change, ChangedPicture, list_pictures, read_changed
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "rotated.json"
ANGLES = (0, 90, 180, 270, -15, -10, -5, 5, 10, 15)
"""Counter-clockwise rotations, in degrees."""

STEPS = {"numbers": 2, "boxes": 2, "pages": 1}
"""Every so many-th picture of each kind is read."""


def rotate(pixels: NDArray[np.uint8], degrees: int) -> NDArray[np.uint8]:
    """Rotate a picture counter-clockwise; nothing of it is cut off.

    It is not `Page.rotate`, with which the reader turns it back: an error of that would undo itself.

    Parameters
    ----------
    pixels
        ``uint8`` (h, w) or (h, w, 3).
    degrees
        The angle.
    """
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(pixels, degrees // 90))
    height, width = pixels.shape[:2]
    angle = np.radians(degrees)
    sine, cosine = abs(np.sin(angle)), abs(np.cos(angle))
    wide, tall = round(width * cosine + height * sine), round(width * sine + height * cosine)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += (wide - width) / 2, (tall - height) / 2
    rotated = cv2.warpAffine(
        pixels, matrix, (wide, tall), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(rotated, np.uint8)


def measure(name: str, variations: Mapping[str, Change]) -> dict[str, Any]:
    """Read real pictures that are changed in several ways, and print the mean figures.

    Parameters
    ----------
    name
        What the ways are, as a key in the result.
    variations
        By name, a function of a picture, ``uint8`` (h, w) or (h, w, 3), that returns the changed one.

    Returns
    -------
    dict
        For each kind of pictures their number ``n``, and the mean figures by variation, see `judge`.
    """
    listed = {kind: list_pictures(kind, step) for kind, step in STEPS.items()}
    kinds: dict[str, Any] = {kind: {"n": len(pictures), name: {}} for kind, pictures in listed.items()}
    readings = read_changed(
        (
            ChangedPicture(path, label, kind, change)
            for kind, pictures in listed.items()
            for change in variations.values()
            for path, label in pictures
        ),
        dict.fromkeys(STEPS, "auto"),
    )
    for kind, pictures in listed.items():
        for variation in variations:
            found = [figures for _, figures in itertools.islice(readings, len(pictures))]
            means = {
                figure: round(float(np.mean([each[figure] for each in found])), 4) for figure in found[0]
            }
            kinds[kind][name][variation] = means
            print(kind, variation, means, flush=True)
    return kinds


def main() -> None:
    """Read all pictures at all angles, print and write the mean figures."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    out = parser.parse_args().out
    kinds = measure("angles", {str(degrees): partial(rotate, degrees=degrees) for degrees in ANGLES})
    write_json(out, {"kinds": kinds, "machine": describe_environment()["machine"]})


if __name__ == "__main__":
    main()
