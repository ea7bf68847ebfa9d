"""Versions of Python, of inkdigits, and of the packages of the core and of each extra; nothing is imported."""

import importlib.metadata
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from inkdigits.diagnosis.finding import Finding

TOPIC = "Packages"
_PROJECT = "inkdigits"
_EVERYTHING = "all"
"""The extra that includes those for users; others, for developers, are not reported."""


def check_packages(
    runs: Path, find_version: Callable[[str], str] = importlib.metadata.version
) -> list[Finding]:
    """Check that the packages are installed in the versions that inkdigits needs.

    Parameters
    ----------
    runs
        Not used.
    find_version
        Returns the version of an installed package, or raises ``importlib.metadata.PackageNotFoundError``.

    Returns
    -------
    list of Finding
        Python, inkdigits, the core, and each extra. A missing extra is a note; a missing part of the core, or a version
        that is too old or too new, is wrong.
    """
    metadata = importlib.metadata.metadata(_PROJECT)
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist") or []]
    core = [each for each in requirements if _is_needed(each, "")]
    return [
        _check_python(SpecifierSet(metadata["Requires-Python"] or "")),
        Finding(TOPIC, _PROJECT, "right", metadata["Version"], facts={"version": metadata["Version"]}),
        _check_group("core", core, find_version, is_optional=False),
        *(
            _check_group(extra, added, find_version, is_optional=True)
            for extra, added in _select_extras(requirements, metadata.get_all("Provides-Extra") or []).items()
        ),
    ]


def _is_needed(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _select_extras(requirements: list[Requirement], provided: list[str]) -> dict[str, list[Requirement]]:
    """Return what each extra for users adds on this platform to the core, and to the extras that it includes.

    Parameters
    ----------
    requirements
        All requirements of the installed inkdigits.
    provided
        The names of its extras.
    """
    optional = [each for each in requirements if not _is_needed(each, "")]
    parts = {extra: [each for each in optional if _is_needed(each, extra)] for extra in provided}
    names = {extra: {each.name for each in part} for extra, part in parts.items()}
    for_users = [
        extra for extra in provided if extra != _EVERYTHING and names[extra] <= names.get(_EVERYTHING, set())
    ]
    return {
        extra: [
            each
            for each in parts[extra]
            if not any(each.name in names[other] and names[other] < names[extra] for other in for_users)
        ]
        for extra in for_users
    }


def _check_python(required: SpecifierSet) -> Finding:
    version = platform.python_version()
    facts = {"version": version, "executable": sys.executable}
    if required.contains(version, prereleases=True):
        return Finding(TOPIC, "Python", "right", version, facts=facts)
    remedy = f"create an environment with Python {required}, and install inkdigits there"
    return Finding(TOPIC, "Python", "wrong", f"{version}, but {required} is needed", remedy, facts)


def _check_group(
    name: str, requirements: list[Requirement], find_version: Callable[[str], str], *, is_optional: bool
) -> Finding:
    versions: dict[str, str | None] = {}
    unfit: list[str] = []
    for requirement in requirements:
        try:
            version = versions[requirement.name] = find_version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            versions[requirement.name] = None
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            unfit.append(f"{requirement.name} {version}, but {requirement.specifier} is needed")
    missing = [package for package, version in versions.items() if version is None]
    present = ", ".join(
        f"{package} {version}" for package, version in versions.items() if version is not None
    )
    facts = {"versions": versions, "missing": missing, "unfit": unfit, "optional": is_optional}
    quoted = f'"{_PROJECT}[{name}]"' if is_optional else _PROJECT
    install = f"pip install {quoted}"
    if unfit:
        return Finding(TOPIC, name, "wrong", "; ".join(unfit), f"pip install --upgrade {quoted}", facts)
    if not missing:
        return Finding(TOPIC, name, "right", present, facts=facts)
    if len(missing) == len(versions) and is_optional:
        return Finding(TOPIC, name, "note", f"not installed ({', '.join(missing)})", install, facts)
    value = f"{', '.join(missing)} not installed" + (f"; {present}" if present else "")
    return Finding(TOPIC, name, "note" if is_optional else "wrong", value, install, facts)
