"""A training of seconds that uses all that a long one does, for tests that interrupt it anywhere.

Dropout, shifts and the average of the weights depend on the states of random generators and optimiser. Seven steps per
epoch are not a multiple of the two steps per execution, and the last batch is smaller than the others.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import inkdigits.training  # noqa: F401  (prepares the import of Keras)

# isort: split
import keras
import numpy as np
from keras import layers

from inkdigits.data.labelled import LabelledImages
from inkdigits.training.loop import checkpoint
from inkdigits.training.loop.history import StepCallback
from inkdigits.training.recipes import Recipe
from inkdigits.training.train import TrainedRun, train

RECIPE = Recipe(
    name="small",
    epochs=3,
    batch_size=32,
    learning_rate=0.01,
    schedule="one_cycle",
    augmentation="shift",
    max_shift=1,
    weight_averaging=0.9,
    steps_per_execution=2,
)
SEED = 1


def draw_data(n: int, name: str) -> LabelledImages:
    """Draw digit images that differ by the length of a bar, with noise."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 40, (n, 28, 28)).astype(np.uint8)
    labels = np.arange(n) % 10
    for image, label in zip(images, labels, strict=True):
        image[4:24, 8 : 10 + label] = 255
    return LabelledImages(images, labels.astype(np.int64), name)


def build_small_network() -> keras.Model:
    """Return a linear network with dropout."""
    keras.utils.set_random_seed(SEED)
    return keras.Sequential(
        [
            keras.Input((28, 28), dtype="uint8"),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dropout(0.1),
            layers.Dense(10, activation="softmax"),
        ]
    )


def train_small(
    run: Path, *, resume: bool = False, watch: StepCallback | None = None, recipe: Recipe = RECIPE
) -> TrainedRun:
    """Train the small network."""
    return train(
        recipe,
        draw_data(200, "bars"),
        draw_data(50, "bars-test"),
        seed=SEED,
        run=run,
        resume=resume,
        network=build_small_network(),
        watch=watch,
    )


@contextlib.contextmanager
def checkpoints_at_every_step() -> Iterator[None]:
    """Write a checkpoint after every execution, whatever it costs."""
    with (
        mock.patch.object(checkpoint, "INTERVAL_SECONDS", 0.0),
        mock.patch.object(checkpoint, "LARGEST_SHARE", 1.0),
    ):
        yield
