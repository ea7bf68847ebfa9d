"""Check that no lock has, and pyproject.toml allows, a version with a vulnerability in requirements/floors.toml.

python tools/check_floors.py     needs no network; exits with 1 and reports what is below its floor
"""

import datetime
import re
import sys
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from requirement_locks import FOLDER, Pin, list_locks, list_requirements, read_lock, read_project

FLOORS = FOLDER / "floors.toml"

_ADVISORY = re.compile(r"CVE-\d{4}-\d{4,}|GHSA(-[23456789cfghjmpqrvwx]{4}){3}|PYSEC-\d{4}-\d+")


@dataclass(frozen=True, order=True)
class Floor:
    """The lowest version of a package without a published vulnerability.

    Attributes
    ----------
    package
        Normalised name.
    version
        The first fixed version.
    advisory
        Identifier of the record: CVE, GHSA or PYSEC.
    date
        Day on which the record with the fix was published.
    flaw
        The vulnerability in a few words.
    """

    package: str
    version: Version
    advisory: str
    date: datetime.date
    flaw: str

    def __str__(self) -> str:
        return f"{self.package} {self.version} ({self.advisory}, {self.date}: {self.flaw})"


def read_floors(path: Path = FLOORS) -> list[Floor]:
    """Read the floor table.

    Raises
    ------
    ValueError
        If the table is empty, a row lacks a field or has a wrong one, or the rows are not sorted or not unique.
    """
    rows = tomllib.loads(path.read_text("utf-8")).get("floor", [])
    floors = [_parse_row(row, number) for number, row in enumerate(rows, 1)]
    if not floors:
        raise ValueError(f"expected rows [[floor]] in {path.name}, but it has none")
    keys = [(floor.package, floor.version, floor.advisory) for floor in floors]
    if keys != sorted(set(keys)):
        raise ValueError(
            f"the rows of {path.name} are not sorted by package, version and advisory, or one is double"
        )
    return floors


def _parse_row(row: dict[str, Any], number: int) -> Floor:
    expected = [field.name for field in fields(Floor)]
    if list(row) != expected:
        raise ValueError(
            f"row {number}: expected {', '.join(expected)} in this order, but got {', '.join(row)}"
        )
    if canonicalize_name(row["package"]) != row["package"]:
        raise ValueError(f"row {number}: expected a normalised name, but got {row['package']!r}")
    if not _ADVISORY.fullmatch(row["advisory"]):
        raise ValueError(
            f"row {number}: expected a CVE, GHSA or PYSEC identifier, but got {row['advisory']!r}"
        )
    if type(row["date"]) is not datetime.date or not str(row["flaw"]).strip():
        raise ValueError(f"row {number}: expected a date such as 2026-01-31 and a flaw in a few words")
    try:
        version = Version(row["version"])
    except InvalidVersion as error:
        raise ValueError(f"row {number}: {error}") from error
    return Floor(row["package"], version, row["advisory"], row["date"], row["flaw"])


def find_locks_below(floors: list[Floor], locks: dict[str, list[Pin]]) -> list[str]:
    """Return a sentence for each locked version that is below a floor."""
    return [
        f"requirements/{name}.txt has {pin.name} {pin.version}, below {floor}: run  make lock  and look at its diff"
        for name, pins in locks.items()
        for pin in pins
        for floor in floors
        if pin.name == floor.package and pin.version < floor.version
    ]


def find_requirements_below(floors: list[Floor], requirements: list[tuple[str, Requirement]]) -> list[str]:
    """Return a sentence for each requirement of ``pyproject.toml`` that allows a version below a floor."""
    return [
        f"pyproject.toml, {table}: {requirement.name} is allowed below {floor}: "
        f"write  {requirement.name}>={floor.version}"
        for table, requirement in requirements
        for floor in floors
        if canonicalize_name(requirement.name) == floor.package and _lower_bound(requirement) < floor.version
    ]


def _lower_bound(requirement: Requirement) -> Version:
    bounds = [
        Version(each.version.removesuffix(".*"))
        for each in requirement.specifier
        if each.operator in (">=", ">", "==", "~=", "===")
    ]
    return max(bounds, default=Version("0.dev0"))


def main() -> int:
    """Check all locks and pyproject.toml; return the exit status."""
    floors = read_floors()
    locks = {name: read_lock(path) for name, path in list_locks().items()}
    requirements = list(list_requirements(read_project()))
    problems = [*find_locks_below(floors, locks), *find_requirements_below(floors, requirements)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        packages = {floor.package for floor in floors}
        print(
            f"{len(locks)} locks and pyproject.toml are above the {len(floors)} floors of {len(packages)} packages"
        )
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
