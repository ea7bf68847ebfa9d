"""Benchmark on real pictures that are rotated: by quarter turns, as a sheet on a scanner, or askew by some degrees.

The pictures are those of `benchmarks.reading.real`: every second number and row of boxes, and every page. Quarter turns
only move pixels; by other angles a picture is rotated about its centre, and its border is continued into the corners.
Every picture is read with the layout ``auto``.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.reading.rotated
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import inkdigits
from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading.real import judge
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.pictures.io.decode import decode

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


def list_pictures(folder: Path, step: int) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """Yield the pixels and the label of every ``step``-th picture of a folder."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in list(csv.DictReader(file))[::step]:
            yield decode(folder / row["file"]).pixels, row["label"]


def measure(
    name: str, variations: Mapping[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]]
) -> dict[str, Any]:
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
    folders = {kind: find_real_pictures(kind) for kind in STEPS}
    reader = inkdigits.Reader(n_threads=1)
    kinds: dict[str, Any] = {}
    for kind, step in STEPS.items():
        pictures = list(list_pictures(folders[kind], step))
        kinds[kind] = {"n": len(pictures), name: {}}
        for variation, change in variations.items():
            found = [judge(reader.read(change(pixels)), kind, label) for pixels, label in pictures]
            figures = {name: round(float(np.mean([each[name] for each in found])), 4) for name in found[0]}
            kinds[kind][name][variation] = figures
            print(kind, variation, figures, flush=True)
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
