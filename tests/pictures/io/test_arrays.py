import numpy as np
import pytest

from inkdigits.errors import PictureError
from inkdigits.pictures.io.arrays import convert_array


@pytest.mark.parametrize(
    "array",
    [
        np.eye(8, dtype=bool),
        np.eye(8, dtype=np.float64),
        np.eye(8, dtype=np.float32) * 16,
        np.eye(8, dtype=np.int64) * 255,
        np.eye(8, dtype=np.uint8),
        np.eye(8, dtype=np.uint16) * 65535,
        np.eye(8, dtype=np.uint16) * 4095,
        np.eye(8, dtype=np.float32) * 2 - 1,
        np.eye(8) * 1e300,
        (np.eye(8) * 2 - 1) * 1.5e308,
        np.eye(8, dtype=np.float32) * 3e38,
        np.eye(8)[:, :, np.newaxis],
        np.eye(8)[np.newaxis],
    ],
    ids=lambda array: f"{array.dtype}-{array.max()}-{array.shape}",
)
def test_array_of_any_range_is_scaled_to_eight_bits(array: np.ndarray) -> None:
    np.testing.assert_array_equal(convert_array(array), np.eye(8, dtype=np.uint8) * 255)


def test_rounding_errors_below_zero_are_black() -> None:
    assert convert_array(np.eye(8) * -1e-310).max() == 0


def test_channels_may_come_first() -> None:
    array = np.random.default_rng(0).integers(17, 255, (3, 12, 14), dtype=np.uint8)
    np.testing.assert_array_equal(convert_array(array), array.transpose(1, 2, 0))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 5)),
        np.zeros((5, 0, 3)),
        np.zeros(5),
        np.zeros((5, 5, 7)),
        np.full((5, 5), np.nan),
        np.full((5, 5), np.inf),
        np.array([["a", "b"]]),
        np.array([[object()]]),
        np.zeros((3, 3), complex),
    ],
    ids=lambda array: f"{array.dtype} {array.shape}",  # no addresses: the workers of pytest-xdist compare ids
)
def test_array_that_is_not_a_picture_raises_an_error(array: np.ndarray) -> None:
    with pytest.raises(PictureError):
        convert_array(array)
