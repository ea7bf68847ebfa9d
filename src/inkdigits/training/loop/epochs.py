"""The epochs of a training, from any step on: Keras's ``fit``, which can begin only at the beginning of an epoch."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import keras

from inkdigits.runs import run_directory
from inkdigits.training.loop.checkpoint import Position
from inkdigits.training.loop.history import History

KerasBatch: TypeAlias = tuple[Any, ...]
"""Inputs, targets and optionally sample weights, as Keras expects them."""

BatchesFrom: TypeAlias = Callable[[Position, int], Iterator[KerasBatch]]
"""Returns the batches from a position on, at least those of the given number of epochs."""


def run_epochs(network: keras.Model, history: History, batches: BatchesFrom, **options: Any) -> None:
    """Train a compiled network to the end, from the last checkpoint of the history on.

    The rest of an interrupted epoch is a call of ``fit`` of its own. The result is the same as without the
    interruption, bit by bit: batches, optimiser, random generators and the sums of the metrics are continued.

    Parameters
    ----------
    network
        A network in the state of the checkpoint.
    history
        The history of the run.
    batches
        The batches.
    options
        Further options of ``fit``, such as ``validation_data``.
    """
    if history.position.epochs_done == history.epochs and network.optimizer.use_ema:
        # Interrupted after the last epoch: replace the weights by their averages, as `fit` does at its end.
        network.optimizer.finalize_variable_values(network.trainable_weights)
    while history.position.epochs_done < history.epochs:
        position = history.position
        first = position.epochs_done
        last = first + 1 if position.steps_done else history.epochs
        data = batches(position, last - first)
        if position.steps_done:
            data = _build_metrics(network, data)
        network.fit(
            data,
            steps_per_epoch=history.n_steps - position.steps_done,
            shuffle=False,  # the batches are shuffled already
            epochs=last,
            initial_epoch=first,
            callbacks=[history, *_make_tensorboard_callbacks(history.run)],
            verbose=0,
            **options,
        )
        if last < history.epochs:
            # Keras ends each `fit` with the averages of the weights.
            assert history.checkpoint is not None
            history.checkpoint.restore(network)


def _build_metrics(network: keras.Model, batches: Iterator[KerasBatch]) -> Iterator[KerasBatch]:
    """Let Keras create the variables of the metrics, which it does at the first batch, and return all batches."""
    first = next(batches)
    network.test_on_batch(*first)
    return (batch for batch in itertools.chain([first], batches))  # Keras takes generators only


def _make_tensorboard_callbacks(run: Path) -> list[Any]:
    """Return the callback that writes TensorBoard logs; an empty list on other backends than TensorFlow."""
    if keras.backend.backend() != "tensorflow":
        return []
    return [keras.callbacks.TensorBoard(run / run_directory.TENSORBOARD, write_graph=False)]
