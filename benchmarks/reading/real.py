"""Benchmark on real pictures: numbers, single digits, boxes, pages, and non-digits.

The pictures are in the folder INKDIGITS_REAL, one sub-folder per kind, each with a ``labels.csv`` with the columns
``file,label,source,note``. They are for development and evaluation, and never used in training. In a label ``|`` starts
a new line, and a space is a gap; only digits are compared. Every picture is read twice: with its layout given, and with
``auto``.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.reading.real
"""

import collections
import csv
import json
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

import inkdigits
from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.evaluation.alignment import align
from inkdigits.evaluation.calibration import reliability
from inkdigits.evaluation.pages import f1_score, join_digits
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "real.json"

LAYOUTS = {
    "numbers": "line",
    "digits": "digit",
    "not_digits": "digit",
    "boxes": "auto",
    "pages": "page",
    "sudoku": "boxes",
}
"""The layout of each kind."""

_MOST_ERRORS = 0.01
"""Error rate among the accepted numbers at which the coverage is reported."""


def numbers_of(label: str) -> list[str]:
    """Return the numbers of a label, digits only: the parts between gaps, crosses and signs, without separators."""
    parts = re.split(r"[^\d.,]+", label.replace("\u00b2", "2"))
    return [digits for digits in (re.sub(r"\D", "", part) for part in parts) if digits]


def judge(reading: inkdigits.Reading, kind: str, label: str) -> dict[str, float]:
    """Compare a reading with a label; every metric is 1 for correct and 0 for wrong, or a share."""
    accepted = [digit for digit in reading.digits if digit.label is not None and digit.rejected is None]
    if kind == "not_digits":
        return {"right": float(not accepted)}
    wanted = "".join(numbers_of(label))
    if kind == "digits":
        right = bool(reading.digits) and str(reading.digits[0].label) == wanted
        return {
            "right": float(right),
            "accepted_right": float(reading.text == wanted),
            "accepted_wrong": float(bool(accepted) and not right),
        }
    found = [join_digits(number) for number in reading.numbers]
    said = "".join(found)
    places = align(wanted, said)
    n_right = sum(
        place is not None and said[place] == digit for place, digit in zip(places, wanted, strict=True)
    )
    n_inserted = len(said) - sum(place is not None for place in places)
    return {
        "right": float(said == wanted),
        "right_length": float(len(said) == len(wanted)),
        "digits": max(0.0, (n_right - n_inserted) / max(1, len(wanted))),
        "numbers": f1_score(numbers_of(label), found),
    }


def measure(folder: Path, kind: str, layout: str, reader: inkdigits.Reader) -> dict[str, Any]:
    """Read all pictures of a kind, which are in ``folder``, with one layout, and average the metrics."""
    by_source: dict[str, list[dict[str, float]]] = collections.defaultdict(list)
    confidences, wrong = [], []
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        start = time.perf_counter()
        reading = reader.read(folder / row["file"], layout=layout)
        seconds = time.perf_counter() - start
        figures = judge(reading, kind, row["label"])
        by_source[row["source"]].append({**figures, "milliseconds": 1000 * seconds})
        is_blank = all(digit.label is None for digit in reading.digits)
        confidences.append(
            0.0 if is_blank else float(np.prod([number.confidence for number in reading.numbers]))
        )
        if not figures["right"]:
            wrong.append(row["file"])
    every = [figures for each in by_source.values() for figures in each]
    result: dict[str, Any] = {
        "n": len(every),
        **_means(every),
        "milliseconds": float(np.median([each["milliseconds"] for each in every])),
        "sources": {name: {"n": len(each), **_means(each)} for name, each in sorted(by_source.items())},
    }
    if kind == "numbers":
        right = np.array([each["right"] for each in every], bool)
        result["confidence"] = confidence_figures(np.array(confidences), right)
        others = [each for name, rest in by_source.items() if name != "cheques" for each in rest]
        result["other_sources"] = {"n": len(others), **_means(others)}
    return result


def _means(figures: list[dict[str, float]]) -> dict[str, float]:
    return {
        name: round(float(np.mean([each[name] for each in figures])), 4)
        for name in figures[0]
        if name != "milliseconds"
    }


def confidence_figures(confidences: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Return the calibration error, and the coverage at a low error rate.

    Parameters
    ----------
    confidences
        ``float64`` (n,), in [0, 1].
    right
        ``bool`` (n,).

    Returns
    -------
    dict
        ``ece``, the threshold from which at most one accepted number in a hundred is wrong, and the share accepted.
    """
    order = np.argsort(-confidences, kind="stable")
    errors = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    n_accepted = int((np.flatnonzero(errors <= _MOST_ERRORS) + 1).max(initial=0))
    return {
        "ece": float(reliability(confidences, right).expected_calibration_error),
        "mean": float(confidences.mean()),
        "threshold": float(confidences[order[n_accepted - 1]]) if n_accepted else 1.0,
        "accepted": n_accepted / len(order),
    }


def main() -> None:
    """Evaluate every kind with both layouts."""
    parser = make_parser(__doc__)
    parser.add_argument(
        "--only", action="append", choices=list(LAYOUTS), metavar="KIND",
        help=f"only this kind of pictures, of {', '.join(LAYOUTS)}; may be repeated",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    arguments = parser.parse_args()
    chosen = arguments.only or list(LAYOUTS)
    folders = {kind: find_real_pictures(kind) for kind in chosen}
    reader = inkdigits.Reader(n_threads=1)
    from inkdigits.environment import describe_environment

    kinds: dict[str, Any] = {}
    if set(chosen) != set(LAYOUTS) and arguments.out.exists():
        kinds = json.loads(arguments.out.read_text(encoding="utf-8"))["kinds"]
    for kind in chosen:
        kinds[kind] = {}
        for layout in dict.fromkeys((LAYOUTS[kind], "auto")):
            kinds[kind][layout] = result = measure(folders[kind], kind, layout, reader)
            shown = {name: value for name, value in result.items() if name not in ("sources",)}
            print(kind, layout, shown, flush=True)
    write_json(arguments.out, {"kinds": kinds, "machine": describe_environment()["machine"]})


if __name__ == "__main__":
    main()
