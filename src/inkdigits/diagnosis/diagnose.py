"""Run all checks of an installation."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from inkdigits.diagnosis.finding import Diagnosis, Finding

RUNS = Path("runs")
"""Default folder of runs, as in ``inkdigits train``."""

_CHECKS = {
    "Packages": "packages:check_packages",
    "Engines": "engines:check_engines",
    "Machine": "machine:check_machine",
    "Models": "models:check_models",
    "Data": "data_cache:check_data_cache",
    "Folders": "folders:check_folders",
}
"""Module and function of the check of each topic, imported one by one: what one of them needs may be missing."""


def diagnose(runs: Path = RUNS, checks: Mapping[str, str] = _CHECKS) -> Diagnosis:
    """Check the installation; nothing is downloaded, and nothing is left behind.

    Parameters
    ----------
    runs
        The folder in which runs are stored; it need not exist.
    checks
        Module in this package, and function, by topic. The function returns the findings; it takes ``runs``.

    Returns
    -------
    Diagnosis
    """
    return Diagnosis(
        tuple(finding for topic, check in checks.items() for finding in _run(topic, check, runs))
    )


def _run(topic: str, check: str, runs: Path) -> Iterator[Finding]:
    module, _, name = check.partition(":")
    try:
        function: Callable[[Path], list[Finding]] = getattr(
            importlib.import_module(f"inkdigits.diagnosis.{module}"), name
        )
        yield from function(runs)
    # A check of a broken installation can fail in any way; the others must still be made.
    except Exception as error:
        yield Finding(
            topic,
            "check",
            "wrong",
            f"the check failed: {type(error).__name__}: {' '.join(str(error).split())}",
            "install inkdigits again:  pip install --force-reinstall inkdigits",
            {"error": type(error).__name__},
        )
