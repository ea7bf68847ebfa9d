"""Find temperature, prior odds and threshold of the digit detector on real numbers, and write them to its model card.

Temperature and prior odds maximise the mean log-likelihood of the labels, with each probability limited to at least
0.001, because some labels are wrong. Of settings that differ by less than `EQUAL`, the one with the least
calibration error is chosen. The threshold rejects two percent of the correctly read digits, those with the lowest
probability.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.settings.detector_calibration [--write]
"""

import csv
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.evaluation.alignment import align
from inkdigits.evaluation.calibration import expected_calibration_error
from inkdigits.files.storage import write_json
from inkdigits.pictures.io.decode import decode
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import SHIPPED, load_shipped_detector
from inkdigits.recognition.detection.locate import locate_uncalibrated
from inkdigits.recognition.detection.scan import convert_to_grey
from inkdigits.recognition.layout.text_lines import find_main_line
from inkdigits.recognition.numbers.sequence import TextLine

RESULTS = RESULTS_FOLDER / "detector-calibration.json"
TEMPERATURES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2)
PRESENCE_ODDS = (1.5, 2.0, 3.0, 4.5, 6.0, 8.0, 12.0)
"""With 1.0 numbers are read as well, but fewer rows of boxes: 89.7 instead of 91.9% were right."""

OTHER_ODDS = (1.0, 0.3, 0.1)
"""With 0.03 numbers are read as well, but crosses in boxes as digits: of those 92.9 instead of 94.1% were right."""

SLASH_ODDS = (1.0, 0.3, 0.1, 0.03)
EQUAL = 0.01
"""Smallest relevant difference of two mean log-likelihoods; the standard error of each is 0.08."""

_LEAST_LIKELY = 1e-3
REFUSED = 0.02
"""Share of the correctly read digits that the threshold rejects."""


def candidates_of(folder: Path) -> list[tuple[str, Detections]]:
    """Return the digits of each number's label and the uncalibrated candidates of its line."""
    detector, numbers = load_shipped_detector(), []
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            grey = convert_to_grey(decode(folder / row["file"]).pixels)
            found = locate_uncalibrated(grey, detector, one_size=True)
            numbers.append(("".join(filter(str.isdigit, row["label"])), found))
    return numbers


def figures(
    numbers: list[tuple[str, Detections]],
    temperature: float,
    presence_odds: float,
    other_odds: float,
    slash_odds: float,
) -> dict[str, float]:
    """Return how well confidences fit at a temperature and prior odds, and the threshold that follows."""
    confidences, right, digits, likelihoods = [], [], [], []
    for wanted, raw in numbers:
        found = raw.calibrate(temperature, presence_odds, {"other": other_odds, "/": slash_odds})
        line = TextLine.from_detections(found[find_main_line(found)])
        chosen = line.choose_digits()
        shares = line.digit_probabilities[chosen, :10]
        said = "".join(map(str, shares.argmax(axis=1)))
        confidences.append(line.compute_confidence(chosen) if chosen.any() else 0.0)
        right.append(said == wanted)
        likelihoods.append(max(line.compute_probability(wanted), _LEAST_LIKELY))
        digits += [
            shares[place].max()
            for place, true in zip(align(wanted, said), wanted, strict=True)
            if place is not None and said[place] == true
        ]
    clipped = np.clip(confidences, 1e-4, 1 - 1e-4)
    return {
        "temperature": temperature,
        "presence_odds": presence_odds,
        "other_odds": other_odds,
        "slash_odds": slash_odds,
        "log_likelihood": float(np.mean(np.log(likelihoods))),
        "cross_entropy": float(-np.mean(np.where(right, np.log(clipped), np.log(1 - clipped)))),
        "ece": float(expected_calibration_error(np.array(confidences), np.array(right))),
        "right": float(np.mean(right)),
        "threshold": round(float(np.quantile(digits, REFUSED)), 3),
    }


def main() -> None:
    """Evaluate the temperatures and prior odds, choose the best, and write them."""
    parser = make_parser(__doc__)
    parser.add_argument(
        "--write", action="store_true", help="write them into the shipped detector's card, too"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    options = parser.parse_args()
    numbers = candidates_of(find_real_pictures("numbers"))
    tried = [figures(numbers, *each) for each in product(TEMPERATURES, PRESENCE_ODDS, OTHER_ODDS, SLASH_ODDS)]
    likeliest = max(each["log_likelihood"] for each in tried)
    equal = [each for each in tried if each["log_likelihood"] >= likeliest - EQUAL]
    best = min(equal, key=lambda each: each["ece"])
    write_json(options.out, {"n": len(numbers), "chosen": best, "tried": tried})
    print(best)
    if options.write:
        from inkdigits.training.export.onnx_export import write_card

        card = replace(
            load_shipped_detector().card,
            temperature=best["temperature"],
            prior_odds={
                **load_shipped_detector().card.prior_odds,
                "presence": best["presence_odds"],
                "other": best["other_odds"],
                "/": best["slash_odds"],
            },
            threshold=best["threshold"],
        )
        write_card(SHIPPED, card)


if __name__ == "__main__":
    main()
