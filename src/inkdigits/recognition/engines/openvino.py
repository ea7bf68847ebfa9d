"""A recogniser that runs an ONNX model through OpenVINO: slower to begin with, several times faster in the long run."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from inkdigits.contract import N_CLASSES, DigitImages, Scores, check_digit_images
from inkdigits.errors import MissingExtraError, ModelError, UsageError
from inkdigits.recognition.engines.session import check_outputs, load_card, open_session

if TYPE_CHECKING:
    import os

PRECISIONS = {"float32": "f32", "bfloat16": "bf16"}
"""Arithmetic that can be asked for, and what OpenVINO calls it."""

_BATCH_SIZE = 128
"""Images that one core takes at a time: what the layers hand on then stays in the core's cache."""


class OpenVinoRecogniser:
    """An ONNX model, loaded and checked, compiled for this processor.

    One thread at a time may call it; it divides a batch over the cores by itself.

    Parameters
    ----------
    path
        The ``.onnx`` file, as `OnnxRecogniser` takes it.
    n_threads
        Cores to use; by default all.
    precision
        ``float32`` or ``bfloat16``; by default bfloat16 where the processor multiplies it in hardware, and what
        OpenVINO finds fastest elsewhere.

    Attributes
    ----------
    path, card
        As in `OnnxRecogniser`.
    precision
        The arithmetic that is used.
    engine
        What computes, with its version and its arithmetic.

    Raises
    ------
    MissingExtraError
        If OpenVINO is not installed.
    UsageError
        If there is no such precision.
    ModelError
        If the file is missing, damaged, a model of another kind, or has what OpenVINO cannot compute.
    """

    def __init__(
        self, path: "str | os.PathLike[str]", n_threads: int | None = None, precision: str | None = None
    ) -> None:
        if precision is not None and precision not in PRECISIONS:
            raise UsageError(f"precision is one of {', '.join(PRECISIONS)}, but {precision!r} was asked for")
        openvino = import_openvino()
        self.path = Path(path)
        session = open_session(self.path, n_threads=1)
        self.card, self._outputs = load_card(session, self.path), check_outputs(session, self.path)
        # One stream of work for each core: parts of a batch go side by side, and no core waits for another.
        settings: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT"}
        if n_threads is not None:
            settings["INFERENCE_NUM_THREADS"] = n_threads
            settings["NUM_STREAMS"] = n_threads
        if precision is not None:
            settings["INFERENCE_PRECISION_HINT"] = PRECISIONS[precision]
        core = openvino.Core()
        try:
            compiled = core.compile_model(core.read_model(self.path), "CPU", settings)
        except RuntimeError as error:
            first_line = str(error).strip().partition("\n")[0]
            raise ModelError(
                f"OpenVINO cannot compute {self.path} ({first_line}); use the engine onnxruntime"
            ) from error
        used = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
        self.precision = next((name for name, theirs in PRECISIONS.items() if theirs == used), used)
        self.engine = f"OpenVINO {openvino.__version__.partition('-')[0]}, {self.precision}"
        self._request = compiled.create_infer_request()
        self._queue = openvino.AsyncInferQueue(compiled)
        self._queue.set_callback(lambda request, place: self._copy_outputs(request, *place))

    def score(self, images: DigitImages) -> Scores:
        """Score digit images, ``uint8`` of shape (n, 28, 28); see `inkdigits.contract.Recogniser`."""
        images = check_digit_images(images)
        n = len(images)
        answers = {"probabilities": np.empty((n, N_CLASSES), np.float32), "is_digit": np.ones(n, np.float32)}
        if n == 1:
            self._request.infer({"images": images})
            self._copy_outputs(self._request, answers, 0)
        elif n:
            part = min(_BATCH_SIZE, -(-n // len(self._queue)))
            for start in range(0, n, part):
                self._queue.start_async({"images": images[start : start + part]}, (answers, start))
            self._queue.wait_all()
        return Scores(**answers)

    def _copy_outputs(self, request: Any, answers: dict[str, Any], start: int) -> None:
        """Copy one part's answers to where they belong."""
        for name in self._outputs:
            part = request.get_tensor(name).data
            kept = answers[name][start : start + len(part)]
            kept[...] = part.reshape(kept.shape)


def import_openvino() -> Any:
    """Return the package ``openvino``, imported without its telemetry.

    Its import would report itself over the network. Who reads people's forms must not do so unasked; without the
    package that sends, OpenVINO does all the same.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    telemetry = "openvino_telemetry"
    absent = telemetry not in sys.modules
    if absent:
        sys.modules[telemetry] = None  # type: ignore[assignment]
    try:
        import openvino
    except ImportError as error:
        raise MissingExtraError("the engine openvino", "openvino", "openvino") from error
    finally:
        if absent:
            del sys.modules[telemetry]
    return openvino
