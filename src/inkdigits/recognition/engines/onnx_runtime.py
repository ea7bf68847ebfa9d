"""A recogniser that runs an ONNX model with ONNX Runtime."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkdigits.contract import SIDE, DigitImages, Scores, check_digit_images
from inkdigits.recognition.engines.outputs import check_outputs
from inkdigits.recognition.engines.session import Session, import_onnxruntime
from inkdigits.recognition.model_files.kinds import CLASSIFIER
from inkdigits.recognition.model_files.model_file import read_model_file

if TYPE_CHECKING:
    import os

_BATCH_SIZE = 256
"""Images per call of ONNX Runtime: with so few the activations fit in the processor's cache."""


class OnnxRecogniser:
    """A classifier in ONNX format, loaded and checked, run by ONNX Runtime.

    Parameters
    ----------
    path
        The ``.onnx`` file. Its input ``images`` is ``uint8`` of shape (n, 28, 28); its output ``probabilities`` is
        ``float32`` of shape (n, 10), and its optional output ``is_digit`` is ``float32`` of shape (n,).
    n_threads
        Threads per call; by default ONNX Runtime chooses.

    Attributes
    ----------
    path
        Path of the file.
    card
        The model card.
    outputs
        Names of the outputs: ``probabilities`` and, in some models, ``is_digit``.

    Raises
    ------
    ModelError
        If the file is missing, damaged or not allowed by
        `inkdigits.recognition.model_files.check.check_model`, or its inputs or outputs are of another kind.
    """

    def __init__(self, path: "str | os.PathLike[str]", n_threads: int | None = None) -> None:
        self.path = Path(path)
        model = read_model_file(self.path, CLASSIFIER)
        self.outputs = [name for name in CLASSIFIER.outputs if name in model.outputs]
        self.card = model.card
        self._run = Session(model, n_threads).run

    def score(self, images: DigitImages) -> Scores:
        """Score digit images, ``uint8`` of shape (n, 28, 28); see `inkdigits.contract.Recogniser`."""
        if images.__class__ is not np.ndarray or images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
            images = check_digit_images(images)
        if len(images) > _BATCH_SIZE:
            return self._score_batches(images)
        outputs = self._run(self.outputs, {"images": images})
        probabilities = outputs[0]
        is_digit = outputs[1] if len(outputs) > 1 else np.ones(len(images), np.float32)
        check_outputs(probabilities, is_digit, len(images), self.path)
        return Scores(probabilities, is_digit.reshape(len(images)))

    def _score_batches(self, images: DigitImages) -> Scores:
        batches = [
            self.score(images[start : start + _BATCH_SIZE]) for start in range(0, len(images), _BATCH_SIZE)
        ]
        return Scores(
            np.concatenate([batch.probabilities for batch in batches]),
            np.concatenate([batch.is_digit for batch in batches]),
        )

    @property
    def engine(self) -> str:
        """Name and version of the engine, and its floating-point precision."""
        return f"ONNX Runtime {import_onnxruntime().__version__}, float32"
