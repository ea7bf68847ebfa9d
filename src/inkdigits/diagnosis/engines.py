"""The inference engines: which can be loaded and compute right, and which is chosen for what."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inkdigits.contract import Recogniser
from inkdigits.diagnosis.finding import Finding
from inkdigits.diagnosis.golden_answers import TOLERANCE, compute_answers, measure_difference, read_answers
from inkdigits.errors import MissingExtraError
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.engines.openvino import OpenVinoRecogniser, import_openvino
from inkdigits.recognition.engines.selection import MIN_SECONDS
from inkdigits.recognition.engines.session import import_onnxruntime
from inkdigits.recognition.model_files.pins import MODEL_FOLDER

TOPIC = "Engines"

_MODEL = "compact.onnx"
"""The model that is computed with each engine: the smallest one, which OpenVINO compiles in a quarter of a second."""

_LOADERS: dict[str, Callable[[], Any]] = {
    "onnxruntime": import_onnxruntime,
    "openvino": import_openvino,
}
_RECOGNISERS: dict[str, Callable[[Path], Recogniser]] = {
    "onnxruntime": functools.partial(OnnxRecogniser, n_threads=1),
    "openvino": functools.partial(OpenVinoRecogniser, n_threads=1, precision="float32"),
}
_TITLES = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}


def check_engines(
    runs: Path,
    loaders: dict[str, Callable[[], Any]] = _LOADERS,
    recognisers: dict[str, Callable[[Path], Recogniser]] = _RECOGNISERS,
) -> list[Finding]:
    """Check that each engine can be imported (its native library can be missing or broken) and computes right.

    Parameters
    ----------
    runs
        Not used.
    loaders
        Functions that import the packages, by engine.
    recognisers
        Functions that load a model in float32, by engine.

    Returns
    -------
    list of Finding
        ONNX Runtime, OpenVINO, and the choice between them.
    """
    engines = [_check_engine(name, load, recognisers[name]) for name, load in loaders.items()]
    return [
        *engines,
        _describe_choice(any(each.name == "openvino" and each.state == "right" for each in engines)),
    ]


def _check_engine(name: str, load: Callable[[], Any], recognise: Callable[[Path], Recogniser]) -> Finding:
    facts: dict[str, Any] = {"version": None, "difference": None}
    try:
        facts["version"] = version = str(load().__version__).partition("-")[0]
        difference = measure_difference(
            read_answers()[_MODEL], compute_answers(recognise(MODEL_FOLDER / _MODEL))
        )
    except MissingExtraError as error:
        return Finding(TOPIC, name, "note", "not installed", f'pip install "inkdigits[{error.extra}]"', facts)
    # A broken native library raises ImportError, OSError or an exception of the package.
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        reinstall = f"pip install --force-reinstall {name}"
        return Finding(TOPIC, name, "wrong", f"cannot be used: {first}", reinstall, facts)
    facts["difference"] = difference if difference != float("inf") else None
    title = f"{_TITLES[name]} {version}"
    if difference > TOLERANCE:
        value = f"{title} computes wrongly: outputs of {_MODEL} differ by {difference:.2g} from the golden answers"
        remedy = f"install another version:  pip install --force-reinstall {name}"
        return Finding(TOPIC, name, "wrong", value, remedy, facts)
    return Finding(TOPIC, name, "right", f"{title}, computes right", facts=facts)


def _describe_choice(has_openvino: bool) -> Finding:
    value = "read uses ONNX Runtime"
    if has_openvino:
        value += (
            f"; evaluate uses OpenVINO if ONNX Runtime would need over {MIN_SECONDS:g} s, and OpenVINO is faster with "
            "equal labels"
        )
    facts = {"read": "onnxruntime", "evaluate": ["onnxruntime"] + ["openvino"] * has_openvino}
    return Finding(TOPIC, "choice", "right", value, facts=facts)
