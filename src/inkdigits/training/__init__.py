"""The training river: a data set becomes a model file. Heavy: Keras is imported here and nowhere else."""

import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator

from inkdigits.errors import MissingExtraError


@contextlib.contextmanager
def _stderr_held_back() -> Iterator[None]:
    """Send what native libraries write to stderr nowhere."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
for _package in ("keras", os.environ.get("KERAS_BACKEND", "tensorflow")):
    if importlib.util.find_spec(_package) is None:
        raise MissingExtraError("training", "train", _package)
# TensorFlow announces its oneDNN and CPU features before it minds any log level; a person who trains wants progress
# there. What goes wrong at the import still shows, as an exception.
with _stderr_held_back():
    importlib.import_module("keras")
