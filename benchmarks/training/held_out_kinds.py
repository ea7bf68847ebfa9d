"""Evaluation of ``is_digit`` on kinds of non-digits that are excluded from training.

The recipe ``accurate`` is trained twice on the first 50,000 training images, each time without half of the kinds of
synthetic non-digits, and with fewer epochs than the shipped model. For each kind the area under the ROC curve is
computed, for the other 10,000 training images against non-digits made from digits among these. Written to
``benchmarks/results/held-out-kinds.json`` after each training; finished trainings are skipped.

    python -m benchmarks.training.held_out_kinds
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command_line import make_parser
from benchmarks.models.beyond_mnist import auroc
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.commands.console.progress import show_training
from inkdigits.data import load_mnist
from inkdigits.data.labelled import LabelledImages
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.runs.run_directory import ONNX_MODEL
from inkdigits.training.recipes import Recipe, get_recipe
from inkdigits.training.synthetic.non_digits import KINDS, draw_non_digits
from inkdigits.training.train import train

RESULTS = RESULTS_FOLDER / "held-out-kinds.json"
HALVES = {
    "first": (
        "letters_of_fonts", "letters_by_hand", "fragments", "crossed_out", "scribbles", "arcs", "noise", "blobs",
    ),
    "second": (
        "signs_of_fonts", "signs_by_hand", "foreign", "drawings", "pairs", "straddles", "textures", "rules",
    ),
}  # fmt: skip
"""Kinds that are excluded together. Similar kinds, such as the two kinds of letters, are in one group."""
EPOCHS = 6
PER_KIND = 1000
AIM = 0.98


def measure(recogniser: OnnxRecogniser, held_out: LabelledImages) -> dict[str, float]:
    """Return the area under the ROC curve of the digits against each kind."""
    of_digits = recogniser.score(held_out.images).is_digit
    areas = {}
    for index, kind in enumerate(KINDS):
        non_digits = draw_non_digits(PER_KIND, np.random.default_rng((41, index)), held_out, [kind])
        areas[kind] = auroc(of_digits, recogniser.score(non_digits).is_digit)
    return areas


def train_without(
    kinds: Sequence[str], recipe: Recipe, known: LabelledImages, held_out: LabelledImages
) -> Any:
    """Train without some kinds, and return the areas of all kinds."""
    with tempfile.TemporaryDirectory() as folder, show_training() as watch:
        run = Path(folder) / "run"
        train(recipe.override({"excluded_kinds": ",".join(kinds)}), known, held_out, run=run, watch=watch)
        return measure(OnnxRecogniser(run / ONNX_MODEL), held_out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, measure, print and write."""
    parser = make_parser(__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    options = parser.parse_args(arguments)
    recipe = get_recipe("accurate").override({"epochs": EPOCHS})
    known, held_out = load_mnist().train.held_out(10_000)
    halves: dict[str, Any] = {}
    if options.out.exists():
        earlier = json.loads(options.out.read_text("utf-8"))
        halves_before = {name: tuple(kinds) for name, kinds in earlier["left_out"].items()}
        if (earlier["recipe"], halves_before) != (recipe.to_json(), HALVES):
            raise SystemExit(f"{options.out} is of another recipe or of other halves; move it away")
        halves = earlier["areas"]
    for name, kinds in HALVES.items():
        if name not in halves:
            halves[name] = train_without(kinds, recipe, known, held_out)
            write_json(
                options.out,
                {
                    **describe_environment(),
                    "aim": AIM,
                    "recipe": recipe.to_json(),
                    "left_out": HALVES,
                    "areas": halves,
                },
            )
        for kind, area in halves[name].items():
            print(f"{kind:<18} {area:.4f}  {'left out' if kind in kinds else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
