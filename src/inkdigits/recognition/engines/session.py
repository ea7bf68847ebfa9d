"""Import ONNX Runtime, open its sessions of checked model files, and convert their exceptions."""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import ModelError
from inkdigits.recognition.model_files.model_file import ModelFile


class Session:
    """An ONNX Runtime session of a checked model file, on the CPU.

    Parameters
    ----------
    model
        The model file.
    n_threads
        Threads per call; by default ONNX Runtime chooses.

    Raises
    ------
    ModelError
        If ONNX Runtime cannot load the model.
    """

    def __init__(self, model: ModelFile, n_threads: int | None = None) -> None:
        onnxruntime = import_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.inter_op_num_threads = 1
        if n_threads is not None:
            options.intra_op_num_threads = n_threads
        self._errors = _onnxruntime_errors()
        self._path = model.path
        try:
            session = onnxruntime.InferenceSession(model.content, options, providers=["CPUExecutionProvider"])
        except self._errors as error:
            raise ModelError(
                f"expected an ONNX model, but {model.path} is damaged or not one; export it again, or use a shipped "
                "model"
            ) from error
        self._run = session.run

    def run(self, outputs: list[str], inputs: dict[str, NDArray[np.uint8]]) -> list[Any]:
        """Return the outputs of the model, by the order of their names.

        Parameters
        ----------
        outputs
            Names of the outputs.
        inputs
            By name, ``uint8``; their shapes are those of the kind of model: `inkdigits.recognition.model_files.kinds`.

        Raises
        ------
        ModelError
            If the computation fails.
        """
        try:
            found: list[Any] = self._run(outputs, inputs)
        except self._errors as error:
            raise ModelError(
                f"the model {self._path} cannot be computed on an input of shape "
                f"{', '.join(str(each.shape) for each in inputs.values())}; export it again, or use a shipped model"
            ) from error
        return found


def import_onnxruntime() -> Any:
    """Import the package ``onnxruntime`` with its telemetry disabled.

    From version 1.29 on, the builds for Linux and macOS too send events to their maker, from a thread of their own,
    and write an identifier and a database into the user's cache folder. The pictures may be confidential forms. A
    process without the telemetry also starts 60 ms earlier. The variable is the documented switch; a value that the
    user has set remains.

    Returns
    -------
    module
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime


def _onnxruntime_errors() -> tuple[type[BaseException], ...]:
    """Return the exceptions that ONNX Runtime raises on a damaged file; some derive directly from Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (each for each in vars(state).values() if isinstance(each, type) and issubclass(each, Exception))
    return (RuntimeError, ValueError, MemoryError, *own)
