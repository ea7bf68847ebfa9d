"""Knowledge distillation: a small network is trained on soft labels, the probabilities of a larger teacher."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from inkdigits.contract import DigitImages
from inkdigits.evaluation.calibration import softmax
from inkdigits.files.storage import sha256_of_file
from inkdigits.recognition.engines.registry import load_recogniser

_SMALLEST = 1e-20
"""Lower limit of probabilities, which avoids the logarithm of 0."""


def compute_teacher_probabilities(
    teacher: str, images: DigitImages, temperature: float
) -> NDArray[np.float32]:
    """Compute the soft labels of a teacher.

    Parameters
    ----------
    teacher
        The name of a shipped model, or the path of an ``.onnx`` file.
    images
        ``uint8`` of shape (n, 28, 28).
    temperature
        The divisor of the teacher's logits; a higher temperature gives softer labels.

    Returns
    -------
    ndarray
        ``float32`` (n, 10), rows sum to 1.

    Raises
    ------
    UsageError, ModelError
        If the model does not exist or is damaged.
    """
    scores = load_recogniser(teacher).score(images)
    logits = np.log(np.maximum(scores.probabilities.astype(np.float64), _SMALLEST)) / temperature
    return np.asarray(softmax(logits), np.float32)


def model_sha256(teacher: str) -> str:
    """Return the SHA-256 of a teacher's file, which identifies the teacher.

    Raises
    ------
    UsageError, ModelError
        As in `compute_teacher_probabilities`.
    """
    return sha256_of_file(load_recogniser(teacher).path)


@keras.saving.register_keras_serializable("inkdigits")
class TeacherCrossEntropy(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy with the soft labels of a teacher, at a temperature.

    Parameters
    ----------
    temperature
        The temperature of the soft labels. The loss is multiplied by its square, so the scale of the gradients does
        not depend on it.

    References
    ----------
    G. Hinton, O. Vinyals, J. Dean, "Distilling the knowledge in a neural network", arXiv:1503.02531, 2015.
    """

    def __init__(self, temperature: float) -> None:
        super().__init__(name="teacher_cross_entropy")
        self.temperature = temperature

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each image, given soft labels (b, 10) and the network's probabilities (b, 10)."""
        logits = ops.log(ops.maximum(y_pred, _SMALLEST)) / self.temperature
        return -(self.temperature**2) * ops.sum(y_true * ops.log_softmax(logits), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor arguments."""
        return {"temperature": self.temperature}
