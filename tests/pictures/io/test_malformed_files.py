"""No malicious or damaged file makes the command crash, hang, or need much time or memory."""

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

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("malformed files")]

SCRIPT = Path(__file__).with_name("malformed_files.py")
MAX_SECONDS = 1.0


def load_script() -> Any:
    spec = importlib.util.spec_from_file_location("malformed_files", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


malformed_files = load_script()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the outcome of the command for every file, read in one new process with a time limit."""
    folder = tmp_path_factory.mktemp("malformed")
    for name, content in malformed_files.make_files().items():
        (folder / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(list(folder.iterdir()))
    return {each["name"]: each for each in found}


def get_expected_output(name: str) -> str | None:
    if name.startswith("readable-"):
        return "1\n"
    return "_\n" if name.startswith("blank-") else None


def test_every_bad_file_gives_one_line_and_status_1(results: dict[str, dict[str, Any]]) -> None:
    bad = [each for name, each in results.items() if get_expected_output(name) is None]
    assert len(bad) > 130
    for each in bad:
        assert each["status"] == 1, each
        assert each["out"] == "", each
        assert each["err"].startswith("inkdigits: "), each
        assert each["err"].count("\n") == 1, each
        assert each["name"] in each["err"], each


def test_every_unusual_but_valid_picture_is_read(results: dict[str, dict[str, Any]]) -> None:
    valid = {name: each for name, each in results.items() if get_expected_output(name) is not None}
    assert len(valid) > 30
    wrong = {
        name: each
        for name, each in valid.items()
        if (each["status"], each["out"]) != (0, get_expected_output(name))
    }
    assert wrong == {}


def test_no_file_needs_a_second_or_500_megabytes(results: dict[str, dict[str, Any]]) -> None:
    slow = {name: each["seconds"] for name, each in results.items() if each["seconds"] > MAX_SECONDS}
    assert slow == {}
    assert max(each["peak_bytes"] for each in results.values()) < malformed_files.MAX_MEMORY_BYTES


def test_all_files_of_a_folder_are_read(tmp_path: Path) -> None:
    """A bad file does not stop the reading of the next ones."""
    files = {
        name: content
        for name, content in malformed_files.make_files().items()
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
    assert (
        len(done.stderr.splitlines())
        == len(failed)
        == sum(get_expected_output(name) is None for name in files)
    )


def test_progressive_jpeg_of_an_encoder_is_decoded() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8))
    content = malformed_files.save(image, "JPEG", progressive=True, quality=95)
    assert content.count(b"\xff\xda") >= 8
    assert decode(content).given_size == (300, 300)
    with pytest.raises(PictureError, match="a dozen are usual"):
        decode(malformed_files.make_files()["scans-bomb.jpg"])
