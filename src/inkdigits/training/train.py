"""Training of a classifier: from a data set and a recipe to a run directory with network, ONNX file and metrics."""

import dataclasses
import datetime
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from inkdigits import __version__
from inkdigits.contract import N_CLASSES, check_digit_images
from inkdigits.data.labelled import LabelledImages
from inkdigits.data.mnist import KNOWN_LABEL_ERRORS
from inkdigits.environment import Environment, detect_environment
from inkdigits.errors import RunError
from inkdigits.evaluation import Evaluation, evaluate_scores
from inkdigits.files.json_records import to_json
from inkdigits.files.storage import write_json, write_whole
from inkdigits.recognition.model_card import ModelCard
from inkdigits.runs import run_directory
from inkdigits.runs.run_arrays import RunArrays, write_run_arrays
from inkdigits.runs.run_directory import open_run, write_manifest
from inkdigits.runs.run_files import DataSource, RunConfig, RunData, RunEnvironment, Seconds, read_config
from inkdigits.training.calibration import Calibration, calibrate, fold_temperature
from inkdigits.training.export.onnx_export import check_parity, export_onnx, write_card
from inkdigits.training.loop.checkpoint import remove_checkpoints
from inkdigits.training.loop.data_parallel import configure_threads, count_parts
from inkdigits.training.loop.distillation import model_sha256
from inkdigits.training.loop.fit import fit
from inkdigits.training.loop.history import StepCallback
from inkdigits.training.loop.precision import dtype_policy
from inkdigits.training.networks.classifiers import build_network, describe_layers
from inkdigits.training.recipes import Recipe, get_recipe

EXAMPLES_PER_DIGIT = 12
"""Number of training images of each digit that are stored for the report."""


@dataclass(frozen=True)
class TrainedRun:
    """The result of a training run.

    Attributes
    ----------
    path
        The run directory.
    network
        The trained Keras network, float32.
    evaluation
        Its metrics on the test images.
    recipe, seed
        The recipe and the random seed.
    """

    path: Path
    network: keras.Model
    evaluation: Evaluation
    recipe: Recipe
    seed: int


def train(
    recipe: Recipe | str,
    train_data: LabelledImages,
    test_data: LabelledImages,
    *,
    seed: int = 0,
    run: Path | str | None = None,
    resume: bool = False,
    network: keras.Model | None = None,
    watch: StepCallback | None = None,
    calibration: Calibration | None = None,
    calibrate_on_test: bool = False,
    source: DataSource | None = None,
) -> TrainedRun:
    """Train a network, export it, and evaluate it once on the test images.

    Parameters
    ----------
    recipe
        A `Recipe`, or the name of a recipe.
    train_data, test_data
        Digit images ``uint8`` (n, 28, 28) with labels (n,).
    seed
        Random seed; the same recipe and seed on the same machine give identical weights.
    run
        The run directory; by default ``runs/RECIPE-TIME``. It must be new or empty, except with ``resume``.
    resume
        Resume an interrupted run in ``run`` from its last checkpoint.
    network
        A Keras network to train in place of the recipe's: input ``uint8`` (28, 28), output ten probabilities.
    watch
        Called with each `Step` during training.
    calibration
        Temperature and thresholds for the network, from a run of the same recipe with held-out images.
    calibrate_on_test
        Calibrate on ``test_data``, which must then be held-out training images, not the real test images.
    source
        How the caller loaded the data; stored in the run's configuration, for resuming.

    Returns
    -------
    TrainedRun

    Raises
    ------
    UsageError
        If the recipe does not exist.
    DataError
        If the data are not digit images.
    RunError
        If the run directory is not empty, or cannot be resumed with these arguments.
    ModelError
        If the outputs of the exported model differ from those of the network.
    LockedError
        If another process is writing the run.
    OutputError
        If a file cannot be written.
    """
    recipe = get_recipe(recipe) if isinstance(recipe, str) else recipe
    for data in (train_data, test_data):
        check_digit_images(data.images)
    started = time.perf_counter()
    run = Path(run) if run else make_run_path(recipe)
    with open_run(run, resume):
        configure_threads(count_parts(recipe.batch_size))
        keras.utils.set_random_seed(seed)
        network = network or build_network(recipe.network, recipe.dropout)
        config = _make_config(recipe, seed, network, train_data, test_data, source)
        _write_or_check_config(run, config, resume)

        seconds = fit(network, recipe, train_data, seed=seed, run=run, resume=resume, watch=watch)
        if calibrate_on_test:
            calibration = calibrate(network, test_data, seed)
        calibration = calibration or Calibration()
        if calibration.temperature != 1:
            fold_temperature(network, calibration.temperature)
        with write_whole(run / run_directory.KERAS_MODEL) as temporary:
            network.save(temporary)

        environment = detect_environment()
        card = calibration.update_card(_make_card(config, environment))
        onnx_file = run / run_directory.ONNX_MODEL
        export_onnx(network, card, onnx_file)
        scores = check_parity(network, onnx_file, test_data.images)
        evaluation = evaluate_scores(
            scores,
            test_data.labels,
            model_name=recipe.name,
            data_name=test_data.name,
            threshold=calibration.threshold,
            is_digit_threshold=calibration.is_digit_threshold,
            label_errors=KNOWN_LABEL_ERRORS if test_data.name == "mnist-test" else (),
        )
        figures = evaluation.to_json()
        write_card(
            onnx_file,
            dataclasses.replace(
                card,
                evaluation={
                    key: figures[key] for key in ("accuracy", "accuracy_interval", "loss", "n", "ece")
                },
            ),
        )

        write_json(run / run_directory.EVALUATION, figures)
        write_run_arrays(run, _collect_arrays(network, train_data, test_data, scores.probabilities))
        write_json(
            run / run_directory.ENVIRONMENT,
            to_json(
                RunEnvironment(
                    **msgspec.structs.asdict(environment),
                    precision=dtype_policy(recipe),
                    seconds=Seconds(
                        training=round(seconds, 2), total=round(time.perf_counter() - started, 2)
                    ),
                )
            ),
        )
        # In this order: a run without checkpoints is finished, also after a power cut.
        write_manifest(run)
        remove_checkpoints(run)
        return TrainedRun(run, network, evaluation, recipe, seed)


def make_run_path(recipe: Recipe) -> Path:
    """Return a run directory named after the recipe and the current time."""
    return Path("runs") / f"{recipe.name}-{datetime.datetime.now():%Y%m%d-%H%M%S}"


def _make_config(
    recipe: Recipe,
    seed: int,
    network: keras.Model,
    train_data: LabelledImages,
    test_data: LabelledImages,
    source: DataSource | None,
) -> RunConfig:
    n_validation = round(len(train_data) * recipe.validation_share)
    return RunConfig(
        name=recipe.name,
        recipe=recipe.to_json(),
        recipe_descriptions=Recipe.sentences(),
        seed=seed,
        data=RunData(
            name=train_data.name,
            test_name=test_data.name,
            n_train=len(train_data) - n_validation,
            n_validation=n_validation,
            n_test=len(test_data),
            sha256=train_data.sha256,
            test_sha256=test_data.sha256,
        ),
        teacher_sha256=model_sha256(recipe.teacher) if recipe.teacher else None,
        layers=describe_layers(network),
        parameters=network.count_params(),
        command=" ".join(["inkdigits", *sys.argv[1:]]) if Path(sys.argv[0]).stem == "inkdigits" else None,
        source=source,
    )


def _write_or_check_config(run: Path, config: RunConfig, resume: bool) -> None:
    """Write the configuration of a new run, or check that a resumed one has the same."""
    if not resume:
        write_json(run / run_directory.CONFIG, to_json(config))
        return
    before = read_config(run)
    for key in ("recipe", "seed", "data", "teacher_sha256", "parameters"):
        earlier, now = (to_json(getattr(each, key)) for each in (before, config))
        if key == "recipe":  # without the former names of settings
            earlier = Recipe.from_json(earlier).to_json()
        if earlier != now:
            raise RunError(
                f"the run in {run} was started with {key} {earlier}, but got {now}; "
                "give the same arguments, or start another run with --out"
            )


def _make_card(config: RunConfig, environment: Environment) -> ModelCard:
    return ModelCard(
        name=config.name,
        recipe=config.recipe,
        seed=config.seed,
        created=environment.created,
        parameters=config.parameters,
        data=config.data.name,
        data_sha256=config.data.sha256,
        versions={**environment.versions, "inkdigits": __version__},
    )


def _collect_arrays(
    network: keras.Model,
    train_data: LabelledImages,
    test_data: LabelledImages,
    probabilities: NDArray[np.float32],
) -> RunArrays:
    kernels = [layer.kernel for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    return RunArrays(
        train_examples=_choose_examples(train_data),
        train_counts=np.bincount(train_data.labels, minlength=N_CLASSES),
        test_labels=test_data.labels,
        test_probabilities=probabilities,
        test_images=test_data.images,
        first_layer_filters=keras.ops.convert_to_numpy(kernels[0])[:, :, 0, :] if kernels else None,
    )


def _choose_examples(data: LabelledImages) -> NDArray[np.uint8]:
    """Return the first images of each digit, ``uint8`` (10, k, 28, 28); missing ones are blank."""
    examples = np.zeros((N_CLASSES, EXAMPLES_PER_DIGIT, *data.images.shape[1:]), np.uint8)
    for label in range(N_CLASSES):
        chosen = np.flatnonzero(data.labels == label)[:EXAMPLES_PER_DIGIT]
        examples[label, : len(chosen)] = data.images[chosen]
    return examples
