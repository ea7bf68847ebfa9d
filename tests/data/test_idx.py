import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkdigits.data import idx
from inkdigits.errors import DataError


def test_header_is_as_published() -> None:
    # The first bytes of MNIST's training images: magic number 2051, 60000, 28, 28.
    assert idx.header((60_000, 28, 28)) == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6)))
def test_what_is_encoded_is_decoded(array: np.ndarray) -> None:
    np.testing.assert_array_equal(idx.decode(idx.encode(array), "it"), array)


@given(st.binary(max_size=64))
def test_any_bytes_are_an_array_or_a_data_error(content: bytes) -> None:
    try:
        array = idx.decode(content, "it")
    except DataError:
        return
    assert idx.encode(array) == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "but found nothing"),
        (b"PK\x03\x04", "50 4b 03 04"),
        (bytes.fromhex("00000d01 00000002"), "unsigned bytes"),
        (bytes.fromhex("00000803 0000"), "within its IDX header"),
        (bytes.fromhex("00000801 00000003 0102"), "should have 11 bytes"),
        (bytes.fromhex("00000801 00000001 0102"), "but has 10"),
        (bytes.fromhex("00000803 ffffffff ffffffff ffffffff"), "but has 16"),
    ],
)
def test_damage_is_said(content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        idx.decode(content, "it")


@pytest.mark.parametrize("shape", [(1,) * 255, (2**32 - 1, 2**32 - 1, 2**32 - 1, 0)])
def test_an_impossible_shape_is_an_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="impossible shape"):
        idx.decode(idx.header(shape) + bytes(math.prod(shape)), "it")
