"""Folders: not writable, without space, not there yet; and nothing is left behind."""

import os
from pathlib import Path

import pytest

from inkdigits.diagnosis.finding import Finding
from inkdigits.diagnosis.folders import MIN_CACHE_SPACE, MIN_RUN_SPACE, check_folders


def check(runs: Path, free: int = 2**40) -> dict[str, Finding]:
    return {finding.name: finding for finding in check_folders(runs, lambda folder: free)}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INKDIGITS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mnist"


def test_a_folder_that_does_not_exist_is_right_and_not_created(tmp_path: Path, cache: Path) -> None:
    found = check(tmp_path / "deep" / "runs")
    assert [finding.state for finding in found.values()] == ["right", "right"]
    assert found["runs"].facts == {
        "folder": str(tmp_path / "deep" / "runs"),
        "exists": False,
        "free_bytes": 2**40,
    }
    assert "(will be created)" in found["runs"].value
    assert found["cache"].facts["folder"] == str(cache)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_in_an_existing_folder(tmp_path: Path) -> None:
    found = check(tmp_path)
    assert found["runs"].facts["exists"] is True
    assert found["runs"].value == f"{tmp_path}: writable, 1024 GB free"
    assert list(tmp_path.iterdir()) == []


def test_a_path_through_a_file_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = check(tmp_path / "file" / "runs")["runs"]
    assert found.state == "wrong"
    assert "Not a directory" in found.value
    assert found.remedy == "give another folder with  --out"


def test_a_folder_that_cannot_be_written_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, so the operating system's refusal is played."""
    real_open = os.open

    def refuse(path: object, flags: int, *more: int) -> int:
        if flags & os.O_CREAT and str(path).startswith(str(tmp_path)):
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, flags, *more)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr("tempfile._os.open", refuse)
    found = check(tmp_path)
    assert [finding.state for finding in found.values()] == ["wrong", "wrong"]
    assert found["runs"].value == f"{tmp_path} cannot be written: Permission denied"
    assert found["cache"].remedy == "set INKDIGITS_CACHE to another folder"


def test_a_folder_whose_space_cannot_be_measured_is_wrong(tmp_path: Path) -> None:
    def fail(folder: Path) -> int:
        raise OSError(5, "Input/output error")

    (runs, _) = check_folders(tmp_path, fail)
    assert (runs.state, runs.value) == ("wrong", f"{tmp_path} cannot be written: Input/output error")


@pytest.mark.parametrize(
    ("free", "states"),
    [
        (MIN_RUN_SPACE, ["right", "right"]),
        (MIN_RUN_SPACE - 1, ["wrong", "right"]),
        (MIN_CACHE_SPACE - 1, ["wrong", "wrong"]),
        (0, ["wrong", "wrong"]),
    ],
)
def test_too_little_space_is_wrong(tmp_path: Path, free: int, states: list[str]) -> None:
    found = check(tmp_path, free)
    assert [finding.state for finding in found.values()] == states
    if found["runs"].state == "wrong":
        assert found["runs"].value.endswith("free, 100 MB are needed")
        assert found["runs"].remedy.startswith("free disk space, or ")
