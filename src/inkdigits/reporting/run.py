"""A finished run: all files that the report needs, loaded and validated."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from inkdigits.data.mnist import KNOWN_LABEL_ERRORS
from inkdigits.errors import RunError
from inkdigits.evaluation.result import Evaluation, read_evaluation
from inkdigits.reporting.formatting import data_name
from inkdigits.runs import run_directory
from inkdigits.runs.run_arrays import RunArrays, read_run_arrays
from inkdigits.runs.run_directory import damaged_file
from inkdigits.runs.run_files import RunConfig, RunEnvironment, read_config, read_environment
from inkdigits.runs.run_history import HISTORY_COLUMNS, read_history


@dataclass(frozen=True)
class Run:
    """One finished run.

    Attributes
    ----------
    folder
        The run directory.
    config, environment, evaluation
        Its JSON files.
    history
        The columns of ``history.csv``, each ``float64`` of shape (epochs,), NaN for empty cells.
    arrays
        The content of ``arrays.npz``.
    """

    folder: Path
    config: RunConfig
    environment: RunEnvironment
    evaluation: Evaluation
    history: dict[str, NDArray[np.float64]]
    arrays: RunArrays

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load a run from its folder.

        Raises
        ------
        RunError
            If a file is missing, cannot be read, or is inconsistent with another one.
        """
        if not folder.is_dir():
            raise RunError(
                f"{folder} is not a run: the folder does not exist; train a run with  inkdigits train"
            )
        config, environment, evaluation = (
            read_config(folder),
            read_environment(folder),
            read_evaluation(folder),
        )
        arrays = read_run_arrays(folder)
        if len(arrays.test_labels) != evaluation.n:
            raise RunError(
                f"{folder} is inconsistent: {run_directory.EVALUATION} has {evaluation.n} test "
                f"images, but {run_directory.ARRAYS} has {len(arrays.test_labels)}; train the run again"
            )
        return cls(folder, config, environment, evaluation, _read_history(folder), arrays)

    @property
    def is_mnist(self) -> bool:
        """Whether the training images are those of MNIST."""
        return self.data_name == "MNIST"

    @property
    def data_name(self) -> str:
        """The name of the training data, for prose."""
        return data_name(self.config.data.name)

    @property
    def test_name(self) -> str:
        """The name of the test data, for prose."""
        return data_name(self.config.data.test_name or self.config.data.name)

    @property
    def has_validation(self) -> bool:
        """Whether the history contains a validation loss."""
        return bool(np.isfinite(self.history["val_loss"]).any())

    @property
    def has_is_digit(self) -> bool:
        """Whether the network has the output ``is_digit`` besides the ten probabilities."""
        return any(layer.name == "is_digit" for layer in self.config.layers)

    @property
    def label_errors(self) -> Mapping[int, int | None]:
        """Indices of test images with a known label error, and the corrected label (None: no agreement).

        Empty unless the evaluation excludes them, as it does for the test images of MNIST.
        """
        if self.evaluation.without_label_errors is None:
            return {}
        n = len(self.arrays.test_labels)
        return {index: digit for index, digit in KNOWN_LABEL_ERRORS.items() if index < n}


def _read_history(folder: Path) -> dict[str, NDArray[np.float64]]:
    """Return the history as numbers by column."""
    rows, path = read_history(folder), folder / run_directory.HISTORY
    try:
        history = {
            name: np.array([float(row.get(name) or "nan") for row in rows], np.float64)
            for name in HISTORY_COLUMNS
            if name != "seconds"
        }
    except ValueError as error:
        raise damaged_file(path, error) from error
    if not rows or not np.isfinite(history["epoch"]).all() or not np.isfinite(history["loss"]).any():
        raise damaged_file(path, "it contains no epoch with a loss")
    return history
