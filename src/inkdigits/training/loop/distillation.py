"""A small network learns from a larger one: how its teacher divides its belief over the digits, not the label alone."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from inkdigits.contract import DigitImages
from inkdigits.recognition.engines.registry import load_recogniser
from inkdigits.storage import sha256_of_file
from inkdigits.training.calibration import softmax

_SMALLEST = 1e-20
"""Probabilities below this count as much: their logarithm would be none."""


def opinions(teacher: str, images: DigitImages, temperature: float) -> NDArray[np.float32]:
    """Return what a teacher thinks of images.

    Parameters
    ----------
    teacher
        A shipped model by its name, or the path of an ``.onnx`` file.
    images
        ``uint8`` of shape (n, 28, 28).
    temperature
        By which the teacher's logits are divided: the higher, the more is said of the digits that it is not.

    Returns
    -------
    ndarray
        ``float32`` (n, 10), rows sum to 1.

    Raises
    ------
    UsageError, ModelError
        If there is no such model, or if it is damaged.
    """
    scores = load_recogniser(teacher).score(images)
    logits = np.log(np.maximum(scores.probabilities.astype(np.float64), _SMALLEST)) / temperature
    return np.asarray(softmax(logits), np.float32)


def model_sha256(teacher: str) -> str:
    """Return the SHA-256 of a teacher's file: what a pupil learnt depends on it.

    Raises
    ------
    UsageError, ModelError
        As in `opinions`.
    """
    return sha256_of_file(load_recogniser(teacher).path)


@keras.saving.register_keras_serializable("inkdigits")
class TeacherCrossEntropy(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy with a teacher's opinions, both at a temperature.

    Parameters
    ----------
    temperature
        That of the opinions. The loss is multiplied by its square, so that gradients keep their size.

    References
    ----------
    G. Hinton, O. Vinyals, J. Dean, "Distilling the knowledge in a neural network", arXiv:1503.02531, 2015.
    """

    def __init__(self, temperature: float) -> None:
        super().__init__(name="teacher_cross_entropy")
        self.temperature = temperature

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each image: opinions (b, 10) against the network's probabilities (b, 10)."""
        logits = ops.log(ops.maximum(y_pred, _SMALLEST)) / self.temperature
        return -(self.temperature**2) * ops.sum(y_true * ops.log_softmax(logits), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this loss again."""
        return {"temperature": self.temperature}
