"""The training of the digit detector: drawn windows in, a run directory with one ONNX file out."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from inkdigits import __version__, run_directory
from inkdigits.data.labelled import LabelledImages, LabelledPictures
from inkdigits.data.progress import Progress
from inkdigits.environment import describe_environment
from inkdigits.errors import DataError, ModelError, RunError
from inkdigits.recognition.detection.detector import Detector, load_shipped_detector
from inkdigits.recognition.model_card import ModelCard
from inkdigits.run_directory import read_json, write_manifest
from inkdigits.storage import sha256_of_file, write_json, write_whole
from inkdigits.training.detector.batches import BATCH, Batch, training_batches
from inkdigits.training.detector.loss import detector_loss, symbols_right
from inkdigits.training.detector.own_pictures import align_pictures
from inkdigits.training.export.graph_fusion import rename
from inkdigits.training.export.onnx_export import load_network, save_checked, traced
from inkdigits.training.loop.checkpoint import load_checkpoint
from inkdigits.training.loop.data_parallel import DataParallel, count_parts, give_each_part_its_cores
from inkdigits.training.loop.fit import History, StepCallback, tensorboard
from inkdigits.training.loop.precision import has_native_bfloat16, in_precision
from inkdigits.training.loop.schedules import OneCycle
from inkdigits.training.networks.detector import CELLS, detector
from inkdigits.training.scenes.stock import make_stock
from inkdigits.training.scenes.windows import SHAPES, draw_window, targets_of

EPOCHS = 66

_STEPS = 250
"""Steps of an epoch: 16,000 windows."""

_PEAK = 2e-3
_PEAK_OF_FURTHER_TRAINING = 6e-4
_N_TEST = 1500
_LARGEST_DIFFERENCE = 1e-3
"""How far an exported answer may lie from Keras's."""


@dataclass(frozen=True)
class TrainedDetector:
    """Result of a training.

    Attributes
    ----------
    path
        The run directory.
    n, accuracy
        How many windows were drawn of the test digits, and the mean share of a window's symbols whose class is right.
    n_aligned
        In how many of the user's own pictures all digits of the label were found.
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
    """Train the detector, export it, and measure it once on windows drawn of the test digits.

    Parameters
    ----------
    train_data, test_data
        Digit images ``uint8`` (n, 28, 28) with labels (n,), in normal form.
    run
        The run directory; it must be new or empty unless ``resume``.
    seed
        Random seed.
    epochs, steps
        How many epochs, and how many batches of 64 windows each has.
    own
        A user's own pictures of numbers, which are mixed with the drawn windows.
    begin
        A finished run whose weights to begin with; the learning rate then rises to a third of its usual peak.
    resume
        Go on with an interrupted run, from its last whole epoch.
    watch
        Called with each `Step` as training goes on.
    progress
        Called as ``progress(message, done, total)`` while the digits of the user's own pictures are looked for.

    Raises
    ------
    RunError
        If the run directory is taken, or cannot be resumed with these arguments.
    ModelError
        If the exported model does not answer as the network does.
    DataError
        If in none of the user's own pictures the digits of its label are found.
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
    _check(run, config, resume)
    aligned = [] if own is None else align_pictures(own, progress)
    if own is not None and not aligned:
        raise DataError(
            f"in none of the {len(own)} pictures of {own.name} the digits of its label were found; look at them with "
            "inkdigits read --show"
        )
    begun = None if begin is None else _network_of(begin)
    write_json(run / run_directory.CONFIG, config)
    n_parts = count_parts(BATCH)
    give_each_part_its_cores(n_parts)
    keras.utils.set_random_seed(seed)
    network = begun or detector()
    trainee = in_precision(network, "mixed_bfloat16" if has_native_bfloat16() else "float32")
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
        metrics=[keras.metrics.MeanMetricWrapper(symbols_right, name="accuracy")],
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    checkpoint = run / run_directory.CHECKPOINT
    first_epoch = load_checkpoint(checkpoint, trainee) if resume and checkpoint.exists() else 0
    if first_epoch < epochs:
        trainee.fit(
            training_batches(train_data, seed, first_epoch * steps, epochs * steps, aligned),
            steps_per_epoch=steps,
            shuffle=False,
            epochs=epochs,
            initial_epoch=first_epoch,
            callbacks=[History(run, epochs, steps, first_epoch, watch), *tensorboard(run)],
            verbose=0,
        )
    else:
        # Interrupted behind the last epoch: what the end of `fit` does with the averages of the weights is still to do.
        trainee.optimizer.finalize_variable_values(trainee.trainable_weights)
    network.set_weights(trainee.get_weights())
    with write_whole(run / run_directory.KERAS_MODEL) as temporary:
        network.save(temporary)
    accuracy = export_detector(network, test_data, train_data, seed, run / run_directory.ONNX_MODEL)
    write_json(run / run_directory.ENVIRONMENT, describe_environment())
    checkpoint.unlink(missing_ok=True)
    write_manifest(run)
    return TrainedDetector(run, _N_TEST, accuracy, len(aligned))


def export_detector(
    network: keras.Model, test_data: LabelledImages, train_data: LabelledImages, seed: int, path: Path
) -> float:
    """Write the network as ONNX: ``pictures`` uint8 (n, h, w) in, ``cells`` float32 (n, h / 8, w / 4, 24) out.

    Parameters
    ----------
    network
        A float32 detector.
    test_data
        Digit images to draw windows of, on which it is measured.
    train_data, seed
        What it was trained with, for its card.
    path
        The ``.onnx`` file.

    Returns
    -------
    float
        The share of the symbols of a window whose class is right in the cell of their middle, mean over the windows.

    Raises
    ------
    ModelError
        If the file does not answer as the network does.
    """
    model = traced(network, "pictures", (None, None, None))
    rename(model, model.graph.output[0].name, CELLS)
    environment = describe_environment()
    # How sure to be is found on real pictures, and a training has none.
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
    images, targets = drawn_windows(_N_TEST, test_data, seed)
    exported = Detector(path)
    answers = np.concatenate([exported.predict_cells(images[i : i + 50]) for i in range(0, len(images), 50)])
    difference = float(np.abs(answers[:50] - network.predict(images[:50], verbose=0)).max())
    if not difference < _LARGEST_DIFFERENCE:
        raise ModelError(
            f"the ONNX model should answer as Keras does, but its answers differ by up to {difference:.1e} "
            f"(allowed: below {_LARGEST_DIFFERENCE:.0e}); keep to model.keras and report this"
        )
    accuracy = float(keras.ops.convert_to_numpy(symbols_right(targets, answers)).mean())
    card.evaluation.update(accuracy=accuracy, n=len(images))
    save_checked(model, card, path)
    return accuracy


def drawn_windows(n: int, digits: LabelledImages, seed: int) -> Batch:
    """Draw windows of one shape to measure with: pictures ``uint8`` (n, h, w), and their targets."""
    stock, rng = make_stock(digits), np.random.default_rng((seed, 2))
    windows = [draw_window(SHAPES[0], stock, rng) for _ in range(n)]
    return np.stack([each.image for each in windows]), np.stack([targets_of(each) for each in windows])


def _network_of(run: Path) -> keras.Model:
    network = load_network(run)
    if network.name != "detector":
        raise ModelError(
            f"{run} holds a network of another kind: expected a detector, as train-numbers writes it"
        )
    return network


def _check(run: Path, config: dict[str, object], resume: bool) -> None:
    """See that the run directory is free, or the one to go on with."""
    if resume:
        if not (run / run_directory.CONFIG).is_file():
            raise RunError(f"there is no run to go on with in {run}; leave out --resume to start one")
        if (run / run_directory.MANIFEST).exists():
            raise RunError(f"the run in {run} is finished; start another one with --out")
        before = read_json(run, run_directory.CONFIG)
        if before != config:
            raise RunError(
                f"the run in {run} was begun with {before}, but it is to go on with {config}; give the same options"
            )
        return
    if run.is_file() or (run.is_dir() and any(run.iterdir())):
        raise RunError(f"{run} exists already; go on with it by --resume, or choose another place with --out")
