"""Find the temperature and the threshold of the digit detector on real numbers, and write them into its card.

The temperature is the one at which the confidences of whole numbers have the least cross-entropy with whether they are
right. A digit is refused as unsure where its probability is below that of all but two in a
hundred of the digits that are read rightly.

Usage: INKDIGITS_REAL=FOLDER python benchmarks/detector_calibration.py [--write]
"""

import argparse
import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

import inkdigits
from inkdigits.evaluation.alignment import align
from inkdigits.evaluation.calibration import expected_calibration_error
from inkdigits.recognition.detector import SHIPPED, shipped_detector
from inkdigits.storage import write_json

RESULTS = Path(__file__).parent / "results" / "detector-calibration.json"
TEMPERATURES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0)
REFUSED = 0.02
"""Share of the digits read rightly that are refused as unsure."""


def numbers_read(folder: Path, temperature: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read all numbers at a temperature.

    Returns
    -------
    confidences, right : ndarray
        Of each number, ``float64`` and ``bool`` (n,).
    digits : ndarray
        ``float64``: the probabilities of the digits read rightly.
    """
    detector = shipped_detector(None)
    detector.card = replace(detector.card, temperature=temperature, threshold=0.0)
    reader = inkdigits.Reader()
    confidences, right, digits = [], [], []
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            wanted = "".join(filter(str.isdigit, row["label"]))
            reading = reader.read(folder / row["file"], layout="line")
            found = [digit for digit in reading.digits if digit.rejected is None and digit.label is not None]
            said = "".join(str(digit.label) for digit in found)
            confidences.append(
                float(np.prod([number.confidence for number in reading.numbers])) if found else 0.0
            )
            right.append(said == wanted)
            places = align(wanted, said)
            digits += [
                found[place].confidence
                for place, true in zip(places, wanted, strict=True)
                if place is not None and said[place] == true
            ]
    return np.array(confidences), np.array(right), np.array(digits)


def main() -> None:
    """Try the temperatures, choose one, and write it down."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--write", action="store_true", help="write them into the shipped detector's card, too"
    )
    write = parser.parse_args().write
    folder = Path(os.environ["INKDIGITS_REAL"]) / "numbers"
    tried, best = [], None
    for temperature in TEMPERATURES:
        confidences, right, digits = numbers_read(folder, temperature)
        clipped = np.clip(confidences, 1e-4, 1 - 1e-4)
        entropy = float(-np.mean(np.where(right, np.log(clipped), np.log(1 - clipped))))
        ece = float(expected_calibration_error(confidences, right))
        threshold = round(float(np.quantile(digits, REFUSED)), 3)
        each = {
            "temperature": temperature,
            "cross_entropy": entropy,
            "ece": ece,
            "right": float(right.mean()),
            "threshold": threshold,
        }
        tried.append(each)
        print(each, flush=True)
        if best is None or entropy < best["cross_entropy"]:
            best = each
    assert best is not None
    write_json(RESULTS, {"chosen": best, "tried": tried})
    if write:
        from inkdigits.training.export import write_card

        detector = shipped_detector(None)
        card = replace(detector.card, temperature=best["temperature"], threshold=best["threshold"])
        write_card(SHIPPED, card)
        print(f"wrote {SHIPPED.name}: {best}")


if __name__ == "__main__":
    main()
