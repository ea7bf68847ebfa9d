"""Where the data sets lie on this machine."""

import os
from pathlib import Path

DATA_VARIABLE = "INKDIGITS_DATA"
"""Environment variable that names a folder with the four files."""

CACHE_VARIABLE = "INKDIGITS_CACHE"
"""Environment variable that names another folder for the cache than the system's own."""


def is_file(path: Path) -> bool:
    """Return whether there is a file that this user may see; pathlib raises over some names and rights."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Return whether there is a folder that this user may see."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def cache_folder() -> Path:
    """Return the folder where MNIST is kept between runs; it need not exist."""
    if root := os.environ.get(CACHE_VARIABLE):
        return Path(root).expanduser() / "mnist"
    import platformdirs  # only here: most processes never ask

    return platformdirs.user_cache_path("inkdigits", appauthor=False) / "mnist"


def named_folder(folder: str | os.PathLike[str] | None) -> Path | None:
    """Return the folder that the caller or the environment names for MNIST, or None if neither does."""
    name = folder or os.environ.get(DATA_VARIABLE)
    return Path(name).expanduser() if name else None
