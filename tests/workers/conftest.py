"""A pool and a reader that tests share: starting workers takes half a second."""

from collections.abc import Iterator

import pytest

from inkdigits.recognition.reader import Reader
from inkdigits.workers.pool import Pool


@pytest.fixture(scope="package")
def pool() -> Iterator[Pool]:
    """Two workers with the default limits."""
    with Pool(2) as pool:
        yield pool


@pytest.fixture(scope="package")
def reader() -> Reader:
    """A reader with one thread, as workers have it."""
    return Reader(n_threads=1)
