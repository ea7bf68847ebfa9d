"""A finished run: all files that the report needs, loaded and validated."""

import csv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.data.mnist import KNOWN_LABEL_ERRORS
from inkdigits.errors import RunError
from inkdigits.evaluation.result import Evaluation, read_evaluation
from inkdigits.files.array_files import read_arrays
from inkdigits.reporting.formatting import data_name
from inkdigits.runs import run_directory
from inkdigits.runs.run_directory import damaged_file
from inkdigits.runs.run_files import RunConfig, RunEnvironment, read_config, read_environment

_HISTORY = ("epoch", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class Arrays:
    """The content of ``arrays.npz``.

    Attributes
    ----------
    train_examples
        ``uint8`` (10, k, 28, 28): k training images of each digit.
    train_counts
        ``int64`` (10,): number of training images of each digit.
    test_labels
        ``int64`` (n,): the true digit of each test image.
    test_probabilities
        ``float32`` (n, 10): the network's probabilities for each test image.
    test_images
        ``uint8`` (n, 28, 28): ink 255 on background 0.
    first_layer_filters
        ``float32`` (height, width, n_filters), or None if the network has no convolutional layer.
    """

    train_examples: NDArray[np.uint8]
    train_counts: NDArray[np.int64]
    test_labels: NDArray[np.int64]
    test_probabilities: NDArray[np.float32]
    test_images: NDArray[np.uint8]
    first_layer_filters: NDArray[np.float32] | None

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The most probable digit of each test image, shape (n,)."""
        predicted: NDArray[np.int64] = self.test_probabilities.argmax(axis=1)
        return predicted

    @property
    def confidences(self) -> NDArray[np.float32]:
        """The probability of each test image's most probable digit, shape (n,)."""
        confidences: NDArray[np.float32] = self.test_probabilities.max(axis=1)
        return confidences


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
    arrays: Arrays

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
        arrays = _read_arrays(folder)
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
    path = folder / run_directory.HISTORY
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        history = {
            key: np.array([float(row.get(key) or "nan") for row in rows], np.float64) for key in _HISTORY
        }
    except OSError as error:
        raise RunError(
            f"{folder} is not a finished run: {path.name} is missing; train the run again"
        ) from error
    except (ValueError, csv.Error) as error:
        raise damaged_file(path, error) from error
    if not rows or not np.isfinite(history["epoch"]).all() or not np.isfinite(history["loss"]).any():
        raise damaged_file(path, "it contains no epoch with a loss")
    return history


def _read_arrays(folder: Path) -> Arrays:
    path = folder / run_directory.ARRAYS
    try:
        file = read_arrays(path)
        arrays = Arrays(
            train_examples=file["train_examples"],
            train_counts=file["train_counts"],
            test_labels=file["test_labels"],
            test_probabilities=file["test_probabilities"],
            test_images=file["test_images"],
            first_layer_filters=file.get("first_layer_filters"),
        )
    except FileNotFoundError as error:
        raise RunError(
            f"{folder} is not a finished run: {path.name} is missing; train the run again"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise damaged_file(path, error) from error
    n = len(arrays.test_labels)
    expected = {
        "test_probabilities": (n, N_CLASSES),
        "test_images": (n, SIDE, SIDE),
        "train_counts": (N_CLASSES,),
    }
    for name, shape in expected.items():
        found = getattr(arrays, name).shape
        if found != shape:
            raise damaged_file(path, f"{name} has shape {found}, expected {shape}")
    examples = arrays.train_examples.shape
    if len(examples) != 4 or examples[0] != N_CLASSES or examples[2:] != (SIDE, SIDE):
        raise damaged_file(path, f"train_examples has shape {examples}")
    filters = arrays.first_layer_filters
    if filters is not None and (filters.ndim != 3 or filters.size == 0):
        raise damaged_file(path, f"first_layer_filters has shape {filters.shape}")
    return arrays
