"""A recogniser that runs an ONNX model through ONNX Runtime."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inkdigits.contract import N_CLASSES, SIDE, DigitImages, Scores, check_digit_images
from inkdigits.errors import ModelError
from inkdigits.recognition.engines.session import check_outputs, load_card, open_session

if TYPE_CHECKING:
    import os

_BATCH_SIZE = 256
"""Images in one call of ONNX Runtime: what the layers hand on then stays in the cache."""


class OnnxRecogniser:
    """An ONNX model, loaded and checked.

    Parameters
    ----------
    path
        The ``.onnx`` file. Its input ``images`` takes ``uint8`` of shape (n, 28, 28); its output
        ``probabilities`` is ``float32`` of shape (n, 10), and an output ``is_digit``, if there is
        one, ``float32`` of shape (n,).
    n_threads
        Threads within one call; by default what ONNX Runtime chooses.

    Attributes
    ----------
    path
        The file.
    card
        What is known of the model.
    outputs
        The names of its answers: ``probabilities`` and, from some, ``is_digit``.

    Raises
    ------
    ModelError
        If the file is missing, damaged, or a model of another kind.
    """

    def __init__(self, path: "str | os.PathLike[str]", n_threads: int | None = None) -> None:
        self.path = Path(path)
        self._session = open_session(self.path, n_threads)
        self.outputs = check_outputs(self._session, self.path)
        self.card = load_card(self._session, self.path)
        self._run = self._session.run

    def score(self, images: DigitImages) -> Scores:
        """Score digit images, ``uint8`` of shape (n, 28, 28); see `inkdigits.contract.Recogniser`."""
        if images.__class__ is not np.ndarray or images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
            images = check_digit_images(images)
        if len(images) > _BATCH_SIZE:
            return self._score_batches(images)
        answers = self._run(self.outputs, {"images": images})
        probabilities = answers[0]
        if probabilities.shape != (len(images), N_CLASSES):
            raise ModelError(
                f"{self.path} answered with shape {probabilities.shape}, "
                f"expected ({len(images)}, {N_CLASSES})"
            )
        is_digit = answers[1] if len(answers) > 1 else np.ones(len(images), np.float32)
        return Scores(probabilities, is_digit.reshape(len(images)))

    def _score_batches(self, images: DigitImages) -> Scores:
        parts = [
            self.score(images[start : start + _BATCH_SIZE]) for start in range(0, len(images), _BATCH_SIZE)
        ]
        return Scores(
            np.concatenate([part.probabilities for part in parts]),
            np.concatenate([part.is_digit for part in parts]),
        )

    @property
    def engine(self) -> str:
        """What computes, with its version and its arithmetic."""
        import onnxruntime

        return f"ONNX Runtime {onnxruntime.__version__}, float32"
