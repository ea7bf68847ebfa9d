"""The states in which a power cut can leave a disk, after every prefix of recorded operations.

The model is that of POSIX, the weakest that file systems keep:

- The content of a file is on the disk after it is synchronised. Unsynchronised content may be lost, whole, cut, or
  zeros of the right size.
- A name is on the disk after its folder is synchronised. Of the changes of names since then, any may be lost: each
  subset is tried.
- A rename is atomic. A folder that is not on the disk has no files.
"""

import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from benchmarks.durability.crashes.recording import Operation, Recorder

MAX_SUBSETS = 6
"""Largest number of unsynchronised changes of names for which all subsets are tried; of more, all prefixes."""

Files = tuple[tuple[str, bytes | None], ...]
"""Paths with their content, sorted; None for folders."""


@dataclass
class _File:
    """A file, whatever its names: its content on the disk, and the content that is not on the disk yet."""

    synced: bytes = b""
    later: bytes | None = None


@dataclass(frozen=True)
class _Change:
    """A change of names in one folder: ``old`` disappears and ``new`` leads to ``file`` (None: a folder)."""

    old: str = ""
    new: str = ""
    file: _File | None = None


@dataclass
class _Disk:
    names: dict[str, _File | None] = field(default_factory=dict)
    """All names, as the running programs see them."""
    synced: dict[str, _File | None] = field(default_factory=dict)
    """The names on the disk."""
    changes: dict[str, list[_Change]] = field(default_factory=dict)
    """The changes of names since the last synchronisation, by folder."""

    def apply(self, operation: Operation) -> None:
        path, target = operation.path, operation.target
        if operation.kind == "make_folder":
            self._change(path, _Change(new=path))
        elif operation.kind == "create":
            self._change(path, _Change(new=path, file=_File()))
        elif operation.kind == "delete":
            self._change(path, _Change(old=path))
        elif operation.kind == "rename":
            file = self._file(path)
            file.later = operation.content if operation.content != file.synced else None
            self._change(path, _Change(path, target, file))
        elif operation.kind == "sync":
            file = self._file(path)
            file.synced, file.later = operation.content, None
        elif operation.kind == "sync_folder":
            self._folder(path)
            _apply(self.synced, self.changes.pop(path, []))

    def _change(self, path: str, change: _Change) -> None:
        self._folder(_parent(path))
        self.changes.setdefault(_parent(path), []).append(change)
        _apply(self.names, [change])

    def _file(self, path: str) -> _File:
        if path not in self.names:  # written by another library
            self._change(path, _Change(new=path, file=_File()))
        file = self.names[path]
        assert file is not None
        return file

    def _folder(self, path: str) -> None:
        if path and path not in self.names:
            self._change(path, _Change(new=path))

    def states(self) -> Iterator[Files]:
        """Yield what a power cut at this moment can leave."""
        for chosen in itertools.product(*(_selections(changes) for changes in self.changes.values())):
            names = dict(self.synced)
            for changes in chosen:
                _apply(names, changes)
            reachable = {name: file for name, file in sorted(names.items()) if _is_reachable(name, names)}
            contents = [_contents(file) for file in reachable.values()]
            for choice in itertools.product(*contents):
                yield tuple(zip(reachable, choice, strict=True))


def crash_states(
    operations: Sequence[Operation], before: Sequence[Operation] = ()
) -> Iterator[tuple[Files, list[Any]]]:
    """Yield each state after each prefix of the operations, with the marks before it, without repetitions."""
    disk, marks, seen = _Disk(), list[Any](), set[tuple[int, int]]()
    for operation in before:
        disk.apply(operation)
    for index in range(len(operations) + 1):
        if index:
            operation = operations[index - 1]
            if operation.kind == "mark":
                marks.append(operation.value)
            else:
                disk.apply(operation)
        _look_ahead(disk, operations[index:])
        for files in disk.states():
            key = hash(files), len(marks)
            if key not in seen:
                seen.add(key)
                yield files, list(marks)


def replay(recorder: Recorder, scratch: Path, check: Callable[[Path, list[Any]], object]) -> int:
    """Write each state into a folder and check it there; return the number of states.

    Parameters
    ----------
    recorder
        The recorded operations.
    scratch
        A folder for the states; it is deleted for each.
    check
        Called with the folder and the marks before the power cut; it raises an exception if something is wrong.
    """
    n = 0
    for files, marks in crash_states(recorder.operations, recorder.before):
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        for name, content in files:  # sorted, so folders come before their files
            if content is None:
                (scratch / name).mkdir()
            else:
                (scratch / name).write_bytes(content)
        check(scratch, marks)
        n += 1
    return n


def count_prefixes(recorder: Recorder) -> int:
    """Return the number of prefixes that `replay` replays."""
    return 1 + sum(operation.kind != "mark" for operation in recorder.operations)


def _look_ahead(disk: _Disk, operations: Sequence[Operation]) -> None:
    """Add the content that is being written to each file: that of its next synchronisation or rename."""
    written: set[str] = set()
    for operation in operations:
        if operation.kind in ("sync", "rename") and operation.path not in written:
            written.add(operation.path)
            file = disk.names.get(operation.path)
            if file is not None and operation.content != file.synced:
                file.later = operation.content
        # Later operations on these names are on another file.
        if operation.kind in ("create", "delete"):
            written.add(operation.path)
        elif operation.kind == "rename":
            written.add(operation.target)


def _selections(changes: list[_Change]) -> list[list[_Change]]:
    if len(changes) > MAX_SUBSETS:
        return [changes[:n] for n in range(len(changes) + 1)]
    return [list(chosen) for n in range(len(changes) + 1) for chosen in itertools.combinations(changes, n)]


def _apply(names: dict[str, _File | None], changes: Sequence[_Change]) -> None:
    for change in changes:
        if change.old:
            names.pop(change.old, None)
        if change.new:
            names[change.new] = change.file


def _contents(file: _File | None) -> list[bytes | None]:
    if file is None:
        return [None]
    if file.later is None:
        return [file.synced]
    later = file.later
    return [file.synced, later[: len(later) // 2], bytes(len(later)), later]


def _is_reachable(name: str, names: dict[str, _File | None]) -> bool:
    return all(str(parent) in names for parent in list(PurePosixPath(name).parents)[:-1])


def _parent(path: str) -> str:
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent
