"""The inference engines: which can be loaded, and which is chosen for what."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inkdigits.diagnosis.finding import Finding
from inkdigits.errors import MissingExtraError
from inkdigits.recognition.engines.openvino import import_openvino
from inkdigits.recognition.engines.selection import MIN_SECONDS

TOPIC = "Engines"


def check_engines(
    runs: Path,
    load_onnxruntime: Callable[[], Any] = lambda: importlib.import_module("onnxruntime"),
    load_openvino: Callable[[], Any] = import_openvino,
) -> list[Finding]:
    """Check that the engines can be imported: their native libraries can be missing or broken.

    Parameters
    ----------
    runs
        Not used.
    load_onnxruntime, load_openvino
        Import the packages.

    Returns
    -------
    list of Finding
        ONNX Runtime, OpenVINO, and the choice between them.
    """
    onnxruntime = _check_import("onnxruntime", "ONNX Runtime", load_onnxruntime)
    openvino = _check_import("openvino", "OpenVINO", load_openvino)
    return [onnxruntime, openvino, _describe_choice(openvino.state == "right")]


def _check_import(name: str, title: str, load: Callable[[], Any]) -> Finding:
    try:
        version = str(load().__version__).partition("-")[0]
    except MissingExtraError as error:
        install = f'pip install "inkdigits[{error.extra}]"'
        return Finding(TOPIC, name, "note", "not installed", install, {"version": None})
    # A broken native library raises ImportError, OSError or an exception of the package.
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        reinstall = f"pip install --force-reinstall {name}"
        return Finding(TOPIC, name, "wrong", f"cannot be loaded: {first}", reinstall, {"version": None})
    return Finding(TOPIC, name, "right", f"{title} {version}", facts={"version": version})


def _describe_choice(has_openvino: bool) -> Finding:
    value = "read uses ONNX Runtime"
    if has_openvino:
        value += (
            f"; evaluate uses OpenVINO if ONNX Runtime would need over {MIN_SECONDS:g} s, and OpenVINO is faster with "
            "equal labels"
        )
    facts = {"read": "onnxruntime", "evaluate": ["onnxruntime"] + ["openvino"] * has_openvino}
    return Finding(TOPIC, "choice", "right", value, facts=facts)
