"""Sweeps: training of one recipe with several random seeds."""

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import msgspec

from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import DataError, UsageError
from inkdigits.evaluation.result import read_evaluation
from inkdigits.evaluation.sweep_results import SweepData, SweepResults, SweepRun, read_sweep
from inkdigits.files.json_records import to_json
from inkdigits.files.locks import lock_file
from inkdigits.files.storage import check_writable, write_json
from inkdigits.runs.run_directory import CONFIG, MANIFEST
from inkdigits.runs.run_files import read_config, read_environment
from inkdigits.training.calibration import Calibration
from inkdigits.training.loop.distillation import model_sha256
from inkdigits.training.loop.history import StepCallback
from inkdigits.training.recipes import Recipe
from inkdigits.training.train import train

FIGURES = ("n", "n_errors", "accuracy", "loss", "ece", "without_label_errors")
"""The metrics that a sweep records for each run."""


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
    on_run: Callable[[SweepRun], None] | None = None,
) -> list[SweepRun]:
    """Train a recipe once for each seed, and add the metrics of each run to a result file.

    Parameters
    ----------
    recipe
        The recipe.
    train_data, test_data
        Digit images ``uint8`` (n, 28, 28) with labels (n,).
    seeds
        Random seeds. Seeds that are already in the file, for the same recipe and data, are skipped, unless ``keep`` is
        given and their run directory is missing.
    results
        The JSON file, of the form of `SweepResults`.
    calibration
        Temperature and thresholds for each network, as in `train`.
    keep
        A folder for the run directories, one per seed; by default they are deleted. An interrupted run in it is
        resumed, and a finished run is not trained again.
    watch
        Called with each `Step` of each training.
    on_run
        Called with the record of each run when it ends.

    Returns
    -------
    list of SweepRun
        The records of all runs in the file.

    Raises
    ------
    DataError
        If the file is damaged, or if it contains runs of another recipe, data set, teacher or calibration.
    OutputError
        If the file cannot be written; this is checked before training.
    LockedError
        If another sweep is writing the file.
    """
    data = SweepData(
        train=train_data.name,
        train_sha256=train_data.sha256,
        test=test_data.name,
        test_sha256=test_data.sha256,
    )
    origin: dict[str, Any] = {
        "teacher_sha256": model_sha256(recipe.teacher) if recipe.teacher else None,
        "calibration": dataclasses.asdict(calibration or Calibration()),
    }
    check_writable(results)
    with lock_file(results):
        runs = _read_earlier_runs(results, recipe, data)

        def is_done(seed: int) -> bool:
            is_kept = keep is None or (keep / f"seed-{seed}" / MANIFEST).exists()
            return is_kept and any(run.seed == seed for run in runs)

        missing = [seed for seed in seeds if not is_done(seed)]
        if missing:
            _check_same_origin([run for run in runs if run.seed not in missing], origin, results)
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
                record = msgspec.structs.replace(_make_record(path, recipe, data, seed), **origin)
            runs = sorted([*(run for run in runs if run.seed != seed), record], key=lambda run: run.seed)
            write_json(results, to_json(SweepResults(recipe=recipe.to_json(), data=data, runs=tuple(runs))))
            if on_run:
                on_run(record)
        return runs


def _make_record(path: Path, recipe: Recipe, data: SweepData, seed: int) -> SweepRun:
    """Return the record of a finished run, after a check of its recipe, data and seed."""
    config, figures, environment = read_config(path), read_evaluation(path), read_environment(path)
    digests = config.data.sha256, config.data.test_sha256
    if (config.seed, *digests) != (seed, data.train_sha256, data.test_sha256) or (
        Recipe.from_json(config.recipe) != recipe
    ):
        raise DataError(
            f"the run in {path} has another recipe, seed or data set; choose another folder with --keep, or move it "
            "away"
        )
    metrics = {name: getattr(figures, name) for name in FIGURES}
    return SweepRun(seed=seed, **metrics, **msgspec.structs.asdict(environment))


def _read_earlier_runs(results: Path, recipe: Recipe, data: SweepData) -> list[SweepRun]:
    if not results.exists():
        return []
    earlier = read_sweep(results)
    try:
        # Settings that were added to recipes after those runs have their default values there.
        same = Recipe.from_json(earlier.recipe) == recipe and earlier.data == data
    except UsageError as error:
        raise DataError(f"the result file {results} is damaged ({error}); move it away") from error
    if not same:
        raise DataError(
            f"{results} contains runs of another recipe or data set; choose another file with --out, or move it away"
        )
    return list(earlier.runs)


def _check_same_origin(runs: list[SweepRun], origin: dict[str, Any], results: Path) -> None:
    """Check that the earlier runs had the same teacher and calibration as the new one."""
    for name, value in origin.items():
        # Old runs have no record of these.
        if any(getattr(run, name) not in (value, msgspec.UNSET) for run in runs):
            raise DataError(
                f"{results} contains runs with another {name.removesuffix('_sha256')}; choose another file with "
                "--out, or move it away"
            )
