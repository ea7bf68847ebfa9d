"""The JSON files of a run as records: configuration and environment.

`Evaluation.from_json` in `inkdigits.evaluation.result` reads the third one.
"""

from pathlib import Path
from typing import Any

import msgspec

from inkdigits.environment import Environment
from inkdigits.files.json_records import Amount, Count, Record, from_json
from inkdigits.runs.run_directory import CONFIG, ENVIRONMENT, damaged_file, read_json


class RunName(msgspec.Struct, frozen=True):
    """The field of ``config.json`` that the runs of classifiers and of the detector have in common."""

    name: str
    """Name of the recipe, or ``detector``."""


class RunData(msgspec.Struct, frozen=True, kw_only=True):
    """The training and test images of a run."""

    name: str
    test_name: str | None = None
    n_train: Count
    n_validation: Count | None = None
    n_test: Count
    sha256: str
    test_sha256: str | None = None


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer of the network."""

    name: str
    type: str
    output_shape: tuple[Count | None, ...] | None = None
    """Without the batch axis, or with None for it."""
    parameters: Count


class DataSource(msgspec.Struct, frozen=True, kw_only=True):
    """The options with which the training data are loaded again when a run is resumed."""

    data: str
    held_out: bool
    calibration: str | None
    """A held-out run, or None."""


class RunConfig(RunName, frozen=True, kw_only=True):
    """``config.json`` of a classifier."""

    recipe: dict[str, Any]
    """The settings by name; `Recipe.from_json` checks them."""
    recipe_descriptions: dict[str, str] | None = None
    seed: int
    data: RunData
    teacher_sha256: str | None = None
    layers: tuple[Layer, ...]
    parameters: Count
    command: str | None = None
    """The command line, or None if the run was started from Python."""
    source: DataSource | None = None
    """None if the caller loaded the data."""


class Seconds(msgspec.Struct, frozen=True, kw_only=True):
    """The duration of a run."""

    training: Amount
    total: Amount
    """Including evaluation and export."""


class RunEnvironment(Environment, frozen=True, kw_only=True):
    """``environment.json`` of a classifier."""

    precision: str
    seconds: Seconds


def read_run_name(run: Path) -> str:
    """Return the name of a run's recipe, or ``detector``.

    Raises
    ------
    RunError
        If ``config.json`` is missing or damaged.
    """
    return read_run_file(run, CONFIG, RunName).name


def read_config(run: Path) -> RunConfig:
    """Read ``config.json`` of a classifier.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    return read_run_file(run, CONFIG, RunConfig)


def read_environment(run: Path) -> RunEnvironment:
    """Read ``environment.json`` of a classifier.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    return read_run_file(run, ENVIRONMENT, RunEnvironment)


def read_run_file(run: Path, name: str, kind: type[Record]) -> Record:
    """Return one of the run's JSON files as a record of type ``kind``.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    content = read_json(run, name)
    try:
        return from_json(content, kind)
    except ValueError as error:
        raise damaged_file(run / name, error) from error
