"""Training speed of the recipe ``fast`` relative to Keras's own example, and to the peak matrix product.

Baseline and recipe run alternately as whole processes, from process start to saved weights and test accuracy, without
parallel work. The throughput of the matrix product on this machine is an upper bound for any training; a profile of one
step is recorded too. Rounds are added to ``benchmarks/results/training-speed.json`` one by one; the same command
resumes an interrupted measurement.

    python -m benchmarks.speed.training                      five rounds
    python -m benchmarks.speed.training --recipe classic     another recipe, kept in training-speed-classic.json
    python -m benchmarks.speed.training --quick              one epoch each, printed only
"""

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np

from benchmarks.command_line import make_parser
from benchmarks.paths import RESULTS_FOLDER
from benchmarks.processes import ask, load_average, timed
from benchmarks.speed.steps.matrix_product import TRAINING
from inkdigits.data import load_mnist
from inkdigits.environment import describe_environment
from inkdigits.files.storage import sha256_of_file, write_json
from inkdigits.training.recipes import get_recipe

BASELINE = Path(__file__).parent / "baselines" / "keras_mnist.py"
AIMS = {"fast": {"ratio": 8.0, "stretch": 12.0}}
"""Target speed-up of a recipe over the baseline; 1 for all other recipes."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds that the results shall have")
    parser.add_argument("--recipe", default="fast", help="by default %(default)s")
    parser.add_argument(
        "--quick", action="store_true", help="one round of one epoch each, written only with --out"
    )
    parser.add_argument("--out", type=Path, help="the result file, by default the recipe's")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the missing measurements, and print all results."""
    options = parse(arguments)
    n_rounds = 1 if options.quick else options.rounds
    own = "training-speed.json" if options.recipe == "fast" else f"training-speed-{options.recipe}.json"
    out = options.out or (None if options.quick else RESULTS_FOLDER / own)
    setting = {
        "recipe": get_recipe(options.recipe).to_json(),
        "quick": options.quick,
        "baseline_sha256": sha256_of_file(BASELINE),
        "machine": describe_environment()["machine"],
    }
    results = earlier(out, setting)
    if "roof" not in results:
        results["roof"] = roof(0.3 if options.quick else 3.0)
        calls = ("--calls", "5" if options.quick else "200")
        results["profile"] = ask("speed.steps.step_profile", options.recipe, *calls)
        results["undivided_step"] = ask("speed.steps.step_profile", options.recipe, *calls, "--parts", "1")[
            "step"
        ]
        keep(results, out)
    with tempfile.TemporaryDirectory() as folder:
        data = write_data(Path(folder) / "mnist.npz")
        while len(results["rounds"]) < n_rounds:
            number = len(results["rounds"])
            results["rounds"].append(one_round(number, options, data, Path(folder)))
            keep(results, out)
            print(f"round {number + 1}: {in_words(results['rounds'][-1])}", flush=True)
    print(report(results))
    return 0


def earlier(out: Path | None, setting: dict[str, Any]) -> dict[str, Any]:
    """Return the content of the result file, if it is of the same recipe, baseline and machine."""
    aim = AIMS.get(setting["recipe"]["name"], {"ratio": 1.0})
    fresh = {**setting, "aim": aim, "created": describe_environment()["created"], "rounds": []}
    fresh["versions"] = describe_environment()["versions"]
    if out is None or not out.exists():
        return fresh
    found: dict[str, Any] = json.loads(out.read_text("utf-8"))
    for key, value in setting.items():
        if found.get(key) != value:
            sys.exit(f"{out} was measured with another {key}: move it away, or name another file with --out")
    return found


def keep(results: dict[str, Any], out: Path | None) -> None:
    """Write the results, with their summary."""
    if results["rounds"]:
        results["summary"] = summarise(results)
    if out is not None:
        write_json(out, results)


def write_data(path: Path) -> Path:
    """Write MNIST for the baseline, as plain arrays that load quickly."""
    mnist = load_mnist()
    np.savez(
        path, x_train=mnist.train.images, y_train=mnist.train.labels,
        x_test=mnist.test.images, y_test=mnist.test.labels,
    )  # fmt: skip
    return path


def one_round(number: int, options: argparse.Namespace, data: Path, folder: Path) -> dict[str, Any]:
    """Run both once, in alternating order."""
    sides = {"baseline": run_baseline, "recipe": run_recipe}
    order = list(sides) if number % 2 == 0 else list(sides)[::-1]
    done: dict[str, Any] = {"load_before": load_average()}
    for side in order:
        done[side] = sides[side](number, options, data, folder)
    done["ratio"] = round(done["baseline"]["seconds"] / done["recipe"]["seconds"], 3)
    return done


def run_baseline(number: int, options: argparse.Namespace, data: Path, folder: Path) -> dict[str, Any]:
    """Run the baseline once."""
    weights = folder / f"baseline-{number}.weights.h5"
    command: list[str | Path] = [
        sys.executable,
        BASELINE,
        data,
        weights,
        *(["--epochs", "1"] if options.quick else []),
    ]
    seconds, output = timed(command, folder / "baseline.log")
    if not weights.exists():
        raise RuntimeError(f"the baseline left no weights:\n{output[-2000:]}")
    accuracy = next(line for line in output.splitlines() if line.startswith("Test accuracy:"))
    return {"seconds": round(seconds, 2), "accuracy": round(float(accuracy.partition(":")[2]), 5)}


def run_recipe(number: int, options: argparse.Namespace, data: Path, folder: Path) -> dict[str, Any]:
    """Run the recipe once with the command ``inkdigits train``, which reads MNIST from its cache."""
    run = folder / f"recipe-{number}"
    program = Path(sys.executable).with_name("inkdigits")
    command = [
        program,
        "train",
        "--recipe",
        options.recipe,
        "--seed",
        str(number),
        "--out",
        run,
        "--no-report",
    ]
    seconds, _ = timed([*command, *(["--epochs", "1"] if options.quick else [])], folder / "recipe.log")
    with (run / "history.csv").open(newline="") as file:
        epochs = [float(row["seconds"]) for row in csv.DictReader(file)]
    n_train = json.loads((run / "config.json").read_text("utf-8"))["data"]["n_train"]
    inner = json.loads((run / "environment.json").read_text("utf-8"))["seconds"]
    return {
        "seconds": round(seconds, 2),
        "phases": {
            "start, imports and data": round(seconds - inner["total"], 2),
            "training": inner["training"],
            "building, exporting, testing": round(inner["total"] - inner["training"], 2),
        },
        "accuracy": json.loads((run / "evaluation.json").read_text("utf-8"))["accuracy"],
        "epoch_seconds": epochs,
        # The first epoch includes the tracing.
        "images_per_second": round(n_train / median(epochs[1:] or epochs)),
    }


def roof(seconds: float) -> dict[str, Any]:
    """Measure the matrix product, and return the number of training images per second that it would allow."""
    gflops = ask("speed.steps.matrix_product", "--seconds", str(seconds))
    return {
        "gflops": gflops,
        "mflop_per_training_image": round(TRAINING / 1e6, 2),
        "images_per_second": {name: round(1e9 * each / TRAINING) for name, each in gflops.items()},
    }


def summarise(results: dict[str, Any]) -> dict[str, Any]:
    """Return medians and spread over the rounds."""
    rounds = results["rounds"]
    ratios = [each["ratio"] for each in rounds]
    speed = median(each["recipe"]["images_per_second"] for each in rounds)
    precision = results["recipe"]["precision"]
    return {
        "n_rounds": len(rounds),
        "ratio": {"median": median(ratios), "least": min(ratios), "most": max(ratios)},
        **{
            side: {
                "median_seconds": median(each[side]["seconds"] for each in rounds),
                "mean_accuracy": round(fmean(each[side]["accuracy"] for each in rounds), 5),
            }
            for side in ("baseline", "recipe")
        },
        "phases": {
            phase: round(median(each["recipe"]["phases"][phase] for each in rounds), 2)
            for phase in rounds[0]["recipe"]["phases"]
        },
        "images_per_second": speed,
        "share_of_roof": round(speed / results["roof"]["images_per_second"][precision], 4),
    }


def in_words(done: dict[str, Any]) -> str:
    """Format a round as a line."""
    sides = ", ".join(
        f"{side} {done[side]['seconds']:.1f} s ({done[side]['accuracy']:.2%})"
        for side in ("baseline", "recipe")
    )
    return f"{sides}: {done['ratio']:.2f} times as fast"


def phases_in_words(summary: dict[str, Any]) -> str:
    """Return the time of each part of the recipe's process, in seconds."""
    return ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in summary["phases"].items())


def aims_in_words(aim: dict[str, float]) -> str:
    """Format the target: "aim 8, stretch 12"."""
    return ", ".join(f"{'aim' if name == 'ratio' else name} {value:g}" for name, value in aim.items())


def report(results: dict[str, Any]) -> str:
    """Return all as text."""
    summary, roofs, parts = results["summary"], results["roof"], results["profile"]
    ratio = summary["ratio"]
    lines = [
        f"{results['recipe']['name']} is {ratio['median']:.2f} times as fast as the baseline "
        f"({ratio['least']:.2f} to {ratio['most']:.2f} in {summary['n_rounds']} rounds; "
        f"{aims_in_words(results['aim'])})",
        *(
            f"  {side:<9} {summary[side]['median_seconds']:7.1f} s   mean accuracy {summary[side]['mean_accuracy']:.3%}"
            for side in ("baseline", "recipe")
        ),
        f"Of the {results['recipe']['name']} process: {phases_in_words(summary)}",
        "Matrix product: "
        + ", ".join(f"{name} {each:.0f} GFLOP/s" for name, each in roofs["gflops"].items())
        + f"; {roofs['mflop_per_training_image']:.1f} MFLOP a training image",
        f"Training: {summary['images_per_second']:,.0f} images a second, {summary['share_of_roof']:.1%} of that roof",
        f"A step of {parts['batch_size']} images ({parts['precision']}) in {parts['n_parts']} parts: "
        f"{parts['step']:.2f} ms, forward alone {parts['forward']:.2f}, undivided {results['undivided_step']:.2f}; "
        f"its data {parts['data']:.2f} ms. Layer by layer, of one part, forward and with its gradient:",
    ]
    for name, times in parts["layers"].items():
        both = f"{times['forward_and_back']:8.2f}" if "forward_and_back" in times else " " * 8
        lines.append(f"  {name:<28} {times['forward']:8.2f} {both} ms")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
