"""Folders of the data sets on this machine."""

import os
from pathlib import Path

DATA_VARIABLE = "INKDIGITS_DATA"
"""Environment variable for a folder with the four files of MNIST."""

CACHE_VARIABLE = "INKDIGITS_CACHE"
"""Environment variable for the cache folder; by default the cache folder of the operating system is used."""


def is_file(path: Path) -> bool:
    """Return whether the path is an accessible file; pathlib raises for some names and permissions."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Return whether the path is an accessible folder."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def cache_folder() -> Path:
    """Return the cache folder of MNIST; it may not exist yet."""
    if root := os.environ.get(CACHE_VARIABLE):
        return Path(root).expanduser() / "mnist"
    import platformdirs  # imported here, because most processes do not need it

    return platformdirs.user_cache_path("inkdigits", appauthor=False) / "mnist"


def named_folder(folder: str | os.PathLike[str] | None) -> Path | None:
    """Return the folder of MNIST given by the caller or by the environment, or None."""
    name = folder or os.environ.get(DATA_VARIABLE)
    return Path(name).expanduser() if name else None
