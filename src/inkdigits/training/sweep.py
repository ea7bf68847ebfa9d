"""One recipe, many random seeds: how good it is, and by how much that varies."""

import dataclasses
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import DataError
from inkdigits.run_directory import CONFIG, ENVIRONMENT, EVALUATION, MANIFEST, read_json
from inkdigits.storage import check_writable, write_json
from inkdigits.training.calibration import Calibration
from inkdigits.training.loop.distillation import model_sha256
from inkdigits.training.loop.fit import StepCallback
from inkdigits.training.recipes import Recipe
from inkdigits.training.train import train

FIGURES = ("n", "n_errors", "accuracy", "loss", "ece", "without_label_errors")
"""What a sweep keeps of each run's evaluation."""


def sweep(
    recipe: Recipe,
    train_data: LabelledImages,
    test_data: LabelledImages,
    seeds: Sequence[int],
    results: Path,
    *,
    calibration: Calibration | None = None,
    keep: Path | None = None,
    watch: StepCallback | None = None,
    on_run: Callable[[dict[str, Any]], None] | None = None,
) -> list[dict[str, Any]]:
    """Train a recipe once for each seed, and add each run's figures to a result file as it ends.

    Parameters
    ----------
    recipe
        What to train.
    train_data, test_data
        Digit images ``uint8`` (n, 28, 28) with labels (n,).
    seeds
        Random seeds; those that the file has of this very recipe and these data already are not trained again, unless
        their runs are to be kept and are not there.
    results
        The JSON file: ``{"recipe", "data", "runs": [{"seed", "accuracy", ..., "seconds", "machine"}]}``.
    calibration
        Temperature and thresholds for each network, as in `train`.
    keep
        A directory in which the run directories stay, each named for its seed; by default none does. A run that was
        interrupted there is gone on with, and one that is finished there is not trained again.
    watch
        Called with each `Step` of each training.
    on_run
        Called with each run's record when it ends.

    Returns
    -------
    list of dict
        The records of all runs in the file.

    Raises
    ------
    DataError
        If the file is damaged, or holds runs of another recipe, of other data, of another teacher or calibration.
    OutputError
        If the file cannot be written; said before anything is trained.
    """
    data = {
        "train": train_data.name,
        "train_sha256": train_data.sha256,
        "test": test_data.name,
        "test_sha256": test_data.sha256,
    }
    made_with = {
        "teacher_sha256": model_sha256(recipe.teacher) if recipe.teacher else None,
        "calibration": dataclasses.asdict(calibration or Calibration()),
    }
    runs = _earlier_runs(results, recipe, data)
    check_writable(results)

    def is_done(seed: int) -> bool:
        is_kept = keep is None or (keep / f"seed-{seed}" / MANIFEST).exists()
        return is_kept and any(run["seed"] == seed for run in runs)

    missing = [seed for seed in seeds if not is_done(seed)]
    if missing:
        _check_made_alike([run for run in runs if run["seed"] not in missing], made_with, results)
    for seed in missing:
        with tempfile.TemporaryDirectory() as folder:
            path = (keep or Path(folder)) / f"seed-{seed}"
            if not (path / MANIFEST).exists():
                train(
                    recipe,
                    train_data,
                    test_data,
                    seed=seed,
                    run=path,
                    resume=(path / CONFIG).exists(),
                    watch=watch,
                    calibration=calibration,
                )
                keras.backend.clear_session()
            record = {**_record_of(path, recipe, data, seed), **made_with}
        runs = sorted([*(run for run in runs if run["seed"] != seed), record], key=lambda run: run["seed"])
        write_json(results, {"recipe": recipe.to_json(), "data": data, "runs": runs})
        if on_run:
            on_run(record)
    return runs


def _record_of(path: Path, recipe: Recipe, data: dict[str, str], seed: int) -> dict[str, Any]:
    """Return what is kept of a finished run, which must be of this very recipe, data and seed."""
    config, figures = read_json(path, CONFIG), read_json(path, EVALUATION)
    digests = config["data"]["sha256"], config["data"]["test_sha256"]
    if (config["seed"], *digests) != (seed, data["train_sha256"], data["test_sha256"]) or (
        Recipe.from_json(config["recipe"]) != recipe
    ):
        raise DataError(
            f"the run in {path} is of another recipe, seed or data; keep the runs elsewhere, or move it away"
        )
    return {"seed": seed, **{name: figures[name] for name in FIGURES}, **read_json(path, ENVIRONMENT)}


def _earlier_runs(results: Path, recipe: Recipe, data: dict[str, str]) -> list[dict[str, Any]]:
    if not results.exists():
        return []
    try:
        earlier = json.loads(results.read_text("utf-8"))
        runs: list[dict[str, Any]] = earlier["runs"]
        # A setting that came to recipes since those runs had its default in them.
        same = Recipe.from_json(earlier["recipe"]) == recipe and earlier["data"] == data
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise DataError(f"the result file {results} is damaged ({error}); move it away") from error
    if not same:
        raise DataError(
            f"{results} holds runs of another recipe or of other data; name another file with --out, or move it away"
        )
    return runs


def _check_made_alike(runs: list[dict[str, Any]], made_with: dict[str, Any], results: Path) -> None:
    """See that runs which are there already had the same teacher and calibration as one that is to join them."""
    for name, value in made_with.items():
        # Runs from before these were kept say nothing of them.
        if any(run.get(name, value) != value for run in runs):
            raise DataError(
                f"{results} holds runs with another {name.removesuffix('_sha256')}; name another file with --out, "
                "or move it away"
            )
