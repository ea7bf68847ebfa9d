"""What the network of numbers is worth: on drawn numbers, alone on the benchmark's lines, and with the lattice.

Drawn numbers of MNIST's test digits and of digits that it was trained on show how far it has learnt by heart. On the
development split of the reading benchmark its columns, read alone, stand against the lattice that decides with them.

    python benchmarks/number_network.py            some two minutes; writes benchmarks/results/number-network.json
"""

import argparse
import time
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from inkdigits.data import LabelledImages, load_mnist
from inkdigits.evaluation.calibration import expected_calibration_error
from inkdigits.pictures.decode import decode
from inkdigits.pictures.lines import find_strips
from inkdigits.pictures.view import View
from inkdigits.recognition.columns import FIRST_DIGIT, OTHER, middles_of, number_network, read_columns
from inkdigits.recognition.layouts import Task, read_ink
from inkdigits.recognition.onnx_recogniser import OnnxRecogniser, shipped_models
from inkdigits.recognition.proposals import band_of
from inkdigits.storage import write_json
from inkdigits.training.environment import describe_environment
from inkdigits.training.number_fitting import plain_stock, read_right
from inkdigits.training.synthetic.numbers import draw_numbers
from pictures.rows import ROWS, example_of
from pictures.sources import load_sources

RESULTS = Path(__file__).parent / "results" / "number-network.json"
LINES = ("numbers-touching", "numbers-separated", "numbers-by-overlap", "numbers-bent")
TRAINED_ON = 10_000
"""The last training images, of which the development split is made."""


def drawn_accuracy(digits: LabelledImages, n: int) -> float:
    """Return the share of numbers drawn of these digits that the columns alone read right."""
    drawn = draw_numbers(n, plain_stock(digits, seed=0), np.random.default_rng(5))
    return float(read_right(number_network().logits(drawn.images), drawn).mean())


def milliseconds(width: int = 136, n: int = 200) -> float:
    """Return the median time of one strip on one core; 136 pixels hold five digits."""
    strip = np.random.default_rng(0).integers(0, 255, (1, 32, width), dtype=np.uint8)
    times = []
    for _ in range(n):
        start = time.perf_counter()
        number_network().logits(strip)
        times.append(time.perf_counter() - start)
    return round(1000 * median(times), 3)


def columns_alone(ink: np.ndarray) -> str:
    """Return what the columns of every strip of an ink map say, one strip a line."""
    lines = []
    for strip in find_strips(ink):
        columns = read_columns(strip.ink, strip.height, *band_of(strip.ink, strip.height))
        symbols = [symbol for _, symbol in middles_of(columns.probabilities)]
        lines.append("".join("?" if symbol == OTHER else str(symbol - FIRST_DIGIT) for symbol in symbols))
    return "\n".join(lines)


def measure_lines(n: int) -> dict[str, Any]:
    """Read the rows of lines both ways from the same ink, and see whether the lattice's confidence is earned."""
    recogniser = OnnxRecogniser(next(iter(shipped_models().values())), n_threads=1)
    task = Task(recogniser, recogniser.card)
    sources = load_sources("development")
    rows: dict[str, Any] = {}
    confidences, rights = [], []
    for name in LINES:
        alone, together, guessed = 0, 0, 0
        for index in range(n):
            example = example_of(ROWS[name], sources, index)
            ink = View(decode(example.picture).pixels).clean_inks[0]
            numbers = read_ink(ink, task, "page")
            alone += columns_alone(ink) == example.truth[0]
            together += "\n".join(number.text for number in numbers) == example.truth[0]
            guesses = ["".join(str(digit.label) for digit in number.digits) for number in numbers]
            guessed += guesses == list(example.truth)
            for number, guess in zip(numbers, guesses, strict=True) if len(numbers) == 1 else []:
                confidences.append(number.confidence)
                # A separator that is not there is as wrong as a digit.
                rights.append(guess == example.truth[0] and len(number.text) == len(guess))
        rows[name] = {
            "n": n,
            "columns_alone": alone / n,
            "with_the_lattice": together / n,
            "lattice_guesses": guessed / n,
        }
    error = expected_calibration_error(np.array(confidences), np.array(rights))
    return {"rows": rows, "confidence": {"n": len(rights), "ece": round(float(error), 4)}}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--drawn", type=int, default=3000, help="numbers drawn of each kind of digits")
    parser.add_argument("--lines", type=int, default=200, help="pictures of each row")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    mnist = load_mnist()
    seen = LabelledImages(mnist.train.images[-TRAINED_ON:], mnist.train.labels[-TRAINED_ON:], "trained on")
    environment = describe_environment()
    results = {
        "benchmark": "number network",
        "created": environment["created"],
        "machine": environment["machine"],
        "versions": environment["versions"],
        "parameters": number_network().card.parameters,
        "milliseconds_a_strip": milliseconds(),
        "drawn": {
            "n": options.drawn,
            "test_digits": drawn_accuracy(mnist.test, options.drawn),
            "digits_trained_on": drawn_accuracy(seen, options.drawn),
        },
        "lines": measure_lines(options.lines),
    }
    write_json(options.out, results)
    print(f"{results['drawn']}\n{results['lines']}\nwritten to {options.out}")


if __name__ == "__main__":
    main()
