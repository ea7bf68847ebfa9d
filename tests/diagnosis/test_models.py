"""Shipped models: damaged, missing, foreign and wrongly computed ones are found, and the others still checked."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from inkdigits.diagnosis import golden_answers, models
from inkdigits.diagnosis.finding import Finding
from inkdigits.diagnosis.golden_answers import read_answers
from inkdigits.diagnosis.models import check_models
from inkdigits.errors import ModelError
from inkdigits.recognition.model_files.pins import MODEL_FOLDER, read_pinned_digests

NAMES = {"accurate", "classic", "compact", "detector", "quick"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped models."""
    return Path(shutil.copytree(MODEL_FOLDER, tmp_path / "models"))


def check(folder: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in check_models(None, folder)}


def expect_one_wrong(found: dict[str, Finding], name: str) -> Finding:
    assert {each.name for each in found.values() if each.state == "wrong"} == {name}
    assert "install inkdigits again" in found[name].remedy
    return found[name]


def test_the_models_of_this_installation_are_right() -> None:
    found = check(MODEL_FOLDER)
    assert set(found) == NAMES
    assert {finding.state for finding in found.values()} == {"right"}
    assert found["accurate"].value.endswith("the default")
    digests = {Path(file).stem: digest for file, digest in read_pinned_digests().items()}
    for name, finding in found.items():
        assert finding.facts["sha256"] == finding.facts["pinned_sha256"] == digests[name]
        assert 0 <= finding.facts["difference"] < 1e-3


@pytest.mark.parametrize("name", ["quick.onnx", "detector/detector.onnx"])
def test_one_changed_bit_is_found(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    found = expect_one_wrong(check(folder), Path(name).stem)
    assert "is damaged or was replaced: SHA-256 " in found.value


def test_a_missing_model_is_found(folder: Path) -> None:
    (folder / "compact.onnx").unlink()
    assert "cannot be read: No such file" in expect_one_wrong(check(folder), "compact").value


def test_a_file_that_is_not_shipped_is_found(folder: Path) -> None:
    shutil.copy(folder / "quick.onnx", folder / "mine.onnx")
    assert expect_one_wrong(check(folder), "mine").value == "mine.onnx is not a shipped model"


@pytest.mark.parametrize(
    ("name", "key"), [("quick.onnx", "probabilities"), ("detector/detector.onnx", "cells")]
)
def test_wrong_outputs_are_found(name: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = read_answers()
    answers[name] = {**answers[name], key: (np.array(answers[name][key]) + 0.02).tolist()}
    monkeypatch.setattr(models, "read_answers", lambda: answers)
    found = check(MODEL_FOLDER)[Path(name).stem]
    assert found.state == "wrong"
    assert found.value.startswith("unchanged, but its outputs differ by 0.02")
    assert found.remedy.endswith("pip install --force-reinstall onnxruntime")
    assert found.facts["difference"] == pytest.approx(0.02, abs=2e-3)


def test_a_model_without_golden_answers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {name: answer for name, answer in read_answers().items() if name != "quick.onnx"}
    monkeypatch.setattr(models, "read_answers", lambda: answers)
    assert "no golden answers" in expect_one_wrong(check(MODEL_FOLDER), "quick").value


def test_a_model_that_cannot_be_computed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*words: object, **options: object) -> None:
        raise ModelError("the model cannot be computed")

    monkeypatch.setattr(models, "OnnxRecogniser", fail)
    found = check(MODEL_FOLDER)
    assert {name for name, each in found.items() if each.state == "wrong"} == NAMES - {"detector"}
    assert found["quick"].value == "the model cannot be computed"


def test_damaged_golden_answers_are_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "answers.json"
    damaged.write_text("{")
    monkeypatch.setattr(golden_answers, "ANSWERS", damaged)
    (found,) = check(MODEL_FOLDER).values()
    assert (found.name, found.state) == ("digests", "wrong")
    assert "golden answers" in found.value
