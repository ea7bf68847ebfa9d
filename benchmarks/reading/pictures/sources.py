"""The digits of each split: disjoint between the splits, and not used in training."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Split = Literal["development", "final"]

SEEDS: dict[Split, int] = {"development": 6_174, "final": 1_729}

N_DEVELOPMENT = 10_000
"""The last so many MNIST training images, held out of training while choices are made."""


@dataclass(frozen=True)
class Sources:
    """The source digits of one split.

    Attributes
    ----------
    split
        ``development`` or ``final``.
    images, labels
        MNIST digits, ``uint8`` (n, 28, 28) and ``int64`` (n,).
    by_label
        The indices of each label's images.
    small_images, small_labels
        scikit-learn's 8x8 digits, ``uint8`` (m, 8, 8) in 0..255, ink light, and ``int64`` (m,).
    """

    split: Split
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    by_label: tuple[NDArray[np.int64], ...]
    small_images: NDArray[np.uint8]
    small_labels: NDArray[np.int64]

    def digit(self, rng: np.random.Generator, label: int | None = None) -> tuple[NDArray[np.uint8], int]:
        """Draw one MNIST digit at random, of any label or of the given one."""
        index = int(rng.integers(len(self.images)) if label is None else rng.choice(self.by_label[label]))
        return self.images[index], int(self.labels[index])


@lru_cache(maxsize=2)
def load_sources(split: Split) -> Sources:
    """Load the digits of one split.

    ``development`` has the last 10,000 MNIST training images and the first half of scikit-learn's digits
    (which are sorted by writer), ``final`` the MNIST test images without the known label errors (a benchmark
    needs known truth) and the second half.
    """
    from sklearn.datasets import load_digits

    from inkdigits.data.mnist import KNOWN_LABEL_ERRORS, load_mnist

    mnist = load_mnist()
    if split == "development":
        images, labels = mnist.train.images[-N_DEVELOPMENT:], mnist.train.labels[-N_DEVELOPMENT:]
    else:
        keep = np.setdiff1d(np.arange(len(mnist.test.labels)), sorted(KNOWN_LABEL_ERRORS))
        images, labels = mnist.test.images[keep], mnist.test.labels[keep]
    small = load_digits()
    half = len(small.target) // 2
    part = slice(None, half) if split == "development" else slice(half, None)
    return Sources(
        split=split,
        images=images,
        labels=labels,
        by_label=tuple(np.flatnonzero(labels == label) for label in range(10)),
        small_images=np.round(small.images[part] * (255 / 16)).astype(np.uint8),
        small_labels=small.target[part].astype(np.int64),
    )
