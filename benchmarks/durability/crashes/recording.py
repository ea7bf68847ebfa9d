"""A recording layer for the calls of the operating system that `storage` and `locks` of `inkdigits.files` make.

    recorder = Recorder(folder)
    with recorder.recording():
        write_json(folder / "results.json", {"n": 1})
        recorder.mark("n = 1 is on the disk")

The content of a file is copied when it is synchronised or renamed; before that, nothing of it is on the disk. After
every call, the names in the folder are compared with those that the calls explain: a write without the layer is found.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from unittest import mock

from inkdigits.files import locks, storage

Kind = Literal["make_folder", "create", "sync", "sync_folder", "rename", "delete", "mark"]


@dataclass(frozen=True)
class Operation:
    """One recorded call.

    Attributes
    ----------
    kind
        What it does; a mark is a statement of the recorded program.
    path
        The file or folder, relative to the recorded folder.
    target
        The new name in a rename.
    content
        The content of the file at this time, if it is synchronised or renamed.
    value
        The value of a mark.
    """

    kind: Kind
    path: str = ""
    target: str = ""
    content: bytes = b""
    value: Any = None


class OutsideWriteError(AssertionError):
    """A file was written without the layer."""


Fault = Callable[[int, str], BaseException | None]
"""Returns the exception to raise in place of a call, given its number from 0 and its name, or None."""


def _describe_tree(root: Path) -> list[Operation]:
    """Return operations that create what is in a folder, all synchronised."""
    operations = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_dir():
            operations.append(Operation("make_folder", name))
        else:
            operations += [Operation("create", name), Operation("sync", name, content=path.read_bytes())]
        parent = path.parent.relative_to(root).as_posix()
        operations.append(Operation("sync_folder", "" if parent == "." else parent))
    return operations


class Recorder:
    """Records calls below a folder, and lets some of them fail.

    Attributes
    ----------
    before
        Operations that create what was in the folder before.
    operations
        The recorded operations.
    calls
        The names of all calls, also of those that failed.

    Parameters
    ----------
    root
        The folder; it exists.
    is_foreign
        Whether a path, relative to the folder, is written by another library, such as the event files of TensorBoard.
    fault
        The faults to inject.
    """

    def __init__(
        self,
        root: Path,
        is_foreign: Callable[[str], bool] = lambda _: False,
        fault: Fault = lambda _number, _name: None,
    ) -> None:
        self.root = root.resolve()
        self.before = _describe_tree(self.root)
        self.operations: list[Operation] = []
        self.calls: list[str] = []
        self._is_foreign = is_foreign
        self._fault = fault
        self._opened: dict[int, str] = {}
        self._known: set[str] = set(self._names())

    @contextlib.contextmanager
    def recording(self) -> Iterator["Recorder"]:
        """Record all calls in the context."""
        with mock.patch.object(storage, "os", self), mock.patch.object(locks, "os", self):
            yield self
        self._check_names()

    def mark(self, value: Any) -> None:
        """Record that the program considers something as done."""
        self.operations.append(Operation("mark", value=value))

    def __getattr__(self, name: str) -> Any:
        """Return what is not recorded from the real module."""
        return getattr(os, name)

    def mkdir(self, path: Path) -> None:
        """Record ``os.mkdir``."""
        self._begin("mkdir")
        os.mkdir(path)
        self._end(Operation("make_folder", self._relative(path)))

    def rmdir(self, path: Path) -> None:
        """Record ``os.rmdir``."""
        self._begin("rmdir")
        os.rmdir(path)
        self._end(Operation("delete", self._relative(path)))

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        """Record ``os.open``."""
        self._begin("open")
        is_new = not Path(path).exists()
        handle = os.open(path, flags, mode)
        self._opened[handle] = self._relative(path)
        if is_new:
            self._end(Operation("create", self._opened[handle]))
        return handle

    def close(self, handle: int) -> None:
        """Forget an open file."""
        self._opened.pop(handle, None)
        os.close(handle)

    def write(self, handle: int, content: bytes) -> int:
        """Count ``os.write``; the content is copied when it is synchronised."""
        self._begin("write")
        return os.write(handle, content)

    def fsync(self, handle: int) -> None:
        """Record ``os.fsync`` of a file or folder."""
        self._begin("fsync")
        os.fsync(handle)
        name = self._opened[handle]
        if (self.root / name).is_dir():
            self._end(Operation("sync_folder", name))
        else:
            self._end(Operation("sync", name, content=(self.root / name).read_bytes()))

    def replace(self, path: Path, target: Path) -> None:
        """Record ``os.replace``."""
        self._begin("replace")
        content = Path(path).read_bytes()
        os.replace(path, target)
        self._end(Operation("rename", self._relative(path), self._relative(target), content))

    def unlink(self, path: Path) -> None:
        """Record ``os.unlink``."""
        self._begin("unlink")
        os.unlink(path)
        self._end(Operation("delete", self._relative(path)))

    def _begin(self, name: str) -> None:
        fault = self._fault(len(self.calls), name)
        self.calls.append(name)
        if fault is not None:
            raise fault

    def _end(self, operation: Operation) -> None:
        self.operations.append(operation)
        if operation.kind in ("make_folder", "create"):
            self._known.add(operation.path)
        elif operation.kind in ("rename", "delete"):
            self._known.discard(operation.path)
            if operation.target:
                self._known.add(operation.target)
        self._check_names()

    def _check_names(self) -> None:
        names = {name for name in self._names() if not self._is_foreign(name)}
        known = {name for name in self._known if not self._is_foreign(name)}
        if names != known:
            raise OutsideWriteError(
                f"written or deleted without inkdigits.files.storage: {sorted(names ^ known)}"
            )

    def _names(self) -> list[str]:
        return [path.relative_to(self.root).as_posix() for path in self.root.rglob("*")]

    def _relative(self, path: Path) -> str:
        name = Path(path).absolute().relative_to(self.root).as_posix()
        return "" if name == "." else name
