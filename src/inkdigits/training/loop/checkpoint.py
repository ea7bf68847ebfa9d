"""Checkpoints: the state of a training after an epoch, for exact resuming."""

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from inkdigits.errors import RunError
from inkdigits.storage import write_whole


def save_checkpoint(path: Path, network: keras.Model, epochs_done: int) -> None:
    """Save weights, optimiser state and the states of the network's random generators, atomically."""
    with write_whole(path) as temporary, temporary.open("wb") as file:
        np.savez(file, epochs_done=np.int64(epochs_done), **_state(network))


def load_checkpoint(path: Path, network: keras.Model) -> int:
    """Restore a saved state into a newly compiled network, and return the number of completed epochs.

    Raises
    ------
    RunError
        If the file is damaged, or if it is the state of another network.
    """
    variables = _variables(network)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            for i, variable in enumerate(variables):
                variable.assign(saved[f"v{i}"])
            return int(saved["epochs_done"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RunError(
            f"the checkpoint {path} is damaged or belongs to another network ({error}); start a new run"
        ) from error


def _variables(network: keras.Model) -> list[keras.Variable]:
    network.optimizer.build(network.trainable_variables)
    return [*network.variables, *network.optimizer.variables]


def _state(network: keras.Model) -> dict[str, Any]:
    return {f"v{i}": keras.ops.convert_to_numpy(variable) for i, variable in enumerate(_variables(network))}
