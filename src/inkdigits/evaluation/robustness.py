"""How well a recogniser reads digit images that are spoilt in ways that it was not trained on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import DigitImages, Recogniser
from inkdigits.errors import DataError
from inkdigits.evaluation.corruptions import CORRUPTIONS, corrupt


@dataclass(frozen=True)
class Robustness:
    """Accuracy under every corruption.

    Attributes
    ----------
    n
        Number of images.
    clean
        Accuracy on them as they are, in [0, 1].
    corrupted
        Accuracy by corruption.
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
        """The corruption that is borne worst."""
        return min(self.corrupted, key=lambda name: self.corrupted[name])

    def to_json(self) -> dict[str, Any]:
        """Return all figures by name."""
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
    seed: int = 0,
    watch: Callable[[str], None] | None = None,
) -> Robustness:
    """Measure a recogniser on digit images, as they are and spoilt in fifteen ways.

    The images go to the recogniser as they are: what a picture's way into normal form would mend, or make worse, is not
    part of the figure.

    Parameters
    ----------
    recogniser
        What reads them.
    images
        ``uint8`` of shape (n, 28, 28), such as MNIST's test images.
    labels
        The digits, whole numbers (n,).
    seed
        The same seed spoils the same images alike.
    watch
        Called with the name of each corruption before it is measured.

    Returns
    -------
    Robustness

    Raises
    ------
    DataError
        If there are no images, or not as many labels.
    """
    if len(images) == 0 or len(images) != len(labels):
        raise DataError(
            f"robustness is measured on images with a label each, but {len(images)} images and {len(labels)} labels "
            "came; give as many of both"
        )

    def accuracy(shown: DigitImages) -> float:
        return float((recogniser.score(shown).labels == labels).mean())

    corrupted = {}
    for name in CORRUPTIONS:
        if watch:
            watch(name)
        corrupted[name] = accuracy(corrupt(images, name, seed))
    return Robustness(len(images), accuracy(images), corrupted)
