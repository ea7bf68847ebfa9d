"""Benchmark on real pictures that are slightly changed, to compare two detectors or two states of the code.

On the few hundred development pictures two equally good choices differ by one to four points by chance, and the one in
use looks best where it was chosen on them. So each picture is read in six versions that a person would hardly tell from
it; and means and differences have intervals: 95%, by a bootstrap over the pictures.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.reading.comparison NAME READINGS [--detector FILE] [--before READINGS]
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading.changed.readings import Change, ChangedPicture, Pixels, list_pictures, read_changed
from benchmarks.reading.rotated import rotate
from benchmarks.reading.varied import scale
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "comparison.json"

LAYOUTS = {"numbers": "line", "boxes": "auto", "pages": "auto"}
"""The layout of each kind of pictures."""

FIGURES = ("right", "digits", "numbers")
"""The figures of `judge` that are compared."""

_N_SAMPLES, _INTERVAL = 2000, (2.5, 97.5)
"""Number of bootstrap samples, and the percentiles of the interval."""


def blur(pixels: Pixels) -> Pixels:
    """Blur a picture slightly."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.6), np.uint8)


def lighten(pixels: Pixels) -> Pixels:
    """Lighten the middle grey levels of a picture."""
    return np.asarray(cv2.LUT(pixels, (255 * (np.arange(256) / 255) ** 0.8).astype(np.uint8)), np.uint8)


VERSIONS: dict[str, Change] = {
    "smaller by 7%": partial(scale, factor=0.93),
    "larger by 8%": partial(scale, factor=1.08),
    "rotated by 1 degree": partial(rotate, degrees=1),
    "rotated by -1 degree": partial(rotate, degrees=-1),
    "slightly blurred": blur,
    "lightened": lighten,
}
"""The small changes, by name."""


def read_versions(detector: Path | None) -> Iterator[dict[str, Any]]:
    """Read each version of each picture, and yield the text and the figures of each."""
    versions = [
        (version, ChangedPicture(path, label, kind, change))
        for kind in LAYOUTS
        for path, label in list_pictures(kind)
        for version, change in VERSIONS.items()
    ]
    readings = read_changed((picture for _, picture in versions), LAYOUTS, detector)
    for (version, picture), (text, figures) in zip(versions, readings, strict=True):
        yield {"kind": picture.kind, "file": picture.path.name, "version": version, "text": text} | {
            name: round(figures[name], 4) for name in FIGURES
        }


def summarise(readings: list[dict[str, Any]], before: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the mean of each kind and figure with its interval, and those before.

    Parameters
    ----------
    readings, before
        Readings of the same versions of the same pictures, from `read_versions`; ``before`` may be empty.

    Returns
    -------
    dict
        For each kind and figure its ``mean`` and ``interval``; with readings before their mean ``before``, and the
        ``difference``, an interval.

    Raises
    ------
    ValueError
        If the readings before are those of other pictures.
    """
    values: dict[tuple[str, str], dict[str, list[list[float]]]] = defaultdict(lambda: defaultdict(list))
    for now, then in zip(readings, before or readings, strict=True):
        if any(now[key] != then[key] for key in ("kind", "file", "version")):
            raise ValueError(f"expected a reading of {now['file']} before, but got one of {then['file']}")
        for name in FIGURES:
            values[now["kind"], name][now["file"]].append([now[name], then[name]])
    table: dict[str, dict[str, Any]] = defaultdict(dict)
    for (kind, name), by_file in values.items():
        now, then = np.array([np.mean(each, axis=0) for each in by_file.values()]).T
        table[kind][name] = {"mean": round(float(now.mean()), 4), "interval": _bootstrap(now)}
        if before:
            table[kind][name] |= {
                "before": round(float(then.mean()), 4),
                "difference": _bootstrap(now - then),
            }
    return dict(table)


def _bootstrap(values: NDArray[np.float64]) -> list[float]:
    """Return the interval of the mean of values, one for each picture."""
    chosen = np.random.default_rng(0).integers(len(values), size=(_N_SAMPLES, len(values)))
    return [round(float(each), 4) for each in np.percentile(values[chosen].mean(axis=1), _INTERVAL)]


def main() -> None:
    """Read all versions of all pictures, compare the means with those of other readings, print and write them."""
    parser = make_parser(__doc__)
    parser.add_argument("name", help="what is read with, the name of the row in the result file")
    parser.add_argument(
        "readings", type=Path, help="the file of the readings; if it is there, it is not made again"
    )
    parser.add_argument("--detector", type=Path, help="the .onnx file; by default the shipped detector")
    parser.add_argument("--before", type=Path, help="the file of other readings, to compare with")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    given = parser.parse_args()
    if not given.readings.exists():
        write_json(given.readings, list(read_versions(given.detector)))
    readings = json.loads(given.readings.read_text(encoding="utf-8"))
    before = [] if given.before is None else json.loads(given.before.read_text(encoding="utf-8"))
    kinds = summarise(readings, before)
    for kind, figures in kinds.items():
        for name, each in figures.items():
            print(kind, name, each)
    rows = json.loads(given.out.read_text(encoding="utf-8"))["rows"] if given.out.exists() else {}
    row = {"kinds": kinds, "machine": describe_environment()["machine"]}
    write_json(given.out, {"rows": {**rows, given.name: row}})


if __name__ == "__main__":
    main()
