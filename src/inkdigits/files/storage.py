"""File writes that are whole or not there, also after a power cut, and SHA-256 digests of files.

A new file is written under a temporary name, synchronised with the disk, and renamed; then its folder is synchronised.
Without the first synchronisation, a power cut can leave an empty file under the new name; without the second, the old
file. Everything in this package that writes goes through this module (`tools/check_writes.py` checks it), except
TensorBoard, whose event files are a log that inkdigits never reads, and temporary folders. The calls of the operating
system have the form ``os.NAME``, so that tests can record them and let them fail.
"""

import contextlib
import errno
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inkdigits.errors import OutputError

PARTIAL = ".partial-"
"""First characters of the names of temporary files. After a crash some may remain; nothing reads them."""

_HAS_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF})
"""Errors of file systems on which folders cannot be synchronised, such as some network file systems."""


@contextlib.contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of ``path``, and rename it to ``path`` if no exception was raised.

    When the context ends without an exception, the new content is on the disk. After an exception or a crash before the
    rename, the old content is there, after one behind it the new content.

    Parameters
    ----------
    path
        The file to write; its folder is created if it is missing.

    Yields
    ------
    Path
        A path with the same suffix in the same folder, to write the content to.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written; the temporary file is deleted.
    """
    temporary: Path | None = None
    try:
        make_folder(path.parent)
        _check_replaceable(path)
        temporary = _create_temporary(path)
        yield temporary
        _sync_file(temporary)
        os.replace(temporary, path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def check_writable(path: Path) -> None:
    """Check that ``path`` can be written, before a long computation produces its content.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        make_folder(path.parent)
        _check_replaceable(path)
        os.unlink(_create_temporary(path))
    except OSError as error:
        raise _cannot_write(path, error) from error


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, and synchronise the folder that contains each.

    Raises
    ------
    OSError
        If it cannot be created.
    """
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    for each in reversed(missing):
        with contextlib.suppress(FileExistsError):  # another process creates it at the same time
            os.mkdir(each)
        if not each.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(each))
        _sync_folder(each.parent)


def remove_file(path: Path) -> None:
    """Delete a file if it exists; when this returns, the deletion is on the disk.

    Raises
    ------
    OutputError
        If it cannot be deleted.
    """
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
            _sync_folder(path.parent)
    except OSError as error:
        raise OutputError(
            f"cannot delete {path}: {error.strerror or error}; check the permissions of its folder"
        ) from error


def list_files(folder: Path) -> list[Path]:
    """Return the files in a folder and its subfolders, sorted, without temporary and other hidden files."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def remove_partial_files(folder: Path) -> None:
    """Delete the temporary files that a crash left in a folder, which the caller must have locked.

    A file that cannot be deleted is ignored: it takes space, and nothing reads it.
    """
    for path in folder.rglob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            os.unlink(path)


def sync_tree(folder: Path) -> None:
    """Synchronise all files of a folder and its subfolders, also those that other libraries wrote.

    Raises
    ------
    OutputError
        If a file cannot be synchronised.
    """
    folders = {folder}
    try:
        for path in list_files(folder):
            _sync_file(path)
            folders.update(parent for parent in path.parents if parent.is_relative_to(folder))
        for each in sorted(folders):
            _sync_folder(each)
    except OSError as error:
        raise _cannot_write(folder, error) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, whole or not at all."""
    with write_whole(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write ``content`` to ``path`` as UTF-8, whole or not at all."""
    write_bytes(path, content.encode())


def write_json(path: Path, content: Any) -> None:
    """Write ``content`` to ``path`` as indented JSON, whole or not at all."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def copy_file(source: Path, path: Path) -> None:
    """Write a copy of ``source`` to ``path``, whole or not at all."""
    write_bytes(path, source.read_bytes())


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _create_temporary(path: Path) -> Path:
    """Create an empty file with a new name in the folder of ``path``, with the usual permissions."""
    while True:
        # Names of 255 bytes are the longest on most file systems.
        temporary = path.with_name(f"{PARTIAL}{secrets.token_hex(4)}-{path.stem[:40]}{path.suffix}")
        try:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666))
        except FileExistsError:
            continue
        return temporary


def _check_replaceable(path: Path) -> None:
    """Check that ``path`` is a file or does not exist: a rename would replace a device such as /dev/null."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a file", str(path))


def _sync_file(path: Path) -> None:
    """Wait until the content of a file is on the disk, whichever library wrote it."""
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        _sync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk. Windows has no such call; NTFS keeps a journal of names."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _sync(handle)
    except OSError as error:
        if error.errno not in _HAS_NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def _sync(handle: int) -> None:
    try:
        import fcntl

        # On macOS fsync leaves the content in the cache of the disk.
        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined,unused-ignore]
    except (ImportError, AttributeError, OSError):
        os.fsync(handle)


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"cannot write {path}: {error.strerror or error}; choose another path or free disk space"
    )
