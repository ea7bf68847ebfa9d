"""The sizes of the parts of an image."""

import os
from pathlib import Path

MAX_IMAGE_BYTES = 450 * 10**6
"""Promised size of the image, uncompressed."""

_OWN_NAMES = {"PIL": "pillow", "cv2": "opencv", "google": "protobuf", "opencv_python_headless": "opencv"}


def measure_size(folder: Path) -> int:
    """Return the sum of the lengths of all files below a folder in bytes; files with several names count once."""
    seen: dict[tuple[int, int], int] = {}
    for path, _, names in os.walk(folder):
        for name in names:
            status = Path(path, name).lstat()
            seen[status.st_dev, status.st_ino] = status.st_size
    return sum(seen.values())


def measure_parts(root: Path) -> dict[str, int]:
    """Return the sizes in bytes: of the system, and of each package with at least a megabyte.

    Parameters
    ----------
    root
        Root folder of the image.

    Returns
    -------
    dict of str to int
        Sizes by name, the largest first.
    """
    (packages,) = (root / "opt/inkdigits/lib").glob("python3.*/site-packages")
    system = measure_size(root) - measure_size(root / "opt")
    parts = {
        "system and Python": system,
        "other packages": measure_size(root / "opt") - measure_size(packages),
    }
    sizes: dict[str, int] = {}
    for path in packages.iterdir():
        name = path.name.partition("-")[0].partition(".")[0]
        name = _OWN_NAMES.get(name, name)
        sizes[name] = sizes.get(name, 0) + (measure_size(path) if path.is_dir() else path.lstat().st_size)
    for name, size in sizes.items():
        if size < 10**6:
            parts["other packages"] += size
        else:
            parts[name] = size
    return dict(sorted(parts.items(), key=lambda part: -part[1]))
