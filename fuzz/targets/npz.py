"""Archives of labelled images."""

import io
import zipfile

import numpy as np

from fuzz.targets.files import write_input
from fuzz.targets.target import Target
from inkdigits.data.images import LabelledImages
from inkdigits.data.labelled import load_labelled
from inkdigits.errors import DataError


def ignore_checksums() -> None:
    """Compare no checksums from now on: they stop mutations, but no attacker, who computes them."""
    zipfile.ZipExtFile._update_crc = lambda self, data: None  # type: ignore[attr-defined]


def run(data: bytes) -> None:
    """Load an archive."""
    loaded = load_labelled(write_input("images.npz", data))
    assert isinstance(loaded, LabelledImages)
    assert loaded.images.dtype == np.uint8
    assert len(loaded) == len(loaded.images) == len(loaded.labels) > 0
    assert loaded.labels.min() >= 0
    assert loaded.labels.max() <= 9
    assert len(loaded.sha256) == 64


def make_seeds() -> list[bytes]:
    """Make archives, plain and compressed, of several types and shapes, and one with other members."""
    images = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    labels = np.array([3, 8])
    contents = (
        {"images": images, "labels": labels},
        {"images": np.asfortranarray(images), "labels": labels.astype(">u2"), "other": labels},
        {"images": images.astype(np.float32), "labels": labels},
    )
    made = []
    for content in contents:
        for save in (np.savez, np.savez_compressed):
            file = io.BytesIO()
            save(file, **content)  # type: ignore[arg-type]
            made.append(file.getvalue())
    return made


TARGET = Target(
    run,
    make_seeds,
    prepare=ignore_checksums,
    refusals=(DataError,),
    tokens=(
        *(b"'descr': '|u1'", b"'descr': '<i8'", b"'|O'", b"'fortran_order': True", b"'shape': (2, 4, 4)"),
        *(
            b"99999999999",
            b"\x93NUMPY\x01\0",
            b"\x93NUMPY\x03\0",
            b"PK\x03\x04",
            b"PK\x01\x02",
            b"PK\x05\x06",
        ),
        *(b"PK\x06\x06", b"images.npy", b"labels.npy"),
    ),
)
