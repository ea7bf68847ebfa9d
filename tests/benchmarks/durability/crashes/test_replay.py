"""The power cuts of the proof: they find what they are to find, and nothing in `inkdigits.files.storage`."""

import json
import os
from pathlib import Path
from unittest import mock

import pytest

from benchmarks.durability.crashes.recording import OutsideWriteError, Recorder
from benchmarks.durability.crashes.replay import count_prefixes, crash_states, replay
from inkdigits.files import storage
from inkdigits.files.storage import remove_file, write_bytes, write_json, write_whole


class Results:
    """Writes a result file twice, into a folder of its own, and reads it after a power cut."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def record(self, *, path: str = "new/results.json") -> Recorder:
        recorder = Recorder(self.root)
        with recorder.recording():
            for n in (1, 2):
                write_json(self.root / path, {"n": n, "rows": list(range(40))})
                recorder.mark(n)
        return recorder

    @staticmethod
    def check(folder: Path, marks: list[int]) -> None:
        path = folder / "new" / "results.json"
        n = json.loads(path.read_text())["n"] if path.exists() else 0
        assert n >= max(marks, default=0)
        assert [each.name for each in folder.rglob("*.json") if not each.name.startswith(".partial-")] in (
            ["results.json"],
            [],
        )


@pytest.fixture
def results(tmp_path: Path) -> Results:
    (tmp_path / "root").mkdir()
    return Results(tmp_path / "root")


def test_a_result_file_is_whole_after_every_power_cut(results: Results, tmp_path: Path) -> None:
    recorder = results.record()
    n = replay(recorder, tmp_path / "scratch", results.check)
    assert count_prefixes(recorder) == 11
    assert n == 14


def in_place(path: Path) -> Path:
    layer = vars(storage)["os"]
    layer.close(layer.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC))
    return path


@pytest.mark.parametrize(
    ("name", "mutant"),
    [("_sync_file", mock.Mock()), ("_sync_folder", mock.Mock()), ("_create_temporary", in_place)],
)
def test_a_write_that_lacks_one_step_is_found(
    results: Results, tmp_path: Path, name: str, mutant: object
) -> None:
    with mock.patch.object(storage, name, mutant):
        recorder = results.record()
    with pytest.raises((AssertionError, ValueError)):
        replay(recorder, tmp_path / "scratch", results.check)


def test_a_write_past_the_layer_is_found(tmp_path: Path) -> None:
    def write() -> None:
        with Recorder(tmp_path).recording():
            write_bytes(tmp_path / "a", b"a")
            (tmp_path / "b").write_bytes(b"b")
            write_bytes(tmp_path / "c", b"c")

    with pytest.raises(OutsideWriteError, match="'b'"):
        write()


def test_the_states_of_one_write_are_those_of_posix(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    with recorder.recording(), write_whole(tmp_path / "a") as temporary:
        temporary.write_bytes(b"1234")
    name = temporary.name
    states = {files for files, _ in crash_states(recorder.operations)}
    assert states == {
        (),
        *(((name, content),) for content in (b"", b"12", b"\0\0\0\0", b"1234")),
        (("a", b"1234"),),
    }


def test_a_deletion_may_be_lost_until_its_folder_is_synchronised(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    with recorder.recording():
        write_bytes(tmp_path / "a", b"1")
        recorder.mark("written")
        remove_file(tmp_path / "a")
        recorder.mark("deleted")
    states = [(dict(files).get("a"), marks) for files, marks in crash_states(recorder.operations)]
    assert {content for content, marks in states if marks == ["written"]} == {b"1", None}
    assert {content for content, marks in states if marks == ["written", "deleted"]} == {None}


def test_the_layer_passes_on_what_it_does_not_record(tmp_path: Path) -> None:
    assert Recorder(tmp_path).getpid() == os.getpid()
