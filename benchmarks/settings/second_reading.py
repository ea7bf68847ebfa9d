"""Measure the second reading of doubtful lines: at which slants, below which confidence, and in which light.

The labelled numbers of a folder are read once as far as the second reading, as given and under a hard shadow, then with
each setting of `inkdigits.recognition.layout.second_reading`. Result: the share of numbers that are read correctly, the
expected calibration error of their confidence, and the time of the second reading per number.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.settings.second_reading
"""

import csv
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np

from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading.changed.readings import Pixels
from benchmarks.reading.varied import VARIATIONS, cast_shadow
from inkdigits.environment import describe_environment
from inkdigits.evaluation.calibration import expected_calibration_error
from inkdigits.files.storage import write_json
from inkdigits.pictures.io.decode import decode
from inkdigits.pictures.page import Page
from inkdigits.recognition.detection import strips
from inkdigits.recognition.detection.detections import Detections
from inkdigits.recognition.detection.detector import load_shipped_detector
from inkdigits.recognition.detection.illumination import correct_illumination
from inkdigits.recognition.detection.scan import Grey, convert_to_grey
from inkdigits.recognition.layout import second_reading
from inkdigits.recognition.layout.text_lines import find_main_line
from inkdigits.recognition.numbers.constraints import Constraints
from inkdigits.recognition.numbers.sequence import TextLine
from inkdigits.recognition.orientation.rotation import rotate_upright

RESULTS = RESULTS_FOLDER / "second-reading.json"

WIDE = (-0.3, 0.0, 0.3)
SETTINGS = {
    "none": (0.0, (), True),
    "level, not slanted": (0.8, (0.0,), True),
    "slants of 0.15": (0.8, (-0.15, 0.0, 0.15), True),
    "slants of 0.3": (0.8, WIDE, True),
    "slants of 0.3, light as it is": (0.8, WIDE, False),
    "slants of 0.3, below a confidence of 0.5": (0.5, WIDE, True),
    "slants of 0.3, below a confidence of 0.9": (0.9, WIDE, True),
    "slants of 0.15 and 0.3": (0.8, (-0.3, -0.15, 0.0, 0.15, 0.3), True),
}
"""Confidence from which a line is not read again, the slants, and whether the illumination is corrected."""

Numbers = list[tuple[str, Grey, Detections]]


def main() -> None:
    """Read the numbers with each setting."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    out = parser.parse_args().out
    folder = find_real_pictures("numbers")
    numbers, shaded = (read_first(folder, change) for change in (VARIATIONS["as given"], cast_shadow))
    rows = {}
    for name, (confidence, slants, is_lit) in SETTINGS.items():
        second_reading._MIN_CONFIDENCE, second_reading._SLANTS = confidence, slants  # type: ignore[assignment]
        correct = correct_illumination if is_lit else lambda grey, _: grey
        with mock.patch.object(strips, "correct_illumination", correct):
            rows[name] = measure(numbers) | {"right_in_shadow": measure(shaded)["right"]}
        print(name, rows[name], flush=True)
    write_json(out, {"n": len(numbers), "rows": rows, "machine": describe_environment()["machine"]})


def read_first(folder: Path, change: Callable[[Pixels], Pixels]) -> Numbers:
    """Return the digits of each number's label, the levelled picture, and the symbols of its main line."""
    detector, numbers = load_shipped_detector(1), []
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            page = Page(change(decode(folder / row["file"]).pixels))
            page, found = rotate_upright(page, detector, one_size=True)
            wanted = "".join(filter(str.isdigit, row["label"]))
            numbers.append((wanted, convert_to_grey(page.pixels), found[find_main_line(found)]))
    return numbers


def measure(numbers: Numbers) -> dict[str, float]:
    """Return the figures of the current setting."""
    detector, right, confidences = load_shipped_detector(1), [], []
    start = time.process_time()
    for wanted, grey, found in numbers:
        line = TextLine.from_detections(found)
        line = second_reading.read_again(line, grey, detector.with_budget(), Constraints())
        chosen = line.choose_digits()
        right.append("".join(map(str, line.digit_probabilities[chosen, :10].argmax(axis=1))) == wanted)
        confidences.append(line.compute_confidence(chosen) if chosen.any() else 0.0)
    seconds = time.process_time() - start
    return {
        "right": float(np.mean(right)),
        "ece": float(expected_calibration_error(np.array(confidences), np.array(right))),
        "milliseconds": 1000 * seconds / len(numbers),
    }


if __name__ == "__main__":
    main()
