"""The training of the network of numbers: invented numbers in, a run directory with one ONNX file out."""

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from inkdigits import __version__, run_directory
from inkdigits.data.labelled import LabelledImages
from inkdigits.errors import ModelError, RunError
from inkdigits.recognition.card import ModelCard
from inkdigits.recognition.columns import NumberNetwork, middles_of
from inkdigits.run_directory import read_json, write_manifest
from inkdigits.storage import write_json, write_whole
from inkdigits.training.augment import Augmentation, augment
from inkdigits.training.checkpoint import load_checkpoint
from inkdigits.training.environment import describe_environment
from inkdigits.training.export import save_checked, traced
from inkdigits.training.fitting import History, Watcher, tensorboard
from inkdigits.training.graph import rename
from inkdigits.training.number_network import COLUMNS, columns_accuracy, number_network, sequence_loss
from inkdigits.training.precision import has_native_bfloat16, in_precision
from inkdigits.training.schedules import OneCycle
from inkdigits.training.synthetic.digits import synthetic_digits
from inkdigits.training.synthetic.fonts import font_digits
from inkdigits.training.synthetic.negatives import negatives
from inkdigits.training.synthetic.numbers import MOST, Numbers, Stock, draw_numbers

EPOCHS = 28

_BATCH = 64
_STEPS = 320
"""Steps of an epoch: 20,480 numbers, none of which is ever drawn twice."""

_PEAK = 2e-3
_N_TEST = 2000
_LARGEST_DIFFERENCE = 1e-3
"""How far an exported logit may lie from Keras's."""

HANDS = Augmentation(
    rotation=8.0,
    stretch=0.2,
    shear=0.15,
    elastic=0.8,
    pen=0.35,
    thinnest=1.2,
    thickest=4.5,
    breaks=0.04,
    pressure=0.08,
    contrast=0.2,
    untouched=0.2,
)
"""What is done to each digit before it is set beside others; what befalls a whole line is done to the line."""

_OTHERS = ("letters_of_fonts", "letters_by_hand", "signs_of_fonts", "foreign", "scribbles")


@dataclass(frozen=True)
class TrainedNumbers:
    """What a training leaves.

    Attributes
    ----------
    path
        The run directory.
    n, accuracy
        How many numbers drawn of the test digits were read, and the share that was read right, every digit of it.
    """

    path: Path
    n: int
    accuracy: float


def train_numbers(
    train_data: LabelledImages,
    test_data: LabelledImages,
    run: Path,
    *,
    seed: int = 0,
    epochs: int = EPOCHS,
    steps: int = _STEPS,
    resume: bool = False,
    watch: Watcher | None = None,
) -> TrainedNumbers:
    """Train the network of numbers, export it, and measure it once on numbers of the test digits.

    Parameters
    ----------
    train_data, test_data
        Digit images ``uint8`` (n, 28, 28) with labels (n,), in normal form.
    run
        The run directory; it must be new or empty unless ``resume``.
    seed
        Random seed.
    epochs, steps
        How many epochs, and how many batches of 64 numbers each has.
    resume
        Go on with an interrupted run, from its last whole epoch.
    watch
        Called with each `Step` as training goes on.

    Raises
    ------
    RunError
        If the run directory is taken, or cannot be resumed with these arguments.
    ModelError
        If the exported model does not answer as the network does.
    """
    config = {"name": "numbers", "seed": seed, "epochs": epochs, "steps": steps, "data": train_data.sha256}
    _open(run, config, resume)
    keras.utils.set_random_seed(seed)
    network = number_network()
    trainee = in_precision(network, "mixed_bfloat16" if has_native_bfloat16() else "float32")
    trainee.compile(
        optimizer=keras.optimizers.Adam(
            OneCycle(_PEAK, steps * epochs, 0.15), use_ema=True, ema_momentum=0.998
        ),
        loss=sequence_loss(MOST),
        metrics=[columns_accuracy(MOST)],
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    checkpoint = run / run_directory.CHECKPOINT
    first_epoch = load_checkpoint(checkpoint, trainee) if resume and checkpoint.exists() else 0
    if first_epoch < epochs:
        stock = make_stock(train_data, np.random.default_rng((seed, 1)))
        trainee.fit(
            _batches(stock, seed, first_epoch, epochs, steps),
            steps_per_epoch=steps,
            shuffle=False,
            epochs=epochs,
            initial_epoch=first_epoch,
            callbacks=[History(run, epochs, steps, first_epoch, watch), *tensorboard(run)],
            verbose=0,
        )
    network.set_weights(trainee.get_weights())
    with write_whole(run / run_directory.KERAS_MODEL) as temporary:
        network.save(temporary)
    drawn = draw_numbers(_N_TEST, plain_stock(test_data, seed), np.random.default_rng((seed, 2)))
    accuracy = export_numbers(network, drawn, train_data, seed, run / run_directory.ONNX_MODEL)
    write_json(run / run_directory.ENVIRONMENT, describe_environment())
    checkpoint.unlink(missing_ok=True)
    write_manifest(run)
    return TrainedNumbers(run, len(drawn.images), accuracy)


def export_numbers(
    network: keras.Model, drawn: Numbers, data: LabelledImages, seed: int, path: Path, note: str = ""
) -> float:
    """Write the network as ONNX: ``strips`` uint8 (n, 32, w) in, ``columns`` float32 (n, w / 2, 12) out.

    Parameters
    ----------
    network
        A float32 network of numbers.
    drawn
        Numbers to measure it on.
    data, seed
        What it was trained with, for its card.
    path
        The ``.onnx`` file.
    note
        What else a user should know.

    Returns
    -------
    float
        The share of the numbers drawn that the file reads right.

    Raises
    ------
    ModelError
        If the file does not answer as the network does.
    """
    model = traced(network, "strips", (None, drawn.images.shape[1], None))
    rename(model, model.graph.output[0].name, COLUMNS)
    environment = describe_environment()
    card = ModelCard(
        name="numbers",
        recipe={"name": "numbers"},
        seed=seed,
        created=environment["created"],
        parameters=network.count_params(),
        data=data.name,
        data_sha256=data.sha256,
        versions={**environment["versions"], "inkdigits": __version__},
        note=note,
    )
    save_checked(model, card, path)
    logits = NumberNetwork(path).logits(drawn.images)
    difference = float(np.abs(logits[:64] - network.predict(drawn.images[:64], verbose=0)).max())
    if not difference < _LARGEST_DIFFERENCE:
        raise ModelError(
            f"the ONNX model should answer as Keras does, but its logits differ by up to {difference:.1e} "
            f"(allowed: below {_LARGEST_DIFFERENCE:.0e}); keep to model.keras and report this"
        )
    accuracy = float(np.mean(read_right(logits, drawn)))
    card.evaluation.update(accuracy=accuracy, n=len(drawn.images))
    save_checked(model, card, path)
    return accuracy


def read_right(logits: NDArray[np.float32], drawn: Numbers) -> NDArray[np.bool_]:
    """Tell which numbers are read right, ``bool`` (n,), by the likeliest symbol of every column."""
    right = [
        [symbol for _, symbol in middles_of(own)] == symbols[:length].tolist()
        for own, symbols, length in zip(logits, drawn.symbols, drawn.lengths, strict=True)
    ]
    return np.array(right, bool)


def make_stock(digits: LabelledImages, rng: np.random.Generator) -> Stock:
    """Gather what numbers are made of: real digits, digits of stroke models and of fonts, and what is no digit."""
    drawn, drawn_labels = synthetic_digits(len(digits) // 5, rng)
    printed, printed_labels = font_digits(len(digits) // 6, rng)
    return Stock(
        np.concatenate([digits.images, drawn, printed]),
        np.concatenate([digits.labels, drawn_labels, printed_labels]),
        negatives(max(50, len(digits) // 20), rng, digits, _OTHERS),
    )


def targets_of(numbers: Numbers) -> NDArray[np.int32]:
    """Return what `sequence_loss` wants of numbers, ``int32`` (n, MOST + 1 + t)."""
    return np.concatenate([numbers.symbols, numbers.lengths[:, np.newaxis], numbers.columns], axis=1)


def plain_stock(digits: LabelledImages, seed: int) -> Stock:
    """Return a stock of digits alone, varied as hands vary, to measure with."""
    varied = augment(digits.images, HANDS, np.random.default_rng((seed, 3)))
    return Stock(varied, digits.labels, varied[:0])


def _open(run: Path, config: dict[str, object], resume: bool) -> None:
    """Make the run directory, or see that it is the one to go on with."""
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
    write_json(run / run_directory.CONFIG, config)


_OF_PROCESS: list[Stock] = []
"""The stock that a drawing process was started with."""


def _start(stock: Stock) -> None:
    cv2.setNumThreads(1)
    _OF_PROCESS[:] = [stock]


def _draw(seed: tuple[int, int, int]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    numbers = draw_numbers(_BATCH, _OF_PROCESS[0], np.random.default_rng(seed))
    return numbers.images, targets_of(numbers)


def _batches(
    stock: Stock, seed: int, first_epoch: int, epochs: int, steps: int
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int32]]]:
    """Yield batches, drawn by a process of their own while the network trains on those before."""
    for epoch in range(first_epoch, epochs):
        rng = np.random.default_rng((seed, epoch))
        varied = Stock(augment(stock.digits, HANDS, rng), stock.labels, augment(stock.others, HANDS, rng))
        with multiprocessing.get_context("spawn").Pool(1, _start, (varied,)) as pool:
            yield from pool.imap(_draw, [(seed, epoch, step) for step in range(steps)])
