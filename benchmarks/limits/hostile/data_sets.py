"""Hostile data sets and rosters: the largest that are accepted, those beyond a limit, and damaged ones."""

import io
import struct
import zipfile
from collections.abc import Iterator

import numpy as np

from inkdigits.files.limits import MAX_LINE_CHARACTERS, MAX_ROSTER_DIGITS, MAX_TEXT_BYTES, MAX_TEXT_LINES

_HEAD = b"file,label\n"


def make_rosters() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each roster; names begin with the outcome, ``read-`` or ``refused-``."""
    yield "read-a-million-numbers.txt", b"".join(b"%08d\n" % i for i in range(MAX_TEXT_LINES))
    yield "read-hundred-digits.txt", b"".join(b"%0100d\n" % i for i in range(100_000))
    yield "refused-one-line-more.txt", b"1\n" * (MAX_TEXT_LINES + 1)
    yield "refused-long-line.txt", b"1" * (MAX_LINE_CHARACTERS + 1)
    yield "refused-long-number.txt", b"1" * (MAX_ROSTER_DIGITS + 1)
    yield "refused-too-large.txt", b" " * (MAX_TEXT_BYTES + 1)
    yield "refused-zeros.txt", bytes(10_000)
    quotes = b'"' * 50_000 + b"," + b"'" * 49_000 + b"\n"
    yield "refused-quotes.csv", quotes * 20
    yield "refused-columns.csv", (b"a," * 49_999 + b"\n") * 300
    yield "read-column-of-many.csv", (b"a," * 50 + b"7\n") * 100_000


def make_data_sets() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each CSV or ``.npz`` file; names begin with the outcome."""
    yield "refused-a-million-missing-files.csv", _HEAD + b"x.png,7\n" * (MAX_TEXT_LINES - 1)
    yield "refused-open-quote.csv", _HEAD + b'"' + b"x,7\n" * 500_000
    yield "refused-wide.csv", b",".join([b"file", b"label", *[b"c"] * 30_000]) + b"\n" + b"," * 30_000
    yield "refused-zeros.csv", _HEAD + bytes(100_000)
    yield "read-many-images.npz", _archive(np.zeros((200_000, 28, 28), np.uint8), np.zeros(200_000, np.int64))
    for name, shape in (
        ("terabytes", "(1000000000, 1000)"),
        ("no-images", "(0, 28, 28)"),
        ("no-pixels", "(9, 0, 0)"),
    ):
        yield f"refused-{name}.npz", _archive(_header(shape), np.zeros(9, np.int64))
    yield "refused-objects.npz", _archive(_header("(1,)", "|O") + b"cos\nsystem\n.", np.zeros(1, np.int64))
    yield "refused-many-members.npz", _archive(b"", np.zeros(1, np.int64), 25_000)
    yield "refused-no-archive.npz", b"PK\3\4" + bytes(100_000)


def _header(shape: str, dtype: str = "|u1") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode()


def _archive(
    images: "bytes | np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", labels: object, n: int = 0
) -> bytes:
    buffer, packed = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array(packed, np.asarray(labels), allow_pickle=False)
    content = images if isinstance(images, bytes) else _header(str(images.shape)) + images.tobytes()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("images.npy", content)
        archive.writestr("labels.npy", packed.getvalue())
        for i in range(n):
            archive.writestr(f"more-{i}.npy", b"")
    return buffer.getvalue()
