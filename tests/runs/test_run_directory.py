"""The files of a run: what counts as new, and a manifest that is true at any time."""

import hashlib
import json
from pathlib import Path

import pytest

from inkdigits.errors import LockedError, RunError
from inkdigits.files.storage import PARTIAL, write_text
from inkdigits.runs.run_directory import (
    CHECKPOINTS,
    CONFIG,
    MANIFEST,
    has_checkpoint,
    is_new,
    open_run,
    remove_from_manifest,
    write_manifest,
)


def test_a_run_is_new_if_it_is_missing_or_empty_but_for_what_a_crash_left(tmp_path: Path) -> None:
    assert is_new(tmp_path / "missing")
    assert is_new(tmp_path)
    (tmp_path / ".lock").touch()
    (tmp_path / f"{PARTIAL}0-config.json").touch()
    assert is_new(tmp_path)
    assert not is_new(tmp_path / ".lock")
    (tmp_path / "config.json").touch()
    assert not is_new(tmp_path)


def test_the_manifest_has_all_files_but_itself_checkpoints_and_what_a_crash_left(tmp_path: Path) -> None:
    for name in ("config.json", "figures/b.png", *CHECKPOINTS, f"{PARTIAL}0-a.json", ".lock", MANIFEST):
        write_text(tmp_path / name, name)
    write_manifest(tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    assert manifest == {
        name: {"sha256": hashlib.sha256(name.encode()).hexdigest(), "bytes": len(name)}
        for name in ("config.json", "figures/b.png")
    }
    assert has_checkpoint(tmp_path)

    remove_from_manifest(tmp_path, [tmp_path / "config.json", tmp_path / "new.html"])
    assert list(json.loads((tmp_path / MANIFEST).read_text())) == ["figures/b.png"]


def test_a_damaged_or_missing_manifest_claims_nothing(tmp_path: Path) -> None:
    remove_from_manifest(tmp_path, [tmp_path / "config.json"])
    assert not list(tmp_path.iterdir())
    (tmp_path / MANIFEST).write_text("{")
    remove_from_manifest(tmp_path, [tmp_path / "config.json"])
    assert (tmp_path / MANIFEST).read_text() == "{"


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


def test_a_run_without_its_first_file_gets_no_manifest(tmp_path: Path) -> None:
    write_text(tmp_path / "history.csv", "epoch")
    with pytest.raises(RunError, match="was moved or deleted while it was written"):
        write_manifest(tmp_path)
    assert not (tmp_path / MANIFEST).exists()
