"""Compare the page without a server with Python, on 1,000 digit images and 1,000 drawings, in Chromium.

Both are made from MNIST's *training* images. The network in JavaScript and ONNX Runtime score the digit images. The
page reads the drawings, black on white, from a canvas. Its answers are compared with

- the same steps in Python (`read_like_page`): dark ink on paper of one grey level, segmentation, normal form, network;
- all of ``Reader("quick").read(drawing, "digit")``, which considers light ink and printed lines too.

Exit status 1 if, between the page and the same steps, a label, a rejection or a box changes, a level of a digit image
differs by more than 1, or a probability of the network differs by more than 1e-4.

    python -m benchmarks.service.page_parity
"""

import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import tee
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER, ROOT
from benchmarks.service.static_page.browser import read_drawings, score_images, serve_folder
from benchmarks.service.static_page.drawings import draw_digits
from inkdigits.data import load_mnist
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.page.static import write_static_page
from inkdigits.pictures.digits.candidates import is_scrap
from inkdigits.pictures.digits.normal_form import normalise
from inkdigits.pictures.digits.segmentation import find_digit
from inkdigits.pictures.page import Page
from inkdigits.recognition.digit_classification import build_classified_digit
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.registry import find_model
from inkdigits.recognition.reader import Reader
from inkdigits.recognition.reading import Digit
from inkdigits.recognition.rejection import BLANK

sys.path.insert(0, str(ROOT / "tools"))

from page_browser import find_browser, launch_browser

RESULTS = RESULTS_FOLDER / "page-parity.json"
MODEL = "quick"
N = 1000

MAX_PROBABILITY_DIFFERENCE, MAX_LEVEL_DIFFERENCE = 1e-4, 1
"""Largest differences that pass: of a probability of the same digit image, and of a grey level of a digit image."""


@dataclass(frozen=True)
class Comparison:
    """The answers for one drawing.

    Attributes
    ----------
    page, python
        The digit as read by the page, and by the same steps in Python.
    full
        The digit as read by all of `Reader.read`.
    milliseconds
        Time of the page.
    """

    page: Digit
    python: Digit
    full: Digit
    milliseconds: float

    @property
    def has_same_answer(self) -> bool:
        """Whether label, reason of a rejection and box are the same as with the same steps in Python."""
        return (self.page.label, self.page.rejected, self.page.box) == (
            self.python.label,
            self.python.rejected,
            self.python.box,
        )

    @property
    def level_difference(self) -> int:
        """Largest difference of a grey level of the digit image; 255 if only one of the two has an image."""
        one, other = self.page.image, self.python.image
        if one is None or other is None:
            return 0 if one is other else 255
        return int(np.abs(one.astype(int) - other).max())


def main() -> int:
    """Measure, print and write."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    out = parser.parse_args().out
    path = find_browser()
    if path is None:
        sys.exit("Chromium is not installed: make browser, or the packages of your system")
    train = load_mnist().train[:N]
    with tempfile.TemporaryDirectory() as folder:
        write_static_page(Path(folder), find_model(MODEL))
        with serve_folder(Path(folder)) as address, sync_playwright() as playwright:
            browser = launch_browser(playwright, path)
            tab = browser.new_page()
            tab.goto(address)
            network = compare_networks(tab, train.images)
            drawings = compare_drawings(tab, draw_digits(train.images))
            version = browser.version
            browser.close()
    results = {
        "network": network,
        "drawings": summarise(drawings, [int(label) for label in train.labels]),
    }
    for name, figures in results.items():
        print(name, *(f"  {key}: {figure}" for key, figure in figures.items()), sep="\n")
    write_json(
        out,
        {
            **describe_environment(),
            "browser": f"Chromium {version}",
            "model": MODEL,
            "max_probability_difference": MAX_PROBABILITY_DIFFERENCE,
            "max_level_difference": MAX_LEVEL_DIFFERENCE,
            **results,
        },
    )
    return int(not passes(network, drawings))


def passes(network: dict[str, Any], drawings: list[Comparison]) -> bool:
    """Return whether the page agrees with Python."""
    return (
        network["n_changed"] == 0
        and network["max_difference"] <= MAX_PROBABILITY_DIFFERENCE
        and all(each.has_same_answer and each.level_difference <= MAX_LEVEL_DIFFERENCE for each in drawings)
    )


def compare_networks(tab: Tab, images: NDArray[np.uint8]) -> dict[str, Any]:
    """Compare the network of the page with ONNX Runtime on digit images, ``uint8`` (n, 28, 28)."""
    scores, milliseconds = score_images(tab, images)
    expected = OnnxRecogniser(find_model(MODEL), n_threads=1).score(images).probabilities
    return {
        "n": len(images),
        "n_changed": int((scores.argmax(axis=1) != expected.argmax(axis=1)).sum()),
        "max_difference": float(np.abs(scores - expected).max()),
        "median_milliseconds": float(np.median(milliseconds)),
    }


def compare_drawings(tab: Tab, drawings: Iterable[NDArray[np.uint8]]) -> list[Comparison]:
    """Let the page, and Python, read drawings, ``uint8`` (h, w)."""
    recogniser = OnnxRecogniser(find_model(MODEL), n_threads=1)
    reader = Reader(recogniser)
    sent, kept = tee(drawings)
    return [
        Comparison(
            _build_digit(reading["digits"][0], image),
            read_like_page(drawing, recogniser),
            reader.read(np.dstack([drawing] * 3), "digit").digits[0],
            milliseconds,
        )
        for (reading, image, milliseconds), drawing in zip(read_drawings(tab, sent), kept, strict=True)
    ]


def read_like_page(drawing: NDArray[np.uint8], recogniser: OnnxRecogniser) -> Digit:
    """Read a drawing like the page: as `Reader.read` does if the ink is dark, the paper even, and no line is printed.

    Parameters
    ----------
    drawing
        ``uint8`` of shape (h, w).
    recogniser
        The network.
    """
    height, width = drawing.shape
    page = Page(np.dstack([drawing] * 3)).reduced
    crop = find_digit(page.find_ink(light_on_dark=False).map)
    if crop is None or is_scrap(crop, page.pixels.shape[:2]):
        return Digit(None, 1.0, (0, 0, width, height), (), BLANK)
    image = normalise(crop.ink)
    scores = recogniser.score(image[np.newaxis])
    box = page.to_source.map_box(crop.box)
    return build_classified_digit(scores.probabilities[0], 1.0, box, image, recogniser.card, box[2:])


def summarise(drawings: list[Comparison], labels: list[int]) -> dict[str, Any]:
    """Return the figures of drawings with known labels."""
    milliseconds = [each.milliseconds for each in drawings]
    probabilities = [
        [_list_probabilities(digit) for digit in (each.page, each.python)]
        for each in drawings
        if each.page.label is not None and each.python.label is not None
    ]
    return {
        "n": len(drawings),
        "n_changed": sum(not each.has_same_answer for each in drawings),
        "n_identical_images": sum(each.level_difference == 0 for each in drawings),
        "max_level_difference": max(each.level_difference for each in drawings),
        "max_probability_difference": max(float(np.abs(one - other).max()) for one, other in probabilities),
        "n_changed_to_reader": sum(
            (each.page.label, each.page.rejected) != (each.full.label, each.full.rejected)
            for each in drawings
        ),
        "n_blank": sum(each.page.label is None for each in drawings),
        "n_unsure": sum(each.page.rejected == "unsure" for each in drawings),
        "n_accepted_right": _count_right([each.page for each in drawings], labels),
        "n_accepted_right_by_reader": _count_right([each.full for each in drawings], labels),
        "median_milliseconds": float(np.median(milliseconds)),
        "percentile_95_milliseconds": float(np.percentile(milliseconds, 95)),
    }


def _count_right(digits: list[Digit], labels: list[int]) -> int:
    return sum(
        digit.label == label and digit.rejected is None for digit, label in zip(digits, labels, strict=True)
    )


def _build_digit(record: dict[str, Any], image: NDArray[np.uint8] | None) -> Digit:
    """Build a digit from the JSON of the page and its decoded image."""
    alternatives = tuple((each["label"], each["probability"]) for each in record["alternatives"])
    box = tuple(record["box"])
    assert len(box) == 4
    return Digit(record["label"], record["confidence"], box, alternatives, record["rejected"], image)


def _list_probabilities(digit: Digit) -> NDArray[np.float64]:
    probabilities = np.zeros(10)
    for label, probability in ((digit.label, digit.confidence), *digit.alternatives):
        assert label is not None
        probabilities[label] = probability
    return probabilities


if __name__ == "__main__":
    sys.exit(main())
