"""Checkpoints: the state of a training between two steps, for exact resuming.

The last two are kept. Each is written over the older one, so that at any moment at least one is whole.
"""

import dataclasses
import hashlib
import json
import logging
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from inkdigits.errors import RunError
from inkdigits.files.array_files import read_arrays
from inkdigits.files.storage import remove_file, write_whole
from inkdigits.runs.run_directory import CHECKPOINTS

_log = logging.getLogger(__name__)

INTERVAL_SECONDS = 60.0
"""Time between two checkpoints within an epoch: the most that a power cut can cost."""

LARGEST_SHARE = 0.02
"""Largest share of the time of a training that is spent on checkpoints."""

_DAMAGE = (
    OSError, ValueError, KeyError, TypeError, EOFError, MemoryError, OverflowError, SyntaxError, zipfile.BadZipFile,
    NotImplementedError, RuntimeError,
)  # fmt: skip
"""What NumPy and zipfile raise for damaged files; the last two if bits say encrypted, or an unknown compression."""

_POSITION, _DIGEST = "position", "sha256"

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Position:
    """The point between two training steps at which a training can be resumed.

    Attributes
    ----------
    epochs_done
        Number of completed epochs.
    steps_done
        Number of completed steps of the next epoch; 0 between two epochs.
    batches_done
        Number of batches that the training has used from its beginning. If the number of steps per epoch is not a
        multiple of ``steps_per_execution``, Keras uses more of them than it counts steps.
    seconds
        Training time of the next epoch so far.
    batch_state
        The state of the random generator of the batches, or None at the beginning of a pass over the data.
    rows
        The rows of the history so far.
    """

    epochs_done: int = 0
    steps_done: int = 0
    batches_done: int = 0
    seconds: float = 0.0
    batch_state: dict[str, Any] | None = None
    rows: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Checkpoint:
    """A position, with the variables of network, optimiser and metrics there."""

    position: Position
    variables: tuple[NDArray[Any], ...]
    metrics: tuple[NDArray[Any], ...]

    def restore(self, network: keras.Model) -> None:
        """Assign the variables of network and optimiser; those of the metrics are assigned by `restore_metrics`."""
        for variable, value in zip(_variables(network), self.variables, strict=True):
            variable.assign(value)

    def restore_metrics(self, network: keras.Model) -> None:
        """Assign the sums of the metrics of a partial epoch, after Keras has built them."""
        for variable, value in zip(network.metrics_variables, self.metrics, strict=True):
            variable.assign(value)


def take_checkpoint(network: keras.Model, position: Position) -> Checkpoint:
    """Copy the state of a network between two steps."""
    return Checkpoint(position, _values(_variables(network)), _values(network.metrics_variables))


def save_checkpoint(run: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint over the older one of the run, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    arrays: Arrays = {f"v{i}": value for i, value in enumerate(checkpoint.variables)}
    arrays |= {f"m{i}": value for i, value in enumerate(checkpoint.metrics)}
    arrays[_POSITION] = np.array(json.dumps(dataclasses.asdict(checkpoint.position)))
    arrays[_DIGEST] = np.array(_digest(arrays))
    with write_whole(_older(run)) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type,unused-ignore]


def load_checkpoint(run: Path, network: keras.Model) -> Checkpoint | None:
    """Return the last whole checkpoint of a run, restored into a newly compiled network; None if there is none yet.

    Raises
    ------
    RunError
        If there are checkpoints, but all are damaged or belong to another network.
    """
    shapes = [tuple(variable.shape) for variable in _variables(network)]
    found, damaged = [], []
    for path in (run / name for name in CHECKPOINTS):
        if path.exists():
            try:
                found.append(_read(path, shapes))
            except _DAMAGE as error:
                damaged.append(f"{path} is damaged or belongs to another network ({error})")
    if damaged and not found:
        raise RunError(f"the checkpoint {damaged[0]}; start a new run")
    if damaged:
        _log.warning("The checkpoint %s; resuming from the other one.", damaged[0])
    if not found:
        return None
    last = max(found, key=_order)
    last.restore(network)
    return last


def remove_checkpoints(run: Path) -> None:
    """Delete the checkpoints of a finished run.

    Raises
    ------
    OutputError
        If a file cannot be deleted.
    """
    for name in CHECKPOINTS:
        remove_file(run / name)


class SaveTimer:
    """Decides when the next checkpoint is due, so that checkpoints take at most `LARGEST_SHARE` of the time.

    Parameters
    ----------
    clock
        Returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._ended = clock()
        self._duration: float | None = None

    def is_due(self, within_epoch: bool) -> bool:
        """Return whether a checkpoint is due; between two epochs earlier than within one, and the first one at once."""
        if self._duration is None and not within_epoch:
            return True
        pause = (self._duration or 0.0) * (1 / LARGEST_SHARE - 1)
        if within_epoch:
            pause = max(pause, INTERVAL_SECONDS)
        return self._clock() - self._ended >= pause

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Measure the duration of a checkpoint; the next one waits long enough."""
        began = self._clock()
        yield
        self._ended = self._clock()
        self._duration = self._ended - began


def _read(path: Path, shapes: list[tuple[int, ...]]) -> Checkpoint:
    """Read and check a checkpoint.

    Raises
    ------
    Exception
        One of `_DAMAGE`, if it is damaged or has other variables.
    """
    arrays: Arrays = read_arrays(path)
    expected = str(arrays.pop(_DIGEST))
    if _digest(arrays) != expected:
        raise ValueError("the content does not have its SHA-256")
    position = Position(**json.loads(str(arrays.pop(_POSITION))))
    variables = tuple(arrays[name] for name in arrays if name.startswith("v"))
    if [value.shape for value in variables] != shapes:
        raise ValueError("the variables have other shapes")
    return Checkpoint(position, variables, tuple(arrays[name] for name in arrays if name.startswith("m")))


def _older(run: Path) -> Path:
    """Return the path for the next checkpoint: one that is missing or damaged, or else the older one."""

    def order(path: Path) -> tuple[int, int]:
        try:
            position = json.loads(str(read_arrays(path, [_POSITION])[_POSITION]))
            return int(position["epochs_done"]), int(position["steps_done"])
        except _DAMAGE:
            return -1, 0

    return min((run / name for name in CHECKPOINTS), key=order)


def _order(checkpoint: Checkpoint) -> tuple[int, int]:
    return checkpoint.position.epochs_done, checkpoint.position.steps_done


def _digest(arrays: Arrays) -> str:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _variables(network: keras.Model) -> list[keras.Variable]:
    network.optimizer.build(network.trainable_variables)
    return [*network.variables, *network.optimizer.variables]


def _values(variables: list[keras.Variable]) -> tuple[NDArray[Any], ...]:
    return tuple(np.array(keras.ops.convert_to_numpy(variable)) for variable in variables)
