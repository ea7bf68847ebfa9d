"""The run directory: the files that a training run writes and a report reads.

RUN/
├── config.json          recipe, seed, data (name, n_train, n_test, sha256), layers, command
├── environment.json     versions, machine, precision
├── history.csv          epoch,seconds,learning_rate,loss,accuracy[,val_loss,val_accuracy]
├── tensorboard/         event files, for  tensorboard --logdir RUN/tensorboard
├── checkpoint.npz       the state after the last completed epoch; deleted when the run is finished
├── model.keras          the trained network
├── model.onnx           the same network, with its model card in the metadata
├── evaluation.json      the metrics on the test images
├── arrays.npz           the arrays that the report plots: see `ARRAYS`
├── figures/*.png        the plots of the report
├── report.html, report.pdf
└── manifest.json        SHA-256 and size of every file above
"""

import json
from pathlib import Path
from typing import Any

from inkdigits.errors import RunError
from inkdigits.storage import sha256_of_file, write_json

CONFIG = "config.json"
ENVIRONMENT = "environment.json"
HISTORY = "history.csv"
TENSORBOARD = "tensorboard"
CHECKPOINT = "checkpoint.npz"
KERAS_MODEL = "model.keras"
ONNX_MODEL = "model.onnx"
EVALUATION = "evaluation.json"
ARRAYS = "arrays.npz"
"""``train_examples`` uint8 (10, k, 28, 28), k training images of each digit; ``train_counts`` int64 (10,);
``test_labels`` int64 (n,); ``test_probabilities`` float32 (n, 10); ``test_images`` uint8 (n, 28, 28);
``first_layer_filters`` float32 (height, width, n_filters)."""
FIGURES = "figures"
REPORT_HTML = "report.html"
REPORT_PDF = "report.pdf"
MANIFEST = "manifest.json"


def require(run: Path, name: str) -> Path:
    """Return the path of one of the run's files, after a check that it exists.

    Raises
    ------
    RunError
        If the file is missing.
    """
    path = run / name
    if not path.is_file():
        raise RunError(
            f"{run} has no {name}: expected the directory of a run of inkdigits train with all its files"
        )
    return path


def read_json(run: Path, name: str) -> Any:
    """Return the content of one of the run's JSON files.

    Raises
    ------
    RunError
        If the file is missing or is not JSON.
    """
    path = require(run, name)
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path} is damaged ({error}); train the run again") from error


def write_manifest(run: Path) -> None:
    """Write ``manifest.json`` with the SHA-256 and the size in bytes of every file in the run."""
    files = sorted(path for path in run.rglob("*") if path.is_file() and path != run / MANIFEST)
    write_json(
        run / MANIFEST,
        {
            path.relative_to(run).as_posix(): {"sha256": sha256_of_file(path), "bytes": path.stat().st_size}
            for path in files
        },
    )
