"""The shipped models: present, unchanged, and with the outputs that they had when they were shipped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inkdigits.diagnosis.finding import Finding
from inkdigits.diagnosis.golden_answers import (
    LOGIT_TOLERANCE,
    TOLERANCE,
    compute_answers,
    compute_detector_answers,
    measure_difference,
    read_answers,
)
from inkdigits.errors import InkdigitsError
from inkdigits.files.storage import sha256_of_file
from inkdigits.recognition.detection.detector import SHIPPED, Detector
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.registry import shipped_models
from inkdigits.recognition.model_files.pins import MODEL_FOLDER, read_pinned_digests

TOPIC = "Models"
_REMEDY = "install inkdigits again:  pip install --force-reinstall inkdigits"


def check_models(runs: Path, folder: Path = MODEL_FOLDER) -> list[Finding]:
    """Check the SHA-256 and the golden answers of every shipped model and of the detector.

    Parameters
    ----------
    runs
        Not used.
    folder
        The folder of the models.

    Returns
    -------
    list of Finding
        One for each model. A file that is missing, has another digest, or has other outputs, is wrong.
    """
    default = next(iter(shipped_models()), None)
    return list(_check_each(folder, default))


def _check_each(folder: Path, default: str | None) -> Iterator[Finding]:
    try:
        pinned, answers = read_pinned_digests(), read_answers()
    except InkdigitsError as error:
        yield Finding(TOPIC, "digests", "wrong", str(error), _REMEDY)
        return
    for file, digest in sorted(pinned.items(), key=lambda item: Path(item[0]).stem):
        note = ", the default" if Path(file).stem == default else ""
        yield _check_model(folder / file, digest, answers.get(file), note)
    for path in sorted(folder.rglob("*.onnx")):
        if (file := path.relative_to(folder).as_posix()) not in pinned:
            remedy = f"move it elsewhere and use  --model PATH, or {_REMEDY}"
            yield Finding(TOPIC, path.stem, "wrong", f"{file} is not a shipped model", remedy, {"file": file})


def _check_model(path: Path, digest: str, expected: dict[str, Any] | None, note: str) -> Finding:
    name = path.stem
    facts: dict[str, Any] = {"file": str(path), "sha256": None, "pinned_sha256": digest, "difference": None}
    try:
        facts["sha256"] = found = sha256_of_file(path)
    except OSError as error:
        return Finding(
            TOPIC, name, "wrong", f"{path} cannot be read: {error.strerror or error}", _REMEDY, facts
        )
    if found != digest:
        value = f"{path} is damaged or was replaced: SHA-256 {found[:12]}..., expected {digest[:12]}..."
        return Finding(TOPIC, name, "wrong", value, _REMEDY, facts)
    if expected is None:
        return Finding(TOPIC, name, "wrong", "unchanged, but it has no golden answers", _REMEDY, facts)
    try:
        difference, tolerance = _compare(path, expected)
    except InkdigitsError as error:
        return Finding(TOPIC, name, "wrong", str(error), _REMEDY, facts)
    facts["difference"] = difference if difference != float("inf") else None
    if difference > tolerance:
        value = f"unchanged, but its outputs differ by {difference:.2g} from those it was shipped with"
        remedy = "the engine computes wrongly on this machine:  pip install --force-reinstall onnxruntime"
        return Finding(TOPIC, name, "wrong", value, remedy, facts)
    return Finding(TOPIC, name, "right", f"unchanged, golden answers right{note}", facts=facts)


def _compare(path: Path, expected: dict[str, Any]) -> tuple[float, float]:
    """Return the difference from the expected outputs, and the greatest accepted one."""
    if path.stem == SHIPPED.stem:
        return measure_difference(
            expected, compute_detector_answers(Detector(path, n_threads=1))
        ), LOGIT_TOLERANCE
    return measure_difference(expected, compute_answers(OnnxRecogniser(path, n_threads=1))), TOLERANCE
