"""Export to ONNX, with the model card in the metadata, and a check of the outputs against Keras."""

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import onnx

from inkdigits.contract import N_CLASSES, SIDE, DigitImages, Scores
from inkdigits.errors import ModelError, RunError
from inkdigits.files.array_files import read_arrays
from inkdigits.files.storage import write_whole
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.model_card import METADATA_KEY, ModelCard
from inkdigits.recognition.model_files.model_file import read_model_file
from inkdigits.runs.run_directory import ARRAYS, KERAS_MODEL, ONNX_MODEL, require
from inkdigits.training.export.graph_fusion import fuse_operations, rename_value
from inkdigits.training.loop.precision import full_precision
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES

LARGEST_DIFFERENCE = 1e-5
"""Largest allowed difference between the probabilities of ONNX and Keras."""


def export_onnx(network: keras.Model, card: ModelCard, path: Path) -> None:
    """Write ``network`` as ONNX: input ``images`` uint8 (n, 28, 28), output ``probabilities`` float32 (n, 10).

    If the network has the output ``is_digit``, the model has it too, float32 (n, 1).

    Parameters
    ----------
    network
        A float32 network.
    card
        The model card, which is stored in the metadata of the file.
    path
        The ``.onnx`` file.

    Raises
    ------
    ModelError
        If the network cannot be converted to ONNX.
    """
    model = convert_to_onnx(network, "images", (None, SIDE, SIDE))
    for output in list(model.graph.output):
        is_probabilities = output.type.tensor_type.shape.dim[1].dim_value == N_CLASSES
        rename_value(model, output.name, PROBABILITIES if is_probabilities else IS_DIGIT)
    save_checked(model, card, path)


def convert_to_onnx(network: keras.Model, name: str, shape: tuple[int | None, ...]) -> onnx.ModelProto:
    """Convert a network to an optimised ONNX graph.

    Parameters
    ----------
    network
        A float32 network with one ``uint8`` input.
    name, shape
        Name and shape of the input in the graph; None for variable axes.
    """
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "network.onnx"
        if keras.backend.backend() == "tensorflow":
            _export(network, raw, name, shape)
        else:
            _export_with_tensorflow(network, raw, name, shape)
        model = fuse_operations(onnx.load(raw))
    rename_value(model, model.graph.input[0].name, name)
    return model


def _export(network: keras.Model, path: Path, name: str, shape: tuple[int | None, ...]) -> None:
    with _silence_libraries():
        network.export(  # writes: to a temporary folder
            path,
            format="onnx",
            input_signature=[keras.InputSpec(shape=shape, dtype="uint8", name=name)],
            verbose=False,
        )


def _export_with_tensorflow(
    network: keras.Model, path: Path, name: str, shape: tuple[int | None, ...]
) -> None:
    """Export in a subprocess with the TensorFlow backend, because the exports of other backends differ."""
    saved = path.with_suffix(".keras")
    network.save(saved)  # writes: to a temporary folder
    arguments = json.dumps({"saved": str(saved), "path": str(path), "name": name, "shape": shape})
    done = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import export_saved; export_saved()"],
        input=arguments,
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(
            f"TensorFlow performs the ONNX export in a subprocess, which failed ({reason}); install the extra  train  "
            "and use only built-in layers of Keras"
        )


def export_saved() -> None:
    """Export a saved network; the arguments are read from stdin as JSON. Entry point of the export subprocess."""
    arguments = json.load(sys.stdin)
    network = keras.saving.load_model(arguments["saved"], compile=False, safe_mode=True)
    _export(network, Path(arguments["path"]), arguments["name"], tuple(arguments["shape"]))


def save_checked(model: onnx.ModelProto, card: ModelCard, path: Path) -> None:
    """Check an ONNX graph, and write it with its model card.

    Raises
    ------
    ModelError
        If the graph is not valid.
    """
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelError(
            f"the exported network is not a valid ONNX model ({error}); use only built-in layers of Keras"
        ) from error
    _save(model, card, path)


def export_run(run: Path, path: Path) -> None:
    """Export the Keras network of a finished run again, with the model card of the run's ONNX file.

    Raises
    ------
    RunError
        If the run is not finished.
    ModelError
        If the run's network is damaged, or if the outputs of the exported model differ.
    """
    network = load_network(run)
    card = OnnxRecogniser(require(run, ONNX_MODEL)).card
    try:
        images = read_arrays(require(run, ARRAYS), ["test_images"])["test_images"]
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise RunError(f"{run / ARRAYS} is damaged ({error}); train the run again") from error
    with write_whole(path) as temporary:
        export_onnx(network, card, temporary)
        check_parity(network, temporary, images)


def load_network(run: Path) -> keras.Model:
    """Load the Keras network of a finished run.

    Raises
    ------
    RunError
        If the run is not finished.
    ModelError
        If the network file is damaged.
    """
    source = require(run, KERAS_MODEL)
    try:
        return keras.saving.load_model(source, compile=False, safe_mode=True)  # runs no code of the file
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{source} is damaged ({error}); train the run again") from error


def write_card(path: Path, card: ModelCard) -> None:
    """Replace the model card of an ONNX file, atomically.

    Raises
    ------
    ModelError
        If the file is missing or damaged.
    """
    # Not onnx.load, which follows references to other files.
    _save(onnx.load_from_string(read_model_file(path, None).content), card, path)


def _save(model: onnx.ModelProto, card: ModelCard, path: Path) -> None:
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    with write_whole(path) as temporary:
        onnx.save(model, temporary)


def check_parity(network: keras.Model, path: Path, images: DigitImages) -> Scores:
    """Check that the outputs of the ONNX file are those of the Keras network.

    Parameters
    ----------
    network
        The float32 network that was exported.
    path
        The ``.onnx`` file.
    images
        The images for the comparison, ``uint8`` (n, 28, 28).

    Returns
    -------
    Scores
        The outputs of the ONNX file.

    Raises
    ------
    ModelError
        If a probability differs by 1e-5 or more, or if a label changes.
    """
    with full_precision():
        outputs = network.predict(images, batch_size=1000, verbose=0)
    if not isinstance(outputs, dict):
        outputs = {PROBABILITIES: outputs}
    found = OnnxRecogniser(path).score(images)
    differences = [np.abs(outputs[PROBABILITIES] - found.probabilities)]
    if IS_DIGIT in outputs:
        differences.append(np.abs(outputs[IS_DIGIT][:, 0] - found.is_digit))
    difference = max(float(each.max(initial=0.0)) for each in differences)
    n_changed = int((outputs[PROBABILITIES].argmax(axis=1) != found.labels).sum())
    # This form of the condition also rejects NaN.
    if not (difference < LARGEST_DIFFERENCE and n_changed == 0):
        raise ModelError(
            f"expected the same outputs from ONNX and Keras, but the probabilities differ by up to {difference:.1e} "
            f"(allowed: below {LARGEST_DIFFERENCE:.0e}) and {n_changed} of {len(images)} labels change; "
            "use model.keras and report this problem"
        )
    return found


@contextlib.contextmanager
def _silence_libraries() -> Iterator[None]:
    """Suppress the output of TensorFlow and tf2onnx during the export."""
    loggers = [logging.getLogger(name) for name in ("tensorflow", "tf2onnx", "absl")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        # Keras uses names of NumPy that are deprecated.
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
