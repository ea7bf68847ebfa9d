"""Comparison of two network families for reading numbers from grey pixels, on real numbers.

A detector has one output per cell of the picture; a line network has one output per column, trained by connectionist
temporal classification (Graves et al., ICML 2006). Both have the trunk of the shipped detector, the same synthetic
windows of one line in the same order, and the same number of steps. Real numbers are scaled to 40 pixels and read
once, without a search for their size, so only the networks are compared.

Usage: INKDIGITS_REAL=FOLDER python -m benchmarks.training.network_families detector|columns [--steps 2000]
"""

import csv
import json
import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.command_line import find_real_pictures, make_parser
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.data import load_mnist
from inkdigits.data.labelled import LabelledImages
from inkdigits.files.storage import write_json
from inkdigits.recognition.detection.scan import compute_border_level
from inkdigits.recognition.detection.symbols import CELL_WIDTH, N_SYMBOLS, SYMBOLS

RESULTS = RESULTS_FOLDER / "network-families.json"
SHAPE = (48, 160)
BATCH = 64
MOST = 16
BLANK = N_SYMBOLS

_OF_PROCESS: list[Any] = []


def _start(digits: LabelledImages, family: str) -> None:
    from inkdigits.training.scenes.sources import load_symbol_sources

    cv2.setNumThreads(1)
    _OF_PROCESS[:] = [load_symbol_sources(digits), family]


def _draw(step: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    from inkdigits.training.scenes.windows import draw_window, make_targets

    stock, family = _OF_PROCESS
    rng = np.random.default_rng((5, step))
    windows = [draw_window(SHAPE, stock, rng, one_line=True) for _ in range(BATCH)]
    images = np.stack([each.image for each in windows])
    if family == "detector":
        return images, np.stack([make_targets(each) for each in windows])
    sequences = np.full((BATCH, MOST + 1), BLANK, np.float32)
    for row, window in zip(sequences, windows, strict=True):
        said = _in_order(window)[:MOST]
        row[: len(said)], row[MOST] = said, len(said)
    return images, sequences


def _in_order(window: Any) -> list[int]:
    """Return the classes of the symbols that are visible by more than half, from left to right."""
    height, width = window.image.shape
    seen = []
    for each in window.symbols:
        x, y, w, h = each.box
        inside = max(0, min(width, x + w) - max(0, x)) * max(0, min(height, y + h) - max(0, y))
        if inside > 0.5 * w * h:
            seen.append((x + w / 2, each.symbol))
    return [symbol for _, symbol in sorted(seen)]


def batches(family: str, n: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    """Yield batches, drawn by two worker processes."""
    with multiprocessing.get_context("spawn").Pool(2, _start, (load_mnist().train, family)) as pool:
        yield from pool.imap(_draw, range(n))


def columns_network() -> Any:
    """Build the line network: the trunk of the detector, with rows merged, and one output per column of 4 pixels."""
    import keras
    from keras import layers

    from inkdigits.training.networks.detector import SYMBOL_OUTPUTS, detector

    trunk = detector()
    x = trunk.get_layer(SYMBOL_OUTPUTS).input
    x = layers.Conv2D(128, (SHAPE[0] // 8, 3), use_bias=False)(layers.ZeroPadding2D((0, 1))(x))
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(128, (1, 5), padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(N_SYMBOLS + 1, 1, dtype="float32")(x)
    return keras.Model(trunk.input, layers.Reshape((-1, N_SYMBOLS + 1))(x))


def sequence_loss(targets: Any, logits: Any) -> Any:
    """Return the loss of columns (n, t, N_SYMBOLS + 1) against targets (n, MOST + 1): symbols and their number."""
    from keras import ops

    targets = ops.cast(targets, "int32")
    lengths = targets[:, MOST]
    all_columns = ops.ones_like(lengths) * ops.shape(logits)[1]
    return ops.ctc_loss(targets[:, :MOST], logits, lengths, all_columns, mask_index=BLANK)


def train(family: str, steps: int) -> tuple[Any, float]:
    """Train one network; return it and the training time in seconds."""
    import keras

    from inkdigits.training.detector.loss import detector_loss
    from inkdigits.training.loop.data_parallel import DataParallel, configure_threads
    from inkdigits.training.loop.precision import clone_with_policy, has_native_bfloat16
    from inkdigits.training.loop.schedules import OneCycle
    from inkdigits.training.networks.detector import detector

    configure_threads(2)
    keras.utils.set_random_seed(0)
    network = detector() if family == "detector" else columns_network()
    trainee = DataParallel(
        clone_with_policy(network, "mixed_bfloat16" if has_native_bfloat16() else "float32"), 2
    )
    trainee.compile(
        optimizer=keras.optimizers.AdamW(
            OneCycle(2e-3, steps, 0.1), weight_decay=0.01, clipnorm=30.0, use_ema=True, ema_momentum=0.998
        ),
        loss=detector_loss if family == "detector" else sequence_loss,
        jit_compile=False,
    )
    start = time.perf_counter()
    trainee.fit(batches(family, steps), steps_per_epoch=steps, shuffle=False, epochs=1, verbose=2)
    network.set_weights(trainee.get_weights())
    return network, time.perf_counter() - start


def canvas_of(path: Path) -> NDArray[np.uint8]:
    """Return a picture 40 pixels high with a margin of 4 above and below, and 8 and more at its sides."""
    grey = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    width = max(8, round(grey.shape[1] * 40 / grey.shape[0]))
    method = cv2.INTER_AREA if grey.shape[0] > 40 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(grey, (width, 40), interpolation=method), np.uint8)
    canvas = np.full((48, -(-(width + 16) // 8) * 8), compute_border_level(small), np.uint8)
    canvas[4:44, 8 : 8 + width] = small
    return canvas


def read(family: str, network: Any, canvas: NDArray[np.uint8]) -> str:
    """Return the digits that a network reads, by the most probable class at each position."""
    answer = np.asarray(network(canvas[np.newaxis], training=False))[0]
    if family == "detector":
        from inkdigits.recognition.detection.decoding import decode_detections

        found = decode_detections(answer)
        symbols = found.classes.argmax(axis=1)[found.presence > 0.5].tolist()
    else:
        best = answer.argmax(axis=-1)
        symbols = best[(best != BLANK) & (np.diff(best, prepend=-1) != 0)].tolist()
    return "".join(SYMBOLS[symbol] for symbol in symbols if symbol < 10)


def main() -> None:
    """Train one family, evaluate it, and add it to the result file."""
    parser = make_parser(__doc__)
    parser.add_argument("family", choices=("detector", "columns"), help="network to train")
    parser.add_argument("--steps", type=int, default=2000, help="by default %(default)s")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    arguments = parser.parse_args()
    folder = find_real_pictures("numbers")
    network, seconds = train(arguments.family, arguments.steps)
    from inkdigits.environment import describe_environment

    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    right: dict[str, list[bool]] = {"cheques": [], "others": []}
    as_long: list[bool] = []
    for row in rows:
        wanted = "".join(filter(str.isdigit, row["label"]))
        found = read(arguments.family, network, canvas_of(folder / row["file"]))
        right["cheques" if row["source"] == "cheques" else "others"].append(found == wanted)
        as_long.append(len(found) == len(wanted))
    results = json.loads(arguments.out.read_text(encoding="utf-8")) if arguments.out.exists() else {}
    results[arguments.family] = {
        "steps": arguments.steps,
        "batch": BATCH,
        "seconds": round(seconds),
        "parameters": network.count_params(),
        "n": {name: len(values) for name, values in right.items()},
        "right": {name: float(np.mean(values)) for name, values in right.items()},
        "right_length": float(np.mean(as_long)),
        "pixels_a_column": CELL_WIDTH,
        "machine": describe_environment()["machine"],
    }
    write_json(arguments.out, results)
    print(json.dumps(results[arguments.family], indent=2))


if __name__ == "__main__":
    main()
