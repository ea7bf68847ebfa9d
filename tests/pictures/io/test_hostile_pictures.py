"""The hostile pictures of every format have their outcome in the library, the command and the worker pool."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.limits.hostile import reading
from benchmarks.limits.hostile.pictures import make_pictures
from benchmarks.limits.hostile.pictures.documents import make_endless_file
from benchmarks.paths import ROOT
from inkdigits import Pool
from inkdigits.errors import PictureError
from inkdigits.files.limits import HOSTILE_PICTURE
from inkdigits.workers.limits import Limits

pytest.importorskip("pypdfium2")
pytest.importorskip("pillow_heif")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile pictures")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    for name, content in make_pictures(with_pages=False):
        (place / name).write_bytes(content)
    return place


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_there_are_more_than_a_hundred_some_of_every_decoder(folder: Path) -> None:
    found = names(folder)
    assert len(found) > 140
    for suffix in (".png", ".jpg", ".gif", ".bmp", ".webp", ".tiff", ".heic", ".pdf"):
        assert sum(name.endswith(suffix) and name.startswith("refused-") for name in found) > 5, suffix
    assert sum(name.startswith("read-") for name in found) > 40


def test_the_library_reads_or_refuses_each_within_the_bound(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", reading.__name__, "digit", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["name"] for row in rows] == names(folder)
    for row in rows:
        assert row["name"].startswith(row["outcome"]), row
        assert "\n" not in row["message"], row
        assert row["seconds"] < HOSTILE_PICTURE.seconds, row
    assert rows[-1]["megabytes"] < HOSTILE_PICTURE.megabytes


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_prints_one_line_for_each_and_nothing_else(folder: Path, jobs: str) -> None:
    """Also no line of a library in C: the file descriptor of stderr is captured."""
    code = "from inkdigits.commands import main; main()"
    options = ["--layout", "digit", "--model", "classic", "--format", "jsonl", "--jobs", jobs]
    refused = [str(folder / name) for name in names(folder) if name.startswith("refused-")]
    done = subprocess.run(
        [sys.executable, "-c", code, "read", *options, *refused],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line for line in lines if not line.startswith("inkdigits: ")] == []
    assert len(lines) == len(refused)
    assert all(Path(name).name in line for name, line in zip(refused, lines, strict=True))
    assert all("error" in json.loads(line) for line in done.stdout.splitlines())


def test_the_pool_gives_each_its_outcome_and_stops_an_endless_page(folder: Path) -> None:
    found = names(folder)
    with Pool(2, limits=Limits(seconds=30, memory_bytes=2 * 2**30)) as pool:
        endless = pool.read(make_endless_file(), layout="digit")
        readings = list(pool.read_all([(folder / name).read_bytes() for name in found], layout="digit"))
        assert isinstance(endless.exception(), PictureError)
    for name, result in zip(found, readings, strict=True):
        assert isinstance(result, PictureError) == name.startswith("refused-"), (name, result)
