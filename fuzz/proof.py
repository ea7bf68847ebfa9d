"""Prove that the harness finds bugs: plant each bug of `fuzz.planted`, and measure the time until it is found.

    python -m fuzz.proof                        the five bugs, by every engine that is installed
    python -m fuzz.proof --engine hypothesis    by one engine

The campaigns begin with the seeds alone, none of which sets off a planted bug. Results are written to
benchmarks/results/fuzz-planted.json. Exit status 1 if a bug is not found within its time.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fuzz import corpus, engines
from fuzz.planted import PLANTED
from fuzz.supervisor import ROOT, Campaign, find_heap_checker
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = ROOT / "benchmarks" / "results" / "fuzz-planted.json"

MAX_SECONDS = 120.0
"""Time within which each bug must be found, from the start of the process."""

_SECONDS_PER_INPUT = 10.0
"""Limit for one input here: a hundred times what an input of these targets takes, since the machine may be busy."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant each bug, and print and write the times."""
    parser = argparse.ArgumentParser(
        prog="python -m fuzz.proof", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=engines.ENGINES, help="by default all that are installed")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    options = parser.parse_args(arguments)
    installed = [
        each for each in engines.ENGINES if each != "atheris" or engines.get_default_engine() == each
    ]
    rows = [
        find_planted(name, engine)
        for engine in ([options.engine] if options.engine else installed)
        for name in PLANTED
    ]
    write_json(
        options.out,
        {
            **describe_environment(),
            "max_seconds": MAX_SECONDS,
            "checks_heap": find_heap_checker(),
            "rows": rows,
        },
    )
    return int(not all(row["is_found"] for row in rows))


def find_planted(name: str, engine: str, max_seconds: float = MAX_SECONDS) -> dict[str, Any]:
    """Plant a bug, run a campaign until it is found, and return how long it took.

    Parameters
    ----------
    name
        The bug, of `fuzz.planted.PLANTED`.
    engine
        The engine, of `fuzz.engines.ENGINES`.
    max_seconds
        The time within which it must be found.
    """
    bug = PLANTED[name]
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(bug.target, engine, Path(folder) / bug.target)
        corpus.prepare_folder(bug.target, campaign.work, has_saved=False)
        campaign.run(
            max_seconds,
            bug=name,
            is_enough=lambda each: bug.kind in {finding.kind for finding in each.findings.values()},
            seconds_per_input=_SECONDS_PER_INPUT,
        )
        found = list(campaign.findings.values())
        row = {
            "bug": name,
            "target": bug.target,
            "engine": engine,
            "is_found": any(each.kind == bug.kind for each in found),
            "seconds": round(campaign.seconds, 1),
            "inputs": campaign.n_inputs,
            "findings": [f"{each.kind}: {each.place}" for each in found],
        }
    verdict = f"found after {row['seconds']} s" if row["is_found"] else f"NOT found in {row['seconds']} s"
    print(
        f"{engine:11}{name:11}in {bug.target:12}{verdict}, {row['inputs']:,} inputs: {row['findings']}",
        flush=True,
    )
    return row


if __name__ == "__main__":
    sys.exit(main())
