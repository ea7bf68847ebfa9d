"""Training of networks with Keras, and export to ONNX. Only this package imports Keras."""

import contextlib
import importlib
import importlib.util
import os
import platform
import sys
from collections.abc import Iterator

from inkdigits.errors import MissingExtraError


@contextlib.contextmanager
def _discard_stderr() -> Iterator[None]:
    """Discard what native libraries write to stderr."""
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
# By itself TensorFlow uses oneDNN only on processors with AVX-512 VNNI or AMX. On one with AVX2 alone (AMD EPYC,
# model 1) an epoch of `classic` takes 17 s with it, 37 s without.
if platform.machine().lower() in {"x86_64", "amd64"}:
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
for _package in ("keras", os.environ.get("KERAS_BACKEND", "tensorflow")):
    if importlib.util.find_spec(_package) is None:
        raise MissingExtraError("training", "train", _package)
# TensorFlow logs its oneDNN and CPU features at import, whatever the log level. Errors of the import are still raised
# as exceptions.
with _discard_stderr():
    importlib.import_module("keras")
