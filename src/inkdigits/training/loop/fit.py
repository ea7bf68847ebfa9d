"""The training loop: one network, one recipe, one data set; with callbacks, checkpoints and resuming."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from inkdigits.contract import N_CLASSES
from inkdigits.data.labelled import LabelledImages
from inkdigits.training.loop.batches import Batch, TrainingBatches, count_batches, smallest_batch
from inkdigits.training.loop.checkpoint import Position, load_checkpoint
from inkdigits.training.loop.data_parallel import DataParallel, count_parts
from inkdigits.training.loop.distillation import TeacherCrossEntropy, compute_teacher_probabilities
from inkdigits.training.loop.epochs import run_epochs
from inkdigits.training.loop.history import History, StepCallback
from inkdigits.training.loop.precision import clone_with_policy, dtype_policy
from inkdigits.training.loop.schedules import make_learning_rate
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES, has_is_digit_output
from inkdigits.training.recipes import Recipe


def fit(
    network: keras.Model,
    recipe: Recipe,
    data: LabelledImages,
    *,
    seed: int,
    run: Path,
    resume: bool = False,
    watch: StepCallback | None = None,
) -> float:
    """Train ``network`` in place.

    Parameters
    ----------
    network
        A float32 network; it is updated with the trained weights.
    recipe
        The recipe.
    data
        Digit images (n, 28, 28) with labels (n,); the last ``validation_share`` of the images is held out.
    seed
        Random seed of shuffling and augmentation.
    run
        The run directory, for history, TensorBoard logs and checkpoint.
    resume
        Resume from the last checkpoint, if there is one.
    watch
        Called with each `Step`.

    Returns
    -------
    float
        Training time in seconds, including the time before an interruption.
    """
    n_validation = round(len(data) * recipe.validation_share)
    fitted, validation = data.held_out(n_validation) if n_validation else (data, None)
    n_steps = count_batches(fitted, recipe)
    trainee = build_trainee(network, recipe, fitted)
    has_two_outputs = has_is_digit_output(network)
    teacher_probabilities = None
    if recipe.teacher:
        teacher_probabilities = compute_teacher_probabilities(
            recipe.teacher, fitted.images, recipe.teacher_temperature
        )
    batches = TrainingBatches(fitted, recipe, seed, teacher_probabilities)

    def batches_from(position: Position, n_epochs: int) -> Iterator[tuple[Any, ...]]:
        for batch in batches.iterate(position.batches_done, position.batch_state):
            yield batch.to_two_outputs() if has_two_outputs else batch.to_single_output()

    start = load_checkpoint(run, trainee) if resume else None
    history = History(run, recipe.epochs, n_steps, start, batches.state_before, watch)
    run_epochs(
        trainee,
        history,
        batches_from,
        validation_data=_validation(validation, has_two_outputs, recipe),
        validation_batch_size=1000,
    )
    network.set_weights(trainee.get_weights())
    return history.seconds


def build_trainee(network: keras.Model, recipe: Recipe, data: LabelledImages) -> keras.Model:
    """Return a compiled copy of a network for the training: in the recipe's precision, computed in parallel parts."""
    n_steps = count_batches(data, recipe)
    trainee = clone_with_policy(network, dtype_policy(recipe))
    n_parts = count_parts(smallest_batch(data, recipe))
    if n_parts > 1:
        trainee = DataParallel(trainee, n_parts)
    trainee.compile(
        optimizer=keras.optimizers.Adam(
            make_learning_rate(recipe, n_steps),
            use_ema=recipe.weight_averaging > 0,
            ema_momentum=limit_averaging_momentum(recipe.weight_averaging, n_steps * recipe.epochs),
        ),
        **_objective(has_is_digit_output(network), recipe),
        steps_per_execution=min(recipe.steps_per_execution, n_steps),
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    return trainee


def limit_averaging_momentum(momentum: float, n_steps: int) -> float:
    """Return the momentum of the moving average of the weights, limited for short trainings.

    The average covers at most a tenth of the training. Otherwise, in a training of a few dozen steps, the initial
    random weights would dominate it.
    """
    return max(0.0, min(momentum, 1 - 10 / n_steps))


def _objective(has_two_outputs: bool, recipe: Recipe) -> dict[str, Any]:
    """Return the losses and metrics of Keras: categorical cross-entropy with integer labels or soft labels."""
    if recipe.teacher:
        return {"loss": TeacherCrossEntropy(recipe.teacher_temperature), "metrics": ["categorical_accuracy"]}
    if not has_two_outputs:
        return {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    return {
        "loss": {PROBABILITIES: "sparse_categorical_crossentropy", IS_DIGIT: "binary_crossentropy"},
        "weighted_metrics": {PROBABILITIES: ["accuracy"], IS_DIGIT: []},
    }


def _validation(data: LabelledImages | None, has_two_outputs: bool, recipe: Recipe) -> tuple[Any, ...] | None:
    if data is None:
        return None
    one_hot = np.eye(N_CLASSES, dtype=np.float32)[data.labels] if recipe.teacher else None
    batch = Batch(data.images, data.labels, np.ones(len(data), bool), one_hot)
    return batch.to_two_outputs() if has_two_outputs else batch.to_single_output()
