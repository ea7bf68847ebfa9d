"""Fuzz everything that reads files from strangers, in processes with limits, and report what was found.

    python -m fuzz                              all targets, ten minutes in all
    python -m fuzz --seconds 3600 decode page   two targets, an hour in all
    python -m fuzz --save-corpus                also keep the inputs that reach new lines in fuzz/corpus

Results are written to benchmarks/results/fuzz.json. Inputs that break a promise are kept in build/fuzz/TARGET/findings.
Ctrl-C ends the campaigns, and reports what has been done. Exit status 1 if something was found that a new
process reproduces, 2 if a worker
failed by itself.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fuzz import corpus, engines
from fuzz.supervisor import ROOT, Campaign, HarnessError, find_heap_checker
from fuzz.targets import list_targets, load_target
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = ROOT / "benchmarks" / "results" / "fuzz.json"
_PROGRESS_SECONDS = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaigns, and print and write their results."""
    options = _parse(arguments)
    names = options.targets or list_targets()
    shares = {name: load_target(name).share for name in names}
    engine = options.engine or engines.get_default_engine()
    campaigns = {name: Campaign(name, engine, options.work / name) for name in names}
    for name, campaign in campaigns.items():
        corpus.prepare_folder(name, campaign.work)
    jobs = min(options.jobs, len(names))
    seconds = {name: options.seconds * jobs * share / sum(shares.values()) for name, share in shares.items()}
    print(f"{len(names)} targets, {options.seconds:g} s in all, {jobs} at a time, by {engine}", flush=True)
    stop, start = threading.Event(), time.monotonic()
    # The longest first, so that no processor waits in the end.
    order = sorted(names, key=lambda name: -seconds[name])
    with ThreadPoolExecutor(jobs) as pool:
        futures = {
            name: pool.submit(campaigns[name].run, seconds[name], seed=options.seed, stop=stop)
            for name in order
        }
        try:
            while not all(each.done() for each in futures.values()):
                time.sleep(0.5)
                _print_progress(campaigns, seconds, start)
        except KeyboardInterrupt:
            print("\ninterrupted: the campaigns end", flush=True)
            stop.set()
    failed = {
        name: future.exception()
        for name, future in futures.items()
        if isinstance(future.exception(), HarnessError)
    }
    rows = {
        name: _summarise(campaign, seconds[name])
        for name, campaign in campaigns.items()
        if campaign.seconds and name not in failed
    }
    for name, error in failed.items():
        print(f"{name}: {error}", file=sys.stderr)
    _print_table(rows)
    if options.save_corpus:
        for name in rows:
            size = corpus.save_corpus(name, campaigns[name].work / "corpus", rows[name].pop("kept"))
            print(f"saved {size:,} bytes of inputs of {name}")
    for row in rows.values():
        row.pop("kept", None)
    if options.out:
        settings = {
            "seconds": options.seconds,
            "jobs": jobs,
            "engine": engine,
            "checks_heap": find_heap_checker(),
        }
        write_json(options.out, {**describe_environment(), **settings, "targets": rows})
        print(f"results: {options.out}")
    return (
        2 if failed else int(any(each["is_reproduced"] for row in rows.values() for each in row["findings"]))
    )


def _summarise(campaign: Campaign, seconds: float) -> dict[str, Any]:
    """Return the figures of a campaign, after measuring the lines and executing each finding again."""
    findings = []
    for path, finding in campaign.findings.items():
        print(f"{campaign.target}: {finding.kind} at {finding.place}: {path}")
        print(f"    {finding.detail.strip()[:300]}")
        findings.append({**asdict(finding), "is_reproduced": _is_reproduced(campaign, path)})
    lines = Campaign(campaign.target, "hypothesis", campaign.work)
    lines.run(60.0, mode="lines")
    found = campaign.work / "lines.json"
    measured: dict[str, Any] = (
        json.loads(found.read_text()) if found.exists() else {"n_lines": None, "kept": []}
    )
    return {
        "seconds": round(campaign.seconds, 1),
        "inputs": campaign.n_inputs,
        "inputs_per_second": round(campaign.n_inputs / campaign.seconds, 1),
        "coverage": campaign.growth[-1][1] if campaign.growth else 0,
        "coverage_unit": "edges" if campaign.engine == "atheris" else "lines",
        "last_growth_seconds": campaign.growth[-1][0] if campaign.growth else None,
        "growth": campaign.growth,
        "lines_of_inkdigits": measured["n_lines"],
        "slowest_input_seconds": round(campaign.slowest_seconds, 3),
        "restarts": campaign.n_restarts,
        "findings": findings,
        "kept": measured["kept"],
    }


def _is_reproduced(campaign: Campaign, path: Path) -> bool:
    """Return whether the input of a finding gives a finding of the same kind in a new process."""
    again = Campaign(campaign.target, "hypothesis", campaign.work / "again")
    corpus.prepare_folder(campaign.target, again.work)
    for each in (again.work / "corpus").iterdir():
        each.unlink()
    corpus.write_input(again.work / "corpus", path.read_bytes())
    is_leak = path.name.startswith("leak")
    # A heap that is checked keeps memory that is not leaked.
    again.run(120.0, mode="repeat" if is_leak else "replay", checks_heap=not is_leak)
    kind = path.name.partition("-")[0]
    return any(finding.kind == kind for finding in again.findings.values())


_last_progress = [0.0]


def _print_progress(campaigns: dict[str, Campaign], seconds: dict[str, float], start: float) -> None:
    if time.monotonic() - _last_progress[0] < _PROGRESS_SECONDS:
        return
    _last_progress[0] = time.monotonic()
    running = [each for each in campaigns.values() if 0 < each.seconds < seconds[each.target]]
    n_ended = sum(each.seconds >= seconds[each.target] for each in campaigns.values())
    texts = [
        f"{each.target} {each.seconds:.0f} of {seconds[each.target]:.0f} s, {each.n_inputs:,} inputs, "
        f"coverage {each.growth[-1][1] if each.growth else 0}, {len(each.findings)} found"
        for each in running
    ]
    print(
        f"{time.monotonic() - start:5.0f} s, {n_ended} ended; " + "; ".join(texts),
        file=sys.stderr,
        flush=True,
    )


def _print_table(rows: dict[str, dict[str, Any]]) -> None:
    print(
        f"{'target':16}{'inputs':>10}{'per s':>9}{'coverage':>10}{'lines':>7}{'last grew':>11}{'slowest':>9}  found"
    )
    for name, row in rows.items():
        print(
            f"{name:16}{row['inputs']:10,}{row['inputs_per_second']:9,.0f}{row['coverage']:10,}"
            f"{row['lines_of_inkdigits'] or 0:7,}{row['last_growth_seconds'] or 0:9.0f} s"
            f"{row['slowest_input_seconds']:7.2f} s{len(row['findings']):7}"
        )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", choices=[*list_targets(), []], help="by default all")
    parser.add_argument(
        "--seconds", type=float, default=600.0, help="time of all targets together; default 600"
    )
    parser.add_argument("--jobs", type=int, default=2, help="number of targets at a time; default 2")
    parser.add_argument("--engine", choices=engines.ENGINES, help="by default atheris where it is installed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build" / "fuzz", help="folder for corpora and findings"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    parser.add_argument("--save-corpus", action="store_true", help="replace the corpora in fuzz/corpus")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
