"""Training of the digit detector: from synthetic windows to a run directory with network and ONNX file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from inkdigits import __version__
from inkdigits.data.labelled import LabelledImages, LabelledPictures
from inkdigits.data.progress import Progress
from inkdigits.environment import describe_environment
from inkdigits.errors import DataError, ModelError, RunError
from inkdigits.files.storage import sha256_of_file, write_json, write_whole
from inkdigits.recognition.detection.detector import Detector, load_shipped_detector
from inkdigits.recognition.detection.symbols import N_OUTPUTS
from inkdigits.recognition.model_card import ModelCard
from inkdigits.runs import run_directory
from inkdigits.runs.run_directory import open_run, read_json, write_manifest
from inkdigits.training.detector.batches import BATCH, Batch, training_batches
from inkdigits.training.detector.loss import detector_loss, symbol_accuracy
from inkdigits.training.detector.own_pictures import align_pictures
from inkdigits.training.export.graph_fusion import rename_value
from inkdigits.training.export.onnx_export import convert_to_onnx, load_network, save_checked
from inkdigits.training.loop.checkpoint import Position, load_checkpoint, remove_checkpoints
from inkdigits.training.loop.data_parallel import DataParallel, configure_threads, count_parts
from inkdigits.training.loop.epochs import run_epochs
from inkdigits.training.loop.history import History, StepCallback
from inkdigits.training.loop.precision import clone_with_policy, has_native_bfloat16
from inkdigits.training.loop.schedules import OneCycle
from inkdigits.training.networks.detector import CELLS, detector
from inkdigits.training.scenes.cameras import MILD, STRONG
from inkdigits.training.scenes.sources import load_symbol_sources
from inkdigits.training.scenes.windows import SHAPES, draw_window, make_targets

EPOCHS = 66

_STEPS = 250
"""Number of steps per epoch: 16,000 windows."""

_PEAK = 2e-3
_PEAK_OF_FURTHER_TRAINING = 6e-4
_N_TEST = 1500
_LARGEST_DIFFERENCE = 1e-3
"""Largest allowed difference between the outputs of ONNX and Keras."""


@dataclass(frozen=True)
class TrainedDetector:
    """The result of a training run.

    Attributes
    ----------
    path
        The run directory.
    n, accuracy
        Number of synthetic windows of the test digits, and mean classification accuracy of their symbols.
    n_aligned
        Number of the user's own pictures in which all digits of the label were found.
    """

    path: Path
    n: int
    accuracy: float
    n_aligned: int = 0


def train_detector(
    train_data: LabelledImages,
    test_data: LabelledImages,
    run: Path,
    *,
    seed: int = 0,
    epochs: int = EPOCHS,
    steps: int = _STEPS,
    own: LabelledPictures | None = None,
    begin: Path | None = None,
    resume: bool = False,
    watch: StepCallback | None = None,
    progress: Progress | None = None,
) -> TrainedDetector:
    """Train the detector, export it, and evaluate it once on synthetic windows of the test digits.

    Parameters
    ----------
    train_data, test_data
        Digit images ``uint8`` (n, 28, 28) with labels (n,), in normal form.
    run
        The run directory; it must be new or empty, except with ``resume``.
    seed
        Random seed.
    epochs, steps
        Number of epochs, and number of batches of 64 windows per epoch.
    own
        A user's own pictures of numbers, which are mixed with the synthetic windows.
    begin
        A finished run with the initial weights; the peak learning rate is then a third of its usual value, and the
        windows are degraded less.
    resume
        Resume an interrupted run from its last checkpoint.
    watch
        Called with each `Step` during training.
    progress
        Called as ``progress(message, done, total)`` while the user's own pictures are aligned.

    Raises
    ------
    RunError
        If the run directory is not empty, or cannot be resumed with these arguments.
    ModelError
        If the outputs of the exported model differ from those of the network.
    DataError
        If no picture of the user's own can be aligned with its label.
    LockedError
        If another process is writing the run.
    OutputError
        If a file cannot be written.
    """
    config: dict[str, object] = {
        "name": "detector",
        "seed": seed,
        "epochs": epochs,
        "steps": steps,
        "data": train_data.sha256,
    }
    if begin is not None:
        config["begin"] = sha256_of_file(run_directory.require(begin, run_directory.KERAS_MODEL))
    if own is not None:
        pairs = (f"{path} {label}" for path, label in zip(own.paths, own.labels, strict=True))
        config["own"] = hashlib.sha256("\n".join(pairs).encode()).hexdigest()
    with open_run(run, resume):
        if resume:
            _check_config(run, config)
        aligned = [] if own is None else align_pictures(own, progress)
        if own is not None and not aligned:
            raise DataError(
                f"the digits of the label were found in none of the {len(own)} pictures of {own.name}; check the "
                "pictures with  inkdigits read --show"
            )
        initial = None if begin is None else _load_detector(begin)
        write_json(run / run_directory.CONFIG, config)
        n_parts = count_parts(BATCH)
        configure_threads(n_parts)
        keras.utils.set_random_seed(seed)
        network = initial or detector()
        trainee = clone_with_policy(network, "mixed_bfloat16" if has_native_bfloat16() else "float32")
        if n_parts > 1:
            trainee = DataParallel(trainee, n_parts)
        trainee.compile(
            optimizer=keras.optimizers.AdamW(
                OneCycle(_PEAK if begin is None else _PEAK_OF_FURTHER_TRAINING, steps * epochs, 0.1),
                weight_decay=0.01,
                clipnorm=30.0,
                use_ema=True,
                ema_momentum=0.998,
            ),
            loss=detector_loss,
            metrics=[keras.metrics.MeanMetricWrapper(symbol_accuracy, name="accuracy")],
            jit_compile="auto" if keras.backend.backend() == "jax" else False,
        )
        start = load_checkpoint(run, trainee) if resume else None

        def batches_from(position: Position, n_epochs: int) -> Iterator[Batch]:
            first, end = position.batches_done, (position.epochs_done + n_epochs) * steps
            # Keras determines from two batches which axes vary.
            degradation = STRONG if begin is None else MILD
            return training_batches(train_data, seed, first, max(end, first + 2), aligned, degradation)

        run_epochs(trainee, History(run, epochs, steps, start, watch=watch), batches_from)
        network.set_weights(trainee.get_weights())
        with write_whole(run / run_directory.KERAS_MODEL) as temporary:
            network.save(temporary)
        accuracy = export_detector(network, test_data, train_data, seed, run / run_directory.ONNX_MODEL)
        write_json(run / run_directory.ENVIRONMENT, describe_environment())
        # In this order: a run without checkpoints is finished, also after a power cut.
        write_manifest(run)
        remove_checkpoints(run)
        return TrainedDetector(run, _N_TEST, accuracy, len(aligned))


def export_detector(
    network: keras.Model, test_data: LabelledImages, train_data: LabelledImages, seed: int, path: Path
) -> float:
    """Write the network as ONNX: input ``pictures`` uint8 (n, h, w), output ``cells`` float32 (n, h / 8, w / 4, 28).

    Parameters
    ----------
    network
        A float32 detector.
    test_data
        Digit images for the synthetic windows of the evaluation.
    train_data, seed
        Training data and random seed, for the model card.
    path
        The ``.onnx`` file.

    Returns
    -------
    float
        The classification accuracy of the symbols, averaged over the windows.

    Raises
    ------
    ModelError
        If the outputs of the file differ from those of the network.
    """
    model = convert_to_onnx(network, "pictures", (None, None, None))
    rename_value(model, model.graph.output[0].name, CELLS)
    environment = describe_environment()
    # The calibration needs real pictures, which are not available in training.
    shipped = load_shipped_detector().card
    card = ModelCard(
        name="detector",
        recipe={"name": "detector"},
        seed=seed,
        created=environment["created"],
        parameters=network.count_params(),
        temperature=shipped.temperature,
        prior_odds=shipped.prior_odds,
        threshold=shipped.threshold,
        data=train_data.name,
        data_sha256=train_data.sha256,
        versions={**environment["versions"], "inkdigits": __version__},
    )
    save_checked(model, card, path)
    images, targets = draw_test_windows(_N_TEST, test_data, seed)
    exported = Detector(path)
    outputs = np.concatenate([exported.predict_cells(images[i : i + 50]) for i in range(0, len(images), 50)])
    difference = float(np.abs(outputs[:50] - network.predict(images[:50], verbose=0)).max())
    if not difference < _LARGEST_DIFFERENCE:
        raise ModelError(
            f"expected the same outputs from ONNX and Keras, but they differ by up to {difference:.1e} "
            f"(allowed: below {_LARGEST_DIFFERENCE:.0e}); use model.keras and report this problem"
        )
    accuracy = float(keras.ops.convert_to_numpy(symbol_accuracy(targets, outputs)).mean())
    card.evaluation.update(accuracy=accuracy, n=len(images))
    save_checked(model, card, path)
    return accuracy


def draw_test_windows(n: int, digits: LabelledImages, seed: int) -> Batch:
    """Draw windows of one shape for the evaluation: pictures ``uint8`` (n, h, w), and their targets."""
    sources, rng = load_symbol_sources(digits), np.random.default_rng((seed, 2))
    windows = [draw_window(SHAPES[0], sources, rng) for _ in range(n)]
    return np.stack([each.image for each in windows]), np.stack([make_targets(each) for each in windows])


def _load_detector(run: Path) -> keras.Model:
    network = load_network(run)
    if network.name != "detector":
        raise ModelError(
            f"expected a detector, but {run} contains another network; give a run of  inkdigits train-numbers"
        )
    if network.output_shape[-1] != N_OUTPUTS:
        raise ModelError(
            f"expected a detector with {N_OUTPUTS} outputs per cell, but that in {run} has {network.output_shape[-1]}, "
            "since it is of another version; train it again"
        )
    return network


def _check_config(run: Path, config: dict[str, object]) -> None:
    """Check that a resumed run was started with the same configuration."""
    before = read_json(run, run_directory.CONFIG)
    if before != config:
        raise RunError(f"the run in {run} was started with {before}, but got {config}; give the same options")
