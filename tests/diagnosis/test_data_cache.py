"""The data: complete, missing, incomplete and damaged, in the cache and in a folder of one's own."""

from pathlib import Path

import pytest

from inkdigits.data.mnist_files import FILES
from inkdigits.diagnosis.data_cache import check_data_cache
from inkdigits.diagnosis.finding import Finding


def check() -> Finding:
    (found,) = check_data_cache(None)
    return found


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INKDIGITS_CACHE", str(tmp_path))
    monkeypatch.delenv("INKDIGITS_DATA", raising=False)
    return tmp_path / "mnist"


def test_data_that_is_not_downloaded_is_a_note(cache: Path) -> None:
    found = check()
    assert (found.state, found.facts["state"], found.facts["folder"]) == ("note", "missing", str(cache))
    assert "inkdigits data --download" in found.remedy
    assert not cache.exists()


def test_a_damaged_file_in_the_cache_is_wrong(cache: Path) -> None:
    cache.mkdir()
    damaged = cache / f"{FILES[1].name}.gz"
    damaged.write_bytes(b"\x1f\x8b and no more")
    found = check()
    assert (found.state, found.facts["state"]) == ("wrong", "damaged")
    assert found.facts["files"][FILES[1].name] == "damaged"
    assert found.remedy == f"delete {damaged}, then run  inkdigits data --download"


def test_an_incomplete_folder_of_ones_own_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKDIGITS_DATA", str(tmp_path))
    found = check()
    assert (found.state, found.facts["is_cache"]) == ("wrong", False)
    assert "set by INKDIGITS_DATA" in found.value
    assert found.remedy == "put the four published files there, or unset INKDIGITS_DATA"


@pytest.mark.usefixtures("mnist")
def test_complete_data_is_right() -> None:
    found = check()
    assert (found.state, found.facts["state"]) == ("right", "whole")
    assert found.value.startswith("complete, SHA-256 verified: ")
