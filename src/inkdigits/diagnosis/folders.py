"""The folders that are written to: permission and free space, for runs and for the data cache."""

import shutil
from collections.abc import Callable
from pathlib import Path

from inkdigits.data.folders import CACHE_VARIABLE, cache_folder
from inkdigits.diagnosis.finding import Finding
from inkdigits.diagnosis.machine import format_bytes
from inkdigits.errors import OutputError
from inkdigits.files.storage import check_writable

TOPIC = "Folders"

MIN_RUN_SPACE = 100 * 2**20
"""Least free space for runs, in bytes: a finished run of `fast` takes 4 MB, and one of the detector 8 MB; during the
training there are two checkpoints with the state of the optimiser, three times the size of the network each."""

MIN_CACHE_SPACE = 64 * 2**20
"""Least free space for the cache, in bytes: MNIST has 12 MB compressed, and 55 MB decompressed."""


def check_folders(
    runs: Path, measure_free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free
) -> list[Finding]:
    """Check that the folders of runs and of the cache can be written, and have space; nothing is created.

    Parameters
    ----------
    runs
        The folder of runs.
    measure_free
        Returns the free space of a folder's file system in bytes.

    Returns
    -------
    list of Finding
        One for each folder.
    """
    return [
        _check_folder("runs", runs, MIN_RUN_SPACE, "give another folder with  --out", measure_free),
        _check_folder(
            "cache", cache_folder(), MIN_CACHE_SPACE, f"set {CACHE_VARIABLE} to another folder", measure_free
        ),
    ]


def _check_folder(
    name: str, folder: Path, least: int, remedy: str, measure_free: Callable[[Path], int]
) -> Finding:
    folder = folder.absolute()
    facts: dict[str, object] = {"folder": str(folder), "exists": folder.is_dir(), "free_bytes": None}
    # A folder that does not exist yet is created in the nearest one that exists.
    existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    try:
        check_writable(existing / "inkdigits-doctor")
        free = facts["free_bytes"] = measure_free(existing)
    except (OutputError, OSError) as error:
        cause = error.__cause__ if isinstance(error, OutputError) else error
        reason = getattr(cause, "strerror", None) or str(cause)
        return Finding(TOPIC, name, "wrong", f"{folder} cannot be written: {reason}", remedy, facts)
    shown = f"{folder}{'' if folder.is_dir() else ' (will be created)'}"
    if free < least:
        value = f"{shown}: {format_bytes(free)} free, {format_bytes(least)} are needed"
        return Finding(TOPIC, name, "wrong", value, f"free disk space, or {remedy}", facts)
    return Finding(TOPIC, name, "right", f"{shown}: writable, {format_bytes(free)} free", facts=facts)
