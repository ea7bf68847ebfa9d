"""The history of a training: rows, checkpoints and progress, written by a callback of Keras."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import keras

from inkdigits.runs.run_directory import check_is_there
from inkdigits.runs.run_history import HISTORY_COLUMNS, write_history
from inkdigits.training.loop.checkpoint import (
    Checkpoint,
    Position,
    SaveTimer,
    save_checkpoint,
    take_checkpoint,
)
from inkdigits.training.networks.classifiers import PROBABILITIES


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
        Whether the epoch is complete, including validation and, if one was due, the checkpoint.
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

BatchState: TypeAlias = Callable[[int], dict[str, Any] | None]
"""Returns the state of the random generator of the batches before a batch, counted from 0; None if it has none."""


class History(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes history and checkpoints, and calls the step callback.

    Parameters
    ----------
    run
        The run directory.
    epochs, n_steps
        Number of epochs, and number of steps per epoch.
    start
        The checkpoint from which the training is resumed, or None.
    batch_state
        The state of the batches at each step.
    watch
        Called with each `Step`.
    """

    def __init__(
        self,
        run: Path,
        epochs: int,
        n_steps: int,
        start: Checkpoint | None = None,
        batch_state: BatchState = lambda _: None,
        watch: StepCallback | None = None,
    ) -> None:
        super().__init__()
        self.epochs = epochs
        self.n_steps = n_steps
        self.checkpoint = start
        self.rows = list(start.position.rows) if start else []
        self.run = run
        self._batch_state = batch_state
        self._watch = watch or (lambda _: None)
        self._timer = SaveTimer()
        self._epoch = 0
        self._skipped = 0
        self._started = 0.0

    @property
    def position(self) -> Position:
        """The position of the last checkpoint."""
        return self.checkpoint.position if self.checkpoint else Position()

    @property
    def seconds(self) -> float:
        """Training time of all completed epochs, including the time before an interruption."""
        return sum(float(row["seconds"]) for row in self.rows)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the start of an epoch; in an interrupted one, continue its metrics."""
        self._epoch = epoch
        self._started = time.perf_counter()
        self._skipped = 0
        position = self.position
        if self.checkpoint and position.steps_done and position.epochs_done == epoch:
            self._skipped = position.steps_done
            self._started -= position.seconds
            self.checkpoint.restore_metrics(self.model)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Write a checkpoint if one is due, and report a step."""
        # Keras counts the steps of the last execution of an epoch beyond its end.
        done = min(self._skipped + batch + 1, self.n_steps)
        if done < self.n_steps and self._timer.is_due(within_epoch=True):
            check_is_there(self.run)
            with self._timer.measure():
                self._save(self._epoch, done)
        self._watch(self._step(done, logs or {}))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add the row of an epoch; write history and checkpoint if they are due."""
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
        # The training goes on from the checkpoint after a partial epoch, and from the files after an interruption.
        if self._skipped or epoch + 1 == self.epochs or self._timer.is_due(within_epoch=False):
            check_is_there(self.run)
            with self._timer.measure():
                write_history(self.run, self.rows)
                self._save(epoch + 1, 0)
        self._watch(self._step(self.n_steps, logs, epoch_done=True))

    def _save(self, epochs_done: int, steps_done: int) -> None:
        n_batches = int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))
        position = Position(
            epochs_done=epochs_done,
            steps_done=steps_done,
            batches_done=n_batches,
            seconds=time.perf_counter() - self._started if steps_done else 0.0,
            batch_state=self._batch_state(n_batches),
            rows=list(self.rows),
        )
        self.checkpoint = take_checkpoint(self.model, position)
        save_checkpoint(self.run, self.checkpoint)

    def _step(self, batch: int, logs: dict[str, float], epoch_done: bool = False) -> Step:
        return Step(
            epoch=self._epoch + 1,
            epochs=self.epochs,
            batch=batch,
            batches=self.n_steps,
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
