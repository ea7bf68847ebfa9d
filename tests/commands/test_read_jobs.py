"""``inkdigits read`` with worker processes writes what it writes with one process."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from inkdigits.commands.arguments.inputs import PictureFiles
from inkdigits.commands.arguments.workers import MANY_PICTURES, open_runner
from inkdigits.commands.formats.reading import FORMATS
from inkdigits.commands.read import command
from inkdigits.errors import ModelError
from inkdigits.workers.in_process import InProcess
from inkdigits.workers.pool import Pool


def draw_one(height: int) -> Image.Image:
    picture = np.full((100, 80), 255, np.uint8)
    picture[10 : 10 + height, 36:44] = 0
    return Image.fromarray(picture)


def read(*arguments: object, jobs: int, **options: object) -> Result:
    return CliRunner().invoke(command, [*map(str, arguments), "--jobs", str(jobs)], **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures, a damaged one, and a TIFF with three pages of which the last is damaged."""
    place = tmp_path / "folder"
    place.mkdir()
    for number in range(4):
        draw_one(40 + 10 * number).save(place / f"{number}.png")
    (place / "1-bad.png").write_bytes(b"no picture")
    pages = [draw_one(50 + 5 * number) for number in range(3)]
    file = io.BytesIO()
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    (place / "2-pages.tif").write_bytes(file.getvalue())
    (place / "2-cut.tif").write_bytes(file.getvalue()[: 3 * len(file.getvalue()) // 4])
    return place


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_the_same_with_workers(form: str, folder: Path) -> None:
    alone, together = (
        read(folder, folder / "missing.png", "--format", form, "--expect", "1", jobs=jobs) for jobs in (1, 2)
    )
    assert together.stdout == alone.stdout
    assert together.stderr == alone.stderr
    assert together.exit_code == alone.exit_code == 1
    assert alone.stdout.count("2-pages.tif#3") == 1
    assert alone.stderr.count("\n") == 3


@pytest.mark.slow
def test_drawings_are_the_same_with_workers(folder: Path, tmp_path: Path) -> None:
    for jobs in (1, 2):
        read(folder, "--show", tmp_path / str(jobs) / "shown.png", jobs=jobs)
    names = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert len(names) == 9
    assert names == sorted(path.name for path in (tmp_path / "2").iterdir())
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


@pytest.mark.slow
def test_stdin_and_pipes_are_read_by_workers(folder: Path) -> None:
    reading_end, writing_end = os.pipe()  # as in  inkdigits read <(command)
    pipe = f"/dev/fd/{reading_end}"
    os.write(writing_end, (folder / "1-bad.png").read_bytes())
    os.close(writing_end)
    content = (folder / "2-pages.tif").read_bytes()
    result = read("-", pipe, folder / "0.png", jobs=2, input=content)
    os.close(reading_end)
    assert result.stdout == f"-#1\t1\n-#2\t1\n-#3\t1\n{folder / '0.png'}\t1\n"
    assert result.stderr.startswith(f"inkdigits: {pipe} has an unknown format")


@pytest.mark.slow
def test_the_pages_of_one_document_are_read_by_several_workers(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    path = tmp_path / "scan.pdf"
    pages = [draw_one(80) for _ in range(4)]
    pages[0].save(path, "PDF", save_all=True, append_images=pages[1:], resolution=60)
    expected = "".join(f"{path}#{number}\t1\n" for number in range(1, 5))
    assert read(path, jobs=2).stdout == read(path, jobs=1).stdout == expected


@pytest.mark.slow
def test_a_picture_that_takes_too_long_is_reported_even_if_it_is_the_only_one(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    draw_one(60).save(path)
    result = read(path, "--timeout", "0.000001", jobs=1)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"inkdigits: {path} cannot be read: it took more than 1e-06 s; scale it down or crop it, or allow more time\n"
    )


def test_workers_are_started_for_many_pictures_or_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inkdigits.workers.limits.count_cores", lambda: 4)
    arguments = {"model": None, "engine": "auto", "detector": None}
    for n_pictures, jobs, timeout, n_workers in (
        (1, None, None, 0),
        (MANY_PICTURES - 1, None, None, 0),
        (MANY_PICTURES, None, None, 4),
        (MANY_PICTURES, 1, None, 0),
        (1, 3, None, 0),
        (2, 3, None, 2),
        (1, None, 9.0, 1),
        (0, None, None, 0),
        (3, 1, 9.0, 1),
    ):
        with open_runner(n_pictures, jobs, timeout, {}, **arguments) as runner:
            assert isinstance(runner, Pool if n_workers else InProcess)
            if isinstance(runner, Pool):
                assert runner.n_workers == n_workers
                assert runner.limits.seconds == (timeout or 60)


def test_a_wrong_model_is_one_error(folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"no model")
    result = read(folder, "--model", model, jobs=2)
    assert isinstance(result.exception, ModelError)
    assert result.stdout == ""


def test_pictures_are_counted_with_the_pages_of_documents(folder: Path, tmp_path: Path) -> None:
    assert PictureFiles((str(folder),)).count(enough=100) == 5 + 3 + 3
    assert PictureFiles((str(folder),)).count(enough=3) == 7  # files; none is opened
    assert PictureFiles((str(tmp_path / "missing.pdf"), str(tmp_path))).count(enough=100) == 1 + 5 + 3 + 3


@pytest.mark.slow
def test_one_picture_does_not_load_the_pool(folder: Path) -> None:
    code = (
        "import sys; from inkdigits.commands import cli; cli.main(sys.argv[1:], standalone_mode=False); "
        "print(sorted(name for name in sys.modules if name.startswith('inkdigits.workers')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "read", str(folder / "0.png")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "inkdigits.workers.in_process" in done.stdout
    assert not {"inkdigits.workers.pool", "inkdigits.workers.dispatcher", "subprocess"} & set(
        done.stdout.split("'")
    )
