import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from inkdigits.commands.read import command
from inkdigits.recognition.onnx_recogniser import shipped_models

pytestmark = pytest.mark.skipif(not shipped_models(), reason="no model is shipped in this tree")


@pytest.fixture
def one(tmp_path: Path) -> Path:
    picture = np.full((100, 80), 255, np.uint8)
    picture[20:80, 36:44] = 0
    path = tmp_path / "one.png"
    Image.fromarray(picture).save(path)
    return path


def test_text(one: Path) -> None:
    result = CliRunner().invoke(command, [str(one)])
    assert (result.exit_code, result.stdout) == (0, "1\n")


def test_json(one: Path) -> None:
    result = CliRunner().invoke(command, ["--format", "json", str(one)])
    (answer,) = json.loads(result.stdout)
    assert answer["picture"] == str(one)
    assert answer["numbers"][0]["digits"][0]["label"] == 1


def test_standard_input(one: Path) -> None:
    assert CliRunner().invoke(command, ["-"], input=one.read_bytes()).stdout == "1\n"


def test_one_bad_file_stops_no_other(one: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("text")
    result = CliRunner().invoke(command, [str(bad), str(tmp_path / "missing.png"), str(one)])
    assert result.exit_code == 1
    assert result.stdout == f"{one}\t1\n"
    assert len(result.stderr.splitlines()) == 2
    assert "bad.png" in result.stderr


def test_no_picture_is_wrong_usage() -> None:
    assert CliRunner().invoke(command, []).exit_code == 2
