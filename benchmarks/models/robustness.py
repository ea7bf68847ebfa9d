"""Robustness of the shipped models: accuracy on MNIST's test images under fifteen corruptions.

Written to ``benchmarks/results/robustness.json``. The corruptions are frozen, in ``evaluation/corruptions.py``. Noise,
blur, fog, stripe, spatter, lines, zigzag and edges are not among the training augmentations in this form.
``inkdigits evaluate --corruptions`` reports the same metrics for one model.

    python -m benchmarks.models.robustness
    python -m benchmarks.models.robustness --model runs/mine/model.onnx --n 1000      printed only
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.data import load_mnist
from inkdigits.environment import describe_environment
from inkdigits.evaluation.robustness import Robustness, measure_robustness
from inkdigits.files.storage import sha256_of_file, write_json
from inkdigits.recognition.engines.registry import load_recogniser, shipped_models

RESULTS = RESULTS_FOLDER / "robustness.json"
AIM = {"mean": 0.975, "worst": 0.93}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = make_parser(__doc__)
    parser.add_argument(
        "--model", action="append", help="a shipped model or an .onnx file; by default all shipped"
    )
    parser.add_argument("--n", type=int, default=10_000, help="how many of the test images")
    parser.add_argument(
        "--out", type=Path, help=f"the result file; by default {RESULTS.name}, of all models alone"
    )
    options = parser.parse_args(arguments)
    test = load_mnist().test[: options.n]
    found: dict[str, Any] = {}
    for name in options.model or shipped_models():
        recogniser = load_recogniser(name)
        measured = measure_robustness(recogniser, test.images, test.labels)
        print(in_words(name, measured), flush=True)
        found[Path(name).stem] = {"sha256": sha256_of_file(recogniser.path), **measured.to_json()}
    whole = options.model is None and options.n == 10_000
    out = options.out or (RESULTS if whole else None)
    if out is not None:
        write_json(out, {**describe_environment(), "aim": AIM, "models": found})
    return 0


def in_words(name: str, measured: Robustness) -> str:
    """Format the metrics of a model as lines."""
    lines = [
        f"{name}: {measured.clean:.2%} as they are, {measured.mean:.2%} on the mean of the corruptions, "
        f"worst {measured.worst} with {measured.corrupted[measured.worst]:.2%}"
    ]
    return "\n".join([*lines, *(f"  {kind:<14} {each:.2%}" for kind, each in measured.corrupted.items())])


if __name__ == "__main__":
    sys.exit(main())
