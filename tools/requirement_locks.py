"""Read the hashed locks in requirements/: the packages, their versions, and who requires them."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
PROJECT = "inkdigits"

_ENTRY = re.compile(r"^(?P<requirement>[^\s#][^\\#]*?)\s*(?:\\)?$")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One locked package.

    Attributes
    ----------
    name
        Its normalised name.
    version
        Its version.
    marker
        The environments in which it is installed, for example ``sys_platform == 'win32'``; empty for all.
    hashes
        The digests of its files, ``sha256:`` and 64 hexadecimal digits.
    required_by
        Normalised names of the packages that require it; `PROJECT` for inkdigits itself.
    """

    name: str
    version: Version
    marker: str
    hashes: tuple[str, ...]
    required_by: tuple[str, ...]


def list_locks(folder: Path = FOLDER) -> dict[str, Path]:
    """Return the locks by name, which is that of the extra; ``core``, ``build`` and ``development`` are not extras."""
    return {path.stem: path for path in sorted(folder.glob("*.txt"))}


def read_lock(path: Path) -> list[Pin]:
    """Read a lock written by ``uv pip compile``.

    Raises
    ------
    ValueError
        If a line is neither a pinned requirement nor a hash nor a comment.
    """
    pins: list[Pin] = []
    block: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not line[0].isspace() and block:
            pins.append(_parse_block(block))
            block = []
        if line[0].isspace() and not block:
            raise ValueError(f"{path}: line {number} belongs to no package: {line.strip()}")
        block.append(line)
    return [*pins, _parse_block(block)] if block else pins


def _parse_block(block: list[str]) -> Pin:
    first = _ENTRY.match(block[0])
    requirement = Requirement(first["requirement"]) if first else None
    versions = [each for each in requirement.specifier if each.operator == "=="] if requirement else []
    if requirement is None or len(versions) != 1 or len(requirement.specifier) != 1:
        raise ValueError(f"expected a pinned requirement such as  name==1.0  in a lock, but got {block[0]!r}")
    text = "\n".join(block[1:])
    comments = [line.strip().lstrip("# ") for line in block[1:] if line.strip().startswith("#")]
    sources = [line.removeprefix("via").strip() for line in comments]
    required_by = {
        canonicalize_name(source.partition(" ")[0])
        for source in sources
        if source and not source.startswith("-c ")
    }
    return Pin(
        canonicalize_name(requirement.name),
        Version(versions[0].version),
        str(requirement.marker or ""),
        tuple(_HASH.findall(text)),
        tuple(sorted(required_by)),
    )


def read_project(path: Path = ROOT / "pyproject.toml") -> dict[str, Any]:
    """Return the content of ``pyproject.toml``."""
    return tomllib.loads(path.read_text("utf-8"))


def list_requirements(project: dict[str, Any]) -> Iterable[tuple[str, Requirement]]:
    """Yield each requirement of ``pyproject.toml`` with the name of its table, without those on inkdigits itself."""
    tables = {
        "build-system": project["build-system"]["requires"],
        "dependencies": project["project"]["dependencies"],
        **{
            f"extra {name}": listed
            for name, listed in project["project"].get("optional-dependencies", {}).items()
        },
        **{f"group {name}": listed for name, listed in project.get("dependency-groups", {}).items()},
    }
    for table, listed in tables.items():
        for text in listed:
            requirement = Requirement(text)
            if canonicalize_name(requirement.name) != PROJECT:
                yield table, requirement
