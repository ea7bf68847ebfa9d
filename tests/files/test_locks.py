"""A second process is refused in one line that says who holds the lock; a crash leaves no lock."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from inkdigits.errors import LockedError, OutputError
from inkdigits.files import locks
from inkdigits.files.locks import LOCK, lock_file, lock_folder
from inkdigits.files.storage import write_bytes

HOLD = """
import pathlib, sys
from inkdigits.files.locks import lock_folder
sys.argv[:] = ["/bin/inkdigits", "train", "--out", "runs/a"]
with lock_folder(pathlib.Path({folder!r})):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of a folder."""
    code = HOLD.format(folder=str(tmp_path / "run"))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_process_hears_who_holds_the_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(LockedError) as raised, lock_folder(tmp_path / "run"):
        pass
    assert re.fullmatch(
        rf"{tmp_path}/run is in use by process {holder.pid} on \S+ \(inkdigits train --out runs/a, "
        r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d\); wait until it ends, or choose another path",
        str(raised.value),
    )
    assert raised.value.exit_status == 1
    holder.communicate("")
    with lock_folder(tmp_path / "run"):
        assert (tmp_path / "run" / LOCK).exists()
    assert not (tmp_path / "run").exists()  # nothing was written into it


def test_a_killed_process_leaves_no_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "run" / LOCK).exists()
    with lock_folder(tmp_path / "run"):
        write_bytes(tmp_path / "run" / "a", b"")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["a"]


def test_the_lock_of_a_file_is_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "results" / "a.json"
    with lock_file(path):
        with pytest.raises(LockedError, match=f"process {os.getpid()}"), lock_file(path):
            pass
        with lock_file(path.with_name("b.json")):
            pass
    with lock_file(path):
        assert [each.name for each in path.parent.iterdir()] == [".a.json.lock"]


def test_an_exception_releases_the_lock(tmp_path: Path) -> None:
    with pytest.raises(KeyError), lock_folder(tmp_path / "run"):
        raise KeyError
    with lock_folder(tmp_path / "run"):
        pass


def test_a_lock_whose_file_was_deleted_meanwhile_is_taken_again(tmp_path: Path) -> None:
    """The holder deletes the name between the two calls of the second process: opening and locking."""
    lock = tmp_path / LOCK
    real, times = locks._try_flock, []

    def delete_before(handle: int) -> bool:
        times.append(handle)
        if len(times) == 1:
            lock.unlink()
        return real(handle)

    with mock.patch.object(locks, "_try_flock", delete_before), lock_folder(tmp_path):
        assert len(times) == 2
        with pytest.raises(LockedError), lock_folder(tmp_path):
            pass


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        (b"", "another process"),
        (b"a\nb\x1b[31m\xff", "a b [31m\N{REPLACEMENT CHARACTER}"),
        (b"x" * 999, "x" * 400),
    ],
)
def test_any_text_in_a_lock_file_becomes_one_line(tmp_path: Path, text: bytes, holder: str) -> None:
    with lock_folder(tmp_path):
        (tmp_path / LOCK).write_bytes(text)
        with pytest.raises(LockedError, match=re.escape(f"in use by {holder};")), lock_folder(tmp_path):
            pass


def test_a_folder_that_cannot_be_written_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"), lock_folder(tmp_path / "file" / "run"):
        pass


def test_without_locks_in_the_file_system_the_work_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = OSError(95, "Operation not supported")
    with mock.patch("fcntl.flock", side_effect=refusal), lock_folder(tmp_path):
        assert "has no locks (Operation not supported)" in caplog.text
