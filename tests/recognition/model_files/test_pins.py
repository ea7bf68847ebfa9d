"""The pinned digests: each shipped model has one, and a replaced model is refused."""

import shutil
import subprocess
from pathlib import Path

import pytest

from inkdigits.errors import ModelError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.model_files import pins


def test_every_shipped_model_is_pinned() -> None:
    models = {path.relative_to(pins.MODEL_FOLDER).as_posix() for path in pins.MODEL_FOLDER.rglob("*.onnx")}
    assert set(pins.read_pinned_digests()) == models, "run tools/write_golden_answers.py"
    for name in models:
        path = pins.MODEL_FOLDER / name
        pins.check_pinned_digest(path, path.read_bytes())


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_agrees() -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", pins.DIGEST_FILE.name],
        cwd=pins.MODEL_FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK\n") == len(pins.read_pinned_digests())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy of the folder of models that counts as that of the package."""
    copy = tmp_path / "models"
    shutil.copytree(pins.MODEL_FOLDER, copy)
    monkeypatch.setattr(pins, "MODEL_FOLDER", copy)
    monkeypatch.setattr(pins, "DIGEST_FILE", copy / "SHA256SUMS")
    pins.read_pinned_digests.cache_clear()
    yield copy
    pins.read_pinned_digests.cache_clear()


def test_a_replaced_or_unknown_shipped_model_is_refused(folder: Path) -> None:
    OnnxRecogniser(folder / "quick.onnx")
    shutil.copy(folder / "compact.onnx", folder / "quick.onnx")
    with pytest.raises(ModelError, match=r"quick\.onnx .*damaged or was replaced; install inkdigits again"):
        OnnxRecogniser(folder / "quick.onnx")
    shutil.copy(folder / "compact.onnx", folder / "new.onnx")
    with pytest.raises(ModelError, match=r"with the SHA-256 none\.\.\."):
        OnnxRecogniser(folder / "new.onnx")


@pytest.mark.parametrize("content", [None, b"\xff", b"one word\n"])
def test_missing_or_damaged_digests_are_an_error(folder: Path, content: bytes | None) -> None:
    if content is None:
        (folder / "SHA256SUMS").unlink()
    else:
        (folder / "SHA256SUMS").write_bytes(content)
    with pytest.raises(ModelError, match="digests of the shipped models"):
        OnnxRecogniser(folder / "quick.onnx")


def test_a_model_elsewhere_needs_no_digest(tmp_path: Path) -> None:
    shutil.copy(pins.MODEL_FOLDER / "quick.onnx", tmp_path / "mine.onnx")
    assert OnnxRecogniser(tmp_path / "mine.onnx").card.name == "quick"
