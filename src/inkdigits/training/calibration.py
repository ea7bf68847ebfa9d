"""Calibration: the temperature of the probabilities, and the rejection thresholds.

Both are found on held-out training images, plain and augmented.
"""

from dataclasses import dataclass, replace

import keras
import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import Scores
from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import ModelError
from inkdigits.evaluation.calibration import softmax
from inkdigits.recognition.model_card import ModelCard
from inkdigits.training.augmentation.degradation import Scan
from inkdigits.training.augmentation.pipeline import augment
from inkdigits.training.augmentation.presets import STRONG
from inkdigits.training.loop.precision import full_precision
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES, has_is_digit_output

REJECTED_SHARE = 0.0025
"""Share of held-out digits, plain and of low resolution, that are rejected for low confidence."""

REJECTED_AS_NON_DIGIT = 0.001
"""Share of the same digits that are rejected as non-digits. It is smaller, because the small digits of a written page
score lower than any of these."""

LOW_RESOLUTION = (Scan(low_resolution=1.0),)
"""An augmentation that scans every digit at a height of 8 to 16 pixels."""

_TEMPERATURES = np.geomspace(0.25, 4.0, 161)


@dataclass(frozen=True)
class Calibration:
    """The result of `calibrate`.

    Attributes
    ----------
    temperature
        The divisor of the logits.
    threshold
        Confidence below which a prediction is rejected.
    is_digit_threshold
        ``is_digit`` below which an image is rejected as a non-digit; 0 for a network without this output.
    """

    temperature: float = 1.0
    threshold: float = 0.0
    is_digit_threshold: float = 0.0

    def update_card(self, card: ModelCard) -> ModelCard:
        """Return a copy of the model card with these values."""
        return replace(
            card,
            temperature=self.temperature,
            threshold=self.threshold,
            is_digit_threshold=self.is_digit_threshold,
        )

    @staticmethod
    def from_card(card: ModelCard) -> "Calibration":
        """Return the values on a model card, such as that of a held-out run."""
        return Calibration(card.temperature, card.threshold, card.is_digit_threshold)


def calibrate(network: keras.Model, held_out: LabelledImages, seed: int = 0) -> Calibration:
    """Find temperature and thresholds on images that the network was not trained on.

    Parameters
    ----------
    network
        A trained network, of temperature 1.
    held_out
        Digit images ``uint8`` (n, 28, 28) with labels (n,).
    seed
        Random seed of the augmentation.

    Returns
    -------
    Calibration
        The temperature with the lowest cross-entropy over the images and an augmented copy; the thresholds that
        reject 0.25% and 0.1% of the images and a copy of low resolution.

    References
    ----------
    C. Guo et al., "On calibration of modern neural networks", ICML 2017.
    """
    plain = _predict(network, held_out.images)
    augmented = _predict(network, augment(held_out.images, STRONG, np.random.default_rng(seed)))
    both = np.log(np.maximum(np.concatenate([plain.probabilities, augmented.probabilities]), 1e-30))
    labels = np.concatenate([held_out.labels, held_out.labels])
    losses = [_cross_entropy(both / temperature, labels) for temperature in _TEMPERATURES]
    temperature = float(_TEMPERATURES[int(np.argmin(losses))])
    # Without images of low resolution, the thresholds would reject many scans of 8x8 pixels.
    coarse = _predict(network, augment(held_out.images, LOW_RESOLUTION, np.random.default_rng(seed)))
    confidences = [
        softmax(np.log(np.maximum(each.probabilities, 1e-30)) / temperature).max(axis=1)
        for each in (plain, coarse)
    ]
    threshold = np.quantile(np.concatenate(confidences), REJECTED_SHARE)
    is_digit_threshold = np.quantile(np.concatenate([plain.is_digit, coarse.is_digit]), REJECTED_AS_NON_DIGIT)
    return Calibration(
        temperature=round(temperature, 4),
        threshold=round(float(threshold), 4),
        is_digit_threshold=round(float(is_digit_threshold), 4) if has_is_digit_output(network) else 0.0,
    )


def fold_temperature(network: keras.Model, temperature: float) -> None:
    """Divide the network's logits by ``temperature``, in place, by dividing the weights of its last layer.

    Raises
    ------
    ModelError
        If the probabilities do not come from a dense layer.
    """
    names = [layer.name for layer in network.layers]
    layer = network.get_layer(PROBABILITIES) if PROBABILITIES in names else network.layers[-1]
    if not isinstance(layer, keras.layers.Dense):
        raise ModelError(
            f"calibration needs a last layer of type Dense, but {layer.name} is {type(layer).__name__}; "
            "train without a calibration"
        )
    layer.set_weights([weights / temperature for weights in layer.get_weights()])


def _predict(network: keras.Model, images: NDArray[np.uint8]) -> Scores:
    with full_precision():
        outputs = network.predict(images, batch_size=1000, verbose=0)
    if isinstance(outputs, dict):
        return Scores(outputs[PROBABILITIES], outputs[IS_DIGIT][:, 0])
    return Scores(outputs, np.ones(len(images), np.float32))


def _cross_entropy(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    chosen = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-30)).mean())
