"""Arrays of ``.npz`` files: those that NumPy writes, and hostile archives."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inkdigits.files.array_files import MissingArraysError, ObjectArrayError, read_arrays
from inkdigits.files.limits import MAX_ARRAY_BYTES
from inkdigits.files.text_files import LimitError

DAMAGE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)


def header(shape: str, dtype: str = "|u1") -> bytes:
    """Return the header of an array file, whatever it declares."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode()


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path


@settings(max_examples=50)
@given(array=hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, min_side=0)), packed=st.booleans())
def test_arrays_are_read_as_numpy_reads_them(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, packed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "arrays.npz"
    (np.savez_compressed if packed else np.savez)(path, first=array, second=np.asfortranarray(array))
    with np.load(path) as expected:
        found = read_arrays(path)
        assert set(found) == set(expected.files)
        for name, values in found.items():
            np.testing.assert_array_equal(values, expected[name])
            assert values.dtype == expected[name].dtype
    assert list(read_arrays(path, ["second"])) == ["second"]


def test_missing_arrays(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", one=header("(0,)"))
    with pytest.raises(MissingArraysError, match=r"^it lacks the arrays two and three$") as caught:
        read_arrays(path, ["two", "one", "three"])
    assert caught.value.found == ["one"]


@pytest.mark.parametrize(
    "shape", ["(10000000000000,)", "(4294967296, 4294967296)", "(2,)", "(-1,)", "(0, -1)", "(1, 2, 3)"]
)
def test_a_header_that_declares_more_than_the_archive_has(tmp_path: Path, shape: str) -> None:
    path = archive(tmp_path / "a.npz", a=header(shape) + b"\1")
    tracemalloc.start()
    with pytest.raises((ValueError, LimitError)):
        read_arrays(path)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


def test_a_directory_that_declares_more_than_the_archive_has(tmp_path: Path) -> None:
    """The size of the decompressed member is a lie too: the array is limited by what there is."""
    n = 2**30
    content = archive(tmp_path / "a.npz", a=header(f"({n},)") + bytes(1000)).read_bytes()
    size = struct.pack("<I", len(header(f"({n},)")) + 1000)
    lying = content.replace(size, struct.pack("<I", n + 200))
    (tmp_path / "a.npz").write_bytes(lying)
    with pytest.raises(DAMAGE):
        read_arrays(tmp_path / "a.npz")


def test_a_bomb_is_not_decompressed(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    n = MAX_ARRAY_BYTES + 1
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("a.npy", "w", force_zip64=True) as member,
    ):
        member.write(header(f"({n},)"))
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        size = file.getinfo("a.npy").file_size
    path.write_bytes(content.replace(struct.pack("<I", size), struct.pack("<I", n)))
    with pytest.raises(LimitError, match=f"more than {MAX_ARRAY_BYTES:,} bytes"):
        read_arrays(path)


def test_an_archive_of_very_many_members(tmp_path: Path) -> None:
    path = archive(tmp_path / "many.npz", **{f"m{i}": b"" for i in range(25_000)})
    with pytest.raises(LimitError, match="directory is larger than"):
        read_arrays(path)


@pytest.mark.parametrize("dtype", ["|O", "O"])
def test_python_objects_are_refused_before_they_are_read(tmp_path: Path, dtype: str) -> None:
    path = archive(tmp_path / "a.npz", a=header("(1,)", dtype) + b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(ObjectArrayError, match="the array a contains Python objects"):
        read_arrays(path)


@settings(max_examples=200)
@given(place=st.integers(0, 700), content=st.binary(max_size=6), cut=st.booleans())
def test_damaged_archives_raise_known_exceptions(
    tmp_path_factory: pytest.TempPathFactory, place: int, content: bytes, cut: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    np.savez_compressed(path, images=np.zeros((2, 28, 28), np.uint8), labels=np.zeros(2, np.int64))
    whole = bytearray(path.read_bytes())
    whole[place : place + len(content)] = content
    path.write_bytes(whole[:place] if cut else whole)
    try:
        arrays = read_arrays(path)
    except DAMAGE:
        return
    assert sum(array.nbytes for array in arrays.values()) < 10_000


@pytest.mark.parametrize("header", ["{'descr': '|u1', (", "{'descr': '''", "((((("])
def test_a_header_that_cannot_be_tokenised_is_damage(tmp_path: Path, header: str) -> None:
    """NumPy raises `tokenize.TokenError`, which is no `ValueError`."""
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        text = header.ljust(117).encode() + b"\n"
        archive.writestr("images.npy", b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text)
    with pytest.raises(ValueError, match=r"damaged header|Cannot parse"):
        read_arrays(tmp_path / "a.npz", ("images",))


def test_a_member_that_is_no_array_is_missing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("images", b"")
    with pytest.raises(MissingArraysError):
        read_arrays(tmp_path / "a.npz", ("images",))
