"""ONNX Runtime is imported without its telemetry."""

import subprocess
import sys
from pathlib import Path

import pytest

# Without the variables of a CI and of pytest, where ONNX Runtime itself disables its telemetry.
CODE = "import os, inkdigits; inkdigits.load_recogniser({model!r}, 1); print(os.environ['ORT_DISABLE_TELEMETRY'])"


@pytest.mark.parametrize("value", [None, "true"])
def test_a_model_is_loaded_without_writing_into_the_home_folder(
    bands_model: Path, tmp_path: Path, value: str | None
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home)} | ({} if value is None else {"ORT_DISABLE_TELEMETRY": value})
    done = subprocess.run(
        [sys.executable, "-B", "-c", CODE.format(model=str(bands_model))],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == f"{value or 1}\n", done.stderr
    assert list(home.rglob("*")) == []
