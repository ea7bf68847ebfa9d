"""The whole command as a person meets it: exit statuses, errors of one line, and Ctrl-C."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkdigits.commands import COMMANDS, main
from inkdigits.data import Mnist

INKDIGITS = [sys.executable, "-c", "from inkdigits.commands import main; main()"]


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [*INKDIGITS, *map(str, arguments)], capture_output=True, text=True, timeout=200, **options
    )


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Let children heed Ctrl-C, also where the tests run in the background and the shell has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def digits(mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set of a user's own."""
    path = tmp_path_factory.mktemp("data") / "digits.npz"
    np.savez(path, images=mnist.train.images[:400], labels=mnist.train.labels[:400])
    return path


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("huge") / "huge.png"
    Image.new("1", (20_000, 20_000)).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, huge: Path) -> Path:
    """A folder to work in, with files of many kinds."""
    monkeypatch.chdir(tmp_path)
    Path("text.png").write_text("no picture")
    Path("empty.png").touch()
    Path("huge.png").hardlink_to(huge)
    Path("file").touch()
    Path("empty-folder").mkdir()
    Path("damaged.npz").write_bytes(b"PK\x03\x04 and no more")
    Path("damaged.onnx").write_bytes(b"\x08\x07 and no more")
    Path("half-run").mkdir()
    Path("half-run/config.json").write_text('{"name": "fa')
    return tmp_path


WRONG_USAGE = {
    "reed": "'reed'",
    "read": "PICTURE",
    "read --formt json text.png": "--format",
    "read --format xml text.png": "'xml'",
    "read --model clasic text.png": "classic",
    "evaluate --model clasic": "classic",
    "train --recipe fats": "fast",
    "train --set epoch=3": "epochs",
    "train --set epochs": "NAME=VALUE",
    "train --set epochs=three": "an integer",
    "train --epochs 0": "1<=x<=10000",
    "train --seed -1": "-1",
    "train --resume": "--out",
    "train --resume --recipe fast --out file": "--resume",
    "sweep": "expected one recipe",
    "sweep fats": "fast",
    "sweep fast --runs 0": "--runs",
    "report": "RUN",
    "export half-run --format pt": "'pt'",
    "models --jsn": "--json",
    "data --check": "--check",
}

FAILED_AT_WORK = {
    "read missing.png": "missing.png",
    "read text.png": "text.png",
    "read empty.png": "empty",
    "read huge.png": "20000 x 20000",
    "read empty-folder": "folder",
    "read --model missing.onnx text.png": "missing.onnx",
    "read --model damaged.onnx text.png": "damaged.onnx",
    "evaluate --data missing.npz": "missing.npz",
    "evaluate --data damaged.npz": "damaged.npz",
    "evaluate --data empty-folder": "sub-folders 0 to 9",
    "evaluate --data text.png": "text.png",
    "train --data missing": "missing",
    "train --data damaged.npz": "damaged.npz",
    "train --resume --out nowhere": "nowhere",
    "train --resume --out half-run": "damaged",
    "report nowhere": "nowhere",
    "report file": "file",
    "report half-run": "half-run",
    "export nowhere": "nowhere",
    "export half-run": "damaged",
}


def fails(arguments: str, status: int, hint: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments.split())
    out, error = capfd.readouterr()
    assert stop.value.code == status
    assert out == ""
    (line,) = [each for each in error.splitlines() if each]
    assert hint in line
    assert "Traceback" not in line


@pytest.mark.parametrize("arguments", WRONG_USAGE)
def test_wrong_usage_is_one_line_and_status_2(
    arguments: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.rglob("*"))
    fails(arguments, 2, WRONG_USAGE[arguments], capfd)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("arguments", FAILED_AT_WORK)
def test_a_failure_at_work_is_one_line_and_status_1(
    arguments: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.rglob("*"))
    fails(arguments, 1, FAILED_AT_WORK[arguments], capfd)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("place", ["file", "file/run", "/dev/full/run"])
def test_a_run_directory_that_cannot_be_written(
    place: str, digits: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(SystemExit) as stop:
        main(["train", "--data", str(digits), "--epochs", "1", "--out", place])
    (line,) = capfd.readouterr().err.splitlines()
    assert stop.value.code == 1
    assert place in line
    assert sorted(folder.rglob("*")) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_the_output() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*INKDIGITS, "models"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode == 1
    assert done.stderr == "inkdigits: the output: No space left on device\n"


def test_a_reader_of_the_output_that_goes_away_is_no_error(digits: Path) -> None:
    """As in  inkdigits evaluate --json | head -0."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([*INKDIGITS, "models"], stdout=writing, stderr=subprocess.PIPE, timeout=60)
    finally:
        os.close(writing)
    assert done.stderr == b""


def test_help_is_an_answer() -> None:
    done = run("--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout


def test_no_command_shows_the_help() -> None:
    done = run()
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: inkdigits")
    assert len(done.stderr.splitlines()) > len(COMMANDS)


def test_the_version() -> None:
    assert run("--version").stdout.startswith("inkdigits 0.")


WITHOUT = """
import sys
from importlib.machinery import PathFinder

find = PathFinder.find_spec

def find_others(name, path=None, target=None):
    return None if name.partition(".")[0] in {missing!r} else find(name, path, target)

PathFinder.find_spec = find_others
from inkdigits.commands import main
main(sys.argv[1:])
"""


def run_without(missing: list[str], *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command as if some packages were not installed."""
    code = WITHOUT.format(missing=missing)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=200
    )


@pytest.mark.parametrize("missing", [["keras", "tensorflow"], ["tensorflow"]])
def test_training_without_its_extra_names_it(missing: list[str], digits: Path, tmp_path: Path) -> None:
    done = run_without(missing, "train", "--data", digits, "--out", tmp_path / "run")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert 'pip install "inkdigits[train]"' in done.stderr
    assert not (tmp_path / "run").exists()


def test_everything_light_works_without_any_extra(digits: Path) -> None:
    missing = ["keras", "tensorflow", "onnx", "pandas", "sklearn", "matplotlib", "scipy", "jinja2", "typst"]
    done = run_without(missing, "evaluate", "--data", digits, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accuracy"] > 0.95


@pytest.fixture(scope="module")
def run_without_report(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A training where the extra "report" is missing, and what it said."""
    path = tmp_path_factory.mktemp("runs") / "run"
    done = run_without(["typst"], "train", "--data", digits, "--epochs", "1", "--out", path)
    assert done.returncode == 0, done.stderr
    return path, done.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("run without report")
def test_training_without_the_report_extra_works_and_says_what_it_leaves_out(
    run_without_report: tuple[Path, str],
) -> None:
    path, said = run_without_report
    assert (path / "model.onnx").exists()
    assert not (path / "report.html").exists()
    assert "report was not written" in said
    assert 'pip install "inkdigits[report]"' in said


@pytest.mark.slow
@pytest.mark.xdist_group("run without report")
def test_the_report_without_its_extra_names_it(run_without_report: tuple[Path, str]) -> None:
    done = run_without(["typst"], "report", run_without_report[0])
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert 'pip install "inkdigits[report]"' in done.stderr


@pytest.mark.slow
@pytest.mark.xdist_group("run without report")
def test_an_export_reads_what_the_run_reads(run_without_report: tuple[Path, str], tmp_path: Path) -> None:
    done = run("export", run_without_report[0], "--out", tmp_path / "mine.onnx")
    assert done.returncode == 0, done.stderr
    digit = Path(__file__).parents[1] / "samples" / "seven.png"
    answers = [
        run("read", "--model", model, "--format", "json", digit).stdout
        for model in (run_without_report[0] / "model.onnx", tmp_path / "mine.onnx")
    ]
    assert answers[0] == answers[1] != ""


@pytest.mark.slow
@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_leaves_a_run_that_goes_on(digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "run"
    arguments = ["train", "--data", str(digits), "--epochs", "4000", "--out", str(path), "--no-report"]
    training = subprocess.Popen(
        [*INKDIGITS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    assert training.stderr is not None
    for line in training.stderr:
        if line.startswith("epoch 2/"):
            break
    training.send_signal(signal.SIGINT)
    _, error = training.communicate(timeout=100)
    assert training.returncode == 1
    assert "Traceback" not in error
    last = error.splitlines()[-1]
    assert last == f"inkdigits: interrupted; resume with inkdigits train --resume --out {path}"

    # What is there can be read, and is whole.
    assert json.loads((path / "config.json").read_text())["recipe"]["epochs"] == 4000
    rows = (path / "history.csv").read_text().splitlines()
    assert len(rows) > 1
    assert not [each for each in path.iterdir() if each.name.startswith(".")]

    # The run is shortened, so that the test is.
    config = json.loads((path / "config.json").read_text())
    config["recipe"]["epochs"] = len(rows) + 1
    (path / "config.json").write_text(json.dumps(config))
    done = run("train", "--resume", "--out", path, "--no-report")
    assert done.returncode == 0, done.stderr
    assert f"epoch {len(rows)}/{len(rows) + 1}" in done.stderr.splitlines()[0]
    after = (path / "history.csv").read_text().splitlines()
    assert after[: len(rows)] == rows
    assert len(after) == len(rows) + 2
    assert not list(path.glob("checkpoint*"))
    assert (path / "manifest.json").exists()

    again = run("train", "--resume", "--out", path)
    assert again.returncode == 1
    assert "finished" in again.stderr


def count_unread_bytes(pipe: int) -> int:
    """Return the number of bytes in a pipe."""
    answer = bytearray(4)
    fcntl.ioctl(pipe, termios.FIONREAD, answer)
    return int.from_bytes(answer, sys.byteorder)


@pytest.mark.slow
@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_while_reading_is_one_word() -> None:
    reading = subprocess.Popen(
        [*INKDIGITS, "read", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert reading.stdin is not None
    reading.stdin.write("begun")
    reading.stdin.flush()
    deadline = time.monotonic() + 100
    while count_unread_bytes(reading.stdin.fileno()):  # until it waits for the rest
        assert time.monotonic() < deadline
        time.sleep(0.01)
    reading.send_signal(signal.SIGINT)
    _, error = reading.communicate(timeout=60)
    assert (reading.returncode, error.strip()) == (1, "inkdigits: interrupted")
