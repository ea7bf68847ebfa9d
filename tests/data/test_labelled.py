import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.data import LabelledImages, LabelledPictures, load_labelled
from inkdigits.errors import DataError, UsageError

IMAGES = np.arange(3 * 28 * 28, dtype=np.uint16).astype(np.uint8).reshape(3, 28, 28)
LABELS = np.array([7, 0, 9])


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    path = tmp_path / "mine.npz"
    np.savez_compressed(path, images=IMAGES, labels=LABELS, more=np.zeros(3))
    return path


class TestLabelledImages:
    def test_labels_become_int64_and_images_are_not_copied(self) -> None:
        data = LabelledImages(IMAGES, LABELS.astype(np.uint8), "mine")
        assert data.labels.dtype == np.int64
        assert data.images is IMAGES
        assert len(data) == 3

    @pytest.mark.parametrize(
        ("images", "labels", "said"),
        [
            (IMAGES.astype(np.float32), LABELS, "are float32 of shape"),
            (IMAGES[0], LABELS, r"are uint8 of shape \(28, 28\)"),
            (IMAGES[..., np.newaxis], LABELS, "uint8 of shape"),
            (IMAGES, LABELS[:2], "expected 3 integer labels"),
            (IMAGES, LABELS / 2, "got float64"),
            (IMAGES, [1, 2, 10], "got labels from 1 to 10"),
            (IMAGES, [1, 2, -1], "got labels from -1 to 2"),
            (IMAGES, ["1", "2", "3"], "integer labels"),
        ],
    )
    def test_what_is_wrong_is_said_with_the_name(self, images, labels, said: str) -> None:
        with pytest.raises(DataError, match=said) as raised:
            LabelledImages(images, labels, "mine")
        assert "mine" in str(raised.value)

    @pytest.mark.parametrize("chosen", [slice(1, None), [1, 2], np.array([False, True, True])])
    def test_a_part_keeps_images_and_labels_together(self, chosen) -> None:
        part = LabelledImages(IMAGES, LABELS, "mine")[chosen]
        np.testing.assert_array_equal(part.images, IMAGES[1:])
        assert part.labels.tolist() == [0, 9]
        assert part.name == "mine"

    def test_digest_is_that_of_the_idx_files(self) -> None:
        # Headers by hand: magic 0x803 with three sizes, magic 0x801 with one.
        content = bytes.fromhex("00000803 00000003 0000001c 0000001c") + IMAGES.tobytes()
        content += bytes.fromhex("00000801 00000003 070009")
        assert LabelledImages(IMAGES, LABELS, "mine").sha256 == hashlib.sha256(content).hexdigest()

    def test_digest_sees_one_changed_label_and_no_memory_layout(self) -> None:
        data = LabelledImages(IMAGES, LABELS, "mine")
        assert LabelledImages(IMAGES, [7, 0, 8], "mine").sha256 != data.sha256
        assert LabelledImages(np.asfortranarray(IMAGES), LABELS, "other name").sha256 == data.sha256

    def test_holding_out_too_many(self) -> None:
        data = LabelledImages(IMAGES, LABELS, "mine")
        assert [len(part) for part in data.held_out(2)] == [1, 2]
        with pytest.raises(UsageError, match="expected 1 to 2 held-out images of 3, but got 3"):
            data.held_out(3)

    @given(st.lists(st.integers(0, 9), min_size=2, max_size=120), st.floats(0.1, 0.5), st.integers(0, 5))
    def test_split_takes_the_same_share_of_every_digit(
        self, labels: list[int], share: float, seed: int
    ) -> None:
        # Each image carries its own index, so that what comes out can be traced.
        indices = np.arange(len(labels), dtype=np.uint8)
        data = LabelledImages(indices.reshape(-1, 1, 1), np.array(labels), "mine")
        if len(set(labels)) == len(labels):
            with pytest.raises(DataError, match="mine cannot be split"):
                data.split(share, seed)
            return
        rest, chosen = data.split(share, seed)
        assert sorted([*rest.images.ravel(), *chosen.images.ravel()]) == indices.tolist()
        for digit in range(10):
            n, n_chosen = labels.count(digit), int(np.sum(chosen.labels == digit))
            assert n_chosen == (0 if n < 2 else max(1, round(n * share)))
        np.testing.assert_array_equal(data.split(share, seed)[1].images, chosen.images)

    def test_split_depends_on_its_seed(self) -> None:
        data = LabelledImages(np.arange(100, dtype=np.uint8).reshape(-1, 1, 1), np.zeros(100, int), "mine")
        first, second = (data.split(0.2, seed)[1].images.ravel().tolist() for seed in (0, 1))
        assert first != second
        assert first == sorted(first)


class TestNpz:
    def test_loads(self, npz: Path) -> None:
        data = load_labelled(npz)
        assert isinstance(data, LabelledImages)
        np.testing.assert_array_equal(data.images, IMAGES)
        np.testing.assert_array_equal(data.labels, LABELS)
        assert data.name == str(npz)

    @pytest.mark.parametrize(
        ("arrays", "said"),
        [
            ({"images": IMAGES}, "lacks labels: .* found images"),
            ({"x": IMAGES}, "lacks images and labels: .* found x"),
            ({"images": IMAGES, "labels": np.array([1, None, "a"])}, "labels of .* are Python objects"),
            ({"images": IMAGES / 255, "labels": LABELS}, "save them as uint8"),
            ({"images": IMAGES.astype(np.int64), "labels": LABELS}, "int64 of shape"),
            ({"images": IMAGES, "labels": LABELS[:1]}, "expected 3 integer labels"),
            ({"images": IMAGES, "labels": LABELS + 5}, "got labels from 5 to 14"),
            ({"images": IMAGES[:0], "labels": LABELS[:0]}, "contains no images"),
        ],
    )
    def test_wrong_arrays(self, tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
        path = tmp_path / "wrong.npz"
        np.savez(path, **arrays)
        with pytest.raises(DataError, match=said) as raised:
            load_labelled(path)
        assert "\n" not in str(raised.value)
        assert str(path) in str(raised.value)

    @pytest.mark.parametrize("content", [b"", b"text", b"\x93NUMPY", b"PK\x05\x06"])
    def test_no_npz(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "wrong.npz"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"damaged or not an \.npz"):
            load_labelled(path)

    def test_a_single_array_under_the_wrong_name(self, tmp_path: Path) -> None:
        buffer = io.BytesIO()
        np.save(buffer, IMAGES)
        (tmp_path / "single.npz").write_bytes(buffer.getvalue())
        with pytest.raises(DataError, match=r"damaged or not an \.npz"):
            load_labelled(tmp_path / "single.npz")

    def test_an_archive_with_a_member_that_is_no_array(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "odd.npz", "w") as archive:
            archive.writestr("images.npy", "no array")
            archive.writestr("labels.npy", "no array")
        with pytest.raises(DataError, match=r"damaged or not an \.npz"):
            load_labelled(tmp_path / "odd.npz")

    def test_cut_short_anywhere(self, npz: Path) -> None:
        content = npz.read_bytes()
        for end in range(0, len(content) - 1, 37):
            npz.write_bytes(content[:end])
            with pytest.raises(DataError, match=r"damaged or not an \.npz"):
                load_labelled(npz)

    @pytest.mark.slow
    def test_any_changed_byte_is_harmless_or_a_data_error(self, npz: Path) -> None:
        content = npz.read_bytes()
        n_refused = 0
        for place in range(len(content)):
            npz.write_bytes(content[:place] + bytes((content[place] ^ 0xFF,)) + content[place + 1 :])
            try:
                load_labelled(npz)
            except DataError:
                n_refused += 1
        assert n_refused > len(content) // 2


class TestFolder:
    def test_pictures_of_each_class_in_order(self, tmp_path: Path) -> None:
        for name in ("3/b.PNG", "3/a.jpg", "0/c.tiff", "3/notes.txt", "x/d.png", "3/deeper/e.png"):
            (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
            (tmp_path / name).touch()
        data = load_labelled(tmp_path)
        assert isinstance(data, LabelledPictures)
        assert [p.relative_to(tmp_path).as_posix() for p in data.paths] == ["0/c.tiff", "3/a.jpg", "3/b.PNG"]
        assert data.labels == ("0", "3", "3")
        assert data.is_single
        assert len(data) == 3

    def test_no_class_folders(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").touch()
        with pytest.raises(DataError, match="no sub-folders 0 to 9"):
            load_labelled(tmp_path)

    def test_class_folders_without_pictures(self, tmp_path: Path) -> None:
        (tmp_path / "5").mkdir()
        with pytest.raises(DataError, match=r"contain no pictures; expected files of type \.bmp"):
            load_labelled(tmp_path)


class TestCsv:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "sub").mkdir()
        for name in ("a.png", "sub/b, c.png"):
            (tmp_path / name).touch()
        return tmp_path

    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("end", [b"\n", b"\r\n"])
    def test_loads(self, folder: Path, mark: bytes, end: bytes) -> None:
        lines = [b"file,label", b'"sub/b, c.png",04217', b"a.png, 7 ", b""]
        (folder / "list.CSV").write_bytes(mark + end.join(lines))
        data = load_labelled(folder / "list.CSV")
        assert isinstance(data, LabelledPictures)
        assert data.paths == (folder / "sub/b, c.png", folder / "a.png")
        assert data.labels == ("04217", "7")
        assert not data.is_single

    def test_columns_in_any_order_among_others(self, folder: Path) -> None:
        (folder / "list.csv").write_text("who,label,file\nme,1,a.png\n")
        assert load_labelled(folder / "list.csv").labels == ("1",)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", r"lacks the column file and label: .* but found  \(empty\)"),
            (b"a.png,1\n", "lacks the column file and label: .* but found  a.png,1"),
            (b"file;label\na.png;1\n", "file;label"),
            (b"file,digit\na.png,1\n", "lacks the column label"),
            (b"file,label\n", "no rows"),
            (b"file,label\na.png,1\nz.png,2\n", "row 3: the file '.*z.png' does not exist"),
            (b"file,label\nsub,2\n", "row 2: the file '.*sub' does not exist"),
            (b"file,label\n,2\n", "row 2: the file name is empty"),
            (b"file,label\na.png\n", "row 2: expected a label of digits from 0 to 9, but got ''"),
            (b"file,label\na.png,seven\n", "but got 'seven'"),
            (b"file,label\na.png,-1\n", "but got '-1'"),
            ("file,label\na.png,\u0663\n".encode(), "row 2: expected a label of digits"),
            (b"file,label\n\xff.png,1\n", "cannot be read as CSV in UTF-8"),
            (b"file,label\na\x00.png,1\n", "does not exist|cannot be read"),
            (b'file,label\n"a.png,1\n', "cannot be read as CSV"),
        ],
    )
    def test_what_is_wrong_is_said(self, folder: Path, content: bytes, said: str) -> None:
        (folder / "list.csv").write_bytes(content)
        with pytest.raises(DataError, match=said) as raised:
            load_labelled(folder / "list.csv")
        assert "\n" not in str(raised.value)

    @given(content=st.binary(max_size=60))
    def test_any_bytes_are_data_or_a_data_error(self, tmp_path_factory, content: bytes) -> None:
        path = tmp_path_factory.getbasetemp() / "any.csv"
        path.write_bytes(b"file,label\n" + content)
        with pytest.raises(DataError):
            load_labelled(path)


@pytest.mark.parametrize("name", ["missing.npz", "missing", "there.txt", "x" * 5000 + ".csv", "nul\0.npz"])
def test_something_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "there.txt").touch()
    with pytest.raises(DataError, match=r"give a FILE\.npz, a FILE\.csv or a folder"):
        load_labelled(tmp_path / name)
