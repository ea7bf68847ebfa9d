"""Hostile data sets and rosters are refused in one line, and the largest ones accepted, within the bound."""

import time
from pathlib import Path

import pytest

from benchmarks.limits.hostile.data_sets import make_data_sets, make_rosters
from inkdigits.data import load_labelled
from inkdigits.errors import DataError
from inkdigits.files.limits import DATA_SET
from inkdigits.recognition.numbers.lexicon import Roster

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("load", "make"), [(load_labelled, make_data_sets), (Roster.load, make_rosters)], ids=["data", "roster"]
)
def test_each_file_has_its_outcome_within_the_bound(load, make, tmp_path: Path) -> None:
    n_refused = 0
    for name, content in make():
        path = tmp_path / name
        path.write_bytes(content)
        start = time.thread_time()
        if name.startswith("read-"):
            load(path)
        else:
            with pytest.raises(DataError) as caught:
                load(path)
            n_refused += 1
            assert "\n" not in str(caught.value), name
            assert len(str(caught.value)) < 2000, name
        assert time.thread_time() - start < DATA_SET.seconds, name
        path.unlink()
    assert n_refused >= 7
