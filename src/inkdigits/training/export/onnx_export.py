"""A trained network becomes one ONNX file that carries its card, proven to answer as Keras does."""

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
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.recognition.model_card import METADATA_KEY, ModelCard
from inkdigits.run_directory import ARRAYS, KERAS_MODEL, ONNX_MODEL, require
from inkdigits.storage import write_whole
from inkdigits.training.export.graph_fusion import rename, simplify
from inkdigits.training.loop.precision import full_precision
from inkdigits.training.networks.classifiers import IS_DIGIT, PROBABILITIES

LARGEST_DIFFERENCE = 1e-5
"""How far an exported probability may lie from Keras's."""


def export_onnx(network: keras.Model, card: ModelCard, path: Path) -> None:
    """Write ``network`` as ONNX: ``images`` uint8 (n, 28, 28) in, ``probabilities`` float32 (n, 10) out.

    A network that answers ``is_digit`` too answers it in the file as well, float32 (n, 1).

    Parameters
    ----------
    network
        A float32 network.
    card
        What the model says of itself, kept in the file's metadata.
    path
        The ``.onnx`` file.

    Raises
    ------
    ModelError
        If the network cannot be told in ONNX.
    """
    model = traced(network, "images", (None, SIDE, SIDE))
    for output in list(model.graph.output):
        is_probabilities = output.type.tensor_type.shape.dim[1].dim_value == N_CLASSES
        rename(model, output.name, PROBABILITIES if is_probabilities else IS_DIGIT)
    save_checked(model, card, path)


def traced(network: keras.Model, name: str, shape: tuple[int | None, ...]) -> onnx.ModelProto:
    """Return a network as an ONNX graph.

    Parameters
    ----------
    network
        A float32 network with one ``uint8`` input.
    name, shape
        What its input is called in the graph, and its shape; None for what may vary.
    """
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "network.onnx"
        if keras.backend.backend() == "tensorflow":
            _export(network, raw, name, shape)
        else:
            _export_by_tensorflow(network, raw, name, shape)
        model = simplify(onnx.load(raw))
    rename(model, model.graph.input[0].name, name)
    return model


def _export(network: keras.Model, path: Path, name: str, shape: tuple[int | None, ...]) -> None:
    with _quiet():
        network.export(
            path,
            format="onnx",
            input_signature=[keras.InputSpec(shape=shape, dtype="uint8", name=name)],
            verbose=False,
        )


def _export_by_tensorflow(network: keras.Model, path: Path, name: str, shape: tuple[int | None, ...]) -> None:
    """Let another process trace the network, with TensorFlow: what Keras exports from other backends differs."""
    saved = path.with_suffix(".keras")
    network.save(saved)
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
            f"the network is told in ONNX by TensorFlow in a process of its own, which failed ({reason}); it needs "
            "the extra  train,  and Keras's own layers alone"
        )


def export_saved() -> None:
    """Export a saved network as standard input says in JSON; what a process on another backend calls."""
    order = json.load(sys.stdin)
    network = keras.saving.load_model(order["saved"], compile=False)
    _export(network, Path(order["path"]), order["name"], tuple(order["shape"]))


def save_checked(model: onnx.ModelProto, card: ModelCard, path: Path) -> None:
    """Write an ONNX graph with a card, if it is valid.

    Raises
    ------
    ModelError
        If it is not.
    """
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelError(f"the exported network is no valid ONNX model ({error})") from error
    _save(model, card, path)


def export_run(run: Path, path: Path) -> None:
    """Export the Keras network of a finished run anew, with the card that the run's own ONNX file carries.

    Raises
    ------
    RunError
        If the run is not finished.
    ModelError
        If the run's network is damaged, or if the exported one does not answer as it does.
    """
    network = load_network(run)
    card = OnnxRecogniser(require(run, ONNX_MODEL)).card
    try:
        with require(run, ARRAYS).open("rb") as file, np.load(file) as arrays:
            images = arrays["test_images"]
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise RunError(f"{run / ARRAYS} is damaged ({error}); train the run again") from error
    with write_whole(path) as temporary:
        export_onnx(network, card, temporary)
        check_parity(network, temporary, images)


def load_network(run: Path) -> keras.Model:
    """Return the Keras network of a finished run.

    Raises
    ------
    RunError
        If the run is not finished.
    ModelError
        If its network is damaged.
    """
    source = require(run, KERAS_MODEL)
    try:
        return keras.saving.load_model(source, compile=False)
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{source} is damaged ({error}); train the run again") from error


def write_card(path: Path, card: ModelCard) -> None:
    """Put another card into an ONNX file, whole or not at all."""
    _save(onnx.load(path), card, path)


def _save(model: onnx.ModelProto, card: ModelCard, path: Path) -> None:
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    with write_whole(path) as temporary:
        onnx.save(model, temporary)


def check_parity(network: keras.Model, path: Path, images: DigitImages, batch_size: int = 1000) -> Scores:
    """Prove that the ONNX file answers as the Keras network does.

    Parameters
    ----------
    network
        The float32 network that was exported.
    path
        The ``.onnx`` file.
    images
        ``uint8`` (n, 28, 28) to compare on.
    batch_size
        Images at a time in Keras.

    Returns
    -------
    Scores
        The ONNX file's answers.

    Raises
    ------
    ModelError
        If a probability differs by 1e-5 or more, or if a label changes.
    """
    with full_precision():
        answers = network.predict(images, batch_size=batch_size, verbose=0)
    if not isinstance(answers, dict):
        answers = {PROBABILITIES: answers}
    found = OnnxRecogniser(path).score(images)
    differences = [np.abs(answers[PROBABILITIES] - found.probabilities)]
    if IS_DIGIT in answers:
        differences.append(np.abs(answers[IS_DIGIT][:, 0] - found.is_digit))
    difference = max(float(each.max(initial=0.0)) for each in differences)
    n_changed = int((answers[PROBABILITIES].argmax(axis=1) != found.labels).sum())
    # Written so that a NaN fails.
    if not (difference < LARGEST_DIFFERENCE and n_changed == 0):
        raise ModelError(
            f"the ONNX model should answer as Keras does, but its probabilities differ by up to {difference:.1e} "
            f"(allowed: below {LARGEST_DIFFERENCE:.0e}) and {n_changed} of {len(images)} labels change; "
            "keep to model.keras and report this"
        )
    return found


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what TensorFlow and tf2onnx say while they trace."""
    loggers = [logging.getLogger(name) for name in ("tensorflow", "tf2onnx", "absl")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        # Keras asks NumPy for names that NumPy has begun to warn of.
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
