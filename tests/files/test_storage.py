"""Writes are whole or not there, whatever fails; the proof against power cuts is in tests/benchmarks/durability."""

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from benchmarks.durability.crashes.faults import ACTIONS, FAULTS, Action, inject_faults
from inkdigits.errors import OutputError
from inkdigits.files.storage import (
    PARTIAL,
    check_writable,
    copy_file,
    list_files,
    make_folder,
    remove_file,
    remove_partial_files,
    sha256_of_file,
    write_bytes,
    write_json,
    write_text,
    write_whole,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_content_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.json"
    write_json(path, {"é": [1]})
    assert path.read_bytes() == b'{\n  "\xc3\xa9": [\n    1\n  ]\n}\n'
    write_text(path, "two")
    copy_file(path, tmp_path / "copy")
    assert (path.read_text(), (tmp_path / "copy").read_text()) == ("two", "two")
    assert names(path.parent) == ["a.json"]
    assert sha256_of_file(path) == hashlib.sha256(b"two").hexdigest()


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"")
    (tmp_path / "b").touch()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "b").stat().st_mode)


def test_the_temporary_file_keeps_the_suffix_and_is_hidden(tmp_path: Path) -> None:
    with write_whole(tmp_path / f"{'long' * 55}.keras") as temporary:
        assert temporary.name.startswith(PARTIAL)
        assert temporary.suffix == ".keras"


@pytest.mark.parametrize("exception", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_exception_keeps_the_old_content(tmp_path: Path, exception: type[BaseException]) -> None:
    write_bytes(tmp_path / "a", b"old")

    def write() -> None:
        with write_whole(tmp_path / "a") as temporary:
            temporary.write_bytes(b"ne")
            raise exception

    with pytest.raises(exception):
        write()
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


@pytest.mark.parametrize("write", [lambda path: write_bytes(path, b"x"), check_writable])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, write: object) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "file/below", "pipe", "file/below/it"):
        with pytest.raises(OutputError, match=r"cannot write .*; choose another path"):
            write(tmp_path / name)
    assert names(tmp_path) == ["file", "folder", "pipe"]


def test_checking_leaves_nothing_but_the_folder(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b.json")
    assert names(tmp_path) == ["a"]
    assert names(tmp_path / "a") == []


def test_deleting_a_file_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"")
    remove_file(tmp_path / "a")
    remove_file(tmp_path / "a")
    assert names(tmp_path) == []
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot delete"):
        remove_file(tmp_path / "folder")


def test_what_a_crash_left_is_not_listed_and_can_be_deleted(tmp_path: Path) -> None:
    for name in ("a", f"{PARTIAL}0-a", "b/c", f"b/{PARTIAL}0-c", ".lock", ".hidden/d"):
        make_folder((tmp_path / name).parent)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in list_files(tmp_path)] == ["a", "b/c"]
    remove_partial_files(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(PARTIAL)]
    assert (tmp_path / ".hidden" / "d").exists()


def test_a_file_system_that_cannot_synchronise_folders_is_no_error(tmp_path: Path) -> None:
    real = os.fsync

    def refuse(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(22, "Invalid argument")
        real(handle)

    with mock.patch("os.fsync", refuse):
        write_bytes(tmp_path / "a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"


@pytest.mark.slow
def test_every_fault_of_every_call_keeps_a_whole_state_and_is_one_line(tmp_path: Path) -> None:
    n_calls = 55
    assert inject_faults(ACTIONS, tmp_path / "folder") == n_calls * len(FAULTS) * 2


def test_a_fault_that_destroys_something_is_found(tmp_path: Path) -> None:
    def destroy(folder: Path) -> None:
        remove_file(folder / "a")
        write_bytes(folder / "a", b"new")

    action = Action("in two steps", lambda folder: write_bytes(folder / "a", b"old"), destroy)
    with pytest.raises(AssertionError, match="lost a file"):
        inject_faults([action], tmp_path / "folder")


NOISE = "import numpy; noise = numpy.random.default_rng(0).integers(0, 256, (99, 99)).astype('uint8')"
WRITERS = {
    "a.npz": "numpy.savez(temporary, a=noise)",
    "b.npz": "numpy.savez_compressed(temporary, a=noise)",
    "c.png": "import PIL.Image; PIL.Image.fromarray(noise).save(temporary)",
    "d.txt": "temporary.write_text('x' * 9999)",
    "e.onnx": "import onnx; onnx.save(onnx.ModelProto(producer_name='x' * 9999), temporary)",
}


@pytest.mark.parametrize("name", WRITERS)
def test_no_space_within_another_library_is_one_line_too(tmp_path: Path, name: str) -> None:
    """The limit on the size of a file fails like a full disk, at a byte within the content."""
    path = tmp_path / name
    path.write_bytes(b"old")
    code = f"""
{NOISE}
import pathlib, resource
from inkdigits.errors import OutputError
from inkdigits.files.storage import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    with write_whole(pathlib.Path({str(path)!r})) as temporary:
        {WRITERS[name]}
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"cannot write {path}: File too large")
    assert len(done.stdout.splitlines()) == 1
    assert names(tmp_path) == [name]
    assert path.read_bytes() == b"old"
