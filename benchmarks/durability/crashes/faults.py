"""Faults at every call that storage makes: no space, input/output error, no permission, an interruption."""

import errno
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.durability.crashes.recording import Recorder
from inkdigits.errors import InkdigitsError
from inkdigits.files.locks import lock_folder
from inkdigits.files.storage import PARTIAL, check_writable, remove_file, write_json
from inkdigits.runs.run_directory import write_manifest

FAULTS: tuple[tuple[type[BaseException], tuple[object, ...]], ...] = tuple(
    [
        (OSError, (number, os.strerror(number)))
        for number in (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EINTR)
    ]
    + [(KeyboardInterrupt, ())]
)
"""The exceptions, as type and arguments. Python repeats an interrupted call (EINTR) unless a signal handler raises."""


@dataclass(frozen=True)
class Action:
    """Something that writes.

    Attributes
    ----------
    name
        Its name.
    prepare
        Writes the old state into an empty folder.
    act
        Writes the new state.
    """

    name: str
    prepare: Callable[[Path], object]
    act: Callable[[Path], object]


def _write_run(folder: Path) -> None:
    for name in ("config.json", "figures/loss.json", "tensorboard/train/events"):
        write_json(folder / "run" / name, name)


def _lock_and_write(folder: Path) -> None:
    with lock_folder(folder / "run"):
        write_json(folder / "run" / "config.json", "new")


ACTIONS = (
    Action("new folder", lambda _: None, lambda folder: write_json(folder / "a" / "b" / "results.json", [2])),
    Action(
        "replace",
        lambda folder: write_json(folder / "results.json", [1]),
        lambda folder: write_json(folder / "results.json", [2]),
    ),
    Action(
        "delete",
        lambda folder: write_json(folder / "results.json", [1]),
        lambda folder: remove_file(folder / "results.json"),
    ),
    Action("check", lambda _: None, lambda folder: check_writable(folder / "new" / "results.json")),
    Action("manifest", _write_run, lambda folder: write_manifest(folder / "run")),
    Action("lock", _write_run, _lock_and_write),
)


def inject_faults(actions: Sequence[Action], folder: Path) -> int:
    """Let each call of each action fail once and from then on, in each way; return the number of injected faults.

    Raises
    ------
    AssertionError
        If a fault leaves something else than the old or the new state, or temporary files, or is not one line.
    """
    n = 0
    for action in actions:
        old = _state_after(action, folder, act=False)
        new = _state_after(action, folder, act=True)
        calls = _record(action, folder, None, False).calls
        for number in range(len(calls)):
            for kind, arguments in FAULTS:
                for lasts in (False, True):
                    _record(action, folder, (number, kind(*arguments)), lasts)
                    state, context = _read(folder), f"{action.name}: {kind.__name__}{arguments} at {number}"
                    left = {name for name in state if Path(name).name.startswith(PARTIAL)}
                    # A file that cannot be deleted remains.
                    assert lasts or calls[number] == "unlink" or not left, f"{context} left {left}"
                    state = {name: content for name, content in state.items() if name not in left}
                    assert all(
                        content in (old.get(name), new.get(name)) for name, content in state.items()
                    ), context
                    assert not (old.keys() & new.keys()) - state.keys(), f"{context} lost a file"
                    if not any(call in calls[:number] for call in ("replace", "unlink")):
                        assert state == old, context
                    assert state.keys() <= old.keys() | new.keys(), context
                    n += 1
    return n


def _record(action: Action, folder: Path, fault: tuple[int, BaseException] | None, lasts: bool) -> Recorder:
    """Perform an action with a fault, which must be reported in one line, or not at all if it does no harm."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    action.prepare(folder)

    def fail(number: int, _: str) -> BaseException | None:
        is_hit = fault is not None and (number >= fault[0] if lasts else number == fault[0])
        return fault[1] if is_hit and fault else None

    recorder = Recorder(folder, fault=fail)
    try:
        with recorder.recording():
            action.act(folder)
    except InkdigitsError as error:
        _check_error(error)
    except KeyboardInterrupt:
        assert fault is not None
        assert isinstance(fault[1], KeyboardInterrupt)
    return recorder


def _check_error(error: InkdigitsError) -> None:
    assert "\n" not in str(error)
    assert str(error).startswith(("cannot write", "cannot delete")), str(error)
    assert error.exit_status == 1


def _state_after(action: Action, folder: Path, act: bool) -> dict[str, bytes]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    action.prepare(folder)
    if act:
        action.act(folder)
    return _read(folder)


def _read(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, without lock files, which a fault may leave unlocked."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
