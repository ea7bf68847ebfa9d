"""The one-cycle schedule at its ends and in between, and as Keras saves it."""

import keras
import numpy as np
import pytest

from inkdigits.training.loop.schedules import OneCycle, make_learning_rate
from inkdigits.training.recipes import Recipe


@pytest.mark.parametrize(
    ("step", "share"), [(0, 0.1), (10, 0.55), (20, 1.0), (60, 0.5), (99, 0.0125), (100, 0.0), (150, 0.0)]
)
def test_it_rises_from_a_tenth_to_the_peak_and_falls_to_zero(step: int, share: float) -> None:
    found = keras.ops.convert_to_numpy(OneCycle(peak=0.02, n_steps=100, warm_up=0.2)(step))
    np.testing.assert_allclose(found, 0.02 * share, rtol=1e-5, atol=1e-8)


def test_without_warm_up_the_first_step_is_below_the_peak_and_the_second_has_it() -> None:
    schedule = OneCycle(peak=1.0, n_steps=11, warm_up=0.0)
    found = [float(keras.ops.convert_to_numpy(schedule(step))) for step in (0, 1, 6, 11)]
    assert found == pytest.approx([0.1, 1.0, 0.5, 0.0])


def test_it_is_saved_by_keras() -> None:
    saved = keras.saving.serialize_keras_object(OneCycle(0.5, 40, 0.25))
    assert keras.saving.deserialize_keras_object(saved).get_config() == {
        "peak": 0.5,
        "n_steps": 40,
        "warm_up": 0.25,
    }


def test_a_recipe_chooses_it() -> None:
    recipe = Recipe(name="x", epochs=3, learning_rate=0.01, schedule="one_cycle", warm_up=0.3)
    schedule = make_learning_rate(recipe, 7)
    assert isinstance(schedule, OneCycle)
    assert schedule.get_config() == {"peak": 0.01, "n_steps": 21, "warm_up": 0.3}
    assert make_learning_rate(Recipe(name="x", epochs=3, learning_rate=0.01, schedule="constant"), 7) == 0.01
