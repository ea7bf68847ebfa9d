"""Training batches: shuffled, augmented, and mixed with synthetic images."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkdigits.contract import DigitImages
from inkdigits.data.labelled import LabelledImages
from inkdigits.training.augmentation.geometric import Shift
from inkdigits.training.augmentation.operation import Operation
from inkdigits.training.augmentation.pipeline import augment
from inkdigits.training.augmentation.presets import STRONG
from inkdigits.training.augmentation.warp import Warp
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES
from inkdigits.training.recipes import Recipe

POOL = 30_000
"""Largest number of synthetic images of each source; they are drawn once, before training, and augmented in batches."""

Outputs: TypeAlias = dict[str, NDArray[np.float32]]

Augmentation: TypeAlias = Callable[[DigitImages, np.random.Generator], DigitImages]
"""Takes a batch's images, ``uint8`` (b, 28, 28), and returns an augmented copy."""


@dataclass(frozen=True)
class Batch:
    """The images and targets of one training step.

    Attributes
    ----------
    images
        ``uint8`` (b, 28, 28).
    labels
        ``int64`` (b,); 0 for non-digits.
    is_digit
        ``bool`` (b,).
    teacher_probabilities
        Soft labels, ``float32`` (b, 10), if there is a teacher.
    """

    images: DigitImages
    labels: NDArray[np.int64]
    is_digit: NDArray[np.bool_]
    teacher_probabilities: NDArray[np.float32] | None = None

    def to_single_output(self) -> tuple[DigitImages, NDArray[np.int64] | NDArray[np.float32]]:
        """Return images and targets for a network whose only output is the probabilities.

        The targets are labels, ``int64`` (n,), or with a teacher its probabilities, ``float32`` (n, 10).
        """
        return self.images, self.labels if self.teacher_probabilities is None else self.teacher_probabilities

    def to_two_outputs(self) -> tuple[DigitImages, Outputs, Outputs]:
        """Return images, targets and sample weights; non-digits have weight 0 in the loss of the probabilities."""
        is_digit = self.is_digit.astype(np.float32)
        targets = {PROBABILITIES: self.labels.astype(np.float32), IS_DIGIT: is_digit[:, np.newaxis]}
        return self.images, targets, {PROBABILITIES: is_digit, IS_DIGIT: np.ones_like(is_digit)}


def count_real_images(recipe: Recipe) -> int:
    """Return the number of images per batch from the data set."""
    return max(1, round(recipe.batch_size * (1 - recipe.synthetic_share)))


def count_batches(data: LabelledImages, recipe: Recipe) -> int:
    """Return the number of steps in an epoch, one pass over the data set."""
    return -(-len(data) // count_real_images(recipe))


def smallest_batch(data: LabelledImages, recipe: Recipe) -> int:
    """Return the number of images in the last batch of an epoch, the smallest one."""
    n_real = count_real_images(recipe)
    n_synthetic = sum(
        round(recipe.batch_size * share) for share in (recipe.stroke_models, recipe.fonts, recipe.non_digits)
    )
    return (len(data) % n_real or min(n_real, len(data))) + n_synthetic


class TrainingBatches:
    """Batches without end, each pass over the data in its own order and with its own augmentation.

    A pass depends only on ``seed`` and its number. Within a pass, the state of the random generator is recorded after
    each batch, so a training that is resumed between any two steps gets the same batches as an uninterrupted one.

    Parameters
    ----------
    data
        Digit images (n, 28, 28) with labels (n,).
    recipe
        The recipe; its ``batch_size``, ``augmentation`` and shares of synthetic images are used.
    seed
        Random seed of the run.
    teacher_probabilities
        Soft labels of the data, (n, 10), if there is a teacher.
    """

    def __init__(
        self,
        data: LabelledImages,
        recipe: Recipe,
        seed: int,
        teacher_probabilities: NDArray[np.float32] | None = None,
    ) -> None:
        self._data = data
        self._recipe = recipe
        self._seed = seed
        self._teacher_probabilities = teacher_probabilities
        self._augmentation = build_augmentation(recipe)
        self._synthetic = _draw_synthetic(data, recipe, seed)
        # The batches are drawn ahead of the training, in another thread.
        self._states: dict[int, dict[str, Any]] = {}

    def iterate(self, first: int = 0, state: dict[str, Any] | None = None) -> Iterator[Batch]:
        """Yield the batches from number ``first`` on, counted from 0.

        Parameters
        ----------
        first
            The number of the first batch.
        state
            The state of the random generator before it, from `state_before`; None at the beginning of a pass.

        Raises
        ------
        ValueError
            If the state is missing.
        """
        n_real = count_real_images(self._recipe)
        first_pass, skipped = divmod(first, count_batches(self._data, self._recipe))
        if skipped and state is None:
            raise ValueError(f"batch {first} is within a pass over the data; give the state before it")
        self._states.clear()
        number = first
        for number_of_pass in itertools.count(first_pass):
            rng = np.random.default_rng((self._seed, number_of_pass))
            order = rng.permutation(len(self._data))
            if skipped and state is not None:
                rng.bit_generator.state = state
            for start in range(skipped * n_real, len(order), n_real):
                batch = self._draw(order[start : start + n_real], rng)
                number += 1
                self._states[number] = dict(rng.bit_generator.state)
                yield batch
            skipped = 0

    def state_before(self, number: int) -> dict[str, Any] | None:
        """Return the state of the random generator before a batch that is drawn next or was drawn ahead.

        The states before earlier batches are forgotten. At the beginning of a pass over the data there is none.
        """
        for earlier in [each for each in list(self._states) if each < number]:
            del self._states[earlier]
        if number % count_batches(self._data, self._recipe) == 0:
            return None
        return self._states[number]

    def _draw(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        parts = [
            _make_real_batch(self._data, chosen),
            *(_sample_pool(pool, share, self._recipe, rng) for pool, share in self._synthetic),
        ]
        return Batch(
            self._augmentation(np.concatenate([part.images for part in parts]), rng),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.is_digit for part in parts]),
            None if self._teacher_probabilities is None else self._teacher_probabilities[chosen],
        )


def build_augmentation(recipe: Recipe) -> Augmentation:
    """Return the recipe's augmentation: a function of a batch's images and a generator."""
    warp = Warp().scale(recipe.warp_strength)
    if recipe.augmentation == "strong":
        return lambda images, rng: _warp_or_augment(images, recipe.warp_only, warp, rng)
    operations: dict[str, tuple[Operation, ...]] = {
        "none": (),
        "shift": (Shift(recipe.max_shift),),
        "warp": (warp,),
    }
    return lambda images, rng: augment(images, operations[recipe.augmentation], rng)


def _warp_or_augment(images: DigitImages, share: float, warp: Warp, rng: np.random.Generator) -> DigitImages:
    """Return images of which a share is warped alone, and the others are augmented by `STRONG`."""
    warped = rng.random(len(images)) < share
    augmented = np.empty_like(images)
    augmented[warped] = augment(images[warped], (warp,), rng)
    augmented[~warped] = augment(images[~warped], STRONG, rng)
    return augmented


def _make_real_batch(data: LabelledImages, chosen: NDArray[np.int64]) -> Batch:
    return Batch(data.images[chosen], data.labels[chosen], np.ones(len(chosen), bool))


def _sample_pool(pool: Batch, share: float, recipe: Recipe, rng: np.random.Generator) -> Batch:
    chosen = rng.integers(len(pool.images), size=round(recipe.batch_size * share))
    return Batch(pool.images[chosen], pool.labels[chosen], pool.is_digit[chosen])


def _draw_synthetic(data: LabelledImages, recipe: Recipe, seed: int) -> list[tuple[Batch, float]]:
    """Draw the pools of synthetic images of the recipe, each with its share of a batch."""
    if not recipe.synthetic_share:
        return []
    from inkdigits.training.synthetic.digits import draw_synthetic_digits
    from inkdigits.training.synthetic.fonts import draw_font_digits
    from inkdigits.training.synthetic.non_digits import draw_non_digits, training_kinds

    rng = np.random.default_rng((seed, 0x1A4E47ED))
    pools = []
    if recipe.stroke_models:
        images, labels = draw_synthetic_digits(_choose_pool_size(data, recipe.stroke_models), rng)
        pools.append((Batch(images, labels, np.ones(len(images), bool)), recipe.stroke_models))
    if recipe.fonts:
        images, labels = draw_font_digits(_choose_pool_size(data, recipe.fonts), rng)
        pools.append((Batch(images, labels, np.ones(len(images), bool)), recipe.fonts))
    if recipe.non_digits:
        images = draw_non_digits(
            _choose_pool_size(data, recipe.non_digits), rng, data, training_kinds(recipe.excluded_kinds)
        )
        nothing = np.zeros(len(images), np.int64)
        pools.append((Batch(images, nothing, nothing.astype(bool)), recipe.non_digits))
    return pools


def _choose_pool_size(data: LabelledImages, share: float) -> int:
    """Return the number of synthetic images to draw: twice the number per epoch, from 100 to `POOL`."""
    return min(POOL, max(100, round(2 * len(data) * share)))
