"""Records trials on held-out training images, one row per trial, for the tables of docs/explanation/recipes.md.

A trial is a sweep with the last 10,000 training images held out, of a recipe with some settings replaced:

    inkdigits sweep classic --held-out --set dropout=0 --runs 3 --out trial.json
    python -m benchmarks.training.trials classic trial.json --note "no normalisation"

A run of ``inkdigits train --held-out`` is also accepted, as a sweep of one seed. With ``--corrupted`` its model is also
evaluated on held-out images under fifteen corruptions. Rows are written to
``benchmarks/results/held-out-recipes.json``. The seeds of the same trial are merged.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.data import load_mnist
from inkdigits.evaluation.robustness import measure_robustness
from inkdigits.files.storage import write_json
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.runs.run_directory import CONFIG, ENVIRONMENT, EVALUATION, ONNX_MODEL, read_json
from inkdigits.training.recipes import Recipe

RESULTS = RESULTS_FOLDER / "held-out-recipes.json"
SETTLED = ("name", "network", "precision", "steps_per_execution", "schedule", "augmentation", "teacher")
"""Settings that a row does not list, because all trials share them, or because other settings imply them."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument("recipe", help="the recipe that the trial is for")
    parser.add_argument(
        "sweeps", type=Path, nargs="+", help="result files of held-out sweeps, or directories of runs"
    )
    parser.add_argument(
        "--note", default="", help="what else is other than in the recipe, such as the network"
    )
    parser.add_argument(
        "--corrupted",
        type=int,
        metavar="N",
        help="measure runs on N held-out images under fifteen corruptions",
    )
    parser.add_argument("--chosen", action="store_true", help="the recipe has these settings now")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Add the trials to the file."""
    options = parse(arguments)
    content = json.loads(options.out.read_text("utf-8"))
    for path in options.sweeps:
        sweep = sweep_of(path) if path.is_dir() else json.loads(path.read_text("utf-8"))
        row = row_of(options.recipe, sweep, options.note)
        if options.corrupted and not path.is_dir():
            raise SystemExit(f"--corrupted measures the model of a run, but {path} is a result file")
        if options.corrupted:
            row["corrupted"] = corrupted(path, options.corrupted)
        add(content["trials"], row, options.chosen)
        print(f"{row['recipe']}: {row['settings']} {row['accuracy_by_seed']}")
    write_json(options.out, content)
    return 0


def sweep_of(run: Path) -> dict[str, Any]:
    """Convert a run to a sweep of one seed."""
    config, figures = read_json(run, CONFIG), read_json(run, EVALUATION)
    record = {"seed": config["seed"], **{name: figures[name] for name in ("accuracy", "loss")}}
    return {
        "recipe": config["recipe"],
        "data": {"train": config["data"]["name"], "test": config["data"]["test_name"]},
        "runs": [{**record, **read_json(run, ENVIRONMENT)}],
    }


def corrupted(run: Path, n: int) -> dict[str, Any]:
    """Return the robustness of a run's model, on the first ``n`` of the last 10,000 training images."""
    _, held_out = load_mnist().train.held_out(10_000)
    measured = measure_robustness(OnnxRecogniser(run / ONNX_MODEL), held_out.images[:n], held_out.labels[:n])
    return measured.to_json()


def row_of(recipe: str, sweep: dict[str, Any], note: str) -> dict[str, Any]:
    """Convert a sweep to a row: the settings that differ from the defaults, and the metrics by seed."""
    settings = sweep["recipe"]
    if sweep["data"]["test"] == "mnist-test":
        raise SystemExit("this sweep looked at the test images: a trial is made with  --held-out")
    ordinary = {each.name: each.default for each in fields(Recipe)}
    used = {
        name: value
        for name, value in settings.items()
        if name in ordinary
        and name not in SETTLED
        and (value != ordinary[name] or name in ("dropout", "epochs"))
    }
    if settings["augmentation"] != "warp" and not settings.get("warp_only"):
        used.pop("warp_strength", None)
    else:
        used.pop("max_shift", None)
        used["warp_strength"] = settings["warp_strength"]
    if settings.get("teacher"):
        used["teacher_temperature"] = settings["teacher_temperature"]
    else:
        used.pop("teacher_temperature", None)
    row: dict[str, Any] = {"recipe": recipe, "settings": used}
    if note:
        row["note"] = note
    runs = sweep["runs"]
    row["accuracy_by_seed"] = {str(run["seed"]): run["accuracy"] for run in runs}
    row["loss_by_seed"] = {str(run["seed"]): round(run["loss"], 5) for run in runs}
    row["training_seconds"] = round(sum(run["seconds"]["training"] for run in runs) / len(runs), 1)
    return row


def add(trials: list[dict[str, Any]], row: dict[str, Any], chosen: bool) -> None:
    """Insert a row after those of its recipe, or replace the same trial with fewer seeds."""
    if chosen:
        for each in trials:
            if each["recipe"] == row["recipe"]:
                each.pop("chosen", None)
        row["chosen"] = True
    same = [
        each
        for each in trials
        if all(each.get(key) == row.get(key) for key in ("recipe", "settings", "note"))
    ]
    if not same:
        trials.append(row)
        return
    for key in ("accuracy_by_seed", "loss_by_seed"):
        same[0][key] = {**same[0].get(key, {}), **row[key]}
    same[0].update({key: value for key, value in row.items() if not key.endswith("by_seed")})


if __name__ == "__main__":
    sys.exit(main())
