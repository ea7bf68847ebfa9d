"""Robustness: the accuracy of a recogniser on corrupted digit images."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import DigitImages, Recogniser
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError
from inkdigits.evaluation.corruptions import CORRUPTIONS, corrupt

_SEED = 0
"""Random seed of the corruptions: all models are measured on the same corrupted images."""


@dataclass(frozen=True)
class Robustness:
    """Accuracy under each corruption.

    Attributes
    ----------
    n
        Number of images.
    clean
        Accuracy on the uncorrupted images, in [0, 1].
    corrupted
        Accuracy by the name of the corruption.
    """

    n: int
    clean: float
    corrupted: dict[str, float]

    @property
    def mean(self) -> float:
        """Mean accuracy over the corruptions."""
        return float(np.mean(list(self.corrupted.values())))

    @property
    def worst(self) -> str:
        """The corruption with the lowest accuracy."""
        return min(self.corrupted, key=lambda name: self.corrupted[name])

    def to_json(self) -> dict[str, Any]:
        """Return all metrics by name."""
        return {
            "n": self.n,
            "clean": self.clean,
            "mean": self.mean,
            "worst": self.corrupted[self.worst],
            "corrupted": self.corrupted,
        }


def measure_robustness(
    recogniser: Recogniser,
    images: DigitImages,
    labels: NDArray[np.int64],
    *,
    clean: float | None = None,
    progress: Progress | None = None,
) -> Robustness:
    """Measure the accuracy on digit images, uncorrupted and under each of the fifteen corruptions.

    The corrupted images go directly to the recogniser, without normalisation.

    Parameters
    ----------
    recogniser
        The model to evaluate.
    images
        ``uint8`` of shape (n, 28, 28), such as MNIST's test images.
    labels
        The true digits, integers (n,).
    clean
        The accuracy on the uncorrupted images, if it is known already.
    progress
        Called as ``progress(message, done, total)`` before each corruption, and at the end.

    Returns
    -------
    Robustness

    Raises
    ------
    DataError
        If there are no images, or if the number of labels differs.
    """
    if len(images) == 0 or len(images) != len(labels):
        raise DataError(
            f"expected one label per image, and at least one image, but got {len(images)} images and {len(labels)} "
            "labels; give as many labels as images"
        )
    progress = progress or ignore_progress

    def measure_accuracy(batch: DigitImages) -> float:
        return float((recogniser.score(batch).labels == labels).mean())

    corrupted = {}
    for i, name in enumerate(CORRUPTIONS):
        progress(f"Corruption: {name}", i, len(CORRUPTIONS))
        corrupted[name] = measure_accuracy(corrupt(images, name, _SEED))
    progress(f"Corruption: {name}", len(CORRUPTIONS), len(CORRUPTIONS))
    return Robustness(len(images), measure_accuracy(images) if clean is None else clean, corrupted)
