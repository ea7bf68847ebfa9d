"""MLServer with the same model, to compare: in an environment of its own, since it needs other versions of packages."""

import contextlib
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.paths import ROOT
from benchmarks.service.load.servers import Server, find_free_port, run_server
from inkdigits.recognition.engines.registry import shipped_models

VERSION = "1.7.1"
ENVIRONMENT = ROOT / "build" / "mlserver"
_MODEL = Path(__file__).with_name("mlserver_model.py")


def install_mlserver() -> Path:
    """Create the environment unless it exists, and return its folder of programs.

    MLServer needs Python below 3.13; uv provides one if this one is newer. It has no runtime for ONNX: it gets the
    version of ONNX Runtime that inkdigits uses.
    """
    programs = ENVIRONMENT / "bin"
    packages = [f"mlserver=={VERSION}", f"onnxruntime=={version('onnxruntime')}"]
    stamp = ENVIRONMENT / "installed.txt"
    if stamp.is_file() and stamp.read_text().split() == packages:
        return programs
    uv = Path(sys.executable).with_name("uv")
    python = sys.executable if sys.version_info < (3, 13) else "3.12"
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", python, ENVIRONMENT], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", programs / "python", *packages], check=True)
    stamp.write_text(" ".join(packages))
    return programs


def run_mlserver(model: str) -> contextlib.AbstractContextManager[Server]:
    """Run MLServer with a shipped model.

    The model runs in MLServer's own process (``parallel_workers`` 0): the default, a second process, is slower for
    models as small as these. Adaptive batching is off, as it is by default: it delays each request.
    """
    programs = install_mlserver()
    folder = ENVIRONMENT / "models" / model
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MODEL.name).write_bytes(_MODEL.read_bytes())
    port = find_free_port()
    settings = {
        "debug": False,
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": find_free_port(),
        "metrics_port": find_free_port(),
        "parallel_workers": 0,
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    described = {
        "name": model,
        "implementation": "mlserver_model.Classifier",
        "parameters": {"uri": str(shipped_models()[model])},
    }
    (folder / "model-settings.json").write_text(json.dumps(described))
    return run_server("mlserver", [programs / "mlserver", "start", "."], port, folder)
