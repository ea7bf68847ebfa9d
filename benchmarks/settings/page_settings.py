"""Find the settings that split and filter numbers on pages, in `inkdigits.recognition.layout.arrangement`.

The settings are the limits of the gap that separates numbers, the smallest confidence of a number, and the smallest
confidence of its most certain digit; the limits and the two confidences are varied separately. They maximise the sum
of two metrics, each averaged over real pages: the share of correctly read digits, in order, minus the share of
superfluous ones; and the F1 score of the numbers. Of settings that differ by less than `EQUAL`, the one closest to the
current settings is chosen.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.settings.page_settings
"""

import csv
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading import real
from inkdigits.files.storage import write_json
from inkdigits.pictures.io.decode import decode
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.layout import arrangement as layouts
from inkdigits.recognition.layout.ink_selection import group_page
from inkdigits.recognition.numbers.constraints import Constraints
from inkdigits.recognition.orientation.rotation import rotate_upright
from inkdigits.recognition.reader import Reader, build_page
from inkdigits.recognition.reading import Reading

RESULTS = RESULTS_FOLDER / "page-settings.json"

LIMITS = ((0.79, 0.81), (0.7, 1.0), (0.6, 1.0), (0.6, 1.2), (0.6, 1.5))
"""Limits of the gap that separates numbers; the first is in effect one gap for all pages."""
LEAST = (0.0, 0.05, 0.1, 0.2, 0.3)
SUREST = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)

EQUAL = 0.005
"""Smallest relevant difference of two sums of metrics, for this number of pages."""


def figures(pages: list[tuple[Any, ...]], task: layouts.Task) -> dict[str, float]:
    """Return the mean metrics of pages with the current settings."""
    each = []
    for label, grey, found, lines in pages:
        numbers = layouts.read_detections(grey, found, lines, task, is_page=True)
        each.append(real.judge(Reading(tuple(numbers), grey.shape[::-1]), "pages", label))
    return {name: float(np.mean([one[name] for one in each])) for name in ("digits", "numbers")}


def _measure_distance(settings: tuple[Any, ...], used: tuple[Any, ...]) -> float:
    """Return the sum of the differences of two settings."""
    return float(sum(np.abs(np.subtract(a, b)).sum() for a, b in zip(settings, used, strict=True)))


def main() -> None:
    """Detect on each page once, evaluate the settings, and write the results."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    out = parser.parse_args().out
    reader = Reader()
    folder = find_real_pictures("pages")
    task = layouts.Task(reader.recogniser, reader.card, reader._get_detector(), Constraints())
    pages = []
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            page = build_page(decode(folder / row["file"]))
            page, found = rotate_upright(page, task.detector)
            pages.append(
                (row["label"], convert_to_grey(page.pixels), found, group_page(found, task.constraints.ink))
            )
    used = layouts._SEPARATING_GAPS, layouts._MIN_CONFIDENCE, layouts._MIN_BEST_CONFIDENCE
    tried: list[dict[str, Any]] = []
    gaps, least, surest = used
    for settings in dict.fromkeys([*product(LIMITS, [least], [surest]), *product([gaps], LEAST, SUREST)]):
        layouts._SEPARATING_GAPS, layouts._MIN_CONFIDENCE, layouts._MIN_BEST_CONFIDENCE = settings
        names = dict(zip(("separating_gaps", "least_confidence", "surest_digit"), settings, strict=True))
        tried.append({**names, **figures(pages, task)})
    greatest = max(each["digits"] + each["numbers"] for each in tried)
    equal = [each for each in tried if each["digits"] + each["numbers"] >= greatest - EQUAL]
    best = min(equal, key=lambda each: _measure_distance(tuple(each.values())[: len(used)], used))
    write_json(out, {"n": len(pages), "chosen": best, "tried": tried})
    print(best, "used", used)


if __name__ == "__main__":
    main()
