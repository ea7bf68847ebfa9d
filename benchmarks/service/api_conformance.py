"""Send requests that Schemathesis makes from the OpenAPI document to a running service, and check all answers.

    python -m benchmarks.service.api_conformance                  a few minutes
    python -m benchmarks.service.api_conformance --examples 20    fewer requests, writes nothing

Written to ``benchmarks/results/api-conformance.json``.

Every check of Schemathesis is made: no server error, and statuses, media types, headers and bodies as in the document;
what the document allows is accepted, what it forbids is refused. Damaged pictures are allowed by any document: they are
sent in a run of their own, in which they may be refused.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER, ROOT
from benchmarks.service.conformance.hooks import PICTURES
from benchmarks.service.load.servers import run_inkdigits
from inkdigits.environment import describe_environment
from inkdigits.files.storage import write_json

RESULTS = RESULTS_FOLDER / "api-conformance.json"

N_EXAMPLES = 500
"""Number of requests per operation and kind of pictures in the whole measurement."""

TOKEN = "a-token-of-no-secret-service"
"""Token of the services."""

_PROGRAM = "from schemathesis.cli import schemathesis; schemathesis()"


def run_schemathesis(url: str, pictures: str, n_examples: int, folder: Path) -> dict[str, Any]:
    """Run Schemathesis on a service.

    Parameters
    ----------
    url
        Address of the service.
    pictures
        ``valid`` or ``damaged``.
    n_examples
        Number of requests per operation that are made at random; further ones are made from the limits in the document.
    folder
        For the report.

    Returns
    -------
    dict
        Number of requests, and the failures that were found.
    """
    report = folder / f"{pictures}.json"
    done = subprocess.run(
        [
            *(sys.executable, "-c", _PROGRAM, "run", f"{url}/openapi.json"),
            *("--checks", "all", "--max-examples", str(n_examples), "--generation-deterministic"),
            *("--header", f"Authorization: Bearer {TOKEN}"),  # the check `ignored_auth` leaves it out
            *("--continue-on-failure", "--report", "json", "--report-json-path", str(report), "--no-color"),
            *(("--exclude-checks", "positive_data_acceptance") if pictures == "damaged" else ()),
        ],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "benchmarks.service.conformance.hooks",
            "PYTHONPATH": str(ROOT),
            PICTURES: pictures,
        },
        cwd=folder,  # it writes there
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    found = json.loads(report.read_text("utf-8"))
    if not found["complete"] or done.returncode or found["errors"]:
        print(done.stdout)
    return {
        "requests": found["test_cases"]["generated"],
        "accepted": sum(
            phase["accepted"] for phases in found["valid_rates"].values() for phase in phases.values()
        ),
        "failures": [f"{each['code']} {each['title']}: {each['operations']}" for each in found["failures"]],
        "errors": len(found["errors"]),
        "complete": found["complete"],
    }


def count_statuses(url: str) -> dict[str, int]:
    """Return the number of answers of ``/v1/read`` by status, from the figures of a service."""
    figures = (
        httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).raise_for_status().text
    )
    counts: Counter[str] = Counter()
    for family in text_string_to_metric_families(figures):
        for sample in family.samples:
            if sample.name == "inkdigits_requests_total" and sample.labels["route"] == "/v1/read":
                counts[sample.labels["status"]] += int(sample.value)
    return dict(sorted(counts.items()))


def measure(n_examples: int) -> dict[str, Any]:
    """Run Schemathesis on a new service for each kind of pictures.

    Parameters
    ----------
    n_examples
        See `run_schemathesis`.
    """
    rows = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        roster, token = folder / "numbers.txt", folder / "token"
        roster.write_text("7\n12\n")
        token.write_text(TOKEN)
        for pictures in ("valid", "damaged"):
            with run_inkdigits("--roster", f"numbers={roster}", "--token-file", str(token)) as server:
                url = f"http://127.0.0.1:{server.port}"
                rows[pictures] = run_schemathesis(url, pictures, n_examples, folder)
                rows[pictures]["statuses"] = count_statuses(url)
            print(pictures, json.dumps(rows[pictures]), flush=True)
    return rows


def main() -> None:
    """Read the command line, and measure."""
    parser = make_parser(__doc__)
    parser.add_argument("--examples", type=int, default=N_EXAMPLES, help="requests per operation")
    n_examples = parser.parse_args().examples
    rows = measure(n_examples)
    if n_examples >= N_EXAMPLES:
        write_json(RESULTS, {"examples": n_examples, "pictures": rows, "environment": describe_environment()})
    if any(row["failures"] or row["errors"] or not row["complete"] for row in rows.values()):
        sys.exit("the service and its document differ, see above")
    if (
        rows["valid"]["statuses"].get("200", 0) < n_examples // 2
    ):  # the other half breaks the document on purpose
        sys.exit("the service read fewer pictures than were sent; the checks of its answers mean nothing")


if __name__ == "__main__":
    main()
