"""Training images in batches, varied anew for each epoch."""

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import DigitImages
from inkdigits.data.labelled import LabelledImages
from inkdigits.training.augment import PLAIN, STRONG, Augmentation, augment
from inkdigits.training.recipes import Recipe


def count_batches(data: LabelledImages, recipe: Recipe) -> int:
    """Return the number of steps in an epoch; the last one takes what is left."""
    return -(-len(data) // recipe.batch_size)


def training_batches(
    data: LabelledImages, recipe: Recipe, seed: int, first_epoch: int = 0
) -> Iterator[tuple[DigitImages, NDArray[np.int64]]]:
    """Yield batches without end, each epoch in an order and a variation of its own.

    What an epoch holds depends on ``seed`` and its number alone, so that a resumed training sees
    exactly what an uninterrupted one would have seen.

    Parameters
    ----------
    data
        Digit images (n, 28, 28) with labels (n,).
    recipe
        Its ``batch_size`` and ``augmentation``.
    seed
        Random seed of the run.
    first_epoch
        The epoch to begin with, counted from 0.

    Yields
    ------
    images, labels
        ``uint8`` (b, 28, 28) and ``int64`` (b,), with b the batch size or less.
    """
    augmentation = augmentation_of(recipe)
    for epoch in itertools.count(first_epoch):
        rng = np.random.default_rng((seed, epoch))
        order = rng.permutation(len(data))
        for start in range(0, len(order), recipe.batch_size):
            chosen = order[start : start + recipe.batch_size]
            images = data.images[chosen]
            yield (
                images if augmentation == PLAIN else augment(images, augmentation, rng),
                data.labels[chosen],
            )


def augmentation_of(recipe: Recipe) -> Augmentation:
    """Return the augmentation that the recipe names."""
    if recipe.augmentation == "strong":
        return STRONG
    return Augmentation(shift=recipe.max_shift) if recipe.augmentation == "shift" else PLAIN
