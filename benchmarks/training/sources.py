"""Ablation of the sources of training images of ``accurate``, added to a batch one after another.

Each trial is a short training on the first 50,000 training images, with the same number of passes over them. It is
evaluated on the other 10,000, on these under fifteen corruptions, and beyond MNIST. Written to
``benchmarks/results/sources.json`` after each trial; finished trials are skipped.

    python -m benchmarks.training.sources
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command_line import make_parser
from benchmarks.models.beyond_mnist import accuracy, font_digits, rendered_digits, small_digits
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading.pictures.contents.fonts import find_fonts
from inkdigits.commands.console.progress import show_training
from inkdigits.data import load_mnist
from inkdigits.data.labelled import LabelledImages
from inkdigits.environment import describe_environment
from inkdigits.evaluation.robustness import measure_robustness
from inkdigits.files.storage import write_json
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.runs.run_directory import ONNX_MODEL
from inkdigits.training.recipes import Recipe, get_recipe
from inkdigits.training.train import train

RESULTS = RESULTS_FOLDER / "sources.json"
EPOCHS = 4
N_CORRUPTED = 2000
"""Number of held-out images for the fifteen corruptions."""
NOTHING_ELSE: dict[str, str | int | float] = {
    "augmentation": "warp",
    "warp_only": 0.0,
    "stroke_models": 0.0,
    "fonts": 0.0,
    "non_digits": 0.0,
}
ADDED: dict[str, tuple[str, ...]] = {
    "MNIST, warped": (),
    "and varied strongly": ("augmentation", "warp_only"),
    "and stroke models": ("stroke_models",),
    "and fonts": ("fonts",),
    "and non-digits: the recipe": ("non_digits",),
}
"""The trials, each with the settings of the recipe that it adds to those of the previous one."""


def recipes() -> dict[str, Recipe]:
    """Return the recipe of each trial."""
    whole = get_recipe("accurate").override({"epochs": EPOCHS})
    settings, found = dict(NOTHING_ELSE), {}
    for name, added in ADDED.items():
        settings |= {each: getattr(whole, each) for each in added}
        found[name] = whole.override(settings)
    return found


def measure(recogniser: OnnxRecogniser, held_out: LabelledImages) -> dict[str, Any]:
    """Return the metrics of a trial."""
    corrupted = measure_robustness(recogniser, held_out.images[:N_CORRUPTED], held_out.labels[:N_CORRUPTED])
    rendered = {name: accuracy(recogniser, digits) for name, digits in rendered_digits("development").items()}
    return {
        "mnist": accuracy(recogniser, (held_out.images, held_out.labels)),
        "corrupted": corrupted.mean,
        "load_digits": accuracy(recogniser, small_digits()),
        "fonts": accuracy(recogniser, font_digits()),
        "rendered": float(np.mean(list(rendered.values()))),
        "rendered_rows": rendered,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, measure, print and write."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    options = parser.parse_args(arguments)
    known, held_out = load_mnist().train.held_out(10_000)
    if find_fonts().missing_packages:
        raise SystemExit(f"fonts are missing: {find_fonts().remedy}")
    known_recipes = [recipe.to_json() for recipe in recipes().values()]
    trials: list[dict[str, Any]] = []
    if options.out.exists():
        trials = json.loads(options.out.read_text("utf-8"))["trials"]
        if any(trial["recipe"] not in known_recipes for trial in trials):
            raise SystemExit(f"{options.out} holds trials of other recipes; move it away")
    for name, recipe in recipes().items():
        if any(trial["recipe"] == recipe.to_json() for trial in trials):
            continue
        with tempfile.TemporaryDirectory() as folder, show_training() as watch:
            train(recipe, known, held_out, run=Path(folder) / "run", watch=watch)
            figures = measure(OnnxRecogniser(Path(folder) / "run" / ONNX_MODEL), held_out)
        trials.append({"sources": name, "recipe": recipe.to_json(), **figures})
        write_json(options.out, {**describe_environment(), "n_corrupted": N_CORRUPTED, "trials": trials})
        print(name, json.dumps(figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
