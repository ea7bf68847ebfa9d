import gzip
from pathlib import Path

import pytest

from inkdigits.data import mnist_files
from inkdigits.data.mnist_files import FILES, MnistFile, decompress, find, read_folder, verify
from inkdigits.errors import DataError


def test_sizes_are_as_published() -> None:
    assert [file.n_bytes for file in FILES] == [47_040_016, 60_008, 7_840_016, 10_008]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dotted", [False, True])
def test_a_folder_may_hold_plain_or_packed_files_under_either_name(
    small_mnist, tmp_path: Path, packed: bool, dotted: bool
) -> None:
    folder = small_mnist.write(tmp_path / "mine", packed=packed, dotted=dotted)
    assert read_folder(folder) == list(small_mnist.contents.values())


def test_plain_comes_before_packed(tmp_path: Path) -> None:
    (tmp_path / f"{FILES[1].name}.gz").touch()
    assert find(tmp_path, FILES[1]) == tmp_path / f"{FILES[1].name}.gz"
    (tmp_path / FILES[1].name).touch()
    assert find(tmp_path, FILES[1]) == tmp_path / FILES[1].name


def test_missing_files_are_named(small_mnist, tmp_path: Path) -> None:
    folder = small_mnist.write(tmp_path / "mine")
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match=r"lacks t10k-labels-idx1-ubyte \(plain"):
        read_folder(folder)
    with pytest.raises(DataError, match=r"contains none of the four files$"):
        read_folder(tmp_path)


def test_a_changed_bit_is_found(small_mnist, tmp_path: Path) -> None:
    folder = small_mnist.write(tmp_path / "mine")
    path = folder / "train-images-idx3-ubyte"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="expected SHA-256"):
        read_folder(folder)


def test_a_truncated_file_is_found(small_mnist, tmp_path: Path) -> None:
    folder = small_mnist.write(tmp_path / "mine")
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(DataError, match="expected 39,216 bytes, found 39,211"):
        read_folder(folder)


@pytest.fixture
def tiny() -> MnistFile:
    return MnistFile("tiny", (3,), "ab" * 32)


@pytest.mark.parametrize("cut", [1, 9, 12])
def test_a_gzip_cut_short_is_found(tiny: MnistFile, cut: int) -> None:
    packed = gzip.compress(bytes(tiny.n_bytes))
    with pytest.raises(DataError, match="not a complete gzip file"):
        decompress(tiny, packed[:-cut], "it")


def test_no_gzip_at_all(tiny: MnistFile) -> None:
    with pytest.raises(DataError, match="it is not a complete gzip file"):
        decompress(tiny, b"<html>404</html>", "it")


def test_a_bomb_is_unpacked_no_further_than_needed(tiny: MnistFile) -> None:
    content = decompress(tiny, gzip.compress(bytes(50_000_000)), "it")
    assert len(content) == tiny.n_bytes + 1
    with pytest.raises(DataError, match="not MNIST's tiny"):
        verify(tiny, content, "it")


def test_file_order_is_the_order_of_the_arrays(small_mnist) -> None:
    decoded = mnist_files.decode(list(small_mnist.contents.values()))
    for array, expected in zip(decoded, small_mnist.arrays, strict=True):
        assert array.tobytes() == expected.tobytes()
