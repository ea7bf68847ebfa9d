"""The arrays of a run: what is written is read again, and shapes that do not fit are errors of one line."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from inkdigits.errors import RunError
from inkdigits.runs.run_arrays import RunArrays, read_run_arrays, write_run_arrays

ARRAYS = RunArrays(
    train_examples=np.full((10, 2, 28, 28), 7, np.uint8),
    train_counts=np.arange(10),
    test_labels=np.array([3, 1, 2]),
    test_probabilities=np.eye(10, dtype=np.float32)[[3, 1, 9]],
    test_images=np.full((3, 28, 28), 9, np.uint8),
    first_layer_filters=np.full((3, 3, 4), 0.5, np.float32),
)


@pytest.mark.parametrize("filters", [ARRAYS.first_layer_filters, None])
def test_arrays_are_read_as_they_were_written(tmp_path: Path, filters: np.ndarray | None) -> None:
    written = dataclasses.replace(ARRAYS, first_layer_filters=filters)
    write_run_arrays(tmp_path, written)
    read = read_run_arrays(tmp_path)
    for field in dataclasses.fields(RunArrays):
        one, other = (getattr(each, field.name) for each in (written, read))
        np.testing.assert_array_equal(one, other)
        assert getattr(one, "dtype", None) == getattr(other, "dtype", None)
    np.testing.assert_array_equal(read.predicted, [3, 1, 9])
    np.testing.assert_array_equal(read.confidences, [1, 1, 1])


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("train_examples", (10, 2, 28)),
        ("train_counts", (9,)),
        ("test_probabilities", (2, 10)),
        ("test_images", (3, 28, 27)),
        ("first_layer_filters", (3, 3)),
    ],
)
def test_a_wrong_shape_is_an_error_of_one_line(tmp_path: Path, name: str, shape: tuple[int, ...]) -> None:
    write_run_arrays(tmp_path, dataclasses.replace(ARRAYS, **{name: np.zeros(shape, np.float32)}))
    with pytest.raises(
        RunError, match=rf"arrays\.npz is damaged \({name} has shape .*\); train the run again$"
    ):
        read_run_arrays(tmp_path)


def test_a_missing_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"arrays\.npz is missing; train the run again$"):
        read_run_arrays(tmp_path)
