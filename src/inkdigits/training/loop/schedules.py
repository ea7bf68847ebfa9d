"""How the learning rate moves during a training."""

from typing import Any

import keras
from keras import ops

from inkdigits.training.recipes import Recipe


@keras.saving.register_keras_serializable("inkdigits")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """Rise linearly from a tenth of the peak to the peak, then fall linearly to nought.

    Parameters
    ----------
    peak
        The highest learning rate.
    n_steps
        Steps of the whole training; after them the rate stays 0.
    warm_up
        Share of the steps in which the rate rises, in [0, 1).

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
        """Return the arguments that make this schedule again."""
        return {"peak": self.peak, "n_steps": self.n_steps, "warm_up": self.warm_up}


def learning_rate_of(recipe: Recipe, steps_per_epoch: int) -> float | OneCycle:
    """Return the recipe's learning rate as Keras takes it: a number, or a schedule over the whole training."""
    if recipe.schedule == "constant":
        return recipe.learning_rate
    return OneCycle(recipe.learning_rate, steps_per_epoch * recipe.epochs, recipe.warm_up)
