"""Locks on folders and files, so that two processes do not write the same run, result file or data cache.

A lock is an ``flock`` on a small file. The operating system releases it when the process ends in whatever way, so a
crash leaves no lock. The text of the file says who holds it, for the message to the second process. Windows has no
``flock``; there, nothing is locked.
"""

import contextlib
import datetime
import logging
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from inkdigits.errors import LockedError, OutputError
from inkdigits.files.storage import make_folder

_log = logging.getLogger(__name__)

LOCK = ".lock"
"""Name of the lock file in a locked folder. It is deleted with the lock; after a crash it remains, unlocked."""

_MAX_TEXT = 400
"""Largest number of characters that are read from a lock file."""


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is created if it is missing and deleted at the end if it is still empty.

    Raises
    ------
    LockedError
        If another process holds it; the message says which one.
    OutputError
        If the folder cannot be written.
    """
    existed = folder.is_dir()
    try:
        with _lock(folder / LOCK, folder):
            yield
    finally:
        if not existed:
            with contextlib.suppress(OSError):
                os.rmdir(folder)


@contextlib.contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Hold the lock of a file, which need not exist; errors as in `lock_folder`."""
    with _lock(path.with_name(f".{path.name}.lock"), path):
        yield


@contextlib.contextmanager
def _lock(lock: Path, locked: Path) -> Iterator[None]:
    try:
        make_folder(lock.parent)
        handle = _acquire(lock, locked)
    except OSError as error:
        raise OutputError(
            f"cannot write {locked}: {error.strerror or error}; choose another path or free disk space"
        ) from error
    try:
        yield
    finally:
        # The name is deleted before the lock is released; `_acquire` detects that it locked a deleted file.
        with contextlib.suppress(OSError):
            os.unlink(lock)
        os.close(handle)


def _acquire(lock: Path, locked: Path) -> int:
    """Return an open file that holds the lock."""
    while True:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            if not _try_flock(handle):
                raise LockedError(
                    f"{locked} is in use by {_read_holder(handle)}; wait until it ends, or choose another path"
                )
            # The holder before may have deleted the file between the two calls; then the name is that of another file.
            if _is_same_file(handle, lock):
                os.ftruncate(handle, 0)
                os.write(handle, _describe_holder().encode())
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _try_flock(handle: int) -> bool:
    """Lock an open file, and return whether it is locked now or cannot be locked on this system."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        # Some network file systems have no locks. The work is more important than the protection.
        _log.warning(
            "The file system has no locks (%s); do not write to one run from two processes.", error.strerror
        )
    return True


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def _describe_holder() -> str:
    arguments = ["inkdigits", *sys.argv[1:]] if Path(sys.argv[0]).stem == "inkdigits" else sys.argv
    since = datetime.datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    return (
        f"process {os.getpid()} on {platform.node() or 'this machine'} ({' '.join(arguments)}, since {since})"
    )


def _read_holder(handle: int) -> str:
    text = os.pread(handle, _MAX_TEXT, 0).decode(errors="replace")
    # Empty if the holder has not written it yet.
    return (
        " ".join("".join(each if each.isprintable() else " " for each in text).split()) or "another process"
    )
