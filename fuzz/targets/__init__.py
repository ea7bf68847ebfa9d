"""The fuzz targets, one module each: a function of bytes, its seeds, and what it promises for all inputs."""

import importlib
import pkgutil
from typing import cast

from fuzz.targets.target import Target


def list_targets() -> list[str]:
    """Return the names of the targets: the modules of this folder that define ``TARGET``."""
    return sorted(
        each.name for each in pkgutil.iter_modules(__path__) if each.name not in ("target", "files")
    )


def load_target(name: str) -> Target:
    """Import the target of a name, and all of inkdigits that it needs."""
    return cast(Target, importlib.import_module(f"{__name__}.{name}").TARGET)
