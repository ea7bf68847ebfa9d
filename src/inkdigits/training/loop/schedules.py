"""Learning rate schedules."""

from typing import Any

import keras
from keras import ops

from inkdigits.training.recipes import Recipe


@keras.saving.register_keras_serializable("inkdigits")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """One-cycle schedule: linear warm-up from a tenth of the peak to the peak, then linear decay to zero.

    Parameters
    ----------
    peak
        The highest learning rate.
    n_steps
        Number of steps of the training; after them the learning rate is 0.
    warm_up
        Share of the steps in the warm-up, in [0, 1).

    References
    ----------
    L. N. Smith and N. Topin, "Super-convergence", arXiv:1708.07120, 2018.
    """

    def __init__(self, peak: float, n_steps: int, warm_up: float) -> None:
        self.peak = peak
        self.n_steps = n_steps
        self.warm_up = warm_up

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a step, counted from 0."""
        step = ops.cast(step, "float32")
        rise = max(self.n_steps * self.warm_up, 1.0)
        rising = 0.1 + 0.9 * step / rise
        falling = (self.n_steps - step) / max(self.n_steps - rise, 1.0)
        return self.peak * ops.maximum(ops.minimum(rising, falling), 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor arguments."""
        return {"peak": self.peak, "n_steps": self.n_steps, "warm_up": self.warm_up}


def make_learning_rate(recipe: Recipe, steps_per_epoch: int) -> float | OneCycle:
    """Return the learning rate of the recipe for Keras: a number, or a schedule."""
    if recipe.schedule == "constant":
        return recipe.learning_rate
    return OneCycle(recipe.learning_rate, steps_per_epoch * recipe.epochs, recipe.warm_up)
