"""IDX files, and their gzip files: the form in which MNIST is published."""

import gzip

import numpy as np

from fuzz.targets.target import Target
from inkdigits.data import idx
from inkdigits.data.mnist_files import MnistFile, decompress
from inkdigits.errors import DataError

_FILE = MnistFile("fuzzed", (2, 3, 3), "0" * 64)


def run(data: bytes) -> None:
    """Decode an IDX file; the first byte decides whether it is decompressed first."""
    content = data[1:]
    if data[:1] == b"z":
        content = decompress(_FILE, content, "fuzzed")
        assert len(content) <= _FILE.n_bytes + 1, "more was decompressed than asked for"
    array = idx.decode(content, "fuzzed")
    assert array.dtype == np.uint8
    assert idx.encode(array) == content, "the array encodes to another file"


def make_seeds() -> list[bytes]:
    """Make arrays of 0 to 3 axes, plain and compressed."""
    arrays = [np.arange(size, dtype=np.uint8).reshape(shape) for size, shape in _SHAPES]
    plain = [idx.encode(array) for array in arrays]
    return [b"p" + each for each in plain] + [b"z" + gzip.compress(each, mtime=0) for each in plain]


_SHAPES = ((1, ()), (0, (0,)), (7, (7,)), (12, (3, 4)), (18, (2, 3, 3)), (0, (5, 0, 3)))

TARGET = Target(
    run,
    make_seeds,
    refusals=(DataError,),
    tokens=(b"\0\0\x08", b"\xff\xff\xff\xff", b"\x80\0\0\0", b"\x1f\x8b\x08"),
)
