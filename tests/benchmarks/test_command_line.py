"""Programs without pictures end with one line."""

import pytest

from benchmarks.command_line import REAL_PICTURES, find_real_pictures


@pytest.mark.parametrize("folder", ["", None])
def test_a_program_without_real_pictures_ends(folder, monkeypatch):
    monkeypatch.delenv(REAL_PICTURES, raising=False)
    if folder is not None:
        monkeypatch.setenv(REAL_PICTURES, folder)
    with pytest.raises(SystemExit, match="No pictures: set INKDIGITS_REAL to a folder"):
        find_real_pictures("numbers")


def test_a_folder_needs_labels_of_its_kind(tmp_path, monkeypatch):
    monkeypatch.setenv(REAL_PICTURES, str(tmp_path))
    with pytest.raises(SystemExit, match=r"numbers.labels\.csv is missing"):
        find_real_pictures("numbers")
    (tmp_path / "numbers").mkdir()
    (tmp_path / "numbers" / "labels.csv").write_text("file,label,source,note\n")
    assert find_real_pictures("numbers") == tmp_path / "numbers"
