"""No file makes the command crash, hang, or take much time or memory."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.io.decode import decode

SCRIPT = Path(__file__).with_name("hostile_corpus.py")
MOST_SECONDS = 1.0


def corpus_module() -> Any:
    spec = importlib.util.spec_from_file_location("hostile_corpus", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hostile = corpus_module()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the command made of every file, all in one fresh process, which a hang would run out of time."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, content in hostile.corpus().items():
        (folder / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(list(folder.iterdir()))
    return {each["name"]: each for each in found}


def expected(name: str) -> str | None:
    if name.startswith("readable-"):
        return "1\n"
    return "_\n" if name.startswith("blank-") else None


def test_every_bad_file_gets_one_line_and_status_1(results: dict[str, dict[str, Any]]) -> None:
    bad = [each for name, each in results.items() if expected(name) is None]
    assert len(bad) > 130
    for each in bad:
        assert each["status"] == 1, each
        assert each["out"] == "", each
        assert each["err"].startswith("inkdigits: "), each
        assert each["err"].count("\n") == 1, each
        assert each["name"] in each["err"], each


def test_every_odd_but_whole_picture_is_read(results: dict[str, dict[str, Any]]) -> None:
    whole = {name: each for name, each in results.items() if expected(name) is not None}
    assert len(whole) > 30
    wrong = {
        name: each for name, each in whole.items() if (each["status"], each["out"]) != (0, expected(name))
    }
    assert wrong == {}


def test_none_takes_a_second_or_500_megabytes(results: dict[str, dict[str, Any]]) -> None:
    slow = {name: each["seconds"] for name, each in results.items() if each["seconds"] > MOST_SECONDS}
    assert slow == {}
    assert max(each["peak_bytes"] for each in results.values()) < hostile.LIMIT_BYTES


def test_a_folder_of_them_is_read_to_the_end(tmp_path: Path) -> None:
    """In one call no bad file keeps the next from its own answer."""
    files = {
        name: content
        for name, content in hostile.corpus().items()
        if name.endswith((".gif", ".bmp", ".webp"))
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    code = "from inkdigits.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "read", "--model", "classic", "--format", "jsonl", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [line for line in lines if "error" in line]
    assert done.returncode == 1
    assert [Path(line["picture"]).name for line in lines] == sorted(files)
    assert len(done.stderr.splitlines()) == len(failed) == sum(expected(name) is None for name in files)


def test_progressive_pictures_as_encoders_write_them_are_no_bombs() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8))
    content = hostile.saved(image, "JPEG", progressive=True, quality=95)
    assert content.count(b"\xff\xda") >= 8
    assert decode(content).given_size == (300, 300)
    with pytest.raises(PictureError, match="a dozen are usual"):
        decode(hostile.corpus()["scans-bomb.jpg"])
