"""``inkdigits evaluate``: how good a model is on labelled digits."""

import json
from typing import TYPE_CHECKING, Any

import click

from inkdigits.commands.datasets import own_source
from inkdigits.commands.progress import shown_progress

if TYPE_CHECKING:
    from inkdigits.evaluation import Evaluation


@click.command(name="evaluate")
@click.option(
    "--model", default=None, metavar="NAME|FILE", help="A shipped model or an .onnx file.  [default: best]"
)
@click.option(
    "--data",
    default="mnist",
    show_default=True,
    metavar="SOURCE",
    help="mnist (its 10,000 test images), or your own labelled digits: FILE.npz, FILE.csv or a folder.",
)
@click.option(
    "--normalise",
    is_flag=True,
    help="Bring 28x28 images into MNIST's normal form first, as other pictures are.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(model: str | None, data: str, normalise: bool, as_json: bool) -> None:
    """Measure a model on labelled digits."""
    from inkdigits.data import KNOWN_LABEL_ERRORS, load_labelled, load_mnist
    from inkdigits.evaluation import evaluate
    from inkdigits.recognition.labelled_digits import as_digit_images
    from inkdigits.recognition.onnx_recogniser import load_recogniser

    recogniser = load_recogniser(model)
    with shown_progress() as progress:
        labelled = load_mnist(progress=progress).test if data == "mnist" else load_labelled(own_source(data))
        evaluation = evaluate(
            recogniser,
            as_digit_images(labelled, normalise=normalise, progress=progress),
            model_name=recogniser.card.name,
            threshold=recogniser.card.threshold,
            is_digit_threshold=recogniser.card.is_digit_threshold,
            label_errors=KNOWN_LABEL_ERRORS if data == "mnist" else (),
            progress=progress,
        )
    click.echo(json.dumps(evaluation.to_json(), indent=2) if as_json else _as_text(evaluation))


def _as_text(evaluation: "Evaluation") -> str:
    low, high = evaluation.accuracy_interval
    lines = [
        evaluation.classification_report(),
        f"Model      {evaluation.model} on {evaluation.n:,} images of {evaluation.data}",
        f"Accuracy   {evaluation.accuracy:.2%} (95% interval {low:.2%} to {high:.2%}), "
        f"{evaluation.n_errors} errors",
        f"Loss       {evaluation.loss:.4f}",
        f"ECE        {evaluation.ece:.2%} (expected calibration error)",
        f"Accepted   {evaluation.coverage:.2%}, of which wrong {_percent(evaluation.accepted_error)}",
    ]
    if (without := evaluation.without_label_errors) is not None:
        lines.append(f"Without {evaluation.n - without.n} known label errors: {without.accuracy:.2%}")
    return "\n".join(lines)


def _percent(share: float | None) -> Any:
    return "-" if share is None else f"{share:.2%}"
