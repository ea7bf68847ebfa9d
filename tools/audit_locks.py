"""Look the locked versions up in a database of vulnerabilities, by pip-audit.

python tools/audit_locks.py

Exit status 0: no locked version has a published vulnerability. 1: at least one has; each is printed. 2: the audit could
not be made, for example without a network. A service that does not report the vulnerabilities of `CONTROL` counts as
unavailable, since its silence on other packages would prove nothing.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from requirement_locks import Pin, list_locks, read_lock

SERVICES = ("pypi", "osv")
"""The services of pip-audit, in the order in which they are tried."""

CONTROL = "jinja2==2.4.1"
"""A release of 2010 with ten published vulnerabilities."""

SECONDS = 900
"""Time for all packages: the service is asked once for each, 208 times, and answers in about a second at worst."""

Findings = list[tuple[str, str, str, str]]
"""Package, version, identifier, and fixed versions of each vulnerability."""


class AuditError(Exception):
    """The audit could not be made."""


def audit(pins: Iterable[Pin], find: Callable[[list[str], str], Findings]) -> Findings:
    """Return the published vulnerabilities of locked packages.

    Parameters
    ----------
    pins
        The locked packages; those of all platforms and versions of Python are audited.
    find
        Returns the findings for requirements such as ``numpy==2.0``, from a service; raises `AuditError`.

    Raises
    ------
    AuditError
        If no service reports the vulnerabilities of `CONTROL`, or one fails for another package.
    """
    failures = []
    for service in SERVICES:
        try:
            if not find([CONTROL], service):
                raise AuditError(f"it reports no vulnerability of {CONTROL}, which has some")
        except AuditError as error:
            failures.append(f"{service}: {error}")
            continue
        findings: Findings = []
        for requirements in _split_versions(pins):
            findings += find(requirements, service)
        return sorted(set(findings))
    raise AuditError("; ".join(failures))


def _split_versions(pins: Iterable[Pin]) -> list[list[str]]:
    """Return lists of requirements in which no package is double: a lock can have two versions, with markers."""
    parts: list[dict[str, str]] = []
    for name, version in sorted({(pin.name, str(pin.version)) for pin in pins}):
        part = next((part for part in parts if name not in part), None)
        if part is None:
            parts.append(part := {})
        part[name] = f"{name}=={version}"
    return [list(part.values()) for part in parts]


def run_pip_audit(requirements: list[str], service: str) -> Findings:
    """Return what pip-audit finds; see `audit`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text("\n".join(requirements) + "\n", "utf-8")
        command = [
            *(sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--no-deps"),
            *("--vulnerability-service", service, "--progress-spinner", "off", "--format", "json"),
            *("--requirement", str(path)),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise AuditError(f"no answer in {SECONDS} seconds") from error
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError) as error:
        lines = done.stderr.strip().splitlines()
        last = lines[-1] if lines else f"pip-audit ended with status {done.returncode}"
        raise AuditError(last.removeprefix("ERROR:pip_audit._cli:").partition(" (Caused")[0]) from error
    if len(dependencies) != len(requirements) or any("vulns" not in each for each in dependencies):
        raise AuditError(f"{len(requirements)} packages were asked for, but fewer were looked up")
    return [
        (each["name"], each["version"], found["id"], ", ".join(found["fix_versions"]) or "no fix yet")
        for each in dependencies
        for found in each["vulns"]
    ]


def main(find: Callable[[list[str], str], Findings] = run_pip_audit) -> int:
    """Audit all locks; return the exit status."""
    pins = [pin for path in list_locks().values() for pin in read_lock(path)]
    try:
        findings = audit(pins, find)
    except AuditError as error:
        print(f"the audit could not look anything up, so nothing is known: {error}", file=sys.stderr)
        return 2
    for name, version, identifier, fixed in findings:
        advice = "add a row to requirements/floors.toml"
        print(f"{name} {version}: {identifier}, fixed in {fixed}; {advice}", file=sys.stderr)
    if not findings:
        print(f"no published vulnerability in {len({pin.name for pin in pins})} locked packages")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
