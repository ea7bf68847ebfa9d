"""The arrays of a run, ``arrays.npz``: what the report draws without the data and without Keras."""

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import N_CLASSES, SIDE
from inkdigits.errors import RunError
from inkdigits.files.array_files import read_arrays
from inkdigits.files.storage import write_whole
from inkdigits.runs.run_directory import ARRAYS, damaged_file


@dataclass(frozen=True)
class RunArrays:
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


def write_run_arrays(run: Path, arrays: RunArrays) -> None:
    """Write ``arrays.npz`` of a run.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    values = {field.name: getattr(arrays, field.name) for field in fields(arrays)}
    with write_whole(run / ARRAYS) as temporary:
        np.savez_compressed(temporary, **{name: value for name, value in values.items() if value is not None})


def read_run_arrays(run: Path) -> RunArrays:
    """Read ``arrays.npz`` of a run, and check the shapes.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    path = run / ARRAYS
    try:
        file = read_arrays(path)
        arrays = RunArrays(
            train_examples=file["train_examples"],
            train_counts=file["train_counts"],
            test_labels=file["test_labels"],
            test_probabilities=file["test_probabilities"],
            test_images=file["test_images"],
            first_layer_filters=file.get("first_layer_filters"),
        )
    except FileNotFoundError as error:
        raise RunError(f"{run} is not a finished run: {path.name} is missing; train the run again") from error
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
