"""A full disk and a second process, as a person meets them: one line, exit status 1, and nothing lost."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inkdigits.files.locks import lock_file, lock_folder

INKDIGITS = [sys.executable, "-c", "from inkdigits.commands import main; main()"]


def run(
    *arguments: object, limit: int | None = None, **variables: object
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, whose files may have ``limit`` bytes: a full disk fails like that."""
    limited = None if limit is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return subprocess.run(
        [*INKDIGITS, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        preexec_fn=limited,
        env={**os.environ, **{name: str(value) for name, value in variables.items()}},
    )


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set of bars."""
    images = np.zeros((100, 28, 28), np.uint8)
    labels = np.arange(100) % 10
    for image, label in zip(images, labels, strict=True):
        image[4:24, 8 : 10 + label] = 255
    path = tmp_path_factory.mktemp("data") / "digits.npz"
    np.savez(path, images=images, labels=labels)
    return path


@pytest.mark.slow
def test_a_training_on_a_full_disk_ends_in_one_line_and_goes_on_later(digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "run"
    arguments = ("train", "--data", digits, "--epochs", 1, "--out", path, "--no-report")
    full = run(*arguments, limit=50_000)
    assert full.returncode == 1
    assert full.stderr.splitlines()[-1] == (
        f"inkdigits: cannot write {path}/checkpoint-a.npz: File too large; choose another path or free disk space"
    )
    assert "Traceback" not in full.stderr
    assert sorted(each.name for each in path.iterdir()) == ["config.json", "history.csv", "tensorboard"]
    assert json.loads((path / "config.json").read_text())["recipe"]["epochs"] == 1

    with lock_folder(path):
        refused = run("train", "--resume", "--out", path)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(
        f"inkdigits: {path} is in use by process {os.getpid()} on "
    )

    done = run("train", "--resume", "--out", path, "--no-report")
    assert done.returncode == 0, done.stderr
    assert (path / "manifest.json").exists()


def test_a_second_download_is_refused_in_one_line(tmp_path: Path) -> None:
    with lock_folder(tmp_path / "mnist"):
        refused = run("data", "--download", INKDIGITS_CACHE=tmp_path, INKDIGITS_DATA="")
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"inkdigits: {tmp_path}/mnist is in use by process {os.getpid()} on ")


@pytest.mark.slow
def test_a_second_sweep_into_the_same_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with lock_file(tmp_path / "results.json"):
        refused = run("sweep", "fast", "--out", tmp_path / "results.json")
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"inkdigits: {tmp_path}/results.json is in use by process {os.getpid()} on ")
    assert list(tmp_path.iterdir()) == []
