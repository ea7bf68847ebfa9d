"""Build the wheel and the source distribution twice, and compare them byte by byte.

python tools/build_wheel.py            writes both into dist/
python tools/build_wheel.py FOLDER     writes them into FOLDER

Both builds are made of copies of the files that git tracks, in folders with other names, permissions, file times, time
zones and languages, so that nothing of the machine gets into the result. Files that git does not track are not
in it. Its time stamps are SOURCE_DATE_EPOCH if it is set, else the time of the last commit. Other versions of hatchling
or zlib can write other bytes: requirements/build.txt pins hatchling.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from requirement_locks import ROOT


@dataclass(frozen=True)
class Condition:
    """What differs between the two builds, besides the folder.

    Attributes
    ----------
    umask
        The file mode creation mask of the copy and of the build.
    age_seconds
        How much older than the original the files are, in seconds.
    environment
        Environment variables: time zone, language, order of sets.
    """

    umask: int
    age_seconds: int
    environment: dict[str, str]


CONDITIONS = (
    Condition(0o022, 0, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
    Condition(0o077, 400 * 24 * 3600, {"TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}),
)


def list_tracked_files(root: Path) -> list[str]:
    """Return the paths of the files that git tracks and that exist, relative to the root of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    return [name for name in listed.split("\0") if name and (root / name).is_file()]


def read_commit_time(root: Path) -> str:
    """Return SOURCE_DATE_EPOCH, or the time of the last commit, in seconds since 1970."""
    command = ["git", "log", "-1", "--format=%ct"]
    return (
        os.environ.get("SOURCE_DATE_EPOCH")
        or subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    )


def copy_files(root: Path, names: list[str], folder: Path, umask: int, age_seconds: int) -> None:
    """Copy files to a folder, with the permissions of a umask, and with file times in the past."""
    for name in names:
        source, target = root / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod((0o777 if os.access(source, os.X_OK) else 0o666) & ~umask)
        seconds = source.stat().st_mtime - age_seconds
        os.utime(target, (seconds, seconds))


def build_once(folder: Path, out: Path, epoch: str, condition: Condition) -> list[Path]:
    """Build the wheel and the source distribution of a folder; return their paths, sorted."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--sdist", "--outdir", str(out)]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **condition.environment, "SOURCE_DATE_EPOCH": epoch},
        umask=condition.umask,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the build failed:\n{done.stdout}{done.stderr}")
    return sorted(out.iterdir())


def build_twice(root: Path, out: Path) -> list[Path]:
    """Build both distributions twice, and write them to ``out`` if the bytes are equal.

    Raises
    ------
    SystemExit
        If a build fails, or the two results differ; the message lists the members that differ.
    """
    names, epoch = list_tracked_files(root), read_commit_time(root)
    with tempfile.TemporaryDirectory(prefix="inkdigits-") as scratch:
        source, results = root, []
        for number, condition in enumerate(CONDITIONS, 1):
            folder = Path(scratch) / f"copy{'-' * number}{number}" / "source"
            # The second copy is made of the first: the original may change meanwhile.
            copy_files(source, names, folder, condition.umask, condition.age_seconds)
            source = folder
        for number, condition in enumerate(CONDITIONS, 1):
            folder = Path(scratch) / f"copy{'-' * number}{number}" / "source"
            results.append(build_once(folder, Path(scratch) / f"out{number}", epoch, condition))
        for one, other in zip(*results, strict=True):
            if one.name != other.name or one.read_bytes() != other.read_bytes():
                raise SystemExit(f"two builds of {one.name} differ: {describe_difference(one, other)}")
        out.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copy(path, out)) for path in results[0]]


def describe_difference(one: Path, other: Path) -> str:
    """Return the names of the members that differ between two wheels; of other files, their sizes."""
    if one.suffix != ".whl":
        return f"{one.stat().st_size} and {other.stat().st_size} bytes"
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        members = [
            {item.filename: (item.date_time, item.external_attr, item.CRC) for item in archive.infolist()}
            for archive in (first, second)
        ]
        is_same_order = first.namelist() == second.namelist()
    differing = sorted(
        name for name in {*members[0], *members[1]} if members[0].get(name) != members[1].get(name)
    )
    return ", ".join(differing) or ("the compression" if is_same_order else "the order of the members")


def main() -> None:
    """Build into the folder given as an argument."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    for path in build_twice(ROOT, out):
        print(f"{path}: two builds are equal, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
