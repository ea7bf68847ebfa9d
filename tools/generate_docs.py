"""Writes the generated parts of the documents: tables from result files, settings, output of examples.

python tools/generate_docs.py            writes them
python tools/generate_docs.py --check    exits with 1 and reports what is not up to date
"""

import argparse
import difflib
import functools
import re
import sys
from collections.abc import Callable
from pathlib import Path

from documents import (
    changed_pictures,
    first_result,
    reading_schema,
    real,
    reliability,
    service,
    settings,
    speed,
    tables,
)
from inkdigits.files.storage import write_text

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"

BLOCKS: dict[tuple[str, str], Callable[[], str]] = {
    ("README.md", "first commands"): lambda: first_result.commands(ROOT),
    ("README.md", "first Python"): lambda: first_result.python(ROOT),
    ("README.md", "models"): lambda: tables.models(RESULTS),
    ("README.md", "real"): lambda: real.pictures_in_short(RESULTS / "real.json"),
    ("docs/reference/api.md", "settings"): settings.recipe,
    ("docs/reference/formats.md", "fields"): reading_schema.tables,
    ("docs/results/results.md", "accuracy"): lambda: tables.accuracy(RESULTS),
    ("docs/results/results.md", "ensemble"): lambda: tables.ensemble(RESULTS / "ensemble.json"),
    ("docs/results/results.md", "real"): lambda: real.pictures(RESULTS / "real.json"),
    ("docs/results/results.md", "rotated"): lambda: changed_pictures.rotated(RESULTS / "rotated.json"),
    ("docs/results/results.md", "varied"): lambda: changed_pictures.varied(RESULTS / "varied.json"),
    ("docs/results/results.md", "slightly changed"): lambda: changed_pictures.slightly_changed(
        RESULTS / "comparison.json"
    ),
    ("docs/results/results.md", "reading"): lambda: tables.reading(RESULTS / "reading-final.json"),
    ("docs/results/results.md", "robustness"): lambda: tables.robustness(RESULTS / "robustness.json"),
    ("docs/results/results.md", "beyond MNIST"): lambda: tables.beyond_mnist(RESULTS / "beyond-mnist.json"),
    ("docs/results/speed.md", "training"): lambda: speed.training(RESULTS / "training-speed.json"),
    ("docs/results/speed.md", "training of classic"): lambda: speed.training(
        RESULTS / "training-speed-classic.json"
    ),
    ("docs/results/speed.md", "step"): lambda: speed.step(RESULTS / "training-speed.json"),
    ("docs/results/speed.md", "inference"): lambda: speed.inference(RESULTS / "inference-speed.json"),
    ("docs/explanation/reliability.md", "storage"): lambda: reliability.storage(RESULTS / "torture.json"),
    ("docs/explanation/reliability.md", "bounds"): lambda: reliability.bounds(RESULTS / "bounds.json"),
    ("docs/explanation/reliability.md", "workers"): lambda: reliability.workers(RESULTS / "worker-pool.json"),
    ("docs/explanation/reliability.md", "fuzzing"): lambda: reliability.fuzzing(RESULTS / "fuzz.json"),
    ("docs/explanation/reliability.md", "planted bugs"): lambda: reliability.planted_bugs(
        RESULTS / "fuzz-planted.json"
    ),
    ("docs/explanation/reliability.md", "parity"): lambda: reliability.parity(RESULTS / "parity.json"),
    ("docs/explanation/reliability.md", "service"): lambda: service.proofs(RESULTS),
    ("docs/explanation/reliability.md", "overload"): lambda: service.overload(RESULTS / "service.json"),
    ("docs/results/speed.md", "service"): lambda: service.speed(RESULTS / "service.json"),
    ("docs/explanation/recipes.md", "families"): lambda: real.network_families(
        RESULTS / "network-families.json"
    ),
    ("docs/explanation/recipes.md", "final scans"): lambda: real.final_scans(RESULTS / "final-scans.json"),
    ("docs/explanation/recipes.md", "second reading"): lambda: real.second_reading(
        RESULTS / "second-reading.json"
    ),
    ("docs/explanation/recipes.md", "compared"): lambda: changed_pictures.compared(
        RESULTS / "comparison.json"
    ),
    ("docs/explanation/recipes.md", "print odds"): lambda: real.print_odds(RESULTS / "print-odds.json"),
    ("docs/explanation/recipes.md", "own numbers"): lambda: real.own_numbers(RESULTS / "own-numbers.json"),
    ("docs/explanation/recipes.md", "accuracy"): lambda: tables.accuracy(RESULTS),
    **{
        ("docs/explanation/recipes.md", f"trials of {recipe}"): functools.partial(
            tables.held_out, RESULTS / "held-out-recipes.json", recipe
        )
        for recipe in ("fast", "classic", "compact", "quick", "accurate")
    },
    ("docs/results/benchmark.md", "models compared"): lambda: tables.reading_compared(
        RESULTS / "reading-final.json",
        {
            "by ink rules (earlier)": RESULTS / "reading-final-before.json",
        },
    ),
    ("docs/explanation/recipes.md", "sources"): lambda: tables.sources(RESULTS / "sources.json"),
    ("docs/explanation/recipes.md", "kinds"): lambda: tables.held_out_kinds(RESULTS / "held-out-kinds.json"),
}
"""Generated blocks in documents that people write, between ``<!-- generated: NAME -->`` and ``<!-- end -->``."""

FILES: dict[str, Callable[[], str]] = {"docs/reference/reading.schema.json": reading_schema.schema}
"""Files that are generated as a whole."""


def generated() -> dict[str, str]:
    """Return every document that has generated parts, as it should be, by its path.

    Raises
    ------
    LookupError
        If a document lacks the marks of its block, or if an example fails.
    """
    documents = {name: content() for name, content in FILES.items()}
    for (name, block), content in BLOCKS.items():
        text = documents.get(name) or (ROOT / name).read_text("utf-8")
        mark = f"<!-- generated: {block} -->"
        pattern = re.compile(rf"{re.escape(mark)}\n.*?<!-- end -->", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise LookupError(f"{name} should have one block between  {mark}  and  <!-- end -->")
        filled = f"{mark}\n{content()}\n<!-- end -->"
        documents[name] = pattern.sub(lambda _, filled=filled: filled, text)
    return documents


def main() -> int:
    """Write the documents, or compare them."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the documents.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if something is not up to date"
    )
    check = parser.parse_args().check
    try:
        documents = generated()
    except LookupError as error:
        print(f"generate_docs: {error.args[0]}", file=sys.stderr)
        return 1
    stale = {}
    for name, content in documents.items():
        path = ROOT / name
        before = path.read_text("utf-8") if path.exists() else ""
        if before != content:
            stale[name] = difflib.unified_diff(
                before.splitlines(), content.splitlines(), name, "generated", "", "", 0, ""
            )
    for name, difference in stale.items():
        if check:
            print("\n".join(difference), file=sys.stderr)
            print(f"generate_docs: {name} is not up to date; run  make docs-write", file=sys.stderr)
        else:
            write_text(ROOT / name, documents[name])
            print(f"Wrote {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
