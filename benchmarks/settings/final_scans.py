"""Measure the final scans of `inkdigits.recognition.detection.locate`: how many, and with which slants.

Each set of scans reads the labelled numbers of a folder, with the temperature and the odds of presence at which the
labels are likeliest. Result: the share of numbers that are read correctly, and the mean log-likelihood of the labels,
limited as in ``detector_calibration.py``.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.settings.final_scans
"""

from itertools import product
from pathlib import Path

from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.settings.detector_calibration import candidates_of, figures
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.recognition.detection import locate

RESULTS = RESULTS_FOLDER / "final-scans.json"
SCANS = {
    "one scan": ((1.0, 0.0),),
    "two scans without slant": ((0.85, 0.0), (1.18, 0.0)),
    "two scans with slants of 0.1": ((0.85, 0.1), (1.18, -0.1)),
    "two scans with slants of -0.1": ((0.85, -0.1), (1.18, 0.1)),
    "two scans with slants of 0.15": ((0.85, 0.15), (1.18, -0.15)),
    "two scans with slants of 0.2": ((0.85, 0.2), (1.18, -0.2)),
    "four scans with slants of 0.1": ((0.85, 0.1), (1.18, 0.1), (0.85, -0.1), (1.18, -0.1)),
}

TEMPERATURES, PRESENCE_ODDS, OTHER_AND_SLASH_ODDS = (0.5, 0.6, 0.7), (1.0, 1.5), (0.1, 0.03)
"""Settings around the shipped ones."""


def main() -> None:
    """Read the numbers with each set of scans."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    out = parser.parse_args().out
    folder = find_real_pictures("numbers")
    rows = {}
    for name, scans in SCANS.items():
        locate._FINAL_SCANS = scans  # type: ignore[assignment]
        numbers = candidates_of(folder)
        tried = [
            figures(numbers, *each, *OTHER_AND_SLASH_ODDS) for each in product(TEMPERATURES, PRESENCE_ODDS)
        ]
        best = max(tried, key=lambda each: each["log_likelihood"])
        rows[name] = {key: round(best[key], 4) for key in ("right", "log_likelihood")}
        print(name, rows[name], flush=True)
    write_json(out, {"rows": rows, "machine": describe_environment()["machine"]})


if __name__ == "__main__":
    main()
