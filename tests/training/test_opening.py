"""One process at a time writes a run, new or resumed."""

from pathlib import Path

import pytest

from inkdigits.errors import LockedError, RunError
from inkdigits.files.storage import PARTIAL
from inkdigits.runs.run_directory import CONFIG, MANIFEST
from inkdigits.training.opening import open_run


def test_a_run_that_is_being_written_is_neither_started_nor_resumed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with open_run(run, resume=False) as is_new:
        assert is_new
        with pytest.raises(LockedError, match="is in use by process"), open_run(run, resume=False):
            pass
        (run / CONFIG).touch()
        with pytest.raises(LockedError, match="is in use by process"), open_run(run, resume=True):
            pass
        with pytest.raises(RunError, match="exists already"), open_run(run, resume=False):
            pass
    (run / f"{PARTIAL}0-model.onnx").touch()
    with open_run(run, resume=True) as is_new:
        assert not is_new
        assert not (run / f"{PARTIAL}0-model.onnx").exists()
    (run / MANIFEST).touch()
    with pytest.raises(RunError, match="is finished"), open_run(run, resume=True):
        pass
    assert sorted(path.name for path in run.iterdir()) == [CONFIG, MANIFEST]


def test_a_run_that_fails_before_its_first_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), open_run(tmp_path / "run", resume=False):
        raise KeyError
    assert not list(tmp_path.iterdir())
    with pytest.raises(RunError, match="no run to resume"), open_run(tmp_path / "run", resume=True):
        pass
    assert not list(tmp_path.iterdir())
