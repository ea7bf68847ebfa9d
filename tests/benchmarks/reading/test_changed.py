"""Changed pictures are read in several processes as they are read one by one."""

import shutil

import numpy as np
import pytest

import inkdigits
from benchmarks.paths import ROOT
from benchmarks.reading import varied
from benchmarks.reading.changed.readings import ChangedPicture, list_pictures, read_changed
from benchmarks.reading.real import judge
from inkdigits.pictures.io.decode import decode


@pytest.fixture
def real(tmp_path, monkeypatch):
    """A folder of one kind of labelled pictures: the page of the README, three times."""
    folder = tmp_path / "numbers"
    folder.mkdir()
    lines = ["file,label,source,note"]
    for i in range(3):
        shutil.copy(ROOT / "docs" / "images" / "page.jpg", folder / f"{i}.jpg")
        lines.append(f'{i}.jpg,"1 2",drawn,')
    (folder / "labels.csv").write_text("\n".join(lines), "utf-8")
    monkeypatch.setenv("INKDIGITS_REAL", str(tmp_path))
    return folder


def test_every_so_many_th_picture_is_listed(real):
    assert list_pictures("numbers", 2) == [(real / "0.jpg", "1 2"), (real / "2.jpg", "1 2")]


@pytest.mark.slow
def test_the_figures_are_those_of_the_changed_picture(real):
    path, label = list_pictures("numbers")[0]
    changes = [varied.keep, varied.cast_shadow, varied.compress]
    pictures = [ChangedPicture(path, label, "numbers", change) for change in changes]
    found = list(read_changed(pictures, {"numbers": "page"}))
    reader = inkdigits.Reader(n_threads=1)
    for change, (text, figures) in zip(changes, found, strict=True):
        reading = reader.read(change(decode(path).pixels), layout="page")
        assert text == reading.text
        assert figures == judge(reading, "numbers", label)
    assert found[0][0]


def test_compression_keeps_the_colours():
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:] = 200, 60, 20
    assert np.abs(varied.compress(pixels).astype(int) - pixels).max() < 12
    grey = np.full((32, 48), 77, np.uint8)
    assert np.abs(varied.compress(grey).astype(int) - grey).max() < 4
