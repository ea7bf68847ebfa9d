"""Find the prior odds of print of the detector on real pictures, and write them to its model card.

For each odds: the share of the digits of handwritten numbers and pages that count as printed, and of the digits of
two printed newspaper pages that count as handwritten. The greatest odds are chosen at which at most one handwritten
digit in a thousand is lost. With --write they are written to the card; else the pages are read with each choice of
the ink, and the results are written.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.settings.print_odds [--write]
"""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading import real
from inkdigits.choices import INKS
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.pictures.io.decode import decode
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import SHIPPED, load_shipped_detector
from inkdigits.recognition.layout.ink_selection import select_ink
from inkdigits.recognition.orientation.rotation import rotate_upright
from inkdigits.recognition.reader import Reader, build_page

RESULTS = RESULTS_FOLDER / "print-odds.json"
ODDS = (1.0, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05)

PRINTED, MIXED = "snapsudoku", ("team54c", "newspaper")
"""Source of the printed pictures, and those with print and handwriting, which are not counted."""

_MOST_LOST = 0.001
"""Greatest share of the handwritten digits that may count as printed."""

_MIN_DIGIT_PROBABILITY = 0.5
"""Least probability at which a symbol counts as a digit."""


def detect(kind: str) -> dict[bool, list[Detections]]:
    """Return the symbols of handwritten (False) and of printed pictures (True) of one kind."""
    detector = load_shipped_detector()
    found: dict[bool, list[Detections]] = {False: [], True: []}
    folder = find_real_pictures(kind)
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["source"] not in MIXED:
                page = build_page(decode(folder / row["file"]))
                _, symbols = rotate_upright(page, detector, one_size=kind == "numbers")
                found[row["source"] == PRINTED].append(symbols)
    return found


def count_wrong(pictures: list[Detections], is_printed: bool, factor: float) -> dict[str, float]:
    """Return the number of digits in pictures of one kind, and the share of those that count as the other kind.

    Parameters
    ----------
    pictures
        The symbols of each picture.
    is_printed
        Whether they are printed.
    factor
        Factor on the odds of print.
    """
    n_digits = n_wrong = 0
    for found in pictures:
        changed = found.calibrate(1.0, print_odds=factor)
        chosen = select_ink(changed, "handwritten" if is_printed else "printed")
        n_digits += int((found.digits >= _MIN_DIGIT_PROBABILITY).sum())
        n_wrong += int((found.digits[chosen] >= _MIN_DIGIT_PROBABILITY).sum())
    return {"n": n_digits, "wrong": n_wrong / n_digits}


def read_pages(ink: str) -> dict[str, float]:
    """Return the mean metrics of the real pages, read with one choice of the ink."""
    reader, folder = Reader(), find_real_pictures("pages")
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        each = [
            real.judge(reader.read(folder / row["file"], "page", ink=ink), "pages", row["label"])
            for row in csv.DictReader(file)
        ]
    return {name: float(np.mean([one[name] for one in each])) for name in ("digits", "numbers", "right")}


def main() -> None:
    """Evaluate the odds, choose the best, and write them or the results."""
    parser = make_parser(__doc__)
    parser.add_argument(
        "--write", action="store_true", help="write them into the shipped detector's card, too"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    options = parser.parse_args()
    found = [detect(kind) for kind in ("numbers", "pages", "sudoku")]
    card = load_shipped_detector().card
    used = card.prior_odds.get("printed", 1.0)
    tried: list[dict[str, Any]] = []
    for odds in ODDS:
        wrong = {
            name: count_wrong([each for kind in found for each in kind[is_printed]], is_printed, odds / used)
            for name, is_printed in (("handwritten", False), ("printed", True))
        }
        tried.append({"odds": odds, **wrong})
        print(tried[-1], flush=True)
    best = next(each for each in tried if each["handwritten"]["wrong"] <= _MOST_LOST)
    if options.write:
        from inkdigits.training.export.onnx_export import write_card

        write_card(SHIPPED, replace(card, prior_odds={**card.prior_odds, "printed": best["odds"]}))
        return
    pages = {ink: read_pages(ink) for ink in INKS if ink != "printed"}
    machine = describe_environment()["machine"]
    write_json(options.out, {"chosen": best["odds"], "tried": tried, "pages": pages, "machine": machine})
    print(pages)


if __name__ == "__main__":
    main()
