"""Benchmark of `Reader` on synthetic pictures with known ground truth.

The pictures are drawn from a seed (see ``docs/results/benchmark.md``) and read; the metrics are written to
``benchmarks/results/reading-<split>.json``. The split ``development`` is for tuning. The split ``final`` has another
seed and other source digits, and is evaluated once per report.

    python -m benchmarks.reading.synthetic                                  all rows of the development split
    python -m benchmarks.reading.synthetic --only boxes --save-failures out/
    python -m benchmarks.reading.synthetic --save-examples out/             contact sheets, nothing is read
"""

import argparse
import ast
import hashlib
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.reading.pictures.contents.fonts import FOLDER_VARIABLE, find_fonts
from benchmarks.reading.pictures.severities import SEVERITIES
from benchmarks.reading.pictures.sources import SEEDS, Sources, load_sources
from benchmarks.reading.rows import ROWS, example_of
from benchmarks.reading.scoring.contact_sheet import save_contact_sheet
from benchmarks.reading.scoring.processes import measure
from benchmarks.reading.scoring.summary import summarise
from benchmarks.reading.scoring.tables import kinds_table, table
from benchmarks.reading.scoring.timings import array_timing, photo_timing, process_timing
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

TIMINGS = ("photo-timing", "array-timing", "process-timing")
REPORTING = ("contact_sheet.py", "tables.py", "timings.py", "processes.py")
"""Modules of `benchmarks.reading.scoring` that do not affect the metrics of a picture row."""
RESULTS = RESULTS_FOLDER
PACKAGES = ("inkdigits", "numpy", "opencv-python-headless", "onnxruntime", "pillow", "scikit-learn")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument("--split", choices=list(SEEDS), default="development")
    parser.add_argument(
        "--only", action="append", choices=[*ROWS, *TIMINGS, "timings"], metavar="ROW",
        help=f"measure this row alone (again for more): {', '.join([*ROWS, *TIMINGS, 'timings'])}",
    )  # fmt: skip
    parser.add_argument("--n", type=int, help="pictures per row instead of each row's own number")
    parser.add_argument(
        "--model", help="a shipped model or an .onnx file; by default the reader's own choice"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes that draw and read")
    parser.add_argument(
        "--save-examples", type=Path, metavar="FOLDER", help="write contact sheets and read nothing"
    )
    parser.add_argument(
        "--save-failures", type=Path, metavar="FOLDER", help="write each picture read wrongly"
    )
    parser.add_argument("--kinds", action="store_true", help="print every row's kinds as well")
    parser.add_argument(
        "--out", type=Path, metavar="FILE",
        help="where the results go; by default benchmarks/results/reading-<split>.json, and nowhere with --only or --n."
        " Rows of --only are added to those of an existing FILE",
    )  # fmt: skip
    return parser.parse_args(arguments)


def generator_digest() -> str:
    """Return a SHA-256 of the code that draws and evaluates, so that changes after freezing are visible.

    Comments, docstrings, annotations, imports and names of files are not part of it: no picture depends on them.
    """
    here = Path(__file__).parent
    files = [
        path
        for folder in ("pictures", "rows", "scoring")
        for path in (here / folder).rglob("*.py")
        if path.parent.name != "scoring" or path.name not in REPORTING
    ]
    trees = [_CodeOnly().visit(ast.parse(path.read_text("utf-8"))) for path in files]
    codes = [ast.unparse(ast.fix_missing_locations(tree)) for tree in trees]
    return hashlib.sha256("\n".join(sorted(filter(None, codes))).encode()).hexdigest()


class _CodeOnly(ast.NodeTransformer):
    """Removes from a syntax tree what has no effect on the pictures."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Remove docstrings and other constants that stand alone."""
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Remove the annotation of the result."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """Keep the value of an annotated assignment."""
        return ast.Assign([node.target], node.value) if node.value is not None else None

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Keep the name of an argument."""
        return ast.arg(node.arg)

    def visit_Import(self, node: ast.Import) -> None:
        """Remove an import."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Remove an import of names."""


def versions() -> dict[str, str]:
    """Return the versions of the packages on which the metrics depend."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def save_examples(folder: Path, names: Sequence[str], sources: Sources, n: int | None) -> None:
    """Write one contact sheet per row."""
    for name in names:
        row = ROWS[name]
        count = min(n or 64, row.size(sources))
        wide = row.measure in ("cells", "page") or name.startswith(("numbers", "separators"))
        examples = [example_of(row, sources, index) for index in range(count)]
        save_contact_sheet(folder / f"{name}.png", examples, 5 if wide else 8, 300 if wide else 190)
        print(f"{folder / name}.png: {count} pictures", file=sys.stderr)


def time_it(names: Sequence[str], model: str | None, sources: Sources) -> dict[str, Any]:
    """Run the timings one after another, without parallel work."""
    from inkdigits import Reader

    timings = {}
    for name in names:
        if name == "photo-timing":
            timings[name] = photo_timing(Reader(model), sources)
        elif name == "array-timing":
            timings[name] = array_timing(model, sources)
        else:
            timings[name] = process_timing(model, sources)
    return timings


def merge_results(results: dict[str, Any], out: Path) -> dict[str, Any]:
    """Merge new rows into a results file, if its rows are of the same pictures and model."""
    if not out.exists():
        return results
    before = json.loads(out.read_text("utf-8"))
    same = ("split", "seed", "generator_sha256", "model", "machine")
    if any(before[name] != results[name] for name in same):
        raise SystemExit(
            f"{out} holds rows of other pictures, of another model or machine; choose another --out"
        )
    rows, timings = {**before["rows"], **results["rows"]}, {**before["timings"], **results["timings"]}
    missing = {**before["not_measured"], **results["not_measured"]}
    return {
        **results,
        "fonts": results["fonts"] or before["fonts"],
        "rows": {name: rows[name] for name in ROWS if name in rows},
        "timings": timings,
        "not_measured": {name: reason for name, reason in missing.items() if name not in rows},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    options = parse(arguments)
    sources, fonts = load_sources(options.split), find_fonts()
    chosen = options.only or [*ROWS, "timings"]
    not_measured = {}
    if fonts.missing_packages:
        reason = f"fonts are missing: {fonts.remedy}  (or set {FOLDER_VARIABLE} to a folder that has them)"
        not_measured = {name: reason for name in chosen if name in ROWS and ROWS[name].needs_fonts}
    names = [name for name in chosen if name in ROWS and name not in not_measured]
    if options.save_examples:
        save_examples(options.save_examples, names, sources, options.n)
        return
    tasks = [(name, index) for name in names for index in range(options.n or ROWS[name].size(sources))]
    outcomes = (
        measure(tasks, options.model, options.split, options.jobs, options.save_failures) if tasks else {}
    )
    timed = TIMINGS if "timings" in chosen else [name for name in TIMINGS if name in chosen]
    environment = describe_environment()
    results = {
        "benchmark": "reading",
        "split": options.split,
        "seed": SEEDS[options.split],
        "generator_sha256": generator_digest(),
        "model": options.model or "default",
        "created": environment["created"],
        "machine": environment["machine"],
        "versions": versions(),
        "fonts": [path.name for path in fonts.files],
        "rows": {name: summarise(ROWS[name], outcomes[name]) for name in names},
        "timings": time_it(timed, options.model, sources),
        "not_measured": not_measured,
        "severities": asdict(SEVERITIES),
    }
    print(table(results))
    if options.kinds:
        print(kinds_table(results))
    out = options.out or (None if options.only or options.n else RESULTS / f"reading-{options.split}.json")
    if out is not None:
        write_json(out, merge_results(results, out) if options.only else results)
        print(f"\nwritten to {out}", file=sys.stderr)


if __name__ == "__main__":
    main()
