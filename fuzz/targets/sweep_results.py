"""The result files of sweeps."""

import json
from pathlib import Path

from fuzz.targets.files import write_input
from fuzz.targets.target import Target
from inkdigits.errors import DataError
from inkdigits.evaluation.sweep_results import read_sweep

_RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "accuracy-quick.json"


def run(data: bytes) -> None:
    """Read a result file, summarise it, and compare it with itself."""
    results = read_sweep(write_input("sweep.json", data))
    assert results.accuracies
    summary = results.summary()
    assert summary.n == len(results.accuracies)
    results.compare(results)


def make_seeds() -> list[bytes]:
    """Cut a result file of the repository to its first run, and to its first two."""
    content = json.loads(_RESULTS.read_text("utf-8"))
    return [json.dumps({**content, "runs": content["runs"][:n]}).encode() for n in (1, 2)]


TARGET = Target(
    run,
    make_seeds,
    refusals=(DataError,),
    tokens=(b"null", b"NaN", b"1e999", b"[]", b"{}", b'"\\ud800"', b"9" * 400, b'"seed": 3'),
)
