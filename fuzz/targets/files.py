"""A folder for the inputs of targets that read files."""

import functools
import tempfile
from pathlib import Path
from typing import BinaryIO


@functools.cache
def get_folder() -> Path:
    """Return a temporary folder of this process. Its supervisor deletes it, since the process may be killed."""
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def write_input(name: str, data: bytes) -> Path:
    """Write the bytes of an input into the folder, and return the path of the file."""
    file = _open(name)
    file.seek(0)
    file.truncate()
    file.write(data)
    return get_folder() / name


@functools.cache
def _open(name: str) -> BinaryIO:
    """Open a file once: opening takes longer than most inputs."""
    return (get_folder() / name).open("wb", buffering=0)
