"""Accuracy of an ensemble of several runs of ``accurate``: the mean of their probabilities, on MNIST's test images.

    inkdigits sweep accurate --runs 5 --keep runs/accurate
    python -m benchmarks.models.ensemble runs/accurate

Writes the ensemble to ``runs/ensemble.onnx``, the teacher for distillation (``--set teacher=runs/ensemble.onnx``), and
its metrics to ``benchmarks/results/ensemble.json``. All kept runs are members, in the order of their seeds; none is
selected.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from inkdigits.data import load_mnist
from inkdigits.data.mnist import KNOWN_LABEL_ERRORS
from inkdigits.environment import describe_environment
from inkdigits.evaluation import evaluate_scores
from inkdigits.files.storage import sha256_of_file, write_json
from inkdigits.recognition.engines.onnx_runtime import OnnxRecogniser
from inkdigits.runs.run_directory import MANIFEST, ONNX_MODEL
from inkdigits.training.export.ensemble import write_ensemble

RESULTS = RESULTS_FOLDER / "ensemble.json"
FIGURES = ("n", "n_errors", "accuracy", "accuracy_interval", "loss", "ece", "without_label_errors")
AIM = 0.9977


def figures_of(model: Path) -> dict[str, Any]:
    """Return the metrics of one model on MNIST's test images."""
    test = load_mnist().test
    scores = OnnxRecogniser(model).score(test.images)
    found = evaluate_scores(
        scores, test.labels, model_name=model.stem, data_name=test.name, label_errors=KNOWN_LABEL_ERRORS
    ).to_json()
    return {name: found[name] for name in FIGURES}


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate each member, and the ensembles of the first two, three and more members."""
    parser = make_parser(__doc__)
    parser.add_argument("runs", type=Path, help="the directory that the sweep kept its runs in")
    parser.add_argument(
        "--model", type=Path, default=Path("runs/ensemble.onnx"), help="where the ensemble goes"
    )
    parser.add_argument("--out", type=Path, default=RESULTS, help="the result file")
    options = parser.parse_args(arguments)
    runs = sorted(options.runs.glob("seed-*"), key=lambda run: int(run.name.removeprefix("seed-")))
    unfinished = [run.name for run in runs if not (run / MANIFEST).exists()]
    if len(runs) < 2 or unfinished:
        parser.error(
            f"{options.runs} should hold two finished runs or more, but {len(runs)} are there, "
            f"and {len(unfinished)} of them unfinished"
        )
    members = [run / ONNX_MODEL for run in runs]
    singles, means = [], []
    options.model.parent.mkdir(parents=True, exist_ok=True)
    for n in range(1, len(members) + 1):
        singles.append({"run": runs[n - 1].name, **figures_of(members[n - 1])})
        if n > 1:
            write_ensemble(members[:n], options.model)
            means.append({"members": n, **figures_of(options.model)})
            print(f"{n} members: {means[-1]['accuracy']:.2%}, loss {means[-1]['loss']:.4f}", flush=True)
    write_json(
        options.out,
        {
            **describe_environment(),
            "aim": AIM,
            "parameters": OnnxRecogniser(options.model).card.parameters,
            "sha256": sha256_of_file(options.model),
            "members": singles,
            "means": means,
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
