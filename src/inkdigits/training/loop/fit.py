"""The training loop: one network, one recipe, one data set; with callbacks, checkpoints and resuming."""

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np

from inkdigits import run_directory
from inkdigits.contract import N_CLASSES
from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import RunError
from inkdigits.storage import write_text
from inkdigits.training.loop.batches import Batch, count_batches, smallest_batch, training_batches
from inkdigits.training.loop.checkpoint import load_checkpoint, save_checkpoint
from inkdigits.training.loop.data_parallel import DataParallel, count_parts
from inkdigits.training.loop.distillation import TeacherCrossEntropy, compute_teacher_probabilities
from inkdigits.training.loop.precision import clone_with_policy, dtype_policy
from inkdigits.training.loop.schedules import make_learning_rate
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES, has_is_digit_output
from inkdigits.training.recipes import Recipe

HISTORY_COLUMNS = ("epoch", "seconds", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class Step:
    """The progress of a training.

    Attributes
    ----------
    epoch, epochs
        The current epoch, counted from 1, and the number of epochs.
    batch, batches
        The number of completed steps in this epoch, and the number of steps per epoch.
    loss, accuracy
        Means over this epoch so far, on the augmented training images.
    val_loss, val_accuracy
        On the validation images at the end of an epoch; else None.
    epoch_done
        Whether the epoch is complete, including validation and checkpoint.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float
    val_loss: float | None = None
    val_accuracy: float | None = None
    epoch_done: bool = False

    def __str__(self) -> str:
        """Return a log line."""
        line = f"epoch {self.epoch}/{self.epochs}  loss {self.loss:.4f}  accuracy {self.accuracy:.2%}"
        if self.val_loss is None or self.val_accuracy is None:
            return line
        return f"{line}  validation loss {self.val_loss:.4f}  accuracy {self.val_accuracy:.2%}"


StepCallback: TypeAlias = Callable[[Step], None]
"""Called with every reported `Step`; it may raise KeyboardInterrupt to stop the training."""


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
        Resume from the checkpoint, if it exists.
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
    trainee = clone_with_policy(network, dtype_policy(recipe))
    n_parts = count_parts(smallest_batch(fitted, recipe))
    if n_parts > 1:
        trainee = DataParallel(trainee, n_parts)
    has_two_outputs = has_is_digit_output(network)
    trainee.compile(
        optimizer=keras.optimizers.Adam(
            make_learning_rate(recipe, n_steps),
            use_ema=recipe.weight_averaging > 0,
            ema_momentum=limit_averaging_momentum(recipe.weight_averaging, n_steps * recipe.epochs),
        ),
        **_objective(has_two_outputs, recipe),
        steps_per_execution=min(recipe.steps_per_execution, n_steps),
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    teacher_probabilities = None
    if recipe.teacher:
        teacher_probabilities = compute_teacher_probabilities(
            recipe.teacher, fitted.images, recipe.teacher_temperature
        )
    checkpoint = run / run_directory.CHECKPOINT
    first_epoch = load_checkpoint(checkpoint, trainee) if resume and checkpoint.exists() else 0
    history = History(run, recipe.epochs, n_steps, first_epoch, watch)
    if first_epoch < recipe.epochs:
        trainee.fit(
            (
                batch.to_two_outputs() if has_two_outputs else batch.to_single_output()
                for batch in training_batches(fitted, recipe, seed, first_epoch, teacher_probabilities)
            ),
            steps_per_epoch=n_steps,
            shuffle=False,  # the batches are shuffled already
            epochs=recipe.epochs,
            initial_epoch=first_epoch,
            validation_data=_validation(validation, has_two_outputs, recipe),
            validation_batch_size=1000,
            callbacks=[history, *make_tensorboard_callbacks(run)],
            verbose=0,
        )
    elif recipe.weight_averaging > 0:
        # Interrupted after the last epoch: replace the weights by their averages, as `fit` does at its end.
        trainee.optimizer.finalize_variable_values(trainee.trainable_weights)
    network.set_weights(trainee.get_weights())
    return sum(float(row["seconds"]) for row in history.rows)


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


class History(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes one history row and a checkpoint per epoch, and calls the step callback."""

    def __init__(
        self, run: Path, epochs: int, batches: int, first_epoch: int, watch: StepCallback | None
    ) -> None:
        super().__init__()
        self._run = run
        self._epochs = epochs
        self._batches = batches
        self._watch = watch or (lambda _: None)
        self.rows = read_history(run)[:first_epoch] if first_epoch else []
        self._epoch = first_epoch
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the start of an epoch."""
        self._epoch = epoch
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Report a step."""
        self._watch(self._step(batch + 1, logs or {}))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the history row and the checkpoint of an epoch."""
        logs = logs or {}
        row = {
            "epoch": epoch + 1,
            "seconds": round(time.perf_counter() - self._started, 3),
            "learning_rate": float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)),
            **{
                name: value for name in HISTORY_COLUMNS[3:] if (value := _find_metric(logs, name)) is not None
            },
        }
        self.rows.append({name: str(value) for name, value in row.items()})
        lines = [
            ",".join(HISTORY_COLUMNS),
            *(",".join(r.get(c, "") for c in HISTORY_COLUMNS) for r in self.rows),
        ]
        write_text(self._run / run_directory.HISTORY, "\n".join(lines) + "\n")
        save_checkpoint(self._run / run_directory.CHECKPOINT, self.model, epoch + 1)
        self._watch(self._step(self._batches, logs, epoch_done=True))

    def _step(self, batch: int, logs: dict[str, float], epoch_done: bool = False) -> Step:
        return Step(
            epoch=self._epoch + 1,
            epochs=self._epochs,
            batch=batch,
            batches=self._batches,
            loss=_or_nan(_find_metric(logs, "loss")),
            accuracy=_or_nan(_find_metric(logs, "accuracy")),
            val_loss=_find_metric(logs, "val_loss"),
            val_accuracy=_find_metric(logs, "val_accuracy"),
            epoch_done=epoch_done,
        )


def _find_metric(logs: dict[str, float], name: str) -> float | None:
    """Return a metric that Keras logged, or None; with two outputs, the accuracy is that of the probabilities."""
    prefix = "val_" if name.startswith("val_") else ""
    bare = name.removeprefix(prefix)
    names = (name, f"{prefix}{PROBABILITIES}_{bare}", f"{prefix}categorical_{bare}")
    return next((logs[each] for each in names if each in logs), None)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def read_history(run: Path) -> list[dict[str, str]]:
    """Return the rows of a run's history, as text by column.

    Raises
    ------
    RunError
        If the file is missing.
    """
    try:
        with (run / run_directory.HISTORY).open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise RunError(f"{run} has no {run_directory.HISTORY}; start a new run") from error


def make_tensorboard_callbacks(run: Path) -> list[Any]:
    """Return the callback that writes TensorBoard logs; an empty list on other backends than TensorFlow."""
    if keras.backend.backend() != "tensorflow":
        return []
    return [keras.callbacks.TensorBoard(run / run_directory.TENSORBOARD, write_graph=False)]
