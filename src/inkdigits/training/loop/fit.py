"""One network, one recipe, one data set: the loop over the epochs, watched and resumable."""

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
from inkdigits.training.loop.distillation import TeacherCrossEntropy, opinions
from inkdigits.training.loop.precision import dtype_policy, in_precision
from inkdigits.training.loop.schedules import learning_rate_of
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES, answers_is_digit
from inkdigits.training.recipes import Recipe

HISTORY_COLUMNS = ("epoch", "seconds", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class Step:
    """How far a training is.

    Attributes
    ----------
    epoch, epochs
        The epoch under way, counted from 1, and how many there are.
    batch, batches
        Steps done in this epoch, and how many an epoch has.
    loss, accuracy
        Means over this epoch so far, on the varied training images.
    val_loss, val_accuracy
        On the validation images at the end of an epoch; None elsewhere.
    epoch_done
        Whether the epoch is over, its validation and its checkpoint included.
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
        """Return the line of a log."""
        line = f"epoch {self.epoch}/{self.epochs}  loss {self.loss:.4f}  accuracy {self.accuracy:.2%}"
        if self.val_loss is None or self.val_accuracy is None:
            return line
        return f"{line}  validation loss {self.val_loss:.4f}  accuracy {self.val_accuracy:.2%}"


StepCallback: TypeAlias = Callable[[Step], None]
"""Called with every `Step` that training reports; show it, log it, or raise KeyboardInterrupt to stop."""


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
        A float32 network; it ends with the trained weights.
    recipe
        How to train it.
    data
        Digit images (n, 28, 28) with labels (n,); the recipe's last ``validation_share`` is watched, not trained on.
    seed
        Random seed of order and variation.
    run
        Run directory: history, TensorBoard logs and, until the end, the checkpoint are written there.
    resume
        Go on from the checkpoint, if there is one.
    watch
        Called as training goes on.

    Returns
    -------
    float
        Seconds spent in training, those of earlier sittings included.
    """
    n_validation = round(len(data) * recipe.validation_share)
    fitted, validation = data.held_out(n_validation) if n_validation else (data, None)
    n_steps = count_batches(fitted, recipe)
    trainee = in_precision(network, dtype_policy(recipe))
    n_parts = count_parts(smallest_batch(fitted, recipe))
    if n_parts > 1:
        trainee = DataParallel(trainee, n_parts)
    two_answers = answers_is_digit(network)
    trainee.compile(
        optimizer=keras.optimizers.Adam(
            learning_rate_of(recipe, n_steps),
            use_ema=recipe.weight_averaging > 0,
            ema_momentum=averaging_momentum(recipe.weight_averaging, n_steps * recipe.epochs),
        ),
        **_objective(two_answers, recipe),
        steps_per_execution=min(recipe.steps_per_execution, n_steps),
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    taught = opinions(recipe.teacher, fitted.images, recipe.teacher_temperature) if recipe.teacher else None
    checkpoint = run / run_directory.CHECKPOINT
    first_epoch = load_checkpoint(checkpoint, trainee) if resume and checkpoint.exists() else 0
    history = History(run, recipe.epochs, n_steps, first_epoch, watch)
    if first_epoch < recipe.epochs:
        trainee.fit(
            (
                batch.for_two_answers() if two_answers else batch.for_one_answer()
                for batch in training_batches(fitted, recipe, seed, first_epoch, taught)
            ),
            steps_per_epoch=n_steps,
            shuffle=False,  # the batches come shuffled
            epochs=recipe.epochs,
            initial_epoch=first_epoch,
            validation_data=_validation(validation, two_answers, recipe),
            validation_batch_size=1000,
            callbacks=[history, *tensorboard(run)],
            verbose=0,
        )
    elif recipe.weight_averaging > 0:
        # Interrupted behind the last epoch: what the end of `fit` does with the averages of the weights is still to do.
        trainee.optimizer.finalize_variable_values(trainee.trainable_weights)
    network.set_weights(trainee.get_weights())
    return sum(float(row["seconds"]) for row in history.rows)


def averaging_momentum(wanted: float, n_steps: int) -> float:
    """Return the momentum of the moving average of the weights in a training of so many steps.

    It is what the recipe says, unless the average would then reach back over more than a tenth of the training: of a
    few dozen steps it would be little else than the random weights of the beginning.
    """
    return max(0.0, min(wanted, 1 - 10 / n_steps))


def _objective(two_answers: bool, recipe: Recipe) -> dict[str, Any]:
    """Return losses and metrics: categorical cross-entropy, on whole numbers rather than one-hot rows."""
    if recipe.teacher:
        return {"loss": TeacherCrossEntropy(recipe.teacher_temperature), "metrics": ["categorical_accuracy"]}
    if not two_answers:
        return {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    return {
        "loss": {PROBABILITIES: "sparse_categorical_crossentropy", IS_DIGIT: "binary_crossentropy"},
        "weighted_metrics": {PROBABILITIES: ["accuracy"], IS_DIGIT: []},
    }


def _validation(data: LabelledImages | None, two_answers: bool, recipe: Recipe) -> tuple[Any, ...] | None:
    if data is None:
        return None
    opinions = np.eye(N_CLASSES, dtype=np.float32)[data.labels] if recipe.teacher else None
    batch = Batch(data.images, data.labels, np.ones(len(data), bool), opinions)
    return batch.for_two_answers() if two_answers else batch.for_one_answer()


class History(keras.callbacks.Callback):  # type: ignore[misc]
    """Write a row an epoch and the checkpoint that belongs to it, and tell the watcher of every step."""

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
        """Note when an epoch begins."""
        self._epoch = epoch
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Tell the watcher of a step."""
        self._watch(self._step(batch + 1, logs or {}))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the row of an epoch and its checkpoint."""
        logs = logs or {}
        row = {
            "epoch": epoch + 1,
            "seconds": round(time.perf_counter() - self._started, 3),
            "learning_rate": float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)),
            **{name: value for name in HISTORY_COLUMNS[3:] if (value := _logged(logs, name)) is not None},
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
            loss=_or_nan(_logged(logs, "loss")),
            accuracy=_or_nan(_logged(logs, "accuracy")),
            val_loss=_logged(logs, "val_loss"),
            val_accuracy=_logged(logs, "val_accuracy"),
            epoch_done=epoch_done,
        )


def _logged(logs: dict[str, float], name: str) -> float | None:
    """Return what Keras logged; of a network with two answers, accuracy is that of its probabilities."""
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
        If the run has none.
    """
    try:
        with (run / run_directory.HISTORY).open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise RunError(f"{run} holds no history of a training; start a new run") from error


def tensorboard(run: Path) -> list[Any]:
    """Return the callback that writes TensorBoard logs; none on a backend without TensorFlow."""
    if keras.backend.backend() != "tensorflow":
        return []
    return [keras.callbacks.TensorBoard(run / run_directory.TENSORBOARD, write_graph=False)]
