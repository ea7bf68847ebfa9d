"""A recogniser that runs an ONNX model with OpenVINO: slower to load than ONNX Runtime, several times faster to run."""

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkdigits.contract import N_CLASSES, DigitImages, Scores, check_digit_images
from inkdigits.errors import MissingExtraError, ModelError, UsageError
from inkdigits.recognition.engines.outputs import check_outputs
from inkdigits.recognition.model_files.kinds import CLASSIFIER
from inkdigits.recognition.model_files.model_file import read_model_file

if TYPE_CHECKING:
    import os

PRECISIONS = {"float32": "f32", "bfloat16": "bf16"}
"""Floating-point precisions, with OpenVINO's names for them."""

_BATCH_SIZE = 128
"""Images per inference request on one core: with so few the activations fit in the core's cache."""


class OpenVinoRecogniser:
    """A classifier in ONNX format, loaded, checked and compiled for this processor.

    It distributes a batch over the cores itself. Threads that share it take turns.

    Parameters
    ----------
    path
        The ``.onnx`` file; see `OnnxRecogniser`.
    n_threads
        Number of cores to use; by default all.
    precision
        ``float32`` or ``bfloat16``; by default bfloat16 if the processor supports it in hardware, otherwise the
        fastest precision according to OpenVINO.

    Attributes
    ----------
    path, card
        As in `OnnxRecogniser`.
    precision
        The precision in use.
    engine
        Name and version of the engine, and its precision.

    Raises
    ------
    MissingExtraError
        If OpenVINO is not installed.
    UsageError
        If the precision is unknown.
    ModelError
        If the file is missing or damaged, its inputs or outputs are of another kind, or OpenVINO cannot compile it.
    """

    def __init__(
        self, path: "str | os.PathLike[str]", n_threads: int | None = None, precision: str | None = None
    ) -> None:
        if precision is not None and precision not in PRECISIONS:
            raise UsageError(f"expected precision {' or '.join(PRECISIONS)}, but got {precision!r}")
        openvino = import_openvino()
        self.path = Path(path)
        model = read_model_file(self.path, CLASSIFIER)
        self.card, self._outputs = model.card, model.outputs
        # One stream per core: parts of a batch run in parallel, and the cores are not synchronised after each layer.
        settings: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT"}
        if n_threads is not None:
            settings["INFERENCE_NUM_THREADS"] = n_threads
            settings["NUM_STREAMS"] = n_threads
        if precision is not None:
            settings["INFERENCE_PRECISION_HINT"] = PRECISIONS[precision]
        core = openvino.Core()
        try:
            compiled = core.compile_model(core.read_model(model.content), "CPU", settings)
        except RuntimeError as error:
            first_line = str(error).strip().partition("\n")[0]
            raise ModelError(
                f"expected a model that OpenVINO can compile, but {self.path} is not ({first_line}); "
                "use the engine onnxruntime"
            ) from error
        precision_hint = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
        self.precision = next(
            (name for name, openvino_name in PRECISIONS.items() if openvino_name == precision_hint),
            precision_hint,
        )
        self.engine = f"OpenVINO {openvino.__version__.partition('-')[0]}, {self.precision}"
        self._request = compiled.create_infer_request()
        self._queue = openvino.AsyncInferQueue(compiled)
        self._lock = threading.Lock()
        self._queue.set_callback(lambda request, place: self._copy_outputs(request, *place))

    def score(self, images: DigitImages) -> Scores:
        """Score digit images, ``uint8`` of shape (n, 28, 28); see `inkdigits.contract.Recogniser`."""
        images = check_digit_images(images)
        n = len(images)
        outputs = {"probabilities": np.empty((n, N_CLASSES), np.float32), "is_digit": np.ones(n, np.float32)}
        try:
            # A request computes one thing at a time, and `wait_all` would wait for the parts of other threads.
            with self._lock:
                self._compute(images, outputs)
        except (RuntimeError, ValueError) as error:
            raise ModelError(
                f"the model {self.path} cannot be computed on {n} images; export it again, or use a shipped model"
            ) from error
        check_outputs(outputs["probabilities"], outputs["is_digit"], n, self.path)
        return Scores(**outputs)

    def _compute(self, images: DigitImages, outputs: dict[str, Any]) -> None:
        """Compute the outputs of a batch, and copy them into ``outputs``."""
        n = len(images)
        if n == 1:
            self._request.infer({"images": images})
            self._copy_outputs(self._request, outputs, 0)
        elif n:
            part = min(_BATCH_SIZE, -(-n // len(self._queue)))
            for start in range(0, n, part):
                self._queue.start_async({"images": images[start : start + part]}, (outputs, start))
            self._queue.wait_all()

    def _copy_outputs(self, request: Any, outputs: dict[str, Any], start: int) -> None:
        """Copy the outputs of one request into ``outputs`` from row ``start`` on."""
        for name in self._outputs:
            part = request.get_tensor(name).data
            rows = outputs[name][start : start + len(part)]
            rows[...] = part.reshape(rows.shape)


def import_openvino() -> Any:
    """Import the package ``openvino`` with its telemetry disabled.

    The import of OpenVINO sends a report over the network through the package ``openvino_telemetry``. The pictures
    may be confidential forms, so that package is made unavailable during the import; OpenVINO works without it.

    Returns
    -------
    module

    Raises
    ------
    MissingExtraError
        If OpenVINO is not installed.
    """
    telemetry = "openvino_telemetry"
    is_absent = telemetry not in sys.modules
    if is_absent:
        sys.modules[telemetry] = None  # type: ignore[assignment]
    try:
        import openvino
    except ImportError as error:
        raise MissingExtraError("the engine openvino", "openvino", "openvino") from error
    finally:
        if is_absent:
            del sys.modules[telemetry]
    return openvino
