"""A folder for the inputs of targets that read files."""

import functools
import tempfile
from pathlib import Path


@functools.cache
def get_folder() -> Path:
    """Return a temporary folder of this process. Its supervisor deletes it, since the process may be killed."""
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def write_input(name: str, data: bytes) -> Path:
    """Write the bytes of an input into the folder, and return the path of the file."""
    path = get_folder() / name
    path.write_bytes(data)
    return path
